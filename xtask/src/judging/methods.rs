//! The finished runs that are judged: their networks, and the images that these have seen.

use std::{collections::HashSet, path::Path};

use candle_core::Device;
use plumage_imaging::{Channels, Planes};
use plumage_metrics::TestImage;
use plumage_models::{Draw, ModelConfig, Upscaler, weights};
use plumage_record::{Purpose, SeenImage, Status, disk, read_manifest, read_seen, sha256};
use plumage_trainer::evaluate::upscale;

use crate::{
    device,
    experiment::{Experiment, JudgeExperiment, RestoreExperiment},
    failure::Failure,
    packed::weights_file,
    training::Request,
};

/// A run that is judged.
pub(super) struct Method {
    /// Its name, and what records call what it makes.
    pub(super) name: String,
    /// SHA-256 of the images, in hexadecimal, that it was trained on or its best step was chosen by.
    pub(super) learnt: HashSet<String>,
    weights_sha256: String,
    config: ModelConfig,
    network: Box<dyn Upscaler>,
    device: Device,
}

/// Opens all runs that are judged.
///
/// # Errors
/// Runs that are missing, unfinished, or of another scale: all at once, with the commands that make them.
pub(super) fn open(experiment: &JudgeExperiment, request: &Request) -> Result<Vec<Method>, Failure> {
    let mut missing = Vec::new();
    for name in &experiment.judge.methods {
        match read_manifest(&request.results.join(name))?.map(|manifest| manifest.status) {
            Some(Status::Finished) => {}
            Some(status) => missing.push((name, status.to_string())),
            None => missing.push((name, "not run".to_owned())),
        }
    }
    if !missing.is_empty() {
        let states: Vec<_> = missing.iter().map(|(name, state)| format!("{name} is {state}")).collect();
        let commands: Vec<_> =
            missing.iter().map(|(name, _)| format!("cargo xtask experiment {name} --resume")).collect();
        let place = request.results.display();
        return Err(Failure::input(
            format!("only finished runs can be judged, and in {place} {}", states.join(", ")),
            format!("with the same --out and --data-root: {}", commands.join("; ")),
        ));
    }
    experiment
        .judge
        .methods
        .iter()
        .map(|name| Method::open(name, experiment.scale, request.results))
        .collect()
}

impl Method {
    fn open(name: &str, scale: usize, results: &Path) -> Result<Self, Failure> {
        let run = results.join(name);
        let Experiment::Restore(trained) = Experiment::read(&run.join("config.toml"), &[])?.value else {
            let message = format!("{name} judges itself: it makes no pictures");
            return Err(Failure::usage(message, "name runs that train a network in judge.methods"));
        };
        let RestoreExperiment { model: config, scale: trained_for, .. } = *trained;
        if trained_for != scale {
            return Err(Failure::usage(
                format!(
                    "{name} enlarges by {trained_for}, and the judges look at pictures enlarged by {scale}"
                ),
                "set scale to that of the runs; all of them share one",
            ));
        }
        let device = device::best()?;
        let path = weights_file(&run)?;
        let bytes = disk::read(Purpose::Weights, &path)?.unwrap_or_default();
        let tensors = weights::from_bytes(&bytes, &path.display().to_string())?;
        let (parameters, network) = config.init(scale, 0, &device).map_err(Failure::internal)?;
        parameters.load(&tensors)?;
        let learnt: HashSet<String> = read_seen(&run)?
            .into_iter()
            .filter(|image| matches!(image.set.as_str(), "train" | "validation"))
            .map(|image| image.sha256)
            .collect();
        if learnt.is_empty() {
            return Err(Failure::input(
                format!("{} does not say what {name} was trained on", run.join("data.csv").display()),
                format!("run it anew: cargo xtask experiment {name}"),
            ));
        }
        let weights_sha256 = sha256(&bytes);
        Ok(Self { name: name.to_owned(), learnt, weights_sha256, config, network, device })
    }

    /// What the network works on.
    pub(super) fn channels(&self) -> Channels {
        self.config.architecture().channels()
    }

    /// The weights, as data.csv names all that a study depends on.
    pub(super) fn seen(&self) -> SeenImage {
        SeenImage {
            set: format!("method.{}", self.name),
            image: "weights.safetensors".to_owned(),
            sha256: self.weights_sha256.clone(),
        }
    }

    /// SR of an image, `[C, H, W]`, once for each draw of the noise, or once where there is none.
    pub(super) fn upscale(&self, image: &TestImage, draws: &[Draw]) -> Result<Vec<Planes>, Failure> {
        let grid = self.config.architecture().grid();
        let make =
            |network: &dyn Upscaler| upscale(network, grid, image, &self.device).map_err(Failure::internal);
        let noisy: Option<Vec<_>> = draws.iter().map(|draw| self.network.with_noise(*draw)).collect();
        match noisy {
            Some(networks) if !networks.is_empty() => {
                networks.iter().map(|network| make(network.as_ref())).collect()
            }
            _ => Ok(vec![make(self.network.as_ref())?]),
        }
    }
}
