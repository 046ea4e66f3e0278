//! An experiment: what its TOML file says, typed and checked.

use std::{fs, path::Path};

mod data;
mod judge;
mod restore;

use plumage_config::{Loaded, has_key, load, probe};
use plumage_trainer::judge::BICUBIC;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

pub(crate) use self::{
    data::DataConfig,
    judge::JudgeExperiment,
    restore::{EvaluationConfig, RestoreExperiment},
};
use crate::{failure::Failure, workspace::Workspace};

/// What `experiments/NAME.toml` describes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Experiment {
    /// The training of a network that upscales.
    Restore(Box<RestoreExperiment>),
    /// A study of what finished runs make.
    Judge(Box<JudgeExperiment>),
}

/// The table that only an experiment that judges has.
const JUDGE: &str = "judge";

impl Experiment {
    /// Refuses a name that no experiment can have.
    ///
    /// # Errors
    /// A name that no folder of a run can have, and that of the baseline.
    pub(crate) fn check_name(name: &str) -> Result<(), Failure> {
        plumage_record::check_name(name)?;
        if name == BICUBIC {
            let message = format!("tables call the baseline `{BICUBIC}`");
            return Err(Failure::usage(message, "give the experiment another name"));
        }
        Ok(())
    }

    /// Reads and checks `experiments/NAME.toml` with the changes of `--set`.
    pub(crate) fn load(workspace: &Workspace, name: &str, set: &[String]) -> Result<Loaded<Self>, Failure> {
        Self::read(&workspace.experiments().join(format!("{name}.toml")), set)
    }

    /// Reads and checks an experiment wherever its file is.
    pub(crate) fn read(path: &Path, set: &[String]) -> Result<Loaded<Self>, Failure> {
        if has_key(path, set, JUDGE) {
            let loaded = checked(path, set, JudgeExperiment::broken_rules)?;
            return Ok(loaded.map(|experiment| Self::Judge(Box::new(experiment))));
        }
        let loaded = checked(path, set, RestoreExperiment::broken_rules)?;
        Ok(loaded.map(|experiment| Self::Restore(Box::new(experiment))))
    }

    /// Every way to break `text`, a file of this kind, at one key.
    pub(crate) fn mutations(&self, text: &str) -> Vec<probe::Mutation> {
        match self {
            Self::Restore(_) => probe::mutations::<RestoreExperiment>(text),
            Self::Judge(_) => {
                let mut mutations = probe::mutations::<JudgeExperiment>(text);
                // Without the table it is a file of the other kind, whose keys are then named.
                mutations.retain(|mutation| mutation.description != "`judge` removed");
                mutations
            }
        }
    }

    /// The experiment of `config` that trains a network which upscales.
    ///
    /// # Errors
    /// A study of judges has none.
    pub(crate) fn read_restore(config: &Path, set: &[String]) -> Result<RestoreExperiment, Failure> {
        match Self::read(config, set)?.value {
            Self::Restore(experiment) => Ok(*experiment),
            Self::Judge(_) => {
                let message =
                    format!("{} is a study of judges, and no network that upscales", config.display());
                Err(Failure::usage(message, "name a run that trained one, or one of its judge.methods"))
            }
        }
    }

    /// What it shows, in a line.
    pub(crate) fn about(&self) -> &str {
        match self {
            Self::Restore(experiment) => &experiment.about,
            Self::Judge(experiment) => &experiment.about,
        }
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
}

/// Loads a file of one kind, and looks at the rules across its fields.
fn checked<T: DeserializeOwned + JsonSchema>(
    path: &Path,
    set: &[String],
    rules: impl FnOnce(&T) -> Vec<(String, String)>,
) -> Result<Loaded<T>, Failure> {
    let loaded = load::<T>(path, set)?;
    let mistakes: Vec<_> =
        rules(&loaded.value).into_iter().map(|(key, message)| (key, message, None)).collect();
    if mistakes.is_empty() { Ok(loaded) } else { Err(loaded.mistakes(mistakes).into()) }
}

#[cfg(test)]
mod tests {
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
            let loaded = Experiment::load(&workspace(), &name, &[]).unwrap();
            fs::write(&resolved, loaded.resolved).unwrap();
            for path in [written, resolved] {
                let survivors = match loaded.value {
                    Experiment::Restore(_) => probe::survivors::<RestoreExperiment>(&path).unwrap(),
                    Experiment::Judge(_) => probe::survivors::<JudgeExperiment>(&path).unwrap(),
                };
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
            assert!(!head.contains("TODO"), "{name} is not finished");
            for part in ["# What it shows: ", "# Paper: ", "# Command: ", command.as_str(), "# Expected: "] {
                assert!(head.contains(part), "{name} lacks {part:?}");
            }
        }
    }

    #[test]
    fn rules_across_fields_are_told_all_at_once() {
        let all = |name: &str, changes: &[&str]| {
            let changes: Vec<String> = changes.iter().map(|change| (*change).to_owned()).collect();
            match Experiment::load(&workspace(), name, &changes) {
                Err(Failure::Config(errors)) => {
                    errors.mistakes().iter().map(|mistake| mistake.key.clone()).collect::<Vec<_>>()
                }
                other => panic!("{other:?}"),
            }
        };
        let (factor, every) = ("trainer.learning_rate_factors.cnov3", "trainer.validate_every");
        let keys = all("srcnn_baseline", &[&format!("{factor}=0.1"), &format!("{every}=75")]);
        assert!(keys.iter().any(|key| key == factor) && keys.iter().any(|key| key == every), "{keys:?}");
        let (ramp, warmup) = ("adversarial.ramp_steps", "adversarial.schedule.warmup_steps");
        let keys = all("srgan_aviary", &[&format!("{ramp}=99999999"), &format!("{warmup}=99999999")]);
        assert!(keys.iter().any(|key| key == ramp) && keys.iter().any(|key| key == warmup), "{keys:?}");
        let alone = "adversarial.pretraining_steps";
        assert_eq!(all("srgan_aviary", &[&format!("{alone}=99999999")]), [alone]);
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
