//! The training of one judge.

use candle_core::Tensor;
use plumage_losses::binary_cross_entropy_with_labels;
use plumage_metrics::{Verdict, accuracy};
use plumage_models::{
    Parameters,
    judge::{Judge, JudgeConfig},
};
use plumage_record::JudgeCurveRow;

use super::{Contest, Judging, Pictures, Verdicts, contest::Shown, pictures::Crop};
use crate::{Progress, TrainError, gradients::Gradients, optimizer::Optimizer};

/// Which judge of a study one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Which {
    /// Side of the crops that it sees.
    pub(super) patch_px: usize,
    /// What it learns to tell apart.
    pub(super) contest: Contest,
    /// Which of several equal ones, from 0.
    pub(super) seed: u64,
    /// Its number in the study, from 0.
    pub(super) number: u64,
}

/// A judge that is trained, in what it says.
pub(super) struct Trained {
    pub(super) curve: Vec<JudgeCurveRow>,
    /// On the test images.
    pub(super) verdicts: Verdicts,
}

/// Crops that are judged at a time.
const AT_A_TIME: usize = 128;

/// Trains a judge and asks it for its verdicts; none where it was asked to stop.
pub(super) fn train(
    run: &Judging,
    which: Which,
    progress: &mut dyn Progress,
) -> Result<Option<Trained>, TrainError> {
    let Which { patch_px, contest, seed, number } = which;
    let config = JudgeConfig { patch_px, widths: run.widths.to_vec() };
    // Judges of one seed begin alike and see the same places, whatever they learn to tell apart.
    let own_seed = run.seed.wrapping_add(seed);
    let (parameters, judge) = config.init(1, own_seed, run.device)?;
    let mut optimizer = Optimizer::new(&run.trainer.optimizer, &parameters);
    let mut curve: Vec<JudgeCurveRow> = Vec::new();
    let mut best = None;
    let (mut losses, mut right, mut since) = (0., 0., 0u64);
    for step in 0..run.trainer.steps {
        let batch = Batch::of(run, contest, patch_px, (own_seed, step));
        let (loss, accuracy) = learn(run, which, step, &batch, &judge, &parameters, &mut optimizer)?;
        progress.step(number * run.trainer.steps + step + 1, loss, batch.labels.len());
        (losses, right, since) = (losses + loss, right + accuracy, since + 1);
        if progress.stop_requested() {
            return Ok(None);
        }
        let done = step + 1;
        if done == run.trainer.steps || done.is_multiple_of(run.trainer.validate_every) {
            let Some(validated) = validated(run, which, &judge, progress)? else { return Ok(None) };
            let row = JudgeCurveRow {
                patch_px,
                trained_on: contest.name(run.methods).to_owned(),
                seed,
                step: done,
                train_loss: losses / since as f64,
                train_accuracy: right / since as f64,
                ..validated
            };
            if best.as_ref().is_none_or(|(loss, _)| row.validation_loss < *loss) {
                best = Some((row.validation_loss, parameters.tensors()?));
            }
            curve.push(row);
            (losses, right, since) = (0., 0., 0);
        }
    }
    if let Some((_, weights)) = best {
        parameters.load(&weights)?;
    }
    let verdicts = tested(run, &judge, patch_px, progress)?;
    Ok(verdicts.map(|verdicts| Trained { curve, verdicts }))
}

/// Crops of a step and what the judge is to say of them: 1 for what is called real, as its logit is high for HR.
struct Batch {
    patches: Vec<f32>,
    labels: Vec<f32>,
}

impl Batch {
    fn of(run: &Judging, contest: Contest, side: usize, (seed, step): (u64, u64)) -> Self {
        let mut batch = Self { patches: Vec::new(), labels: Vec::new() };
        for pair in 0..run.trainer.pairs {
            for (shown, crop) in contest.pair(run.train, run.methods.len(), side, (seed, step, pair)) {
                let Shown { image, version, is_generated } = shown;
                run.train.images[image].cut(version, crop, &mut batch.patches);
                batch.labels.push(f32::from(u8::from(!is_generated)));
            }
        }
        batch
    }
}

/// One optimizer step; returns the loss and the share of right verdicts before it.
fn learn(
    run: &Judging,
    which: Which,
    step: u64,
    batch: &Batch,
    judge: &Judge,
    parameters: &Parameters,
    optimizer: &mut Optimizer,
) -> Result<(f64, f64), TrainError> {
    let side = which.patch_px;
    let count = batch.labels.len();
    let patches = Tensor::from_slice(&batch.patches, (count, 1, side, side), run.device)?;
    let labels = Tensor::from_slice(&batch.labels, count, run.device)?;
    let logits = judge.forward(&patches)?;
    let loss = binary_cross_entropy_with_labels(&logits, &labels)?;
    let gradients = Gradients::of(&loss, parameters)?;
    let loss = f64::from(loss.to_scalar::<f32>()?);
    if !loss.is_finite() {
        return Err(run.diverged("the loss".into(), which, step));
    }
    if let Some(parameter) = gradients.not_finite() {
        return Err(run.diverged(format!("the gradient of {parameter}"), which, step));
    }
    let rate = run.trainer.schedule.learning_rate(step, run.trainer.steps);
    if let Some(parameter) = optimizer.update(parameters, &gradients, |_| rate)? {
        return Err(run.diverged(format!("{parameter} or its optimizer state"), which, step));
    }
    let logits = logits.to_vec1::<f32>()?;
    let is_right = |(logit, label): &(&f32, &f32)| (**logit > 0.) == (**label > 0.5);
    let right = logits.iter().zip(&batch.labels).filter(is_right).count();
    Ok((loss, right as f64 / count as f64))
}

/// Loss and accuracy on the validation crops, the other columns left empty; none where it was asked to stop.
fn validated(
    run: &Judging,
    which: Which,
    judge: &Judge,
    progress: &dyn Progress,
) -> Result<Option<JudgeCurveRow>, TrainError> {
    let mut labelled = Vec::new();
    for (image, number, crop) in fixed_crops(run, run.validation, which.patch_px) {
        let shown = which.contest.shown(image, number, run.validation, run.methods.len());
        labelled.extend(shown.into_iter().map(|shown| (shown, crop)));
    }
    let crops: Vec<_> = labelled.iter().map(|(shown, crop)| (shown.image, shown.version, *crop)).collect();
    let scores = scores(run, judge, which.patch_px, (run.validation, &crops), progress)?;
    let Some(scores) = scores else { return Ok(None) };
    let verdict = |((shown, _), score): (&(Shown, Crop), f32)| Verdict {
        image: shown.image as u64,
        score: f64::from(score),
        is_generated: shown.is_generated,
    };
    let verdicts: Vec<Verdict> = labelled.iter().zip(scores).map(verdict).collect();
    let loss = |verdict: &Verdict| {
        let logit = if verdict.is_generated { verdict.score } else { -verdict.score };
        (-logit).max(0.) + (-logit.abs()).exp().ln_1p()
    };
    Ok(Some(JudgeCurveRow {
        validation_loss: verdicts.iter().map(loss).sum::<f64>() / verdicts.len() as f64,
        validation_accuracy: accuracy(&verdicts, 0.)?,
        ..JudgeCurveRow::default()
    }))
}

/// The judge's verdicts on every test crop in every version; none where it was asked to stop.
fn tested(
    run: &Judging,
    judge: &Judge,
    side: usize,
    progress: &dyn Progress,
) -> Result<Option<Verdicts>, TrainError> {
    let versions = 0..=run.methods.len();
    let crops: Vec<_> = fixed_crops(run, run.test, side)
        .flat_map(|(image, _, crop)| versions.clone().map(move |version| (image, version, crop)))
        .collect();
    let scores = scores(run, judge, side, (run.test, &crops), progress)?;
    Ok(scores.map(|scores| Verdicts::new(run.test, run.crops_per_image, run.methods.len(), scores)))
}

/// The fixed crops of a part: image, number, place.
fn fixed_crops<'a>(
    run: &'a Judging,
    pictures: &'a Pictures,
    side: usize,
) -> impl Iterator<Item = (usize, usize, Crop)> + use<'a> {
    (0..pictures.images.len()).flat_map(move |image| {
        let crops = pictures.fixed_crops(image, run.crops_per_image, side).into_iter().enumerate();
        crops.map(move |(number, crop)| (image, number, crop))
    })
}

/// The judge's scores of crops, each an image, a version and a place: the higher, the more one is taken for generated;
/// none where it was asked to stop.
fn scores(
    run: &Judging,
    judge: &Judge,
    side: usize,
    (pictures, crops): (&Pictures, &[(usize, usize, Crop)]),
    progress: &dyn Progress,
) -> Result<Option<Vec<f32>>, TrainError> {
    let judge = judge.detached();
    let mut scores = Vec::with_capacity(crops.len());
    for crops in crops.chunks(AT_A_TIME) {
        if progress.stop_requested() {
            return Ok(None);
        }
        let mut patches = Vec::with_capacity(crops.len() * side * side);
        for (image, version, crop) in crops {
            pictures.images[*image].cut(*version, *crop, &mut patches);
        }
        let patches = Tensor::from_vec(patches, (crops.len(), 1, side, side), run.device)?;
        scores.extend(judge.forward(&patches)?.neg()?.to_vec1::<f32>()?);
    }
    Ok(Some(scores))
}
