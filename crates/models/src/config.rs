use candle_core::{Device, Result};
use candle_nn::VarBuilder;
use plumage_imaging::Channels;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Grid, Parameters, Upscaler, bicubic::BicubicConfig, espcn::EspcnConfig, fsrcnn::FsrcnnConfig,
    plain::PlainConfig, srcnn::SrcnnConfig, srresnet::SrresnetConfig,
};

/// Which network an experiment trains: the key below `[model]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ModelConfig {
    /// Bicubic interpolation, the yardstick: no weights, nothing to train.
    Bicubic(BicubicConfig),
    /// SRCNN: three convolutions over the bicubic enlargement.
    Srcnn(SrcnnConfig),
    /// ESPCN: three convolutions on the LR grid and a pixel shuffle.
    Espcn(EspcnConfig),
    /// FSRCNN: a shrunk SRCNN on the LR grid and a pixel shuffle.
    Fsrcnn(FsrcnnConfig),
    /// A stack of 3x3 convolutions on the LR grid and a pixel shuffle.
    Plain(PlainConfig),
    /// SRResNet: residual blocks on the LR grid and a pixel shuffle; the generator of SRGAN.
    Srresnet(SrresnetConfig),
}

impl ModelConfig {
    /// The chosen network's description: the only place that lists all networks.
    pub fn architecture(&self) -> &dyn Architecture {
        match self {
            Self::Bicubic(config) => config,
            Self::Srcnn(config) => config,
            Self::Espcn(config) => config,
            Self::Fsrcnn(config) => config,
            Self::Plain(config) => config,
            Self::Srresnet(config) => config,
        }
    }

    /// The network for enlarging by `scale`, with parameters drawn from `seed` on `device`.
    ///
    /// # Errors
    /// What the network reports of its config, such as kernels that cannot be.
    pub fn init(&self, scale: usize, seed: u64, device: &Device) -> Result<(Parameters, Box<dyn Upscaler>)> {
        Parameters::init(seed, device, |vb| self.architecture().build(scale, vb))
    }
}

/// What a network's config knows without any weights.
pub trait Architecture {
    /// The key in the config, as in `[model.srcnn]`.
    fn name(&self) -> &'static str;

    /// The network by its kind and its size, as people and papers call it: `SRCNN 9-1-5`.
    fn title(&self) -> String;

    /// What the network works on: luma or colour.
    fn channels(&self) -> Channels;

    /// Which input it takes.
    fn grid(&self) -> Grid;

    /// Rules across fields that the config breaks, as pairs of key path and message.
    fn validate(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Builds the network for enlarging by `scale`, its parameters taken from `vb`.
    ///
    /// # Errors
    /// What `vb` reports: a parameter that is missing or has another shape.
    fn build(&self, scale: usize, vb: VarBuilder) -> Result<Box<dyn Upscaler>>;
}

/// Numbers in a title, with `between` them.
pub(crate) fn joined(numbers: &[usize], between: &str) -> String {
    numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(between)
}
