//! `report course` from nothing to its page, with networks of seconds; what it does not do twice; and what becomes of its figures.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

fn xtask(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env_remove("PLUMAGE_DATA").stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn report(out: &Path, more: &[&str]) -> Output {
    xtask(&[&["report", "course", "--tiny", "--out", out.to_str().unwrap()], more].concat())
}

/// A results folder with all runs and the page.
static MADE: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let out = tempfile::tempdir().unwrap();
    let output = report(out.path(), &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    out
});

#[test]
fn the_page_is_made_from_nothing_and_all_its_figures_hold() {
    let page = MADE.path().join("course-tiny/index.html");
    let html = fs::read_to_string(&page).unwrap();
    for part in ["id=\"s1\"", "id=\"s9\"", "This is the quick version", "cargo xtask report course"] {
        assert!(html.contains(part), "{part}");
    }
    let output = xtask(&["verify", page.to_str().unwrap(), "--any-commit"]);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    let holding = said.lines().filter(|line| line.ends_with(": holds")).count();
    assert!(holding >= 12 && said.contains(&format!("{holding} of {holding} figures hold")), "{said}");
}

#[test]
fn what_is_there_is_not_made_again_and_the_page_has_the_same_bytes() {
    let page = MADE.path().join("course-tiny/index.html");
    let first = fs::read(&page).unwrap();
    let output = report(MADE.path(), &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stderr);
    assert_eq!(said.matches("there already").count(), 4 + 4, "{said}");
    assert!(fs::read(&page).unwrap() == first);
}

#[test]
fn without_training_what_is_missing_is_named() {
    let out = tempfile::tempdir().unwrap();
    let output = report(out.path(), &["--no-training"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    for run in ["srcnn_aviary-tiny", "srresnet_aviary-tiny", "srgan_aviary-tiny", "judge_aviary-tiny"] {
        assert!(said.contains(run), "{run}: {said}");
    }
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}
