//! Where trials take place: a workspace of their own, the tiniest experiment, and a run of it that nobody disturbed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use plumage_random::{Stream, generator};
use rand::Rng;

use super::{Group, Outcome, Wrong, child::Running, sameness};
use crate::workspace::Workspace;

/// The experiment of the trials: everything that a run has, in half a second.
pub(super) const NAME: &str = "torture";

/// Every source of randomness and all of the state that a checkpoint has to bring back.
const TOML: &str = r#"extends = "tiny"
about = "what the torture runs"

[data]
degradation = ["bicubic", { noise = { sigma = 2.0 } }]

[data.train.aviary]
images = 6
side = 48
seed = 1

[data.validation.aviary]
images = 1
side = 32
seed = 2

[data.batches]
size = 8
workers = 2
pool = 3
cache_mib = 16

[trainer]
steps = 48
record_every = 2
validate_every = 6
checkpoint_every = 4
clip_grad_norm = 1.0
ema_decay = 0.9
"#;

/// The place of all trials of one torture.
pub(crate) struct Arena {
    work: PathBuf,
    seed: u64,
    reference: Mutex<Option<Reference>>,
}

/// A run that nobody disturbed.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    /// Its folder.
    pub(super) run: PathBuf,
    /// How long it took.
    pub(super) took: Duration,
}

impl Arena {
    /// Prepares the folder `work`.
    pub(crate) fn prepare(work: &Path, seed: u64, shipped: &Workspace) -> Result<Self, Wrong> {
        let work = std::path::absolute(work)?;
        let workspace = work.join("workspace");
        if workspace.exists() {
            fs::remove_dir_all(&workspace)?;
        }
        fs::create_dir_all(workspace.join("experiments"))?;
        fs::create_dir_all(workspace.join("data"))?;
        fs::write(workspace.join("Cargo.toml"), "# The mark of a workspace; nothing is built here.\n")?;
        for folder in ["experiments", "data"] {
            for entry in fs::read_dir(shipped.root().join(folder))? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "toml") {
                    fs::copy(&path, workspace.join(folder).join(path.file_name().unwrap_or_default()))?;
                }
            }
        }
        fs::write(workspace.join("experiments").join(format!("{NAME}.toml")), TOML)?;
        Ok(Self { work, seed, reference: Mutex::default() })
    }

    /// An arena that another process has prepared.
    pub(super) fn enter(work: &Path, seed: u64) -> Result<Self, Wrong> {
        Ok(Self { work: std::path::absolute(work)?, seed, reference: Mutex::default() })
    }

    /// The seed of everything random.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// The folder that everything lies in.
    pub(super) fn work(&self) -> &Path {
        &self.work
    }

    /// The workspace that the trials run in.
    pub(super) fn workspace(&self) -> PathBuf {
        self.work.join("workspace")
    }

    /// The random draws of a trial: the same for the same seed, group and number.
    pub(super) fn draws(&self, group: Group, trial: u64) -> impl Rng + use<> {
        generator(self.seed, Stream::Torture, group as u64, trial)
    }

    /// An empty folder for a trial.
    pub(super) fn place(&self, group: Group, trial: u64) -> Result<PathBuf, Wrong> {
        let place = self.place_of(group, trial);
        if place.exists() {
            fs::remove_dir_all(&place)?;
        }
        fs::create_dir_all(&place)?;
        Ok(place)
    }

    /// Where a trial takes place.
    pub(super) fn place_of(&self, group: Group, trial: u64) -> PathBuf {
        self.work.join(format!("{}-{trial}", group.name()))
    }

    /// This program with the given arguments, in the workspace of the arena.
    pub(super) fn command<S: AsRef<std::ffi::OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        // The link holds on to this very program, should another one be built in its place meanwhile.
        let link = Path::new("/proc/self/exe");
        let program = if link.exists() { link.to_owned() } else { env::current_exe().unwrap_or_default() };
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.workspace());
        for variable in ["PLUMAGE_DATA", "PLUMAGE_FAULT", "PLUMAGE_FAULT_LOG", "PLUMAGE_MUTANT"] {
            command.env_remove(variable);
        }
        command
    }

    /// The command that begins the torture's experiment in `place`, or goes on with it.
    pub(super) fn train(&self, place: &Path) -> Command {
        let mut command = self.command(["experiment", NAME, "--resume", "--threads", "2", "--out"]);
        command.arg(place.join("results"));
        command
    }

    /// The run folder of [`Self::train`].
    pub(super) fn run_in(place: &Path) -> PathBuf {
        place.join("results").join(NAME)
    }

    /// The run that nobody disturbed.
    pub(super) fn reference(&self) -> Result<Reference, Wrong> {
        let mut known = self.reference.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reference) = &*known {
            return Ok(reference.clone());
        }
        let place = self.work.join("reference");
        if place.exists() {
            fs::remove_dir_all(&place)?;
        }
        fs::create_dir_all(&place)?;
        let ended = Running::start(&mut self.train(&place), &place)?.wait()?;
        ended.expect(&[0])?;
        let reference = Reference { run: Self::run_in(&place), took: ended.took };
        *known = Some(reference.clone());
        Ok(reference)
    }

    /// Resumes what is in `place` to its end, which must be that of the run that nobody disturbed.
    pub(super) fn finish(&self, place: &Path) -> Outcome {
        let ended = Running::start(&mut self.train(place), place)?.wait()?;
        ended.expect(&[0]).map_err(|wrong| format!("resuming: {wrong}"))?;
        sameness::check(&self.reference()?.run, &Self::run_in(place))?;
        self.untouched(place)
    }

    /// That nothing was written outside the run folder.
    pub(super) fn untouched(&self, place: &Path) -> Outcome {
        for (folder, allowed) in
            [(self.workspace(), &["Cargo.toml", "data", "experiments"][..]), (place.join("results"), &[NAME])]
        {
            for entry in fs::read_dir(&folder)? {
                let name = entry?.file_name();
                if !allowed.iter().any(|allowed| name == *allowed) {
                    return Err(format!("{} was left in {}", name.display(), folder.display()).into());
                }
            }
        }
        Ok(())
    }
}
