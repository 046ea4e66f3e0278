//! A file too large to be in memory before it is written.

use std::{
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use super::TEMPORARY;
use crate::{
    RecordError,
    disk::{self, NewFile, Purpose},
};

/// A file on its way: it is written under a temporary name in the folder of its own, and takes its name with
/// [`Draft::commit`]. Dropped before, it leaves nothing.
#[derive(Debug)]
pub struct Draft {
    file: NewFile,
    purpose: Purpose,
    temporary: PathBuf,
    path: PathBuf,
    /// Why a write failed, if one did. Encoders drop such errors (png 0.18 in the writer of its chunks), and what is written
    /// after them would be a file with a hole.
    failed: Option<io::Error>,
}

impl Draft {
    /// Begins the file `path`; its folder is made as needed.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn begin(purpose: Purpose, path: &Path) -> Result<Self, RecordError> {
        static BEGUN: AtomicU64 = AtomicU64::new(0);
        disk::make_folder(purpose, path.parent().unwrap_or(Path::new("")))?;
        // Not made of the file's own name, which may be as long as a name can be.
        let (process, number) = (std::process::id(), BEGUN.fetch_add(1, Ordering::Relaxed));
        let temporary = path.with_file_name(format!("{number}{TEMPORARY}{process}"));
        // One is there only if a process of the same number died.
        disk::remove(Purpose::Leftover, &temporary)?;
        let file = NewFile::begin(purpose, &temporary)?;
        Ok(Self { file, purpose, temporary, path: path.to_owned(), failed: None })
    }

    /// Flushes the file and gives it its name, in place of what has it.
    ///
    /// # Errors
    /// [`RecordError::Write`], also when an earlier write failed and nobody minded; then what was at the path is still there, or
    /// the new file is, and never a part of it.
    pub fn commit(mut self) -> Result<(), RecordError> {
        if let Some(source) = self.failed.take() {
            return Err(RecordError::Write { path: self.temporary.clone(), source });
        }
        self.file.sync()?;
        disk::rename_unflushed(self.purpose, &self.temporary, &self.path)?;
        disk::sync_folder(self.purpose, self.path.parent().unwrap_or(Path::new("")))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a commit there is nothing of that name.
        let _ = disk::remove(Purpose::Leftover, &self.temporary);
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        if let Err(error) = &written
            && error.kind() != io::ErrorKind::Interrupted
        {
            let same = |code| io::Error::from_raw_os_error(code);
            self.failed.get_or_insert(error.raw_os_error().map_or_else(|| error.kind().into(), same));
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Draft {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::disk::faults::{self, Trial};

    #[test]
    fn a_draft_takes_its_name_when_it_is_whole_and_leaves_nothing_when_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("of a new folder").join("x".repeat(255));
        let mut draft = Draft::begin(Purpose::Enlarged, &path).unwrap();
        draft.write_all(b"half").unwrap();
        drop(draft);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
        let mut draft = Draft::begin(Purpose::Enlarged, &path).unwrap();
        draft.write_all(b"xhole").unwrap();
        draft.rewind().unwrap();
        draft.write_all(b"w").unwrap();
        assert!(!path.exists());
        draft.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn an_error_that_nobody_minded_is_not_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture.png");
        let trial = Trial::parse(Some("ENOSPC@enlarged.write"), None).unwrap();
        let (error, _) = faults::during(trial, || {
            let mut draft = Draft::begin(Purpose::Enlarged, &path).unwrap();
            let _ = draft.write_all(b"lost");
            draft.write_all(b"there is room again").unwrap();
            draft.commit().unwrap_err()
        });
        assert!(error.to_string().contains("No space left on device"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_disk_that_fills_up_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture.png");
        fs::write(&path, "old").unwrap();
        for fault in ["ENOSPC@enlarged.write", "EIO@enlarged.sync", "EROFS@enlarged.rename"] {
            let trial = Trial::parse(Some(fault), None).unwrap();
            let (failed, _) = faults::during(trial, || {
                let mut draft = Draft::begin(Purpose::Enlarged, &path).unwrap();
                draft.write_all(b"new").is_err() || draft.commit().is_err()
            });
            assert!(failed, "{fault}");
            assert_eq!(fs::read(&path).unwrap(), b"old");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{fault}");
        }
    }
}
