//! Checkpoints: folders `checkpoints/step-N/` that are trusted only when their manifest verifies.

use std::{
    cell::Cell,
    collections::BTreeMap,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    ImageSet, RecordError, commit,
    disk::{self, Purpose},
};

use self::manifest::Manifest;

mod manifest;

const MANIFEST: &str = "manifest.json";

const FOLDER: &str = "checkpoints";

/// What a checkpoint must share with the run that resumes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// SHA-256 of config.toml.
    pub config_sha256: String,
    /// The images it learns from and is measured on, by what they are for.
    pub data: BTreeMap<String, ImageSet>,
    /// Seed of everything random.
    pub seed: u64,
}

/// A checkpoint whose files are all as its manifest says.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Steps made when it was committed.
    pub step: u64,
    /// The contents of its files by name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The run it belongs to.
    pub identity: Identity,
}

/// A checkpoint that was passed over.
#[derive(Clone, Debug)]
pub struct Rejection {
    /// Its folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// The checkpoints of one run.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    /// The newest that this process committed or verified.
    seen: Cell<Option<u64>>,
}

/// The step of the newest checkpoint that verifies in the run folder `run`, for those who only look at it.
pub fn newest_checkpoint(run: &Path) -> Option<u64> {
    Checkpoints::in_run(run).newest_step()
}

/// Every checkpoint of the run folder `run` with its folder, from the oldest on: what is wrong with it, if anything is.
///
/// # Errors
/// [`RecordError::Read`] when they cannot be listed.
pub fn verify_checkpoints(run: &Path) -> Result<Vec<(PathBuf, Option<String>)>, RecordError> {
    let checkpoints = Checkpoints::in_run(run);
    let verified = checkpoints.steps()?.into_iter().map(|step| {
        let wrong = match checkpoints.read(step) {
            Ok(_) => None,
            Err(Unfit::Damaged(reason) | Unfit::Unreadable(reason)) => Some(reason),
        };
        (checkpoints.path_of(step), wrong)
    });
    Ok(verified.collect())
}

impl Checkpoints {
    pub(crate) fn in_run(run: &Path) -> Self {
        Self { folder: run.join(FOLDER), seen: Cell::new(None) }
    }

    /// Commits a checkpoint of `step`, replacing one of the same step.
    ///
    /// # Errors
    /// [`RecordError::Write`]; the checkpoints before it are untouched.
    pub fn save(&self, step: u64, files: &[(&str, Vec<u8>)], identity: &Identity) -> Result<(), RecordError> {
        let path = self.path_of(step);
        let text = Manifest::new(step, files, identity)
            .seal()
            .map_err(|error| RecordError::Manifest { path: path.clone(), reason: error.to_string() })?;
        let mut all: Vec<(&str, &[u8])> =
            files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        all.push((MANIFEST, &text));
        commit::folder(Purpose::Checkpoint, &path, &all)?;
        self.seen.set(Some(step));
        Ok(())
    }

    /// The newest checkpoint that verifies, if there is any folder of one, and those that were passed over.
    ///
    /// # Errors
    /// [`RecordError::NoCheckpoint`] when there are candidates and none verifies; [`RecordError::Read`] when the
    /// candidates cannot be listed.
    pub fn newest(&self) -> Result<(Option<Checkpoint>, Vec<Rejection>), RecordError> {
        let mut rejected: Vec<Rejection> = Vec::new();
        for step in self.steps()?.into_iter().rev() {
            match self.read(step) {
                Ok(checkpoint) => {
                    self.seen.set(Some(step));
                    return Ok((Some(checkpoint), rejected));
                }
                Err(Unfit::Damaged(reason) | Unfit::Unreadable(reason)) => {
                    rejected.push(Rejection { path: self.path_of(step), reason })
                }
            }
        }
        if rejected.is_empty() {
            return Ok((None, rejected));
        }
        let reasons: Vec<_> =
            rejected.iter().map(|one| format!("{}: {}", one.path.display(), one.reason)).collect();
        Err(RecordError::NoCheckpoint { path: self.folder.clone(), reasons: reasons.join("; ") })
    }

    /// The step of the newest checkpoint that verifies. On a disk that has failed altogether it is the newest that this
    /// process committed or verified.
    pub fn newest_step(&self) -> Option<u64> {
        let Ok(steps) = self.steps() else { return self.seen.get() };
        steps.into_iter().rev().find(|&step| self.read(step).is_ok())
    }

    /// Removes all but the `newest` newest checkpoints that verify and that of the step `best`.
    ///
    /// Nothing is removed while fewer verify, and none that the disk does not give at the moment: it may still be whole.
    ///
    /// # Errors
    /// [`RecordError::Read`] when they cannot be listed, [`RecordError::Write`] when one cannot be removed.
    pub fn keep(&self, newest: usize, best: Option<u64>) -> Result<(), RecordError> {
        let mut kept = 0;
        let mut others = Vec::new();
        for step in self.steps()?.into_iter().rev() {
            if kept == newest {
                others.push(step);
                continue;
            }
            match self.read(step) {
                Ok(_) => kept += 1,
                Err(Unfit::Unreadable(_)) => {}
                Err(Unfit::Damaged(_)) => others.push(step),
            }
        }
        if kept == newest {
            for step in others.into_iter().filter(|step| Some(*step) != best) {
                commit::remove_folder(Purpose::Checkpoint, &self.path_of(step))?;
            }
        }
        Ok(())
    }

    fn path_of(&self, step: u64) -> PathBuf {
        self.folder.join(format!("step-{step:010}"))
    }

    /// The steps that have a folder, in order.
    fn steps(&self) -> Result<Vec<u64>, RecordError> {
        let mut steps = Vec::new();
        for path in disk::list(Purpose::Checkpoint, &self.folder)? {
            let name = path.file_name().and_then(OsStr::to_str);
            let step = name.and_then(|name| name.strip_prefix("step-")?.parse().ok());
            // Only names as they are written: `step-7` and `step-+7` are not that of step 7.
            steps.extend(step.filter(|&step| self.path_of(step) == path));
        }
        steps.sort_unstable();
        Ok(steps)
    }

    /// Reads a checkpoint and verifies every byte of it.
    fn read(&self, step: u64) -> Result<Checkpoint, Unfit> {
        let path = self.path_of(step);
        let read = |name: &str| match disk::read(Purpose::Checkpoint, &path.join(name)) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(Unfit::Damaged(format!("{name} is missing"))),
            Err(error) => Err(Unfit::Unreadable(error.to_string())),
        };
        let damaged = |reason: String| Err(Unfit::Damaged(reason));
        let manifest = match Manifest::unseal(&read(MANIFEST)?) {
            Ok(manifest) if manifest.step == step => manifest,
            Ok(manifest) => return damaged(format!("its manifest is that of step {}", manifest.step)),
            Err(reason) => return damaged(format!("{MANIFEST}: {reason}")),
        };
        let mut files = BTreeMap::new();
        for (name, entry) in manifest.files {
            let plain = Path::new(&name).components().count() == 1 && !name.starts_with('.');
            if !plain {
                return damaged(format!("its manifest names the file {name:?}"));
            }
            let bytes = read(&name)?;
            if let Err(reason) = entry.verify(&bytes) {
                return damaged(format!("{name} {reason}"));
            }
            files.insert(name, bytes);
        }
        Ok(Checkpoint { step, files, identity: manifest.identity })
    }
}

/// Why a checkpoint is not used.
#[derive(Debug)]
enum Unfit {
    /// It is not as it was written.
    Damaged(String),
    /// The disk does not give it, now at least.
    Unreadable(String),
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn identity() -> Identity {
        Identity { config_sha256: "c".into(), data: BTreeMap::new(), seed: 1 }
    }

    fn saved(steps: &[u64]) -> (tempfile::TempDir, Checkpoints) {
        let run = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::in_run(run.path());
        for &step in steps {
            let files = [("weights", vec![step as u8; 100]), ("state.json", b"{}".to_vec())];
            checkpoints.save(step, &files, &identity()).unwrap();
        }
        (run, checkpoints)
    }

    #[test]
    fn the_newest_checkpoint_comes_back_as_it_was() {
        let (_run, checkpoints) = saved(&[9, 10, 100]);
        let (newest, rejected) = checkpoints.newest().unwrap();
        let newest = newest.unwrap();
        assert_eq!((newest.step, &newest.files["weights"]), (100, &vec![100u8; 100]));
        assert_eq!(newest.identity, identity());
        assert!(rejected.is_empty());
    }

    #[test]
    fn any_damage_is_found_and_the_one_before_is_used() {
        type Damage = fn(&Path);
        let damages: [Damage; 6] = [
            |path| fs::write(path.join("weights"), [2u8; 99]).unwrap(),
            |path| fs::write(path.join("weights"), [3u8; 100]).unwrap(),
            |path| fs::remove_file(path.join("state.json")).unwrap(),
            |path| fs::write(path.join(MANIFEST), "").unwrap(),
            |path| fs::remove_file(path.join(MANIFEST)).unwrap(),
            |path| {
                let text = fs::read_to_string(path.join(MANIFEST)).unwrap();
                fs::write(path.join(MANIFEST), text.replace("\"weights\"", "\"../step-0000000001/weights\""))
                    .unwrap();
            },
        ];
        for (number, damage) in damages.into_iter().enumerate() {
            let (_run, checkpoints) = saved(&[1, 2]);
            damage(&checkpoints.path_of(2));
            let (newest, rejected) = checkpoints.newest().unwrap();
            assert_eq!(newest.unwrap().step, 1, "damage {number}");
            assert_eq!(rejected.len(), 1, "damage {number}");
            assert_eq!(checkpoints.newest_step(), Some(1));
        }
    }

    #[test]
    fn every_flipped_bit_of_a_manifest_is_found() {
        let (_run, checkpoints) = saved(&[2]);
        let path = checkpoints.path_of(2).join(MANIFEST);
        let whole = fs::read(&path).unwrap();
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &flipped).unwrap();
            assert!(checkpoints.read(2).is_err(), "bit {bit}");
        }
        fs::write(&path, &whole).unwrap();
        assert_eq!(checkpoints.read(2).unwrap().identity, identity());
    }

    #[test]
    fn when_all_are_damaged_each_is_named_with_its_reason() {
        let (_run, checkpoints) = saved(&[1, 2]);
        for step in [1, 2] {
            fs::write(checkpoints.path_of(step).join("weights"), "x").unwrap();
        }
        let error = checkpoints.newest().unwrap_err().to_string();
        assert!(error.contains("step-0000000001") && error.contains("step-0000000002"), "{error}");
    }

    #[test]
    fn only_the_newest_are_kept() {
        let (_run, checkpoints) = saved(&[1, 2, 3, 4]);
        checkpoints.keep(2, None).unwrap();
        assert_eq!(checkpoints.steps().unwrap(), [3, 4]);
    }

    #[test]
    fn the_best_is_kept_too_however_old() {
        let (_run, checkpoints) = saved(&[1, 2, 3, 4]);
        checkpoints.keep(2, Some(1)).unwrap();
        assert_eq!(checkpoints.steps().unwrap(), [1, 3, 4]);
    }

    #[test]
    fn a_damaged_checkpoint_does_not_count_as_kept() {
        let (_run, checkpoints) = saved(&[8, 16, 24, 18]);
        fs::write(checkpoints.path_of(24).join("weights"), "x").unwrap();
        checkpoints.keep(2, None).unwrap();
        assert_eq!(checkpoints.steps().unwrap(), [16, 18]);
    }

    #[test]
    fn nothing_is_removed_while_too_few_checkpoints_verify() {
        let (_run, checkpoints) = saved(&[1, 2, 3]);
        for step in [1, 3] {
            fs::write(checkpoints.path_of(step).join("weights"), "x").unwrap();
        }
        checkpoints.keep(2, None).unwrap();
        assert_eq!(checkpoints.steps().unwrap(), [1, 2, 3]);
    }

    #[test]
    fn checkpoints_that_cannot_be_listed_are_not_taken_for_none() {
        let run = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::in_run(run.path());
        assert!(checkpoints.newest().unwrap().0.is_none());
        fs::write(run.path().join(FOLDER), "a file").unwrap();
        assert!(matches!(checkpoints.newest(), Err(RecordError::Read { .. })));
        assert!(matches!(checkpoints.keep(2, None), Err(RecordError::Read { .. })));
        assert_eq!(checkpoints.newest_step(), None);
    }

    #[test]
    fn names_that_are_not_written_by_a_save_are_no_checkpoints() {
        let (_run, checkpoints) = saved(&[1]);
        for name in ["step-1", "step-+000000001", "step-0000000002.tmp-7", "notes"] {
            fs::create_dir(checkpoints.folder.join(name)).unwrap();
        }
        assert_eq!(checkpoints.steps().unwrap(), [1]);
    }
}
