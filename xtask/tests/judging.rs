//! A study of judges as a person runs it: what it asks for, what it leaves, and what survives a death.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env_remove("PLUMAGE_DATA").stdin(Stdio::null());
    command
}

fn xtask(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A results folder with a finished run of `tiny`, and `judge_tiny` on it; for the tests that only read it.
static JUDGED: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let out = tempfile::tempdir().unwrap();
    for name in ["tiny", "judge_tiny"] {
        let output = xtask(&["experiment", name, "--out", path(out.path())]);
        assert!(output.status.success(), "{}", said(&output));
    }
    out
});

/// Another results folder with the same run of `tiny`, and no judges.
fn with_tiny() -> tempfile::TempDir {
    let out = tempfile::tempdir().unwrap();
    let (from, to) = (JUDGED.path().join("tiny"), out.path().join("tiny"));
    fs::create_dir(&to).unwrap();
    for file in ["manifest.json", "config.toml", "data.csv", "weights.safetensors"] {
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
    out
}

/// What two equal studies have in common, to the byte.
const SAME: [&str; 13] = [
    "verdicts.safetensors",
    "judge.json",
    "judge.csv",
    "judge_differences.csv",
    "judge_roc.csv",
    "judge_curves.csv",
    "methods.csv",
    "spectra.csv",
    "data.csv",
    "config.toml",
    "charts/claim.svg",
    "charts/judge_matrix_16px.png",
    "tables/judge_matrix_16px.md",
];

fn assert_same(out: &Path, what: &str) {
    for file in SAME {
        let [expected, found] =
            [JUDGED.path(), out].map(|out| fs::read(out.join("judge_tiny").join(file)).unwrap());
        assert!(expected == found, "{what}: {file}");
    }
}

#[test]
fn a_study_leaves_a_folder_that_says_what_came_out() {
    let run = JUDGED.path().join("judge_tiny");
    let readme = fs::read_to_string(run.join("README.md")).unwrap();
    for part in
        ["## Verdict", "`tiny` fools judges more than `bicubic`", "## Controls", "intervals contain 50%"]
    {
        assert!(readme.contains(part), "{part} is not in:\n{readme}");
    }
    // Every chart and picture that it shows is there, and can be read.
    let shown = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let pictures: Vec<&str> = shown.filter(|link| link.ends_with(".png")).collect();
    assert!(pictures.len() >= 9, "{pictures:?}");
    for picture in pictures {
        image::open(run.join(picture)).unwrap_or_else(|error| panic!("{picture}: {error}"));
    }
    // No image that the network has seen is shown to a judge, and no image to two parts.
    let seen = |run: &Path| {
        let text = fs::read_to_string(run.join("data.csv")).unwrap();
        let rows = text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        rows.collect::<Vec<_>>()
    };
    let learnt = seen(&JUDGED.path().join("tiny"))
        .into_iter()
        .filter(|row| row[0] == "train" || row[0] == "validation");
    let learnt: Vec<String> = learnt.map(|row| row[2].clone()).collect();
    let judged: Vec<_> = seen(&run).into_iter().filter(|row| row[0].starts_with("judge.")).collect();
    assert!(!learnt.is_empty() && judged.iter().all(|row| !learnt.contains(&row[2])));
    let mut contents: Vec<&String> = judged.iter().map(|row| &row[2]).collect();
    contents.sort();
    contents.dedup();
    assert_eq!(contents.len(), judged.len());
}

#[test]
fn runs_that_are_missing_are_named_with_the_commands_that_make_them() {
    let out = tempfile::tempdir().unwrap();
    let output = xtask(&["experiment", "judge_tiny", "--out", path(out.path())]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    for part in ["tiny is not run", "cargo xtask experiment tiny"] {
        assert!(said(&output).contains(part), "{part} is not in:\n{}", said(&output));
    }
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
    let out = with_tiny();
    let manifest = out.path().join("tiny/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap().replace("\"finished\"", "\"stopped\"");
    fs::write(&manifest, text).unwrap();
    let output = xtask(&["experiment", "judge_tiny", "--out", path(out.path())]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("tiny is stopped"), "{}", said(&output));
}

#[test]
fn too_few_images_that_no_network_has_seen_are_refused_with_their_number() {
    let out = with_tiny();
    // All that `tiny` learnt from, and two more.
    let few = ["--set", "data.images.aviary.images=8"];
    let output = xtask(&[&["experiment", "judge_tiny", "--out", path(out.path())], &few[..]].concat());
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    for part in ["too few images", "of 8, ", "data.split.test=0.5"] {
        assert!(said(&output).contains(part), "{part} is not in:\n{}", said(&output));
    }
    assert!(!out.path().join("judge_tiny").exists());
}

#[test]
fn another_scale_and_a_study_as_a_method_are_refused() {
    let out = path(JUDGED.path());
    let output = xtask(&["experiment", "judge_tiny", "--set", "scale=3", "--out", out]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("tiny enlarges by 2"), "{}", said(&output));
    let set = ["--set", "judge.methods=[\"judge_tiny\"]", "--set", "judge.claim.fools_more=\"judge_tiny\""];
    let output = xtask(&[&["experiment", "judge_tiny", "--out", out], &set[..]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let on = ["--on", "set5", "--scale", "2", "--protocol", "y_matlab", "--out", out];
    let output = xtask(&[&["evaluate", "judge_tiny"], &on[..]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("a study of judges"), "{}", said(&output));
}

#[test]
fn a_study_that_is_killed_resumes_to_the_same_bytes() {
    let out = with_tiny();
    let arguments = ["experiment", "judge_tiny", "--resume", "--out", path(out.path())];
    let trained = || {
        let timing = fs::read_to_string(out.path().join("judge_tiny/timing.csv")).unwrap_or_default();
        timing.lines().count().saturating_sub(1)
    };
    let mut killed = 0;
    for _ in 0..3 {
        let before = trained();
        let mut child = command(&arguments).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        while child.try_wait().unwrap().is_none() && trained() < before + 2 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().code().is_none());
    }
    assert!(killed > 0, "no study lived long enough to be killed");
    let output = xtask(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    assert_same(out.path(), "killed");
}

#[test]
#[cfg(unix)]
fn a_signal_keeps_the_judges_that_are_trained() {
    let out = with_tiny();
    let run = ["experiment", "judge_tiny", "--out", path(out.path())];
    let mut child = command(&run).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let timing = out.path().join("judge_tiny/timing.csv");
    while child.try_wait().unwrap().is_none() && !timing.exists() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).stderr(Stdio::null()).status();
    let output = child.wait_with_output().unwrap();
    // A machine that is done before the signal comes says so.
    assert!(matches!(output.status.code(), Some(0 | 143)), "{}", said(&output));
    let output = xtask(&[&run[..], &["--resume"]].concat());
    assert!(output.status.success(), "{}", said(&output));
    assert_same(out.path(), "stopped");
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    for threads in ["1", "3"] {
        let out = with_tiny();
        let output = xtask(&["experiment", "judge_tiny", "--threads", threads, "--out", path(out.path())]);
        assert!(output.status.success(), "{}", said(&output));
        assert_same(out.path(), threads);
    }
}

#[test]
fn a_study_is_not_resumed_on_other_weights_and_those_are_named() {
    let out = with_tiny();
    let run = ["experiment", "judge_tiny", "--out", path(out.path())];
    assert!(xtask(&run).status.success());
    fs::remove_dir_all(out.path().join("tiny")).unwrap();
    let other = ["experiment", "tiny", "--set", "trainer.steps=10", "--out", path(out.path())];
    assert!(xtask(&other).status.success());
    let output = xtask(&[&run[..], &["--resume"]].concat());
    assert_eq!(output.status.code(), Some(10), "{}", said(&output));
    assert!(said(&output).contains("method.tiny: weights.safetensors"), "{}", said(&output));
}

#[test]
fn charts_are_drawn_again_from_the_records() {
    let charts = JUDGED.path().join("judge_tiny/charts");
    let before = fs::read(charts.join("claim.svg")).unwrap();
    let output = xtask(&["chart", "judge_tiny", "--out", path(JUDGED.path())]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(fs::read(charts.join("claim.svg")).unwrap() == before);
}

#[test]
fn a_doctor_finds_a_finished_study_whole_and_names_what_is_gone() {
    let output = xtask(&["doctor", "--out", path(JUDGED.path())]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &said(&output);
    assert!(told.contains("judge_tiny: finished") && !told.contains("not whole"), "{told}");
    let out = tempfile::tempdir().unwrap();
    let study = out.path().join("judge_tiny");
    fs::create_dir(&study).unwrap();
    fs::copy(JUDGED.path().join("judge_tiny/manifest.json"), study.join("manifest.json")).unwrap();
    let output = xtask(&["doctor", "--out", path(out.path())]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &said(&output);
    for part in ["not whole", "verdicts.safetensors", "judge.csv is missing"] {
        assert!(told.contains(part), "{part} is not in:\n{told}");
    }
}
