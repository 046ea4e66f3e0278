//! How much better a network does on images that it learnt from than on others: the same loss of whole images, by the same weights.
//!
//! The loss of a training step will not do for that: it is of patches that were varied, and by weights that moved on.

use candle_core::Device;
use plumage_losses::LossConfig;
use plumage_metrics::TestImage;
use plumage_models::{Grid, Upscaler};
use plumage_record::GapRow;

use crate::{
    TrainError,
    evaluate::{tensor_of, upscale},
};

/// The loss of a network on one image of a part, and that of bicubic interpolation.
///
/// # Errors
/// What the network or the loss reports; a loss that is not finite.
pub fn of_image(
    (model, grid): (&dyn Upscaler, Grid),
    part: &str,
    name: &str,
    image: &TestImage,
    loss: &LossConfig,
    device: &Device,
) -> Result<GapRow, TrainError> {
    let sr = upscale(model, grid, image, device)?;
    let hr = tensor_of(&image.hr, device)?;
    let of = |made| -> Result<f64, TrainError> {
        Ok(f64::from(loss.apply(&tensor_of(made, device)?, &hr)?.to_scalar::<f32>()?))
    };
    let row = GapRow {
        part: part.to_owned(),
        image: name.to_owned(),
        loss: of(&sr)?,
        bicubic_loss: of(&image.bicubic)?,
    };
    if row.loss.is_finite() {
        return Ok(row);
    }
    Err(TrainError::Image { name: name.to_owned(), source: plumage_metrics::MetricsError::NotFinite })
}
