//! Where a record comes from: the code, the machine, the hour.

use std::{path::Path, process::Command, time::SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Version of Plumage.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The code and the machine that made a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Commit of the workspace; none outside a clone, or without git.
    pub commit: Option<String>,
    /// Whether files differed from that commit.
    pub dirty: Option<bool>,
    /// Version of Plumage.
    pub version: String,
    /// The processor's name.
    pub cpu: String,
    /// Those of its features that decide which kernels run.
    pub cpu_features: Vec<String>,
    /// The operating system and architecture.
    pub platform: String,
}

impl Provenance {
    /// Asks git, about the clone that `workspace` is in, and the machine.
    pub fn of(workspace: &Path) -> Self {
        let commit = git(workspace, &["rev-parse", "HEAD"]);
        let dirty =
            commit.as_ref().and_then(|_| git(workspace, &["status", "--porcelain", "--untracked-files=no"]));
        Self {
            commit,
            dirty: dirty.map(|changes| !changes.is_empty()),
            version: VERSION.to_owned(),
            cpu: cpu_name(),
            cpu_features: cpu_features(),
            platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        }
    }
}

/// How the code of a clone compares with that of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeSince {
    /// Nothing that computes or draws differs.
    Same,
    /// Something does.
    Changed,
    /// The clone does not know the commit.
    NoSuchCommit,
    /// This is no clone, or there is no git.
    NoClone,
}

impl CodeSince {
    /// Asks git how the files of the clone that `workspace` is in differ from those of `commit`, changes that are not committed
    /// included. What is written about the code, and what it is run on, is left out.
    pub fn of(workspace: &Path, commit: &str) -> Self {
        const CODE: [&str; 4] = ["crates", "xtask", "Cargo.toml", "Cargo.lock"];
        if git(workspace, &["rev-parse", "HEAD"]).is_none() {
            return Self::NoClone;
        }
        // A name that git would take for a flag or for a range is no commit.
        let is_hash = !commit.is_empty() && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hash || git(workspace, &["cat-file", "-e", &format!("{commit}^{{commit}}")]).is_none() {
            return Self::NoSuchCommit;
        }
        let quiet = ["diff", "--quiet", commit, "--"];
        match git(workspace, &[&quiet[..], &CODE].concat()) {
            Some(_) => Self::Same,
            None => Self::Changed,
        }
    }
}

/// Now, as RFC 3339 in UTC.
pub(crate) fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn cpu_name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned())
}

/// Those features of the processor that decide which kernels run.
pub(crate) fn cpu_features() -> Vec<String> {
    #[cfg(target_arch = "x86_64")]
    let found = [
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
        ("avx512vl", std::arch::is_x86_feature_detected!("avx512vl")),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let found: [(&str, bool); 0] = [];
    found.into_iter().filter(|(_, there)| *there).map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A clone with one commit, and its hash; none where there is no git.
    fn clone(folder: &Path) -> Option<String> {
        fs::create_dir_all(folder.join("crates")).unwrap();
        fs::write(folder.join("crates/a.rs"), "one").unwrap();
        fs::write(folder.join("README.md"), "one").unwrap();
        git(folder, &["init", "--quiet"])?;
        git(folder, &["add", "."])?;
        let author = ["-c", "user.name=a", "-c", "user.email=a@b.c"];
        git(folder, &[&author[..], &["commit", "--quiet", "--message", "one"]].concat())?;
        git(folder, &["rev-parse", "HEAD"])
    }

    #[test]
    fn code_is_compared_with_that_of_a_commit_and_documents_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let Some(commit) = clone(folder.path()) else { return eprintln!("skipped: there is no git here") };
        let since = |commit: &str| CodeSince::of(folder.path(), commit);
        assert_eq!(since(&commit), CodeSince::Same);
        fs::write(folder.path().join("README.md"), "two").unwrap();
        assert_eq!(since(&commit), CodeSince::Same);
        fs::write(folder.path().join("crates/a.rs"), "two").unwrap();
        assert_eq!(since(&commit), CodeSince::Changed);
        for unknown in ["", "--help", "HEAD", "0123456789012345678901234567890123456789"] {
            assert_eq!(since(unknown), CodeSince::NoSuchCommit, "{unknown}");
        }
    }
}
