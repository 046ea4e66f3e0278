//! The folders of runs: in use, left unfinished, with damaged checkpoints, or with what a dead process left.
//!
//! Nothing in them is changed.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use plumage_models::weights;
use plumage_record::{
    JudgeRecords, Manifest, Status, commit, read_manifest, read_metrics, verify_checkpoints,
};

use super::Finding;
use crate::exit::ExitKind;

const AREA: &str = "results";

/// Every run below `results`.
pub(crate) fn of_results(results: &Path) -> Vec<Finding> {
    let mut runs: Vec<PathBuf> = match fs::read_dir(results) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            let message = format!("{} cannot be listed: {error}", results.display());
            return vec![Finding::bad(AREA, ExitKind::Input, message, "name another folder with --out")];
        }
    };
    runs.retain(|path| ["manifest.json", ".lock", "checkpoints"].iter().any(|file| path.join(file).exists()));
    runs.sort();
    if runs.is_empty() {
        return vec![Finding::fine(AREA, format!("no run in {} yet", results.display()))];
    }
    runs.iter().flat_map(|run| of_run(run)).collect()
}

fn of_run(run: &Path) -> Vec<Finding> {
    let name = run.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if is_in_use(run) {
        return vec![Finding::fine(AREA, format!("{name}: in use by another process"))];
    }
    let mut findings = vec![match read_manifest(run) {
        Err(error) => {
            Finding::bad(AREA, ExitKind::Input, format!("{name}: {error}"), format!("run {name} anew"))
        }
        Ok(None) => {
            let message = format!("{name}: ended before it began to train");
            Finding::note(AREA, message, format!("cargo xtask experiment {name} --resume"))
        }
        Ok(Some(manifest)) => of_progress(run, &name, &manifest),
    }];
    findings.extend(of_checkpoints(run, &name));
    let left = left_over(run);
    if !left.is_empty() {
        let message = format!("{name}: {} files or folders that a dead process left", left.len());
        let help = format!("cargo xtask experiment {name} --resume removes them, and so does chart {name}");
        findings.push(Finding::note(AREA, message, help).with_details(left));
    }
    findings
}

/// How far the run got, and whether what it promises is there.
fn of_progress(run: &Path, name: &str, manifest: &Manifest) -> Finding {
    let Manifest { status, steps_done, steps, .. } = manifest;
    let message = format!("{name}: {status}, {steps_done} of {steps} steps");
    match status {
        Status::Finished => {
            let is_study = manifest.model.name == Manifest::JUDGE;
            let broken = if is_study { broken_files_of_study(run) } else { broken_files(run) };
            if broken.is_empty() {
                return Finding::fine(AREA, message);
            }
            let help = format!("cargo xtask chart {name} draws again; for the rest, run {name} anew");
            Finding::bad(AREA, ExitKind::Input, format!("{message}, but not whole"), help)
                .with_details(broken)
        }
        Status::Running => {
            let message = format!("{name}: its process died; {steps_done} of {steps} steps were noted");
            Finding::note(AREA, message, format!("cargo xtask experiment {name} --resume"))
        }
        Status::Stopped | Status::Failed => {
            Finding::note(AREA, message, format!("cargo xtask experiment {name} --resume"))
        }
    }
}

/// The files of a finished run that are missing or cannot be read, each with why.
fn broken_files(run: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    broken.extend(weights::read(&run.join("weights.safetensors")).err().map(|error| error.to_string()));
    broken.extend(read_metrics(run).err().map(|error| error.to_string()));
    broken.extend(missing(run, &["README.md", "config.toml", "evaluation.csv", "charts/loss.png"]));
    broken
}

/// Those of a finished study of judges.
fn broken_files_of_study(run: &Path) -> Vec<String> {
    let mut broken = Vec::new();
    broken.extend(weights::read(&run.join("verdicts.safetensors")).err().map(|error| error.to_string()));
    broken.extend(JudgeRecords::read(run).err().map(|error| error.to_string()));
    broken.extend(missing(
        run,
        &["README.md", "config.toml", "judge.json", "judge.csv", "charts/sharpness.png"],
    ));
    broken
}

/// Those of the files that are missing or empty.
fn missing(run: &Path, files: &[&str]) -> Vec<String> {
    let mut paths: Vec<PathBuf> = files.iter().map(|file| run.join(file)).collect();
    paths.retain(|path| !path.metadata().is_ok_and(|meta| meta.is_file() && meta.len() > 0));
    paths.iter().map(|path| format!("{} is missing or empty", path.display())).collect()
}

/// The checkpoints that do not verify; none where all do.
fn of_checkpoints(run: &Path, name: &str) -> Option<Finding> {
    let verified = match verify_checkpoints(run) {
        Ok(verified) => verified,
        Err(error) => {
            let help = "see that the folder can be read";
            return Some(Finding::bad(AREA, ExitKind::Checkpoint, format!("{name}: {error}"), help));
        }
    };
    let wrong = |(folder, wrong): &(PathBuf, Option<String>)| {
        wrong.as_ref().map(|wrong| format!("{}: {wrong}", folder.display()))
    };
    let broken: Vec<String> = verified.iter().filter_map(wrong).collect();
    let message = format!("{name}: {} of {} checkpoints cannot be used", broken.len(), verified.len());
    if broken.is_empty() {
        None
    } else if broken.len() < verified.len() {
        let help = "--resume passes over them and goes on from the newest that verifies";
        Some(Finding::note(AREA, message, help).with_details(broken))
    } else {
        let help = format!("cargo xtask experiment {name} begins anew; this run is moved aside");
        Some(Finding::bad(AREA, ExitKind::Checkpoint, message, help).with_details(broken))
    }
}

/// Whether a living process holds the run's lock.
fn is_in_use(run: &Path) -> bool {
    let lock = File::open(run.join(".lock"));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// What a dead process left half written, in the run folder and the folders in it.
fn left_over(run: &Path) -> Vec<String> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
    };
    let top = list(run);
    let below = top.iter().filter(|path| path.is_dir() && !commit::is_left(path)).flat_map(|path| list(path));
    let mut left: Vec<String> = below
        .chain(top.iter().cloned())
        .filter(|path| commit::is_left(path))
        .map(|path| path.display().to_string())
        .collect();
    left.sort();
    left
}
