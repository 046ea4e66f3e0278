//! Training of one network that upscales, under a pixel loss: SRCNN, SRResNet, the light networks; and against an adversary:
//! SRGAN.

use std::{collections::BTreeMap, time::Instant};

mod validate;

use candle_core::{Device, Tensor};
use plumage_data::{Batch, Batches};
use plumage_losses::LossConfig;
use plumage_models::{Draw, ModelConfig, Upscaler, weights};
use plumage_record::{Checkpoint, Clock, Identity, MetricsRow, RunFolder, Spent, TimingRow, mutant};

use self::validate::{Validated, validate};
use crate::{
    Ending, Outcome, Progress, TrainError, TrainerConfig,
    adversarial::{Adversary, AdversaryConfig, Moment},
    checkpoint::{Counters, State},
    ema,
    gradients::Gradients,
    optimizer::Optimizer,
    validation::ValidationSet,
};

/// What is trained, on what, and where it is recorded.
pub struct Restore<'a> {
    /// The network.
    pub model: &'a ModelConfig,
    /// How much it enlarges.
    pub scale: usize,
    /// What it minimises.
    pub loss: &'a LossConfig,
    /// How it is trained.
    pub trainer: &'a TrainerConfig,
    /// Whom it is trained against, if anyone.
    pub adversary: Option<&'a AdversaryConfig>,
    /// Where its initial weights come from.
    pub seed: u64,
    /// The patches.
    pub batches: &'a Batches,
    /// The images that say how well it does, which it never learns from.
    pub validation: &'a ValidationSet,
    /// Where the computing happens.
    pub device: &'a Device,
    /// Where the run is recorded.
    pub folder: &'a RunFolder,
    /// What a checkpoint must share with a run that resumes it.
    pub identity: &'a Identity,
}

impl Restore<'_> {
    /// What was not finite after `step` steps, or in the making of that step: its batch is that of `step - 1` from 0.
    fn diverged(&self, term: String, step: u64) -> TrainError {
        let images = self.batches.images_of(step.saturating_sub(1));
        TrainError::Diverged { term, step, images, checkpoint: self.folder.checkpoints().newest_step() }
    }

    /// Whether the present step ends a row of metrics.csv that is not written yet.
    fn is_row_due(&self, counters: &Counters) -> bool {
        let (step, trainer) = (counters.step, self.trainer);
        counters.steps_in_row > 0 && (step == trainer.steps || step.is_multiple_of(trainer.record_every))
    }
}

/// Trains from `checkpoint`, or from the beginning where there is none.
///
/// # Errors
/// [`TrainError::Diverged`] before a weight is touched by a number that is not finite; unreadable data; a folder that
/// cannot be written. The checkpoints committed before stay valid.
pub fn train(
    run: &Restore,
    checkpoint: Option<Checkpoint>,
    progress: &mut dyn Progress,
) -> Result<Outcome, TrainError> {
    let trainer = run.trainer;
    let init = || run.model.init(run.scale, run.seed, run.device);
    let (parameters, model) = init()?;
    let (average, averaged) = match trainer.ema_decay {
        Some(_) => Some(init()?).unzip(),
        None => (None, None),
    };
    let shown: &dyn Upscaler = averaged.as_deref().unwrap_or(model.as_ref());
    let optimizer = Optimizer::new(&trainer.optimizer, &parameters);
    let channels = run.model.architecture().channels().count();
    let adversary = run.adversary.map(|config| Adversary::new(config, channels, run.seed, run.device));
    let mut state = State {
        counters: Counters::default(),
        parameters,
        average,
        optimizer,
        best_weights: None,
        adversary: adversary.transpose()?,
    };
    let clock = Clock::resume(resume(run, checkpoint.as_ref(), &mut state)?);
    drop(checkpoint);

    // Throughput is that of training steps alone: neither validation nor checkpoints count.
    let (mut images_since_row, mut steps_s) = (0u32, 0.);
    let mut batches = run.batches.start_at(first_batch(state.counters.step));
    // A run that was stopped in a validation goes on with the row of a step that is made.
    while state.counters.step < trainer.steps || run.is_row_due(&state.counters) {
        if !run.is_row_due(&state.counters) {
            let step_started = Instant::now();
            let batch =
                batches.next().ok_or_else(|| TrainError::state("the training data ended early"))??;
            let loss = step(run, model.as_ref(), &mut state, &batch)?;
            images_since_row += batch.input_shape[0] as u32;
            steps_s += step_started.elapsed().as_secs_f64();
            progress.step(state.counters.step, loss, batch.input_shape[0]);
        }
        let done = state.counters.step;
        let last = done == trainer.steps;
        if run.is_row_due(&state.counters) {
            let validation = if last || done.is_multiple_of(trainer.validate_every) {
                let Some(validation) = validate(run, shown, &mut state, progress)? else {
                    commit(run, &state)?;
                    return outcome(state, Ending::Stopped, clock.spent());
                };
                Some(validation)
            } else {
                None
            };
            run.folder.append_metrics(&row(run, &mut state, validation, progress))?;
            let images_per_s =
                (images_since_row > 0).then(|| f64::from(images_since_row) / f64::max(steps_s, 1e-9));
            let Spent { elapsed_s, cpu_s } = clock.spent();
            run.folder.append_timing(&TimingRow { step: done, elapsed_s, cpu_s, images_per_s })?;
            (images_since_row, steps_s) = (0, 0.);
        }
        if trainer.snapshot_every.is_some_and(|every| done.is_multiple_of(every)) {
            let weights = weights::to_bytes(&state.shown().tensors()?, &BTreeMap::new())?;
            run.folder.save_snapshot(done, &weights)?;
        }
        let stop = !last && progress.stop_requested();
        if last || stop || done.is_multiple_of(trainer.checkpoint_every) {
            commit(run, &state)?;
        }
        if stop {
            return outcome(state, Ending::Stopped, clock.spent());
        }
    }
    outcome(state, Ending::Finished, clock.spent())
}

/// The batch that follows `step` steps: that of the same number, but in a mutant.
fn first_batch(step: u64) -> u64 {
    match step {
        _ if mutant("rng-not-restored") => 0,
        step if mutant("rerun-batch") => step.saturating_sub(1),
        step => step,
    }
}

/// One optimizer step; returns the batch's loss.
fn step(run: &Restore, model: &dyn Upscaler, state: &mut State, batch: &Batch) -> Result<f64, TrainError> {
    let number = state.counters.step + 1;
    let diverged = |term: String| run.diverged(term, number);
    let input = Tensor::from_slice(&batch.input, &batch.input_shape, run.device)?;
    let target = Tensor::from_slice(&batch.target, &batch.target_shape, run.device)?;
    let drawn = drawn(run, model, number, number);
    let sr = drawn.as_deref().unwrap_or(model).forward(&input)?;
    let (_, _, height, width) = sr.dims4()?;
    let border = model.border_px();
    let hr = target.narrow(2, border, height)?.narrow(3, border, width)?;
    let pixel = |sr: &Tensor, hr: &Tensor| run.loss.apply(sr, hr);
    let moment = Moment { step: number, of: run.trainer.steps };
    let loss = match &mut state.adversary {
        Some(adversary) if adversary.plays_in(number) => {
            adversary.duel((&sr, &hr), pixel, moment, diverged)?
        }
        _ => pixel(&sr, &hr)?,
    };

    let mut gradients = Gradients::of(&loss, &state.parameters)?;
    let loss = f64::from(loss.to_scalar::<f32>()?);
    if !loss.is_finite() {
        return Err(diverged("the loss".into()));
    }
    if let Some(parameter) = gradients.not_finite() {
        return Err(diverged(format!("the gradient of {parameter}")));
    }
    let norm = gradients.norm();
    if let Some(limit) = run.trainer.clip_grad_norm
        && norm > limit
    {
        gradients.scale(limit / norm);
    }

    let rate = run.trainer.schedule.learning_rate(state.counters.step, run.trainer.steps);
    let rate_of = |parameter: &str| rate * run.trainer.learning_rate_factor(parameter);
    if let Some(parameter) = state.optimizer.update(&state.parameters, &gradients, rate_of)? {
        return Err(diverged(format!("{parameter} or its optimizer state")));
    }
    if let (Some(average), Some(decay)) = (&state.average, run.trainer.ema_decay) {
        ema::update(average, &state.parameters, decay, number)?;
    }
    let counters = &mut state.counters;
    counters.step = number;
    counters.loss_sum += loss;
    counters.grad_norm_sum += norm;
    counters.steps_in_row += 1;
    Ok(loss)
}

/// The network with a draw of its noise, after or in the step of this number; none where it takes no noise, and before the
/// adversary plays: a pixel loss alone would teach the network to ignore the noise.
fn drawn(run: &Restore, model: &dyn Upscaler, step: u64, draw: u64) -> Option<Box<dyn Upscaler>> {
    let alone = run.adversary.is_some_and(|adversary| step <= adversary.pretraining_steps);
    if alone { None } else { model.with_noise(Draw { seed: run.seed, step: draw }) }
}

/// The draw of the noise that images are measured with.
const MEASURED_DRAW: u64 = 0;

/// Closes the row of metrics.csv that ends at the present step.
fn row(
    run: &Restore,
    state: &mut State,
    validated: Option<Validated>,
    progress: &mut dyn Progress,
) -> MetricsRow {
    let State { counters, adversary, .. } = state;
    let steps = counters.steps_in_row as f64;
    let (behind_bicubic_db, artefacts) =
        validated.as_ref().map_or((None, None), |said| (said.behind_bicubic_db, said.artefacts));
    let adversary = adversary.as_mut().map(|adversary| {
        let mut row = adversary.row(counters.loss_sum / steps);
        row.artefacts = artefacts;
        let signs = adversary.signs(counters.step, &row, behind_bicubic_db);
        progress.unhealthy(counters.step, &signs);
        row.signs = signs.iter().map(|sign| sign.name().to_owned()).collect();
        row
    });
    let row = MetricsRow {
        step: counters.step,
        epoch: (counters.step - 1) / run.batches.steps_per_epoch(),
        learning_rate: run.trainer.schedule.learning_rate(counters.step - 1, run.trainer.steps),
        train_loss: counters.loss_sum / steps,
        grad_norm: Some(counters.grad_norm_sum / steps),
        validation: validated.map(|said| said.mean),
        adversary,
    };
    (counters.loss_sum, counters.grad_norm_sum, counters.steps_in_row) = (0., 0., 0);
    row
}

/// Commits a checkpoint, and forgets those that are no longer needed. Every number in it is finite, or [`step`] had failed;
/// should that ever be wrong, nothing is committed.
fn commit(run: &Restore, state: &State) -> Result<(), TrainError> {
    if let Some(term) = state.not_finite()? {
        return Err(run.diverged(term, state.counters.step));
    }
    let checkpoints = run.folder.checkpoints();
    checkpoints.save(state.counters.step, &state.to_files()?, run.identity)?;
    forget(run, state)
}

/// Removes the checkpoints that are no longer needed.
fn forget(run: &Restore, state: &State) -> Result<(), TrainError> {
    Ok(run.folder.checkpoints().keep(KEPT_CHECKPOINTS, state.counters.best.map(|best| best.step))?)
}

/// Checkpoints kept beside that of the best step: the newest, and one more should the newest be damaged.
const KEPT_CHECKPOINTS: usize = 2;

/// Puts the state back and cuts the records to it; returns what was spent so far.
fn resume(run: &Restore, checkpoint: Option<&Checkpoint>, state: &mut State) -> Result<Spent, TrainError> {
    if let Some(checkpoint) = checkpoint {
        state.restore(checkpoint)?;
    }
    // A row that was still open when the checkpoint was committed is written again.
    let open = u64::from(run.is_row_due(&state.counters));
    let before = run.folder.cut_records(state.counters.step - open)?;
    // What a process that died should have removed.
    forget(run, state)?;
    Ok(before)
}

fn outcome(state: State, ending: Ending, spent: Spent) -> Result<Outcome, TrainError> {
    let last = state.shown().tensors()?;
    let weights = state.best_weights.clone().unwrap_or_else(|| last.clone());
    Ok(Outcome {
        ending,
        steps: state.counters.step,
        elapsed_s: spent.elapsed_s,
        best: state.counters.best,
        weights,
        last,
    })
}
