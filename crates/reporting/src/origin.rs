//! Where a figure comes from: which code made the run that it shows, from which config, data and seed, and on which machine.
//!
//! Every picture carries its origin, for programs as text beside the pixels and for people as a line at its foot, so that a
//! picture that was copied somewhere can be traced and checked.

pub(crate) mod stamp;

use std::path::Path;

use plumage_record::{Manifest, Purpose, RecordError, disk, sha256};
use serde::{Deserialize, Serialize};

use crate::{number::grouped, records::Records};

pub use stamp::{Stamp, read_stamp};

/// Where a figure comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// What it is called in its folder, without its ending, as `charts/loss`.
    pub figure: String,
    /// Version of Plumage that drew it.
    pub plumage: String,
    /// The runs that it shows.
    pub runs: Vec<RunOrigin>,
}

/// Where one of the runs in a figure comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunOrigin {
    /// Name of its folder.
    pub run: String,
    /// Commit that made it; none outside a clone.
    pub commit: Option<String>,
    /// Whether files differed from that commit.
    pub dirty: Option<bool>,
    /// SHA-256 of its config.
    pub config_sha256: String,
    /// SHA-256 over its training images.
    pub data_sha256: String,
    /// Its seed.
    pub seed: u64,
    /// How it was measured; none where nothing was.
    pub protocol: Option<String>,
    /// Processor, those of its features that decide which kernels run, system and architecture.
    pub machine: String,
    /// The records that are shown.
    pub records: Vec<RecordOrigin>,
}

/// A file that a figure is drawn from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordOrigin {
    /// Its path in the run folder.
    pub file: String,
    /// SHA-256 of its content.
    pub sha256: String,
}

impl Origin {
    /// That of a figure of runs, which is drawn from those of `files` that each of them has; none where a run has no manifest
    /// yet, since nothing is known of it then.
    pub(crate) fn of(figure: &str, runs: &[&Records], files: &[&str]) -> Result<Option<Self>, RecordError> {
        let mut origins = Vec::new();
        for run in runs {
            let Some(manifest) = &run.manifest else { return Ok(None) };
            origins.push(RunOrigin::of(run, manifest, files)?);
        }
        let plumage = env!("CARGO_PKG_VERSION").to_owned();
        Ok((!origins.is_empty()).then(|| Self { figure: figure.to_owned(), plumage, runs: origins }))
    }

    /// The line at the foot of a figure; what differs between several runs is counted.
    pub fn line(&self) -> String {
        let named = |(name, value): (&str, String)| match name {
            "runs" if self.runs.len() == 1 => String::new(),
            "Plumage" | "commit" | "config" | "data" | "seed" if !value.contains(name) => {
                format!("{name} {value}")
            }
            _ => value,
        };
        self.facts().into_iter().map(named).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// Names and values, from the most to the least important; what differs between several runs is counted.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let commit = |run: &RunOrigin| {
            let dirty = if run.dirty == Some(true) { " with changes" } else { "" };
            format!("{}{dirty}", run.commit.as_deref().map_or("unknown", short))
        };
        let runs = match self.runs.as_slice() {
            [one] => one.run.clone(),
            many => format!("{} runs", grouped(many.len() as u64)),
        };
        vec![
            ("Plumage", self.plumage.clone()),
            ("runs", runs),
            ("commit", self.words("commits", commit)),
            ("config", self.words("configs", |run| short(&run.config_sha256).to_owned())),
            ("data", self.words("data sets", |run| short(&run.data_sha256).to_owned())),
            ("seed", self.words("seeds", |run| run.seed.to_string())),
            ("protocol", self.words("protocols", |run| run.protocol.clone().unwrap_or_default())),
            ("machine", self.words("machines", |run| run.machine.clone())),
        ]
    }

    /// What all runs have in common, or how many different ones there are.
    fn words(&self, kinds: &str, of: impl Fn(&RunOrigin) -> String) -> String {
        let mut all: Vec<String> = self.runs.iter().map(of).collect();
        all.sort_unstable();
        all.dedup();
        match all.as_slice() {
            [one] => one.clone(),
            many => format!("{} {kinds}", many.len()),
        }
    }
}

impl RunOrigin {
    fn of(records: &Records, manifest: &Manifest, files: &[&str]) -> Result<Self, RecordError> {
        let from = &manifest.provenance;
        let features = match from.cpu_features.as_slice() {
            [] => String::new(),
            some => format!(" ({})", some.join(", ")),
        };
        Ok(Self {
            run: records.name.clone(),
            commit: from.commit.clone(),
            dirty: from.dirty,
            config_sha256: manifest.config_sha256.clone(),
            data_sha256: manifest.data_sha256.clone(),
            seed: manifest.seed,
            protocol: records.protocol.clone(),
            machine: format!("{}{features}, {}", from.cpu, from.platform),
            records: hashed(&records.path, files)?,
        })
    }
}

/// Those of the files that are in the run folder, with their hashes.
fn hashed(run: &Path, files: &[&str]) -> Result<Vec<RecordOrigin>, RecordError> {
    let mut found = Vec::new();
    for file in files {
        if let Some(bytes) = disk::read(Purpose::Chart, &run.join(file))? {
            found.push(RecordOrigin { file: (*file).to_owned(), sha256: sha256(&bytes) });
        }
    }
    Ok(found)
}

/// As much of a hash as tells it from others.
pub(crate) fn short(hash: &str) -> &str {
    hash.get(..8).unwrap_or(hash)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn run(name: &str, seed: u64) -> RunOrigin {
        RunOrigin {
            run: name.into(),
            commit: Some("0123456789abcdef0123456789abcdef01234567".into()),
            dirty: Some(false),
            config_sha256: "c0ffee00c0ffee00".into(),
            data_sha256: "da7ada7ada7ada7a".into(),
            seed,
            protocol: Some("y_matlab".into()),
            machine: "Some Processor (avx2, fma), linux x86_64".into(),
            records: vec![RecordOrigin { file: "metrics.csv".into(), sha256: "ab".into() }],
        }
    }

    pub(crate) fn origin(runs: Vec<RunOrigin>) -> Origin {
        Origin { figure: "charts/loss".into(), plumage: "0.1.0".into(), runs }
    }

    #[test]
    fn the_line_says_what_runs_have_in_common_and_counts_what_differs() {
        let dirty = RunOrigin { dirty: Some(true), ..run("a", 1) };
        insta::assert_snapshot!(origin(vec![dirty]).line(), @"Plumage 0.1.0 · commit 01234567 with changes · config c0ffee00 · data da7ada7a · seed 1 · y_matlab · Some Processor (avx2, fma), linux x86_64");
        let other = RunOrigin { commit: None, config_sha256: "bad".into(), protocol: None, ..run("b", 2) };
        insta::assert_snapshot!(origin(vec![run("a", 1), other]).line(), @"Plumage 0.1.0 · 2 runs · 2 commits · 2 configs · data da7ada7a · 2 seeds · 2 protocols · Some Processor (avx2, fma), linux x86_64");
    }

    #[test]
    fn a_run_without_a_manifest_has_no_origin() {
        let folder = tempfile::tempdir().unwrap();
        let records = Records::read(folder.path()).unwrap();
        assert_eq!(Origin::of("charts/loss", &[&records], &[]).unwrap(), None);
    }
}
