//! Whether two runs left the same: every byte of what a run promises, but for its clock.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use plumage_record::{Checkpoint, Rejection, RunFolder, read_timing};

use super::{Outcome, Wrong, arena::NAME};

/// Files that hold seconds of a clock.
const OF_THE_CLOCK: [&str; 4] = [".lock", "timing.csv", "charts/throughput.svg", "charts/throughput.png"];

/// Values of manifest.json that hold a time, or what may differ between a run and its resume.
const CLOCK_KEYS: [&str; 4] = ["started", "updated", "training_s", "threads"];

/// Lines of README.md that hold the same.
const CLOCK_LINES: [&str; 4] = ["| begun |", "| manifest written |", "| threads |", "Finished: "];

/// That the run in `found` is that in `expected` to the byte, and left nothing half done.
pub(super) fn check(expected: &Path, found: &Path) -> Outcome {
    let (ours, theirs) = (files(expected)?, files(found)?);
    if let Some(left) = theirs.iter().find(|name| name.contains(".tmp-")) {
        return Err(format!("{left} was left behind").into());
    }
    let is_kept = |name: &&String| !name.starts_with("checkpoints/");
    for name in ours.union(&theirs).filter(is_kept) {
        if !ours.contains(name) {
            return Err(format!("{name} is there, and not in the uninterrupted run").into());
        }
        if !theirs.contains(name) {
            return Err(format!("{name} is missing").into());
        }
        if !OF_THE_CLOCK.contains(&name.as_str())
            && content(&expected.join(name), name)? != content(&found.join(name), name)?
        {
            return Err(format!("{name} differs from that of the uninterrupted run").into());
        }
    }
    let steps = |run: &Path| Ok::<Vec<u64>, Wrong>(read_timing(run)?.iter().map(|row| row.step).collect());
    if steps(expected)? != steps(found)? {
        return Err("timing.csv has other steps than that of the uninterrupted run".into());
    }
    let (ours, theirs) = (newest_checkpoint(expected)?, newest_checkpoint(found)?);
    if (ours.step, &ours.files) != (theirs.step, &theirs.files) {
        return Err("the last checkpoint differs from that of the uninterrupted run".into());
    }
    Ok(())
}

/// The newest checkpoint of a run folder; every one that is there must verify.
pub(super) fn newest_checkpoint(run: &Path) -> Result<Checkpoint, Wrong> {
    verified(run)?.ok_or_else(|| "there is no checkpoint".into())
}

/// As [`newest_checkpoint`]; none where there is no folder of one.
pub(super) fn verified(run: &Path) -> Result<Option<Checkpoint>, Wrong> {
    let folder = RunFolder::reopen(run.parent().unwrap_or(run), NAME)?;
    let (newest, rejected) = folder.checkpoints().newest()?;
    match rejected.first() {
        Some(Rejection { path, reason }) => {
            Err(format!("{} does not verify: {reason}", path.display()).into())
        }
        None => Ok(newest),
    }
}

/// The relative paths of all files below `run`.
fn files(run: &Path) -> io::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(run.join(&folder))? {
            let entry = entry?;
            let name = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(name);
            } else {
                found.insert(name.to_string_lossy().into_owned());
            }
        }
    }
    Ok(found)
}

/// The bytes of a file, without what a clock wrote into it.
fn content(path: &Path, name: &str) -> Result<Vec<u8>, Wrong> {
    let bytes = fs::read(path)?;
    match name {
        "manifest.json" => {
            let mut manifest: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&bytes)?;
            manifest.retain(|key, _| !CLOCK_KEYS.contains(&key.as_str()));
            Ok(serde_json::to_vec(&manifest)?)
        }
        "README.md" => {
            let text = String::from_utf8(bytes)?;
            let timeless = |line: &&str| !CLOCK_LINES.iter().any(|clock| line.starts_with(clock));
            Ok(text.lines().filter(timeless).collect::<Vec<_>>().join("\n").into_bytes())
        }
        _ => Ok(bytes),
    }
}
