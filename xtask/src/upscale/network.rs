//! Which network `--model` names.

use std::{fs, path::Path};

use candle_core::Device;
use plumage_imaging::Channels;
use plumage_models::{
    ModelConfig, Packed, PackedError, Upscaler,
    bicubic::BicubicConfig,
    enlarger::Enlarger,
    pretrained,
    weights::{self, Tensors},
};

use super::readable;
use crate::{
    evaluation::Network,
    experiment::{Experiment, RestoreExperiment},
    failure::Failure,
    workspace::Workspace,
};

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

/// The network that `--model` names, for `--scale`: one that comes along, `bicubic`, a run in `results`, or a file of
/// weights, which says itself what network it belongs to, unless `config` does.
///
/// # Errors
/// A name of nothing, a scale that the network is not for, weights that do not fit.
pub(crate) fn choose(
    model: Option<&Path>,
    config: Option<&Path>,
    scale: Option<usize>,
    results: Option<&Path>,
) -> Result<Chosen, Failure> {
    let name = model.map_or_else(|| pretrained::DEFAULT.to_owned(), readable);
    let packed = match model {
        Some(file) if file.is_file() || file.extension().is_some_and(|end| end == "safetensors") => {
            read(file, config)?
        }
        _ if name == "bicubic" => Packed {
            model: ModelConfig::Bicubic(BicubicConfig { channels: Channels::Rgb }),
            scale: scale.unwrap_or(2),
            tensors: Tensors::new(),
            about: Default::default(),
        },
        _ => match come_along(&name, scale)? {
            Some(packed) => packed,
            None => of_run(&name, results)?,
        },
    };
    let Packed { model: config, scale: own, tensors, .. } = packed;
    let scale = scale.unwrap_or(own);
    if scale != own && !Network::works_at_any_scale(&config) {
        return Err(Failure::usage(
            format!("{name} enlarges {own} times, not {scale} times"),
            format!("--scale {own}"),
        ));
    }
    // Pictures go through in rows, which only the CPU does.
    let (parameters, model) = config.init(scale, 0, &Device::Cpu).map_err(Failure::internal)?;
    parameters.load(&tensors)?;
    Ok(Chosen { name, config, model, scale })
}

/// A network that comes with Plumage; none if none has that name.
fn come_along(name: &str, scale: Option<usize>) -> Result<Option<Packed>, Failure> {
    let scales: Vec<usize> =
        pretrained::ALL.iter().filter(|one| one.name == name).map(|one| one.scale).collect();
    let Some(&first) = scales.first() else { return Ok(None) };
    let Some(one) = pretrained::find(name, scale.unwrap_or(first)) else {
        let known: Vec<String> = scales.iter().map(|scale| format!("--scale {scale}")).collect();
        return Err(Failure::usage(format!("{name} does not enlarge so many times"), known.join(" or ")));
    };
    Ok(Some(one.load().map_err(Failure::internal)?))
}

fn read(file: &Path, config: Option<&Path>) -> Result<Packed, Failure> {
    let bytes = weights::read_bytes(file)?;
    let name = readable(file);
    match config {
        None => Packed::from_bytes(&bytes, &name).map_err(|error| match error {
            PackedError::Weights(error) => error.into(),
            error => Failure::usage(error, "say it with --config EXPERIMENT.toml"),
        }),
        Some(config) => {
            let RestoreExperiment { model, scale, .. } = Experiment::read_restore(config, &[])?;
            let tensors = weights::from_bytes(&bytes, &name)?;
            Ok(Packed { model, scale, tensors, about: Default::default() })
        }
    }
}

/// A finished run in results/.
fn of_run(name: &str, results: Option<&Path>) -> Result<Packed, Failure> {
    let run = match results {
        Some(results) => results.join(name),
        None => Workspace::find()?.results(None).join(name),
    };
    let (config, file) = (run.join("config.toml"), run.join("weights.safetensors"));
    if plumage_record::check_name(name).is_err() || !fs::exists(&file).unwrap_or(false) {
        let mut known: Vec<&str> = pretrained::ALL.iter().map(|one| one.name).collect();
        known.dedup();
        return Err(Failure::usage(
            format!("there is no network, file or finished run {name}"),
            format!("known are {} and bicubic, runs of results/, and files of weights", known.join(", ")),
        ));
    }
    read(&file, Some(&config))
}
