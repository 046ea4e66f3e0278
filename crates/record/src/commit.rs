//! Files and folders that are there whole or not at all, also after a power cut.
//!
//! A file is written under a temporary name, flushed to the disk, renamed, and its folder flushed. Measured on ext4: a
//! rename without the flush before it can leave an empty file and lose the old one.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use crate::RecordError;

/// Marks names that a dead process may have left; a later commit of the same name removes them.
const TEMPORARY: &str = ".tmp-";

/// Writes `bytes` to `path`, replacing what is there.
///
/// # Errors
/// [`RecordError::Write`]; then what was at `path` is still there.
pub fn file(path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    let temporary = temporary_name(path);
    let result = write_through(&temporary, bytes).and_then(|()| rename(&temporary, path));
    if result.is_err() {
        // The error that is reported is the one that came first.
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Makes the folder `path` with the given files in it; `path` must not exist.
///
/// # Errors
/// [`RecordError::Write`]; then there is no folder at `path`.
pub fn folder(path: &Path, files: &[(&str, &[u8])]) -> Result<(), RecordError> {
    let temporary = temporary_name(path);
    let fill = || {
        if temporary.exists() {
            fs::remove_dir_all(&temporary).map_err(|source| write_error(&temporary, source))?;
        }
        fs::create_dir_all(&temporary).map_err(|source| write_error(&temporary, source))?;
        for (name, bytes) in files {
            write_through(&temporary.join(name), bytes)?;
        }
        flush_folder(&temporary)?;
        rename(&temporary, path)
    };
    let result = fill();
    if result.is_err() {
        let _ = fs::remove_dir_all(&temporary);
    }
    result
}

/// Adds `bytes` to the end of `path` and flushes them.
///
/// # Errors
/// [`RecordError::Write`]; a part of the bytes may then stand at the end of the file.
pub fn append(path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).open(path).map_err(|source| write_error(path, source))?;
    flush(file, path, bytes)
}

/// Removes what processes that died left in `folder`.
///
/// # Errors
/// [`RecordError::Write`].
pub fn sweep(folder: &Path) -> Result<(), RecordError> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.filter_map(Result::ok) {
        if entry.file_name().to_string_lossy().contains(TEMPORARY) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes a file, or a folder with all that is in it.
pub(crate) fn remove(path: &Path) -> Result<(), RecordError> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.map_err(|source| write_error(path, source))
}

fn temporary_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!("{TEMPORARY}{}", std::process::id()));
    path.with_file_name(name)
}

fn write_through(path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    let file = File::create(path).map_err(|source| write_error(path, source))?;
    flush(file, path, bytes)
}

fn flush(mut file: File, path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|source| write_error(path, source))
}

fn rename(from: &Path, to: &Path) -> Result<(), RecordError> {
    fs::rename(from, to).map_err(|source| write_error(to, source))?;
    flush_folder(to.parent().unwrap_or(Path::new(".")))
}

/// Makes the names in a folder survive a power cut.
pub(crate) fn flush_folder(path: &Path) -> Result<(), RecordError> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path).and_then(|folder| folder.sync_all()).map_err(|source| write_error(path, source))
}

pub(crate) fn write_error(path: &Path, source: std::io::Error) -> RecordError {
    RecordError::Write { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_committed_file_replaces_the_old_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        file(&path, b"old").unwrap();
        file(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn a_folder_is_there_whole_or_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("step-1");
        assert!(folder(&path, &[("good", b"1"), ("no/such/folder", b"2")]).is_err());
        assert!(names(place.path()).is_empty());
        folder(&path, &[("a", b"1"), ("b", b"2")]).unwrap();
        assert_eq!(names(&path), ["a", "b"]);
        assert_eq!(names(place.path()), ["step-1"]);
    }

    #[test]
    fn a_failed_commit_keeps_the_old_file_and_says_which_one_failed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir_all(path.join("inside")).unwrap();
        let error = file(&path, b"new").unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(names(folder.path()), ["taken"]);
    }

    #[test]
    fn what_a_dead_process_left_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.json.tmp-12"), "half").unwrap();
        fs::create_dir(folder.path().join("step-3.tmp-12")).unwrap();
        fs::write(folder.path().join("b.json"), "whole").unwrap();
        sweep(folder.path()).unwrap();
        assert_eq!(names(folder.path()), ["b.json"]);
    }
}
