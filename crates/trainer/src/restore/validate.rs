//! The network of a run measured on its validation images.

use plumage_metrics::{MetricsError, Score};
use plumage_models::Upscaler;
use plumage_record::{Artefacts, Validation};

use super::{MEASURED_DRAW, Restore, drawn};
use crate::{
    Best, Progress, TrainError,
    adversarial::ArtefactSums,
    checkpoint::State,
    evaluate::{tensor_of, upscale},
};

/// What the validation images say of the network.
pub(super) struct Validated {
    /// The means.
    pub(super) mean: Validation,
    /// How far its PSNR on Y lies below that of bicubic, and what it adds; in adversarial training alone.
    pub(super) behind_bicubic_db: Option<f64>,
    pub(super) artefacts: Option<Artefacts>,
}

/// Measures the network on the validation images, and keeps its weights if they are the best so far; none where it was
/// asked to stop, and then nothing is changed. Against an adversary PSNR says nothing of what is best, and none is kept.
pub(super) fn validate(
    run: &Restore,
    model: &dyn Upscaler,
    state: &mut State,
    progress: &mut dyn Progress,
) -> Result<Option<Validated>, TrainError> {
    let grid = run.model.architecture().grid();
    let with_noise = drawn(run, model, state.counters.step, MEASURED_DRAW);
    let model = with_noise.as_deref().unwrap_or(model);
    let (mut scores, mut loss_sum) = (Vec::new(), 0.);
    let mut added = state.adversary.is_some().then(|| (ArtefactSums::default(), Vec::new()));
    for index in 0..run.validation.len() {
        if progress.stop_requested() {
            return Ok(None);
        }
        let diverged = |what: &str| {
            let term = format!("the {what} of the validation image {}", run.validation.name(index));
            run.diverged(term, state.counters.step)
        };
        let image = run.validation.image(index)?;
        let sr = upscale(model, grid, &image, run.device)?;
        scores.push(image.score(&sr).map_err(|error| match error {
            MetricsError::NotFinite => diverged("SR"),
            error => error.into(),
        })?);
        let loss = run.loss.apply(&tensor_of(&sr, run.device)?, &tensor_of(&image.hr, run.device)?)?;
        let loss = f64::from(loss.to_scalar::<f32>()?);
        if !loss.is_finite() {
            return Err(diverged("loss"));
        }
        loss_sum += loss;
        if let Some((artefacts, bicubic)) = &mut added {
            artefacts.add(&sr, &image, |draw| {
                // Before the adversary plays the noise is not used.
                let again = drawn(run, model, state.counters.step, draw);
                Ok(again.map(|again| upscale(again.as_ref(), grid, &image, run.device)).transpose()?)
            })?;
            bicubic.push(image.score(&image.bicubic)?);
        }
    }
    let Score { psnr_y_db, psnr_rgb_db, ssim } = Score::mean(&scores);
    let loss = loss_sum / run.validation.len() as f64;
    let protocol = run.validation.protocol().as_str().to_owned();
    let mean = Validation { protocol, loss, psnr_y_db, psnr_rgb_db, ssim };
    let psnr_y_db = mean.psnr_y_db.unwrap_or(f64::NAN);
    let best = state.adversary.is_none()
        && psnr_y_db.is_finite()
        && state.counters.best.is_none_or(|best| psnr_y_db > best.psnr_y_db);
    if best {
        state.counters.best = Some(Best { step: state.counters.step, psnr_y_db });
        state.best_weights = Some(state.shown().tensors()?);
    }
    progress.validated(state.counters.step, &mean, best);
    let (artefacts, bicubic) = added.unzip();
    let bicubic = bicubic.map(|scores| Score::mean(&scores)).and_then(|bicubic| bicubic.psnr_y_db);
    Ok(Some(Validated {
        behind_bicubic_db: bicubic.zip(mean.psnr_y_db).map(|(bicubic, ours)| bicubic - ours),
        artefacts: artefacts.map(|sums| sums.mean()),
        mean,
    }))
}
