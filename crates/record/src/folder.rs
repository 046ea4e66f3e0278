//! The folder of a run, `results/NAME/`, held by one process at a time.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use crate::{
    Checkpoints, CurveRow, EvaluationRow, EventPicture, MetricsRow, RecordError, SeenImage, Spent, TimingRow,
    commit,
    disk::{self, Purpose, write_error},
    events, read_timing, rows, seen,
};

/// The file whose lock says that a process works in the folder; the kernel frees it when the process dies.
const LOCK: &str = ".lock";

/// The folder of the weights that are kept on the way.
const SNAPSHOTS: &str = "snapshots";

/// A run folder that no other process works in.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    checkpoints: Checkpoints,
    has_events: bool,
    _lock: File,
}

/// Whether `name` can be a run's: letters, digits, `_`, `-` and `.`, the first no `-` or `.`, at most 128 bytes.
///
/// # Errors
/// [`RecordError::Name`].
pub fn check_name(name: &str) -> Result<(), RecordError> {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if !name.is_empty() && name.len() <= 128 && name.chars().all(is_fine) && !name.starts_with(['-', '.']) {
        return Ok(());
    }
    Err(RecordError::Name { name: name.to_owned() })
}

impl RunFolder {
    /// A new, empty folder `results/NAME`. A run that is there already is never overwritten: it is moved to `NAME.1`,
    /// or the next free number, and that path is returned.
    ///
    /// # Errors
    /// [`RecordError::Locked`] when another process works in the present one; [`RecordError::Write`].
    pub fn begin(results: &Path, name: &str) -> Result<(Self, Option<PathBuf>), RecordError> {
        check_name(name)?;
        let path = results.join(name);
        let mut moved = None;
        if path.exists() {
            let present = Self::lock(&path)?;
            commit::sweep(&path)?;
            let free =
                (1..).map(|number: u64| results.join(format!("{name}.{number}"))).find(|path| !path.exists());
            if let Some(aside) = free {
                disk::rename(Purpose::Run, &path, &aside)?;
                moved = Some(aside);
            }
            drop(present);
        }
        disk::make_folder(Purpose::Run, &path)?;
        Ok((Self::lock(&path)?, moved))
    }

    /// The folder of a run that is there.
    ///
    /// # Errors
    /// [`RecordError::NoRun`], [`RecordError::Locked`].
    pub fn reopen(results: &Path, name: &str) -> Result<Self, RecordError> {
        check_name(name)?;
        let path = results.join(name);
        if !path.is_dir() {
            return Err(RecordError::NoRun { path });
        }
        let folder = Self::lock(&path)?;
        commit::sweep(&path)?;
        // Whoever made these folders may have died before it flushed their names.
        disk::sync_folder(Purpose::Run, results)?;
        disk::sync_folder(Purpose::Run, &path)?;
        Ok(folder)
    }

    fn lock(path: &Path) -> Result<Self, RecordError> {
        let file = path.join(LOCK);
        let lock = disk::open(Purpose::Lock, &file)?;
        match lock.try_lock() {
            // Whoever began a new run in the meantime has moved this folder aside, and its lock with it.
            Ok(()) if !is_at(&lock, &file) => Err(RecordError::Locked { path: path.to_owned() }),
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                checkpoints: Checkpoints::in_run(path),
                has_events: false,
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(RecordError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(write_error(&file, source)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Commits a file at a path relative to the folder, which is made as needed.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn save(&self, purpose: Purpose, relative: &str, bytes: &[u8]) -> Result<(), RecordError> {
        commit::file(purpose, &self.path.join(relative), bytes)
    }

    /// The same folder, in which TensorBoard finds every row of metrics.csv, too.
    pub fn with_events(self) -> Self {
        Self { has_events: true, ..self }
    }

    /// Adds a row to metrics.csv.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn append_metrics(&self, row: &MetricsRow) -> Result<(), RecordError> {
        rows::append_metrics(&self.path, row)?;
        if self.has_events { events::append_row(&self.path, row) } else { Ok(()) }
    }

    /// Adds pictures of step `step` to what TensorBoard finds; nothing without [`RunFolder::with_events`].
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn append_pictures(&self, step: u64, pictures: &[EventPicture]) -> Result<(), RecordError> {
        if self.has_events { events::append_pictures(&self.path, step, pictures) } else { Ok(()) }
    }

    /// Adds a row to timing.csv.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn append_timing(&self, row: &TimingRow) -> Result<(), RecordError> {
        rows::append_timing(&self.path, row)
    }

    /// Writes evaluation.csv anew.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn write_evaluation(&self, rows: &[EvaluationRow]) -> Result<(), RecordError> {
        rows::write_evaluation(&self.path, rows)
    }

    /// Keeps the weights after `step` steps, as safetensors.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn save_snapshot(&self, step: u64, weights: &[u8]) -> Result<(), RecordError> {
        self.save(Purpose::Snapshot, &format!("{SNAPSHOTS}/step-{step:010}.safetensors"), weights)
    }

    /// The steps whose weights are kept, and the files that hold them.
    ///
    /// # Errors
    /// [`RecordError::Read`].
    pub fn snapshots(&self) -> Result<BTreeMap<u64, PathBuf>, RecordError> {
        let files = disk::list(Purpose::Snapshot, &self.path.join(SNAPSHOTS))?;
        let step_of = |path: &Path| {
            let step = path.file_name()?.to_str()?.strip_prefix("step-")?.strip_suffix(".safetensors")?;
            step.parse::<u64>().ok()
        };
        Ok(files.into_iter().filter_map(|file| Some((step_of(&file)?, file))).collect())
    }

    /// Writes curve.csv anew.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn write_curve(&self, rows: &[CurveRow]) -> Result<(), RecordError> {
        rows::write_curve(&self.path, rows)
    }

    /// Writes data.csv anew.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn write_seen(&self, seen: &[SeenImage]) -> Result<(), RecordError> {
        seen::write_seen(&self.path, seen)
    }

    /// Forgets the rows after `step`, as a resume from its checkpoint must; returns what was spent until then.
    ///
    /// # Errors
    /// A table that cannot be read or written.
    pub fn cut_records(&self, step: u64) -> Result<Spent, RecordError> {
        for (purpose, table) in [(Purpose::Metrics, rows::METRICS), (Purpose::Timing, rows::TIMING)] {
            rows::cut(purpose, &self.path.join(table), step)?;
        }
        events::cut(&self.path, step)?;
        let rows = read_timing(&self.path)?;
        let nothing = Spent { elapsed_s: 0., cpu_s: Some(0.) };
        Ok(rows.last().map_or(nothing, |row| Spent { elapsed_s: row.elapsed_s, cpu_s: row.cpu_s }))
    }

    /// Its checkpoints.
    pub fn checkpoints(&self) -> &Checkpoints {
        &self.checkpoints
    }
}

/// Whether the open file is the one that `path` names now.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let identity = |meta: &fs::Metadata| (meta.dev(), meta.ino());
    matches!((file.metadata(), fs::metadata(path)), (Ok(held), Ok(named)) if identity(&held) == identity(&named))
}

/// Elsewhere a folder with an open file in it cannot be moved.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_told_that_the_folder_is_in_use() {
        let results = tempfile::tempdir().unwrap();
        let (held, _) = RunFolder::begin(results.path(), "a").unwrap();
        assert!(matches!(RunFolder::reopen(results.path(), "a"), Err(RecordError::Locked { .. })));
        assert!(matches!(RunFolder::begin(results.path(), "a"), Err(RecordError::Locked { .. })));
        drop(held);
        assert!(RunFolder::reopen(results.path(), "a").is_ok());
    }

    #[test]
    fn a_run_that_is_there_is_moved_aside_and_never_overwritten() {
        let results = tempfile::tempdir().unwrap();
        for text in ["first", "second", "third"] {
            RunFolder::begin(results.path(), "a")
                .unwrap()
                .0
                .save(Purpose::Picture, "images/x", text.as_bytes())
                .unwrap();
        }
        let read = |name: &str| fs::read_to_string(results.path().join(name).join("images/x")).unwrap();
        assert_eq!(["a.1", "a.2", "a"].map(read), ["first", "second", "third"]);
    }

    #[test]
    #[cfg(unix)]
    fn a_lock_that_was_moved_aside_is_not_the_lock_of_the_name() {
        let results = tempfile::tempdir().unwrap();
        let (first, _) = RunFolder::begin(results.path(), "a").unwrap();
        let lock = results.path().join("a").join(LOCK);
        assert!(is_at(&first._lock, &lock));
        fs::rename(results.path().join("a"), results.path().join("a.1")).unwrap();
        assert!(!is_at(&first._lock, &lock));
        fs::create_dir(results.path().join("a")).unwrap();
        fs::write(&lock, "").unwrap();
        assert!(!is_at(&first._lock, &lock));
    }

    #[test]
    fn what_a_dead_process_left_is_gone_once_the_run_is_opened_again() {
        let results = tempfile::tempdir().unwrap();
        let (folder, _) = RunFolder::begin(results.path(), "a").unwrap();
        for left in ["metrics.csv.tmp-1", "images/x.png.tmp-1", "checkpoints/step-1.tmp-1/weights"] {
            folder.save(Purpose::Picture, left, b"half").unwrap();
        }
        drop(folder);
        let path = RunFolder::reopen(results.path(), "a").unwrap().path().to_owned();
        for gone in ["metrics.csv.tmp-1", "images/x.png.tmp-1", "checkpoints/step-1.tmp-1"] {
            assert!(!path.join(gone).exists(), "{gone}");
        }
    }

    #[test]
    fn names_that_are_paths_or_hidden_or_look_like_flags_are_refused() {
        for name in ["", "..", "a/b", "-f", ".git", "a b", "a\n", "ä"] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        for name in ["tiny", "srcnn_t91_x3", "a-b.2"] {
            check_name(name).unwrap();
        }
    }

    #[test]
    fn a_run_that_is_not_there_is_named() {
        let results = tempfile::tempdir().unwrap();
        let error = RunFolder::reopen(results.path(), "none").unwrap_err();
        assert!(error.to_string().contains("none"), "{error}");
    }
}
