//! Bicubic interpolation as a network without weights: what every other network is measured against.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use plumage_imaging::Channels;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Graph, Grid, PictureSize, PictureStream, Upscaler, config::Architecture, stream::Unchanged};

/// `[model.bicubic]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BicubicConfig {
    /// What is enlarged: `y` or `rgb`.
    pub channels: Channels,
}

impl Architecture for BicubicConfig {
    fn name(&self) -> &'static str {
        "bicubic"
    }

    fn title(&self) -> String {
        "bicubic".to_owned()
    }

    fn channels(&self) -> Channels {
        self.channels
    }

    fn grid(&self) -> Grid {
        Grid::Hr
    }

    fn build(&self, _scale: usize, _vb: VarBuilder) -> Result<Box<dyn Upscaler>> {
        Ok(Box::new(Bicubic))
    }
}

/// Hands the bicubic enlargement through.
struct Bicubic;

impl Upscaler for Bicubic {
    fn border_px(&self) -> usize {
        0
    }

    fn macs_per_hr_pixel(&self) -> u64 {
        0
    }

    fn features_per_hr_pixel(&self) -> u64 {
        0
    }

    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        Ok(xs.clone())
    }

    fn infer(&self, xs: &Tensor) -> Result<Tensor> {
        Ok(xs.clone())
    }

    fn graph(&self) -> Result<Graph> {
        Ok(Graph::default())
    }

    fn stream(&self, _size: PictureSize) -> Result<Box<dyn PictureStream>> {
        Ok(Box::new(Unchanged))
    }

    fn stream_bytes(&self, _size: PictureSize) -> Result<u64> {
        Ok(0)
    }
}
