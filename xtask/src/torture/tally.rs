//! How far a torture has come, in a file that survives its own death.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::Wrong;

/// The file in the torture's folder.
const FILE: &str = "progress.json";

/// What has been done so far.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tally {
    #[serde(skip)]
    path: Option<PathBuf>,
    /// Seconds that the trials took.
    pub(super) spent_s: f64,
    /// What each group has done, by its name.
    pub(super) groups: BTreeMap<String, Count>,
}

/// What a group has done.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Count {
    /// The next trial.
    pub(super) next: u64,
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) spent_s: f64,
}

impl Tally {
    /// What is kept in `work`, or a new one.
    pub(super) fn open(work: &Path) -> Result<Self, Wrong> {
        let path = work.join(FILE);
        let tally = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| format!("{} is damaged: {error}; remove it", path.display()))?,
            Err(_) => Self::default(),
        };
        Ok(Self { path: Some(path), ..tally })
    }

    /// Puts it in the place of the one before, if it is kept at all.
    pub(super) fn save(&self) -> Result<(), Wrong> {
        if let Some(path) = &self.path {
            let beside = path.with_extension("new");
            fs::write(&beside, serde_json::to_vec_pretty(self)?)?;
            fs::rename(beside, path)?;
        }
        Ok(())
    }

    /// Forgets it: the next torture begins anew.
    pub(super) fn close(&self) -> Result<(), Wrong> {
        match &self.path {
            Some(path) if path.exists() => Ok(fs::remove_file(path)?),
            _ => Ok(()),
        }
    }

    /// Trials that passed and trials that failed.
    pub(super) fn totals(&self) -> (u64, u64) {
        self.groups.values().fold((0, 0), |(passed, failed), of| (passed + of.passed, failed + of.failed))
    }
}
