//! Which network `--model` names.

use std::path::Path;

use candle_core::Device;
use plumage_imaging::readable;
use plumage_models::{ModelConfig, Packed, Upscaler, enlarger::Enlarger, pretrained};

use crate::{failure::Failure, packed};

/// A network that is ready.
pub(crate) struct Chosen {
    /// What it is called.
    pub(crate) name: String,
    config: ModelConfig,
    model: Box<dyn Upscaler>,
    scale: usize,
}

impl Chosen {
    /// The network for pictures of all kinds.
    pub(crate) fn enlarger(&self) -> Enlarger<'_> {
        Enlarger::new(&self.config, self.model.as_ref(), self.scale)
    }
}

/// The network that `--model` names, for `--scale`; see [`packed::find`].
///
/// # Errors
/// No such network, a scale that it is not for, weights that do not fit.
pub(crate) fn choose(
    model: Option<&Path>,
    config: Option<&Path>,
    scale: Option<usize>,
    results: Option<&Path>,
) -> Result<Chosen, Failure> {
    let name = model.map_or_else(|| pretrained::DEFAULT.to_owned(), readable);
    let packed = packed::find(model, config, scale, results)?;
    let Packed { model: config, scale, tensors, .. } = packed;
    // Pictures go through in rows, which only the CPU does.
    let (parameters, model) = config.init(scale, 0, &Device::Cpu).map_err(Failure::internal)?;
    parameters.load(&tensors)?;
    Ok(Chosen { name, config, model, scale })
}
