//! A network applied to whole images under a protocol.

use candle_core::{DType, Device, Result, Tensor};
use plumage_imaging::Planes;
use plumage_metrics::{Score, TestImage};
use plumage_models::{Grid, Upscaler};

use crate::TrainError;

/// One image measured: bicubic beside the network.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The image's name in its set.
    pub image: String,
    /// The bicubic enlargement's score.
    pub bicubic: Score,
    /// The network's score.
    pub sr: Score,
}

/// Measures the network on one image and returns the SR image with the scores.
///
/// # Errors
/// What the network or the protocol reports.
pub fn measure(
    model: &dyn Upscaler,
    grid: Grid,
    name: &str,
    image: &TestImage,
    device: &Device,
) -> std::result::Result<(Measured, Planes), TrainError> {
    let sr = upscale(model, grid, image, device)?;
    let measured =
        Measured { image: name.to_owned(), bicubic: image.score(&image.bicubic)?, sr: image.score(&sr)? };
    Ok((measured, sr))
}

/// The SR image `[C, H, W]` in about [0, 1], not clamped.
///
/// # Errors
/// What the network reports.
pub fn upscale(model: &dyn Upscaler, grid: Grid, image: &TestImage, device: &Device) -> Result<Planes> {
    let input = match grid {
        Grid::Lr => &image.lr,
        Grid::Hr => &image.bicubic,
    };
    planes_of(&model.infer(&tensor_of(input, device)?)?)
}

/// `[1, C, H, W]` in single precision.
///
/// # Errors
/// Only what the device reports.
pub fn tensor_of(planes: &Planes, device: &Device) -> Result<Tensor> {
    let values: Vec<f32> = planes.values.iter().map(|&value| value as f32).collect();
    Tensor::from_vec(values, (1, planes.channels, planes.height, planes.width), device)
}

/// The image in a tensor `[1, C, H, W]`.
fn planes_of(tensor: &Tensor) -> Result<Planes> {
    let (_, channels, height, width) = tensor.dims4()?;
    let values = tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
    Ok(Planes::new(channels, height, width, values))
}
