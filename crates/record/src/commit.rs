//! Files and folders that are there whole or not at all, also after a power cut.
//!
//! A file is written under a temporary name, flushed to the disk, renamed, and its folder flushed. Measured on ext4: a
//! rename without the flush before it can leave an empty file and lose the old one.

mod draft;

use std::path::{Path, PathBuf};

pub use self::draft::Draft;

use crate::{
    RecordError,
    disk::{self, Purpose},
};

/// Marks names that a dead process may have left; [`sweep`] removes them.
const TEMPORARY: &str = ".tmp-";

/// Writes `bytes` to `path`, replacing what is there; the folder is made as needed.
///
/// # Errors
/// [`RecordError::Write`]; then what was at `path` is still there, or the new file is, and never a part of it.
pub fn file(purpose: Purpose, path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    disk::make_folder(purpose, path.parent().unwrap_or(Path::new("")))?;
    let temporary = temporary_name(path, "");
    let result = disk::write(purpose, &temporary, bytes)
        .and_then(|()| disk::rename_unflushed(purpose, &temporary, path))
        // The error that is reported is the one that came first.
        .inspect_err(|_| drop(disk::remove(Purpose::Leftover, &temporary)));
    result.and_then(|()| disk::sync_folder(purpose, path.parent().unwrap_or(Path::new(""))))
}

/// Makes the folder `path` with the given files in it. A folder that is there already is removed once the new one is whole.
///
/// # Errors
/// [`RecordError::Write`]; then at `path` is what was there, or nothing, or the new folder, and never a part of one.
pub fn folder(purpose: Purpose, path: &Path, files: &[(&str, &[u8])]) -> Result<(), RecordError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    disk::make_folder(purpose, folder)?;
    let (temporary, old) = (temporary_name(path, ""), temporary_name(path, "old-"));
    let replaces = path.exists();
    let fill = || {
        disk::remove(Purpose::Leftover, &temporary)?;
        disk::make_folder_unflushed(purpose, &temporary)?;
        for (name, bytes) in files {
            disk::write(purpose, &temporary.join(name), bytes)?;
        }
        disk::sync_folder(purpose, &temporary)?;
        if replaces {
            disk::rename_unflushed(purpose, path, &old)?;
        }
        disk::rename_unflushed(purpose, &temporary, path).inspect_err(|_| {
            if replaces {
                let _ = disk::rename_unflushed(purpose, &old, path);
            }
        })
    };
    fill().inspect_err(|_| drop(disk::remove(Purpose::Leftover, &temporary)))?;
    disk::sync_folder(purpose, folder)?;
    if replaces { disk::remove(Purpose::Leftover, &old) } else { Ok(()) }
}

/// Removes a folder so that it is there whole or not at all.
///
/// # Errors
/// [`RecordError::Write`]; what is left of it has a name that [`sweep`] removes.
pub(crate) fn remove_folder(purpose: Purpose, path: &Path) -> Result<(), RecordError> {
    let gone = temporary_name(path, "old-");
    disk::remove(Purpose::Leftover, &gone)?;
    disk::rename_unflushed(purpose, path, &gone)?;
    disk::remove(purpose, &gone)
}

/// Removes what processes that died left in `folder`, if it is there, and the folders in it. Nobody else may be at work
/// there.
///
/// # Errors
/// [`RecordError::Read`] when a folder cannot be listed, [`RecordError::Write`] when something cannot be removed.
pub fn sweep(folder: &Path) -> Result<(), RecordError> {
    for path in disk::list(Purpose::Leftover, folder)? {
        if is_left(&path) {
            disk::remove(Purpose::Leftover, &path)?;
        } else if path.is_dir() && !path.is_symlink() {
            sweep(&path)?;
        }
    }
    Ok(())
}

/// Whether a name is one that a process gives to what it has not committed yet, or has begun to remove.
pub fn is_left(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains(TEMPORARY))
}

/// A name beside `path` that no other process chooses.
fn temporary_name(path: &Path, what: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!("{TEMPORARY}{what}{}", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::fs;

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
        file(Purpose::Config, &path, b"old").unwrap();
        file(Purpose::Config, &path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a.json"]);
    }

    #[test]
    fn a_folder_is_there_whole_or_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("step-1");
        assert!(folder(Purpose::Checkpoint, &path, &[("good", b"1"), ("no/such/folder", b"2")]).is_err());
        assert!(names(place.path()).is_empty());
        folder(Purpose::Checkpoint, &path, &[("a", b"1"), ("b", b"2")]).unwrap();
        assert_eq!(names(&path), ["a", "b"]);
        assert_eq!(names(place.path()), ["step-1"]);
    }

    #[test]
    fn a_failed_commit_keeps_the_old_file_and_says_which_one_failed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir_all(path.join("inside")).unwrap();
        let error = file(Purpose::Config, &path, b"new").unwrap_err();
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
