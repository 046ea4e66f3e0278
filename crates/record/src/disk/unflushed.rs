//! What was written and not yet flushed: an account that knows of a missing flush without a power cut.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// The files whose bytes, and the folders whose names, a power cut could take.
#[derive(Clone, Debug, Default)]
pub(super) struct Unflushed {
    paths: BTreeSet<PathBuf>,
    renames: u64,
}

impl Unflushed {
    /// A file has new bytes.
    pub(super) fn wrote(&mut self, path: &Path) {
        self.paths.insert(path.to_owned());
    }

    /// A folder has a new name in it.
    pub(super) fn named(&mut self, path: &Path) {
        self.paths.insert(super::parent(path).to_owned());
    }

    /// A file or folder was flushed.
    pub(super) fn flushed(&mut self, path: &Path) {
        self.paths.remove(path);
    }

    /// A file or folder got another name, with all that is in it.
    pub(super) fn renamed(&mut self, from: &Path, to: &Path) {
        let inside: Vec<PathBuf> = self.paths.iter().filter(|path| path.starts_with(from)).cloned().collect();
        self.renames += u64::from(!inside.is_empty());
        for path in inside {
            self.paths.remove(&path);
            let rest = path.strip_prefix(from).unwrap_or(Path::new(""));
            self.paths.insert(if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) });
        }
        self.named(to);
    }

    /// A file or folder is gone. That a removal is not flushed is no fault: it is made again.
    pub(super) fn removed(&mut self, path: &Path) {
        self.paths.retain(|inside| !inside.starts_with(path));
    }

    /// Renames of files or folders whose content had not been flushed.
    pub(super) fn renames(&self) -> u64 {
        self.renames
    }

    /// What is not flushed now.
    pub(super) fn paths(&self) -> &BTreeSet<PathBuf> {
        &self.paths
    }
}
