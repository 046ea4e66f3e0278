//! The runs of a report. One that is finished is taken as it is, if its config and its images are those that are asked for;
//! one that was stopped is gone on with; any other is made.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use plumage_config::Loaded;
use plumage_data::DataRoots;
use plumage_record::{
    Identity, ImageSet, Manifest, SeenImage, Status, newest_checkpoint, read_manifest, read_seen, sha256,
    verify_checkpoints,
};

use crate::{
    experiment::Experiment, failure::Failure, interrupt::Interrupt, limits::MemoryLimit, run, say::note,
    training::Request, workspace::Workspace,
};

/// A run that a report needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    /// The experiment.
    pub(crate) experiment: String,
    /// The changes of `--set` that make this run of it.
    pub(crate) set: Vec<String>,
    /// What its folder is called, should it have to be made.
    pub(crate) run: String,
}

/// Where the runs of a report are, and how those that are not there are made.
pub(crate) struct Runs<'a> {
    /// Where experiments are.
    pub(crate) workspace: &'a Workspace,
    /// The folder of all runs.
    pub(crate) results: PathBuf,
    /// Where data are.
    pub(crate) roots: DataRoots,
    /// The most memory that a run may take.
    pub(crate) max_memory: MemoryLimit,
    /// The command that makes the report again, and goes on with what was stopped.
    pub(crate) again: &'a str,
    /// Whether runs are made; if not, those that are there are taken without a look at the images.
    pub(crate) trains: bool,
    /// What ends the report.
    pub(crate) interrupt: &'a Interrupt,
}

/// A finished run.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// What it says of itself.
    pub(crate) manifest: Manifest,
}

impl Runs<'_> {
    /// The finished run that is wanted, made if need be; none where it is not there and none is to be made.
    ///
    /// # Errors
    /// All that a run may fail of; the message names the run.
    pub(crate) fn provide(&self, wanted: &Wanted) -> Result<Option<Found>, Failure> {
        self.provide_unnamed(wanted).map_err(|failure| failure.of(&wanted.run))
    }

    fn provide_unnamed(&self, wanted: &Wanted) -> Result<Option<Found>, Failure> {
        let loaded = self.load(wanted)?;
        if !self.trains {
            return self.finished(&wanted.run, &sha256(loaded.resolved.as_bytes()), None);
        }
        self.interrupt.between_runs(self.again);
        let request = self.request(wanted, &loaded);
        let opened = run::open(&request, &loaded.value)?;
        let identity = opened.identity();
        if let Some(found) = self.finished(&wanted.run, &identity.config_sha256, Some(&identity.data))? {
            note!("{}: there already, in {}", wanted.run, found.folder.display());
            return Ok(Some(found));
        }
        let resume = self.can_be_resumed(&wanted.run, identity)?;
        note!("{}: {}", wanted.run, if resume { "going on" } else { "beginning" });
        let request = Request { resume, ..request };
        run::run(self.workspace, &request, &loaded.value, &opened, self.interrupt)?;
        self.finished(&wanted.run, &identity.config_sha256, Some(&identity.data))
    }

    /// The images that a run learns from and is measured on, whether or not it is there.
    ///
    /// # Errors
    /// All that keeps a run from being made; the message names the run.
    pub(crate) fn seen(&self, wanted: &Wanted) -> Result<Vec<SeenImage>, Failure> {
        let opened = |loaded: Loaded<Experiment>| run::seen(&self.request(wanted, &loaded), &loaded.value);
        self.load(wanted).and_then(opened).map_err(|failure| failure.of(&wanted.run))
    }

    fn request<'a>(&'a self, wanted: &'a Wanted, loaded: &'a Loaded<Experiment>) -> Request<'a> {
        Request {
            name: &wanted.experiment,
            run: &wanted.run,
            resolved: &loaded.resolved,
            set: &wanted.set,
            again: self.again,
            resume: false,
            max_memory: self.max_memory,
            results: &self.results,
            roots: &self.roots,
        }
    }

    /// The finished runs of the experiment by any seed but that of `wanted`, which are there by chance.
    pub(crate) fn other_seeds(&self, wanted: &Wanted, taken: u64) -> Result<Vec<Found>, Failure> {
        let mut others = BTreeMap::new();
        for (folder, manifest) in self.all_finished()? {
            let seed = manifest.seed;
            if seed == taken || manifest.name != wanted.experiment || others.contains_key(&seed) {
                continue;
            }
            let mut set = wanted.set.clone();
            set.push(format!("seed={seed}"));
            let other = Wanted { set, ..wanted.clone() };
            let loaded = self.load(&other)?;
            if manifest.config_sha256 != sha256(loaded.resolved.as_bytes()) {
                continue;
            }
            // Which images are learnt from depends on the seed.
            let images = match self.trains {
                true => {
                    Some(run::open(&self.request(&other, &loaded), &loaded.value)?.identity().data.clone())
                }
                false => None,
            };
            if is_of(&folder, images.as_ref())? {
                others.insert(seed, Found { folder, manifest });
            }
        }
        Ok(others.into_values().collect())
    }

    fn load(&self, wanted: &Wanted) -> Result<Loaded<Experiment>, Failure> {
        Experiment::load(self.workspace, &wanted.experiment, &wanted.set)
    }

    /// A finished run of that config and those images, first where it would be made, then wherever it is.
    fn finished(
        &self,
        run: &str,
        config_sha256: &str,
        data: Option<&BTreeMap<String, ImageSet>>,
    ) -> Result<Option<Found>, Failure> {
        let mut all = self.all_finished()?;
        all.sort_by_key(|(folder, _)| (folder != &self.results.join(run), folder.clone()));
        for (folder, manifest) in all {
            if manifest.config_sha256 == config_sha256 && is_of(&folder, data)? {
                return Ok(Some(Found { folder, manifest }));
            }
        }
        Ok(None)
    }

    /// All finished runs; folders that hold none, or one of another version, are passed over.
    fn all_finished(&self) -> Result<Vec<(PathBuf, Manifest)>, Failure> {
        let entries = match std::fs::read_dir(&self.results) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Failure::unreadable(&self.results, &error)),
        };
        let folders = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let manifest = |folder: PathBuf| Some((read_manifest(&folder).ok()??, folder));
        let finished =
            folders.filter_map(manifest).filter(|(manifest, _)| manifest.status == Status::Finished);
        Ok(finished.map(|(manifest, folder)| (folder, manifest)).collect())
    }

    /// Whether the folder of that name holds an unfinished run of that config and those images that can be gone on with.
    fn can_be_resumed(&self, run: &str, identity: &Identity) -> Result<bool, Failure> {
        let folder = self.results.join(run);
        // One that cannot be read is moved aside by the new run, and not a reason to make none.
        let Ok(Some(manifest)) = read_manifest(&folder) else { return Ok(false) };
        // What has damaged checkpoints alone is moved aside, too; what died before its first one begins again.
        let can_go_on = newest_checkpoint(&folder).is_some()
            || (manifest.steps_done == 0 && verify_checkpoints(&folder)?.is_empty());
        Ok(manifest.status != Status::Finished
            && can_go_on
            && manifest.config_sha256 == identity.config_sha256
            && is_of(&folder, Some(&identity.data))?)
    }
}

/// Whether a run has seen those images, if any are given.
fn is_of(folder: &Path, data: Option<&BTreeMap<String, ImageSet>>) -> Result<bool, Failure> {
    match data {
        Some(data) => Ok(ImageSet::all(&read_seen(folder)?) == *data),
        None => Ok(true),
    }
}
