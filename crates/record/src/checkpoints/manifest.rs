//! What a checkpoint says of itself: its files, the run it belongs to, and a hash that finds damage to the rest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Identity;
use crate::provenance::{VERSION, cpu_features, sha256};

/// Version of the format of a checkpoint: 2 names the images of every set, where 1 had one hash of the training images.
const FORMAT: u32 = 2;

/// The manifest of one checkpoint.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    format: u32,
    pub(super) step: u64,
    pub(super) identity: Identity,
    /// For people: the version of Plumage that wrote it. Nothing is decided by it.
    version: String,
    /// For people: the features of the processor that decided which kernels ran.
    cpu_features: Vec<String>,
    pub(super) files: BTreeMap<String, FileEntry>,
}

/// What a file of the checkpoint has to be.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileEntry {
    bytes: u64,
    sha256: String,
}

/// A manifest as it is written, with the SHA-256 of its own compact JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed<M> {
    sha256: String,
    manifest: M,
}

impl Manifest {
    pub(super) fn new(step: u64, files: &[(&str, Vec<u8>)], identity: &Identity) -> Self {
        let entry = |(name, bytes): &(&str, Vec<u8>)| ((*name).to_owned(), FileEntry::of(bytes));
        Self {
            format: FORMAT,
            step,
            identity: identity.clone(),
            version: VERSION.to_owned(),
            cpu_features: cpu_features(),
            files: files.iter().map(entry).collect(),
        }
    }

    /// The bytes of its file.
    pub(super) fn seal(&self) -> serde_json::Result<Vec<u8>> {
        let sha256 = sha256(&serde_json::to_vec(self)?);
        serde_json::to_vec_pretty(&Sealed { sha256, manifest: self })
    }

    /// Reads the bytes of its file; else says what is wrong with them.
    pub(super) fn unseal(bytes: &[u8]) -> Result<Self, String> {
        let sealed: Sealed<Self> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let manifest = sealed.manifest;
        if manifest.format != FORMAT {
            return Err(format!("its format is {}, this version reads {FORMAT}", manifest.format));
        }
        // Sealed anew it has to be the same to the byte: that finds a changed hash, value or space alike.
        match manifest.seal() {
            Ok(anew) if anew == bytes => Ok(manifest),
            _ => Err("it has changed since it was written".to_owned()),
        }
    }
}

impl FileEntry {
    fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: sha256(bytes) }
    }

    /// Whether `bytes` are those of the file; else what is wrong with them, to be put after its name.
    pub(super) fn verify(&self, bytes: &[u8]) -> Result<(), String> {
        if bytes.len() as u64 != self.bytes {
            return Err(format!("has {} bytes and should have {}", bytes.len(), self.bytes));
        }
        if sha256(bytes) != self.sha256 {
            return Err("has changed since it was written".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let identity = Identity { config_sha256: "c".into(), data: BTreeMap::new(), seed: 1 };
        Manifest::new(7, &[("weights", vec![1, 2, 3])], &identity)
    }

    #[test]
    fn a_manifest_comes_back_and_says_who_wrote_it() {
        let read = Manifest::unseal(&manifest().seal().unwrap()).unwrap();
        assert_eq!((read.step, read.identity.seed), (7, 1));
        assert_eq!((read.version.as_str(), read.cpu_features), (VERSION, cpu_features()));
    }

    #[test]
    fn another_seed_size_or_space_breaks_the_seal() {
        let text = String::from_utf8(manifest().seal().unwrap()).unwrap();
        for (from, to) in [("\"seed\": 1", "\"seed\": 2"), ("\"bytes\": 3", "\"bytes\": 4"), ("{", "{ ")] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from}");
            assert!(Manifest::unseal(changed.as_bytes()).is_err(), "{from}");
        }
    }

    #[test]
    fn a_later_format_is_named() {
        let later = Manifest { format: FORMAT + 1, ..manifest() };
        let reason = Manifest::unseal(&later.seal().unwrap()).err().unwrap();
        assert!(reason.contains("format is 3"), "{reason}");
    }
}
