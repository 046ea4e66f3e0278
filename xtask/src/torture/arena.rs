//! Where trials take place: a workspace of their own, the tiniest experiment, and a run of it that nobody disturbed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use plumage_random::{Stream, generator};
use plumage_record::RunFolder;
use rand::Rng;

use super::{
    Group, Outcome, Wrong,
    child::Running,
    faults::{self, Counts},
    mounted::alone,
    sameness, variants,
};
use crate::workspace::Workspace;

/// The experiment of the trials: everything that a run has, in half a second.
pub(super) const NAME: &str = "torture";

/// Every source of randomness and all of the state that a checkpoint has to bring back.
const TOML: &str = r#"extends = "tiny"
about = "what the torture runs"

[data]
degradation = ["bicubic", { noise = { sigma = 2.0 } }]

[data.train.aviary]
images = 8
side = 48
seed = 1

[data.validation.aviary]
images = 1
side = 32
seed = 2

[data.split]
validation = 0.0
test = 0.5

[data.batches]
size = 8
workers = 2
pool = 3
cache_mib = 16

[trainer]
steps = 24
record_every = 2
validate_every = 6
checkpoint_every = 4
clip_grad_norm = 1.0
ema_decay = 0.9
"#;

/// The same on a folder of pictures, with as little as possible after it.
const FOLDER_TOML: &str = r#"extends = "torture"
about = "what the torture runs on a folder of pictures"

[data.train.folder]
path = "birds"
min_side = 16

[trainer]
steps = 2
validate_every = 2
checkpoint_every = 2
"#;

/// The place of all trials of one torture.
pub(crate) struct Arena {
    work: PathBuf,
    seed: u64,
    reference: Mutex<Option<Reference>>,
    half: Mutex<Option<PathBuf>>,
    fresh: Mutex<Option<Counts>>,
    resumed: Mutex<Option<Counts>>,
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
        let experiments = workspace.join("experiments");
        variants::write(&experiments, shipped)?;
        fs::write(experiments.join(format!("{NAME}.toml")), TOML)?;
        fs::write(experiments.join(format!("{NAME}_folder.toml")), FOLDER_TOML)?;
        Ok(Self::in_folder(work, seed))
    }

    fn in_folder(work: PathBuf, seed: u64) -> Self {
        let (reference, half) = (Mutex::default(), Mutex::default());
        Self { work, seed, reference, half, fresh: Mutex::default(), resumed: Mutex::default() }
    }

    /// An arena that another process has prepared.
    pub(super) fn enter(work: &Path, seed: u64) -> Result<Self, Wrong> {
        let arena = Self::in_folder(std::path::absolute(work)?, seed);
        // These were made by the process that prepared it.
        let (run, half) = (arena.reference_run(), arena.half_run());
        if run.join("weights.safetensors").exists() {
            *lock(&arena.reference) = Some(Reference { run, took: Duration::ZERO });
        }
        if half.exists() {
            *lock(&arena.half) = Some(half);
        }
        Ok(arena)
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

    /// The experiments in it.
    pub(super) fn experiments(&self) -> PathBuf {
        self.workspace().join("experiments")
    }

    /// The random draws of a trial: the same for the same seed, group and number.
    pub(super) fn draws(&self, group: Group, trial: u64) -> impl Rng + use<> {
        generator(self.seed, Stream::Torture, group as u64, trial)
    }

    /// An empty folder for a trial.
    pub(super) fn place(&self, group: Group, trial: u64) -> Result<PathBuf, Wrong> {
        emptied(self.place_of(group, trial))
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
        self.prepared(Command::new(this_program()), arguments)
    }

    /// The same with mounts that nobody else sees.
    pub(super) fn command_alone<S: AsRef<std::ffi::OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
        self.prepared(alone(this_program()), arguments)
    }

    fn prepared<S: AsRef<std::ffi::OsStr>>(
        &self,
        mut command: Command,
        arguments: impl IntoIterator<Item = S>,
    ) -> Command {
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

    fn reference_run(&self) -> PathBuf {
        Self::run_in(&self.work.join("reference"))
    }

    fn half_run(&self) -> PathBuf {
        Self::run_in(&self.work.join("half"))
    }

    /// The run that nobody disturbed.
    pub(super) fn reference(&self) -> Result<Reference, Wrong> {
        once(&self.reference, || {
            let place = emptied(self.work.join("reference"))?;
            let ended = Running::start(&mut self.train(&place), &place)?.wait()?;
            ended.expect(&[0])?;
            Ok(Reference { run: self.reference_run(), took: ended.took })
        })
    }

    /// A run that was killed half the way, with two checkpoints and nothing else half done.
    pub(super) fn half(&self) -> Result<PathBuf, Wrong> {
        once(&self.half, || {
            let operations = self.fresh()?.operations;
            let place = emptied(self.work.join("half"))?;
            let mut command = self.train(&place);
            // The second half of the operations draws charts.
            command.env("PLUMAGE_FAULT", format!("kill@{}", operations * 2 / 5));
            let ended = Running::start(&mut command, &place)?.wait()?;
            if ended.killed_by().is_none() {
                return Err(format!("it was not killed: {ended}").into());
            }
            let folder = RunFolder::reopen(&place.join("results"), NAME)?;
            folder.checkpoints().keep(2, None)?;
            Ok(self.half_run())
        })
    }

    /// What a run from the beginning does to files.
    pub(super) fn fresh(&self) -> Result<Counts, Wrong> {
        once(&self.fresh, || faults::count(self, &emptied(self.work.join("count-fresh"))?, None))
    }

    /// What a run from half the way does to files.
    pub(super) fn resumed(&self) -> Result<Counts, Wrong> {
        let half = self.half()?;
        once(&self.resumed, || {
            let place = emptied(self.work.join("count-resumed"))?;
            copy(&half, &Self::run_in(&place))?;
            faults::count(self, &place, None)
        })
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

/// A name for this program that holds on to it, should another one be built in its place meanwhile.
fn this_program() -> PathBuf {
    let link = PathBuf::from(format!("/proc/{}/exe", std::process::id()));
    if link.exists() { link } else { env::current_exe().unwrap_or_default() }
}

/// A folder with nothing in it.
fn emptied(folder: PathBuf) -> Result<PathBuf, Wrong> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Copies a folder with all that is in it.
pub(super) fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// What is known, or is found out now.
fn once<T: Clone>(known: &Mutex<Option<T>>, find: impl FnOnce() -> Result<T, Wrong>) -> Result<T, Wrong> {
    let mut known = lock(known);
    if let Some(known) = &*known {
        return Ok(known.clone());
    }
    Ok(known.insert(find()?).clone())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
