//! What a run has to survive, as far as minutes allow: `cargo xtask torture` makes as many trials as it is given time for.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    env, fs,
    path::Path,
    process::{Command, Output, Stdio},
};

fn torture(arguments: &[&str]) -> Output {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("torture").args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// Makes the first so many trials of a group, none of which may fail.
fn passes(group: &str, trials: u64) {
    let work = tempfile::tempdir().unwrap();
    let (trials, dir) = (trials.to_string(), work.path().to_str().unwrap());
    let output = torture(&["--only", group, "--trials", &trials, "--seed", "1", "--dir", dir]);
    let closing = String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("SKIPPED") {
        // So that nobody takes it for a pass; where there are the rights, CI asks for it.
        assert!(env::var_os("PLUMAGE_REQUIRE_ROOT").is_none(), "{said}");
        eprintln!("{said}");
        return;
    }
    assert!(closing.ends_with(" passed, 0 failed") && !closing.starts_with("0 "), "{closing}\n{said}");
    assert_eq!(output.status.code(), Some(0), "{said}");
}

#[test]
fn a_run_killed_at_a_random_moment_resumes_to_the_same_bytes() {
    passes("kill", 40);
}

#[test]
fn death_and_errors_at_every_fail_point_lose_nothing() {
    // Every point once, each with one of the six faults in turn, when a run begins and when it goes on.
    passes("points", 160);
}

#[test]
fn a_power_cut_takes_nothing_that_was_committed() {
    // Three with a mutant that must be found, one in each mode of the file system, then ten.
    passes("power", 13);
}

#[test]
fn a_disk_that_fills_up_costs_no_checkpoint_and_the_run_goes_on() {
    passes("full", 6);
}

#[test]
fn signals_commit_a_checkpoint_and_say_how_to_go_on() {
    passes("signals", 20);
}

#[test]
fn damaged_checkpoints_are_found_and_the_one_before_is_used() {
    passes("checkpoints", 2000);
}

#[test]
fn damaged_pictures_are_an_error_or_a_picture_within_the_limits() {
    passes("images", 5000);
}

#[test]
fn small_files_that_swell_are_refused_in_little_memory() {
    passes("bombs", 100);
}

#[test]
fn broken_experiment_files_are_refused_with_the_key_named() {
    passes("configs", 1000);
}

#[test]
fn hostile_weights_are_refused() {
    passes("weights", 1000);
}

#[test]
fn of_two_runs_on_one_folder_one_wins() {
    passes("locks", 6);
}

#[test]
fn odd_names_pipes_and_loops_work_or_are_refused_and_never_block() {
    passes("names", 41);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    // Every experiment that trains a network, every network, then two at random.
    let experiments = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments");
    let names = fs::read_dir(experiments).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let trained = names.filter(|name| !name.starts_with("judge_") && !name.ends_with("_aviary.toml"));
    passes("threads", trained.count() as u64 + 4 + 2);
}

#[test]
fn bugs_on_purpose_are_found() {
    passes("mutants", 4);
}

#[test]
fn a_torture_without_an_end_is_refused() {
    let output = torture(&["--seed", "1"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--minutes"));
}

#[test]
fn a_torture_that_was_killed_goes_on_where_it_was() {
    let work = tempfile::tempdir().unwrap();
    let arguments =
        ["--only", "images", "--trials", "4000", "--seed", "2", "--dir", work.path().to_str().unwrap()];
    let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("torture")
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !work.path().join("progress.json").exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "it was too quick to be killed");
    let output = torture(&arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("going on after"), "{said}");
    assert!(String::from_utf8_lossy(&output.stdout).ends_with("4000 passed, 0 failed\n"), "{said}");
}
