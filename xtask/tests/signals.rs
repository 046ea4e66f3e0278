//! Ctrl-C and SIGTERM, whatever a run is doing at the moment.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    fs,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

/// Starts `experiment tiny` with arguments, in `out`.
fn start(out: &Path, arguments: &[&str]) -> Child {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["experiment", "tiny", "--out", out.to_str().unwrap()]).args(arguments);
    command.env_remove("PLUMAGE_DATA").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Waits until `condition` holds or the process has ended.
fn wait(child: &mut Child, condition: impl Fn() -> bool) {
    while child.try_wait().unwrap().is_none() && !condition() {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Whether the process handles SIGTERM by now.
fn listens(id: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0");
    u64::from_str_radix(caught.trim(), 16).is_ok_and(|caught| caught & 1 << (15 - 1) != 0)
}

fn send(signal: &str, child: Child) -> Output {
    // It fails where the process has ended by itself, and then its exit code says so.
    let _ = Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file that two runs must have in common, to the byte.
fn assert_equal(run: &Path, other: &Path) {
    for file in ["metrics.csv", "evaluation.csv", "curve.csv", "weights.safetensors"] {
        assert!(fs::read(run.join(file)).unwrap() == fs::read(other.join(file)).unwrap(), "{file}");
    }
}

#[test]
fn a_signal_while_data_are_prepared_ends_it_at_once_and_nothing_is_written() {
    // So many pictures take minutes to draw: a run that did not look at signals would not end in a test's time.
    let many = ["--set", "data.validation.aviary.images=100000", "--set", "data.validation.aviary.side=128"];
    let many = [&many[..], &["--threads", "2", "--max-memory", "90000"]].concat();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let out = tempfile::tempdir().unwrap();
        let mut child = start(out.path(), &many);
        let id = child.id();
        wait(&mut child, || listens(id));
        let output = send(signal, child);
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert!(said(&output).contains("nothing was written"), "{}", said(&output));
        let again = "experiment tiny --resume --set 'data.validation.aviary.images=100000'";
        assert!(said(&output).contains(again), "{}", said(&output));
        assert!(said(&output).contains(" --threads 2 --max-memory 90000 --out "), "{}", said(&output));
        assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_signal_in_a_validation_commits_the_steps_before_it_and_the_resumed_run_is_the_same() {
    let images = ["--set", "data.validation.aviary.images=60"];
    let (whole, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(start(whole.path(), &images).wait().unwrap().success());
    let mut child = start(out.path(), &images);
    let metrics = out.path().join("tiny/metrics.csv");
    // The rows of steps 2, 4, 6 and 8 are there, and the validation of step 10 comes next.
    wait(&mut child, || fs::read_to_string(&metrics).is_ok_and(|text| text.lines().count() >= 5));
    let output = send("-INT", child);
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert!(said(&output).contains("the checkpoint is committed"), "{}", said(&output));
    assert!(said(&output).contains("cargo xtask experiment tiny --resume --out"), "{}", said(&output));
    let manifest = fs::read_to_string(out.path().join("tiny/manifest.json")).unwrap();
    assert!(manifest.contains("\"status\": \"stopped\""), "{manifest}");
    assert!(start(out.path(), &["--resume"]).wait().unwrap().success());
    assert_equal(&out.path().join("tiny"), &whole.path().join("tiny"));
}

#[test]
fn a_signal_while_it_is_evaluated_and_drawn_leaves_what_was_trained() {
    let images = ["--set", "data.train.aviary.images=80", "--set", "data.split.test=0.75"];
    let (whole, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(start(whole.path(), &images).wait().unwrap().success());
    let mut child = start(out.path(), &images);
    let weights = out.path().join("tiny/weights.safetensors");
    wait(&mut child, || weights.exists());
    let output = send("-TERM", child);
    // A machine that evaluates and draws in less than the patience of the run is done, and says so.
    assert!(matches!(output.status.code(), Some(0 | 143)), "{}", said(&output));
    assert!(start(out.path(), &["--resume"]).wait().unwrap().success());
    assert_equal(&out.path().join("tiny"), &whole.path().join("tiny"));
}
