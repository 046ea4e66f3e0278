//! What was written and not yet flushed: an account that knows of a missing flush without a power cut.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// The files whose bytes, and the files and folders whose names a power cut could take.
#[derive(Clone, Debug, Default)]
pub(super) struct Unflushed {
    bytes: BTreeSet<PathBuf>,
    names: BTreeSet<PathBuf>,
    renames: u64,
}

impl Unflushed {
    /// A file has new bytes.
    pub(super) fn wrote(&mut self, path: &Path) {
        self.bytes.insert(path.to_owned());
    }

    /// A file or folder has a new name.
    pub(super) fn named(&mut self, path: &Path) {
        self.names.insert(path.to_owned());
    }

    /// A file was flushed, or a folder and thereby the names in it.
    pub(super) fn flushed(&mut self, path: &Path) {
        self.bytes.remove(path);
        self.names.retain(|name| super::parent(name) != path);
    }

    /// A file or folder got another name, with all that is in it.
    pub(super) fn renamed(&mut self, from: &Path, to: &Path) {
        // Its old name is no matter.
        self.names.remove(from);
        let mut is_unflushed = false;
        for paths in [&mut self.bytes, &mut self.names] {
            let (inside, outside) =
                std::mem::take(paths).into_iter().partition(|path| path.starts_with(from));
            *paths = outside;
            let inside: BTreeSet<PathBuf> = inside;
            is_unflushed |= !inside.is_empty();
            let moved = |path: PathBuf| path.strip_prefix(from).map(|rest| to.join(rest)).unwrap_or(path);
            paths.extend(inside.into_iter().map(moved));
        }
        self.renames += u64::from(is_unflushed);
        self.named(to);
    }

    /// A file or folder is gone. That a removal is not flushed is no fault: it is made again.
    pub(super) fn removed(&mut self, path: &Path) {
        for paths in [&mut self.bytes, &mut self.names] {
            paths.retain(|inside| !inside.starts_with(path));
        }
    }

    /// Renames of files or folders whose content had not been flushed.
    pub(super) fn renames(&self) -> u64 {
        self.renames
    }

    /// What is not flushed now.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.bytes.iter().chain(&self.names).map(PathBuf::as_path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rename_of_what_was_not_flushed_counts_and_one_of_what_was_does_not() {
        let [file, new, folder] = ["a/b.tmp", "a/b", "a"].map(Path::new);
        let mut account = Unflushed::default();
        for is_flushed in [false, true] {
            account.wrote(file);
            account.named(file);
            if is_flushed {
                account.flushed(file);
            }
            account.renamed(file, new);
            assert_eq!(account.renames(), 1);
            account.flushed(folder);
        }
        assert_eq!(account.paths().count(), 1, "the bytes of the first one are still not flushed");
        account.removed(folder);
        assert_eq!(account.paths().count(), 0);
    }

    #[test]
    fn a_folder_takes_what_is_not_flushed_in_it_along() {
        let mut account = Unflushed::default();
        account.wrote(Path::new("step.tmp/a"));
        account.flushed(Path::new("step.tmp/a"));
        account.named(Path::new("step.tmp/a"));
        account.renamed(Path::new("step.tmp"), Path::new("step"));
        assert_eq!(account.renames(), 1, "the name in it was not flushed");
        assert_eq!(account.paths().collect::<Vec<_>>(), ["step", "step/a"].map(Path::new));
    }
}
