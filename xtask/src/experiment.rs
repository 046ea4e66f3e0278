//! An experiment: what its TOML file says, typed and checked.

use std::{fs, path::Path};

mod data;

use candle_core::Device;
use plumage_config::{Loaded, load};
use plumage_data::{InputGrid, Recipe};
use plumage_losses::LossConfig;
use plumage_metrics::Protocol;
use plumage_models::{Grid, ModelConfig};
use plumage_trainer::TrainerConfig;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use self::data::DataConfig;
use crate::{failure::Failure, workspace::Workspace};

/// The whole of `experiments/NAME.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Experiment {
    /// What the experiment shows, in a line.
    pub(crate) about: String,
    /// Everything random in the run is a function of it.
    pub(crate) seed: u64,
    /// How much is enlarged: HR size over LR size.
    #[schemars(range(min = 2, max = 8))]
    pub(crate) scale: usize,
    /// The network.
    pub(crate) model: ModelConfig,
    /// What it minimises.
    pub(crate) loss: LossConfig,
    /// What it learns from, and what it is validated on.
    pub(crate) data: DataConfig,
    /// How it is trained.
    pub(crate) trainer: TrainerConfig,
    /// How it is measured in the end.
    pub(crate) evaluation: EvaluationConfig,
}

/// `[evaluation]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvaluationConfig {
    /// How images are degraded and measured, in validation too: always by the protocol's bicubic, whatever
    /// `data.degradation` trains for.
    pub(crate) protocol: Protocol,
    /// What is measured: `test`, the test part of the training set, or names of sets in data/.
    #[schemars(length(min = 1))]
    pub(crate) on: Vec<String>,
    /// For so many images of every set, a comparison figure is drawn.
    pub(crate) figures: usize,
}

impl Experiment {
    /// Reads and checks `experiments/NAME.toml` with the changes of `--set`.
    pub(crate) fn load(workspace: &Workspace, name: &str, set: &[String]) -> Result<Loaded<Self>, Failure> {
        Self::read(&workspace.experiments().join(format!("{name}.toml")), set)
    }

    /// Reads and checks an experiment wherever its file is.
    pub(crate) fn read(path: &Path, set: &[String]) -> Result<Loaded<Self>, Failure> {
        let loaded = load::<Self>(path, set)?;
        let mistakes: Vec<_> =
            loaded.value.broken_rules().into_iter().map(|(key, message)| (key, message, None)).collect();
        if mistakes.is_empty() { Ok(loaded) } else { Err(loaded.mistakes(mistakes).into()) }
    }

    /// The experiments there are, in the order of their names.
    pub(crate) fn names(workspace: &Workspace) -> Result<Vec<String>, Failure> {
        let folder = workspace.experiments();
        let entries = fs::read_dir(&folder).map_err(|error| Failure::unreadable(&folder, &error))?;
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let tomls = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
        let mut names: Vec<String> =
            tomls.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// What the batches of a run are made of.
    pub(crate) fn recipe(&self) -> Recipe {
        let architecture = self.model.architecture();
        Recipe {
            seed: self.seed,
            scale: self.scale,
            channels: architecture.channels(),
            input: match architecture.grid() {
                Grid::Lr => InputGrid::Lr,
                Grid::Hr => InputGrid::Hr,
            },
            degradation: self.data.degradation.clone(),
            patches: self.data.patches.clone(),
            augment: self.data.augment.clone(),
            batches: self.data.batches.clone(),
        }
    }

    /// Rules across fields that the experiment breaks, as pairs of key path and message.
    fn broken_rules(&self) -> Vec<(String, String)> {
        let below = |at: String, broken: Vec<(String, String)>| {
            broken.into_iter().map(move |(path, message)| (format!("{at}.{path}"), message))
        };
        let architecture = self.model.architecture();
        let mut broken: Vec<_> =
            below(format!("model.{}", architecture.name()), architecture.validate()).collect();
        broken.extend(below("data".into(), self.data.broken_rules()));
        broken.extend(below("data".into(), self.recipe().validate()));
        broken.extend(below("trainer".into(), self.trainer.validate()));
        if broken.is_empty() {
            broken.extend(self.broken_network_rules());
        }
        let has_test = self.data.split.as_ref().is_some_and(|split| split.test > 0.);
        if !has_test && self.evaluation.on.iter().any(|set| set == "test") {
            let message = "there is no test part: give data.split.test a share, or name a set of data/";
            broken.push(("evaluation.on".to_owned(), message.to_owned()));
        }
        broken
    }

    /// Rules that only the built network shows.
    fn broken_network_rules(&self) -> Vec<(String, String)> {
        let (parameters, model) = match self.model.init(self.scale, self.seed, &Device::Cpu) {
            Ok(built) => built,
            Err(error) => return vec![("model".to_owned(), format!("the network cannot be built: {error}"))],
        };
        let names = parameters.iter().map(|(name, _)| name).collect::<Vec<_>>();
        let unmatched = self.trainer.unmatched_factors(names.iter().copied()).into_iter().map(|layer| {
            let message = format!("no parameter lies in `{layer}`; there are {}", names.join(", "));
            (format!("trainer.learning_rate_factors.{layer}"), message)
        });
        let (patch, border) = (self.data.patches.hr_size(), model.border_px());
        let too_small = (patch <= 2 * border).then(|| {
            let message = format!(
                "the network cuts {border} pixels off every side, so that nothing is left of {patch}"
            );
            ("data.patches".to_owned(), message)
        });
        unmatched.chain(too_small).collect()
    }
}

#[cfg(test)]
mod tests {
    use plumage_config::probe;

    use super::*;

    fn workspace() -> Workspace {
        Workspace::find().unwrap()
    }

    #[test]
    fn every_shipped_experiment_loads_and_so_does_its_resolved_form() {
        let folder = tempfile::tempdir().unwrap();
        for name in Experiment::names(&workspace()).unwrap() {
            let loaded = Experiment::load(&workspace(), &name, &[])
                .unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
            let resolved = folder.path().join("config.toml");
            fs::write(&resolved, &loaded.resolved).unwrap();
            assert_eq!(Experiment::read(&resolved, &[]).unwrap().value, loaded.value, "{name}");
        }
    }

    #[test]
    fn every_key_renamed_retyped_or_out_of_range_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for name in Experiment::names(&workspace()).unwrap() {
            // The file as it is written, and with the keys that it leaves to the one it extends.
            let written = workspace().experiments().join(format!("{name}.toml"));
            let resolved = folder.path().join(format!("{name}.toml"));
            fs::write(&resolved, Experiment::load(&workspace(), &name, &[]).unwrap().resolved).unwrap();
            for path in [written, resolved] {
                let survivors = probe::survivors::<Experiment>(&path).unwrap();
                assert!(survivors.is_empty(), "{}: {survivors:#?}", path.display());
            }
        }
    }

    #[test]
    fn every_shipped_experiment_opens_with_what_it_shows_its_paper_its_command_and_what_to_expect() {
        for name in Experiment::names(&workspace()).unwrap() {
            let text = fs::read_to_string(workspace().experiments().join(format!("{name}.toml"))).unwrap();
            let head: String = text.lines().take_while(|line| line.starts_with('#')).collect();
            let command = format!("cargo xtask experiment {name}");
            for part in ["# What it shows: ", "# Paper: ", "# Command: ", command.as_str(), "# Expected: "] {
                assert!(head.contains(part), "{name} lacks {part:?}");
            }
        }
    }

    #[test]
    fn rules_across_fields_point_at_the_key_that_breaks_them() {
        for (change, key) in [
            ("model.srcnn.kernels=[9, 4, 5]", "model.srcnn.kernels"),
            ("trainer.validate_every=75", "trainer.validate_every"),
            ("data.split.validation=0.0", "data.train"),
            ("data.split.test=0.0", "evaluation.on"),
            ("data.degradation=[\"bicubic\", \"bicubic\"]", "data.degradation"),
            ("trainer.schedule.warmup_steps=99999", "trainer.schedule.warmup_steps"),
            ("trainer.learning_rate_factors.cnov3=0.1", "trainer.learning_rate_factors.cnov3"),
        ] {
            let failure = Experiment::load(&workspace(), "srcnn_baseline", &[change.to_owned()]).unwrap_err();
            let Failure::Config(errors) = failure else { panic!("{change}: {failure:?}") };
            assert!(errors.mistakes().iter().any(|mistake| mistake.key == key), "{change}: {errors:?}");
        }
    }
}
