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

/// Every run below `results`, which `--out` named where it is `elsewhere`.
pub(crate) fn of_results(results: &Path, elsewhere: bool) -> Vec<Finding> {
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
    let out = if elsewhere { format!(" --out '{}'", results.display()) } else { String::new() };
    runs.iter().flat_map(|run| of_run(run, &out)).collect()
}

/// The commands that do something about a run.
struct Advice<'a> {
    /// The run folder's name.
    run: String,
    /// The experiment that the run is one of.
    experiment: String,
    /// ` --set CHANGE` for each change of the experiment that the run was begun with.
    set: String,
    /// ` --out DIR`, where the run is not in results/.
    out: &'a str,
}

impl Advice<'_> {
    fn anew(&self) -> String {
        format!("cargo xtask experiment {}{}{}", self.experiment, self.set, self.out)
    }

    fn draw(&self) -> String {
        format!("cargo xtask chart {}{}", self.run, self.out)
    }

    /// An experiment goes on with the run that has its name: not with one that was moved aside, or made by a report.
    fn can_go_on(&self) -> bool {
        self.run == self.experiment
    }

    fn go_on(&self) -> String {
        if self.can_go_on() {
            return format!("cargo xtask experiment {} --resume{}", self.experiment, self.out);
        }
        format!("{} draws what is there, {} makes it anew", self.draw(), self.anew())
    }
}

fn of_run(run: &Path, out: &str) -> Vec<Finding> {
    let name = run.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if is_in_use(run) {
        return vec![Finding::fine(AREA, format!("{name}: in use by another process"))];
    }
    let manifest = read_manifest(run);
    let (experiment, set) = match &manifest {
        Ok(Some(Manifest { name, set, .. })) => (name.as_str(), set.as_slice()),
        _ => (without_number(&name), &[][..]),
    };
    let set = set.iter().map(|change| format!(" --set '{change}'")).collect();
    let advice = Advice { run: name.clone(), experiment: experiment.to_owned(), set, out };
    let mut findings = vec![match manifest {
        Err(error) => Finding::bad(AREA, ExitKind::Input, format!("{name}: {error}"), advice.anew()),
        Ok(None) => {
            let help = if advice.can_go_on() { advice.go_on() } else { advice.anew() };
            Finding::note(AREA, format!("{name}: ended before it began to train"), help)
        }
        Ok(Some(manifest)) => of_progress(run, &advice, &manifest),
    }];
    findings.extend(of_checkpoints(run, &advice));
    let left = left_over(run);
    if !left.is_empty() {
        let message = format!("{name}: {} files or folders that a dead process left", left.len());
        let help = match advice.can_go_on() {
            true => format!("{} removes them, and so does {}", advice.go_on(), advice.draw()),
            false => format!("{} removes them", advice.draw()),
        };
        findings.push(Finding::note(AREA, message, help).with_details(left));
    }
    findings
}

/// The name of a run that was moved aside to `NAME.1`, as it was before.
fn without_number(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((before, number)) if number.parse::<u64>().is_ok() => before,
        _ => name,
    }
}

/// How far the run got, and whether what it promises is there.
fn of_progress(run: &Path, advice: &Advice, manifest: &Manifest) -> Finding {
    let Manifest { status, steps_done, steps, .. } = manifest;
    let name = &advice.run;
    let message = format!("{name}: {status}, {steps_done} of {steps} steps");
    match status {
        Status::Finished => {
            let is_study = manifest.model.name == Manifest::JUDGE;
            let broken = if is_study { broken_files_of_study(run) } else { broken_files(run) };
            if broken.is_empty() {
                return Finding::fine(AREA, message);
            }
            let help = format!("{} draws again; for the rest, {}", advice.draw(), advice.anew());
            Finding::bad(AREA, ExitKind::Input, format!("{message}, but not whole"), help)
                .with_details(broken)
        }
        Status::Running => {
            let message = format!("{name}: its process died; {steps_done} of {steps} steps were noted");
            Finding::note(AREA, message, advice.go_on())
        }
        Status::Stopped | Status::Failed => Finding::note(AREA, message, advice.go_on()),
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
fn of_checkpoints(run: &Path, advice: &Advice) -> Option<Finding> {
    let name = &advice.run;
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
        let help = match advice.can_go_on() {
            true => "--resume passes over them and goes on from the newest that verifies",
            false => "the others are whole",
        };
        Some(Finding::note(AREA, message, help).with_details(broken))
    } else {
        let help = match advice.can_go_on() {
            true => format!("{} begins anew; this run is moved aside", advice.anew()),
            false => format!("{} makes it anew", advice.anew()),
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_run_that_has_its_experiments_name_is_gone_on_with() {
        let help = |run: &str, experiment: &str| {
            let (run, experiment, set) =
                (run.to_owned(), experiment.to_owned(), " --set 'seed=2'".to_owned());
            Advice { run, experiment, set, out: " --out 'a b'" }.go_on()
        };
        assert_eq!(help("tiny", "tiny"), "cargo xtask experiment tiny --resume --out 'a b'");
        for run in ["tiny.1", "tiny-seed2"] {
            let help = help(run, "tiny");
            assert!(help.contains(&format!("cargo xtask chart {run} --out 'a b'")), "{help}");
            assert!(help.contains("cargo xtask experiment tiny --set 'seed=2' --out 'a b'"), "{help}");
            assert!(!help.contains("--resume"), "{help}");
        }
        assert_eq!(["tiny", "tiny.1", "a.b"].map(without_number), ["tiny", "tiny", "a.b"]);
    }
}
