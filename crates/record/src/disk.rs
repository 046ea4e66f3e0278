//! The one door to the disk: every operation of a run on a file or folder is made here, at a fail point with a name.
//!
//! A fault can be put before any of them ([`faults`]), so that a test can show what a run survives. A file's bytes are
//! written in two halves, each an operation of its own, since a disk that fills up leaves half a file. After a flush that
//! failed nothing is tried again on the same file: the system may have dropped the bytes and say the next time that all
//! is well.

pub mod faults;
mod point;
mod unflushed;

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

pub use self::point::{Operation, Point, Purpose};
use crate::RecordError;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 32;

/// Opens a file for writing and makes it where there is none; what it holds stays, and a new name is not flushed.
///
/// # Errors
/// [`RecordError::Write`].
pub fn open(purpose: Purpose, path: &Path) -> Result<File, RecordError> {
    let mut options = File::options();
    options.append(true).create(true);
    at(purpose, Operation::Create, path, || options.open(path))
}

/// Makes the file `path` with `bytes` in it, and flushes it; its name is not flushed yet.
///
/// # Errors
/// [`RecordError::Write`]; a part of the file may then be there.
pub fn write(purpose: Purpose, path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    let file = at(purpose, Operation::Create, path, || File::create(path))?;
    faults::note(|unflushed| unflushed.named(path));
    fill(file, purpose, Operation::Write, path, bytes)
}

/// Adds `bytes` to the end of the file `path` and flushes them, and the file's name if it is new.
///
/// # Errors
/// [`RecordError::Write`]; a part of the bytes may then stand at the end of the file.
pub fn append(purpose: Purpose, path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    let is_new = !path.exists();
    let file = open(purpose, path)?;
    if is_new {
        faults::note(|unflushed| unflushed.named(path));
    }
    fill(file, purpose, Operation::Append, path, bytes)?;
    if is_new { sync_folder(purpose, parent(path)) } else { Ok(()) }
}

/// A new file that is written bit by bit; every write is an operation of its own.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    purpose: Purpose,
    path: PathBuf,
}

impl NewFile {
    /// Makes the file `path`, which must not be there.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn begin(purpose: Purpose, path: &Path) -> Result<Self, RecordError> {
        let mut options = File::options();
        options.write(true).create_new(true);
        let file = at(purpose, Operation::Create, path, || options.open(path))?;
        faults::note(|unflushed| unflushed.named(path));
        Ok(Self { file, purpose, path: path.to_owned() })
    }

    /// Flushes what was written; the file's name is not flushed yet.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn sync(&self) -> Result<(), RecordError> {
        sync(self.purpose, Operation::Sync, &self.path, || self.file.sync_all())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let point = Point { purpose: self.purpose, operation: Operation::Write };
        let file = &mut self.file;
        let written = faults::at(point, || file.write(bytes))?;
        faults::note(|unflushed| unflushed.wrote(&self.path));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for NewFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

fn fill(
    mut file: File,
    purpose: Purpose,
    operation: Operation,
    path: &Path,
    bytes: &[u8],
) -> Result<(), RecordError> {
    faults::note(|unflushed| unflushed.wrote(path));
    let (first, second) = bytes.split_at(bytes.len() / 2);
    for half in [first, second] {
        at(purpose, operation, path, || file.write_all(half))?;
    }
    sync(purpose, Operation::Sync, path, || file.sync_all())
}

/// Gives a file or folder another name in the same file system, and flushes that name.
///
/// # Errors
/// [`RecordError::Write`]; either name may then be the one that a power cut leaves.
pub fn rename(purpose: Purpose, from: &Path, to: &Path) -> Result<(), RecordError> {
    rename_unflushed(purpose, from, to)?;
    sync_folder(purpose, parent(to))
}

/// Gives a file or folder another name, which a power cut may take back.
pub(crate) fn rename_unflushed(purpose: Purpose, from: &Path, to: &Path) -> Result<(), RecordError> {
    at(purpose, Operation::Rename, to, || fs::rename(from, to))?;
    faults::note(|unflushed| unflushed.renamed(from, to));
    Ok(())
}

/// Flushes the names in a folder.
///
/// # Errors
/// [`RecordError::Write`].
pub fn sync_folder(purpose: Purpose, path: &Path) -> Result<(), RecordError> {
    let shown = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    sync(purpose, Operation::SyncFolder, path, || match File::open(shown)?.sync_all() {
        // Some file systems have nothing to flush for a folder, and say so.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        done => done,
    })
}

/// Makes a folder and those above it as needed, and flushes the name of each new one.
///
/// # Errors
/// [`RecordError::Write`].
pub fn make_folder(purpose: Purpose, path: &Path) -> Result<(), RecordError> {
    let missing: Vec<&Path> =
        path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()).collect();
    for folder in missing.into_iter().rev() {
        make_folder_unflushed(purpose, folder)?;
        sync_folder(purpose, parent(folder))?;
    }
    Ok(())
}

/// Makes a folder in one that is there; a power cut may take its name.
pub(crate) fn make_folder_unflushed(purpose: Purpose, path: &Path) -> Result<(), RecordError> {
    at(purpose, Operation::MakeFolder, path, || match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        done => done,
    })?;
    faults::note(|unflushed| unflushed.named(path));
    Ok(())
}

/// Removes a file, or a folder with all that is in it; a link alone, not what it leads to. Nothing there is no mistake.
///
/// # Errors
/// [`RecordError::Write`], and [`RecordError::Read`] for a folder that cannot be listed; a part may then be gone.
pub fn remove(purpose: Purpose, path: &Path) -> Result<(), RecordError> {
    let is_folder = match fs::symlink_metadata(path) {
        Ok(meta) => meta.is_dir(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(write_error(path, source)),
    };
    if is_folder {
        for inside in list(purpose, path)? {
            remove(purpose, &inside)?;
        }
    }
    at(purpose, Operation::Remove, path, || {
        if is_folder { fs::remove_dir(path) } else { fs::remove_file(path) }
    })?;
    faults::note(|unflushed| unflushed.removed(path));
    Ok(())
}

/// The bytes of the file `path`; none where there is no such file.
///
/// # Errors
/// [`RecordError::Read`], also for what is no file, and for one of more than 4 GiB.
pub fn read(purpose: Purpose, path: &Path) -> Result<Option<Vec<u8>>, RecordError> {
    let read = || {
        let meta = fs::metadata(path)?;
        // A pipe would be waited for.
        if !meta.is_file() || meta.len() > MAX_BYTES {
            return Err(io::Error::other(format!("it is no file of at most {MAX_BYTES} bytes")));
        }
        let mut bytes = Vec::with_capacity(meta.len() as usize);
        File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match faults::at(Point { purpose, operation: Operation::Read }, read) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(RecordError::Read { path: path.to_owned(), source }),
    }
}

/// What is in the folder `path`, in the order of the names; nothing where there is no such folder.
///
/// # Errors
/// [`RecordError::Read`].
pub fn list(purpose: Purpose, path: &Path) -> Result<Vec<PathBuf>, RecordError> {
    let list = || fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>();
    match faults::at(Point { purpose, operation: Operation::List }, list) {
        Ok(mut paths) => {
            paths.sort();
            Ok(paths)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(RecordError::Read { path: path.to_owned(), source }),
    }
}

/// The folder that a path is in.
fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

fn at<T>(
    purpose: Purpose,
    operation: Operation,
    path: &Path,
    work: impl FnMut() -> io::Result<T>,
) -> Result<T, RecordError> {
    faults::at(Point { purpose, operation }, work).map_err(|source| write_error(path, source))
}

fn sync(
    purpose: Purpose,
    operation: Operation,
    path: &Path,
    work: impl FnMut() -> io::Result<()>,
) -> Result<(), RecordError> {
    if faults::mutant("no-fsync") {
        return Ok(());
    }
    at(purpose, operation, path, work)?;
    faults::note(|unflushed| unflushed.flushed(path));
    Ok(())
}

pub(crate) fn write_error(path: &Path, source: io::Error) -> RecordError {
    RecordError::Write { path: path.to_owned(), source }
}
