//! `verify` as a person uses it: a figure that holds, and every way in which one does not.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    fs,
    path::{Path, PathBuf},
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

/// A results folder with a finished run of `tiny`.
static RUN: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let out = tempfile::tempdir().unwrap();
    let output = xtask(&["experiment", "tiny", "--out", out.path().to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    out
});

/// A copy of it that a test may change.
fn copied() -> (tempfile::TempDir, PathBuf) {
    let out = tempfile::tempdir().unwrap();
    let run = out.path().join("tiny");
    copy(&RUN.path().join("tiny"), &run);
    (out, run)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What `verify` says of a file, and its exit code. Commits are not compared: a working tree may have changes.
fn verify(file: &Path, more: &[&str]) -> (String, i32) {
    let arguments = [&["verify", file.to_str().unwrap(), "--any-commit"], more].concat();
    let output = xtask(&arguments);
    (text(&output.stdout) + &text(&output.stderr), output.status.code().unwrap())
}

#[test]
fn every_figure_of_a_fresh_run_holds() {
    let run = RUN.path().join("tiny");
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in ["charts", "images"] {
        let entries = fs::read_dir(run.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        files.extend(entries.filter(|path| path.extension().is_some_and(|end| end == "png" || end == "svg")));
    }
    assert!(files.len() >= 10 && files.iter().any(|file| file.ends_with("architecture.svg")), "{files:?}");
    let names: Vec<&str> = files.iter().map(|file| file.to_str().unwrap()).collect();
    let output = xtask(&[&["verify", "--any-commit"], names.as_slice()].concat());
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    assert!(said.contains(&format!("{0} of {0} figures hold", files.len())), "{said}");
}

#[test]
fn a_changed_pixel_is_found() {
    let (_out, run) = copied();
    let loss = run.join("charts/loss.png");
    let bytes = fs::read(&loss).unwrap();
    let note = plumage_imaging::notes::read(&bytes, "plumage-origin").unwrap();
    let mut picture = image::load_from_memory(&bytes).unwrap().to_rgb8();
    picture.get_pixel_mut(300, 300).0[0] ^= 1;
    fs::write(&loss, plumage_imaging::notes::png(&picture, &[("plumage-origin", &note)]).unwrap()).unwrap();
    let (said, code) = verify(&loss, &[]);
    assert_eq!(code, 10, "{said}");
    for part in ["does not hold", "changed after it was drawn", "1 pixel from (300, 300) to (300, 300)"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_changed_config_and_changed_records_are_found() {
    let (_out, run) = copied();
    let config = run.join("config.toml");
    let changed = fs::read_to_string(&config).unwrap().replace("seed = 1", "seed = 2");
    fs::write(&config, changed).unwrap();
    let (said, code) = verify(&run.join("charts/loss.svg"), &[]);
    assert_eq!(code, 10, "{said}");
    assert!(said.contains("another config of tiny"), "{said}");

    let metrics = run.join("metrics.csv");
    let changed = fs::read_to_string(&metrics).unwrap() + "\n";
    fs::write(&metrics, changed).unwrap();
    let (said, _) = verify(&run.join("charts/loss.svg"), &[]);
    assert!(said.contains("metrics.csv of tiny is another file"), "{said}");
}

#[test]
fn another_commit_is_found_in_the_run_and_in_the_clone() {
    let (_out, run) = copied();
    let loss = run.join("charts/loss.svg");
    let unknown = "0123456789abcdef0123456789abcdef01234567";
    // The same commit in the figure and in its run, but none of this clone.
    let manifest = fs::read_to_string(run.join("manifest.json")).unwrap();
    let parsed: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let Some(commit) = parsed["provenance"]["commit"].as_str() else {
        return eprintln!("skipped: this is no clone, so that runs have no commit");
    };
    fs::write(run.join("manifest.json"), manifest.replace(commit, unknown)).unwrap();
    let (said, code) = verify(&loss, &[]);
    assert_eq!(code, 10, "{said}");
    assert!(said.contains("another commit of tiny") && said.contains("01234567"), "{said}");
    let output = xtask(&["chart", "tiny", "--out", run.parent().unwrap().to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let output = xtask(&["verify", loss.to_str().unwrap()]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(10), "{said}");
    assert!(said.contains(&format!("made by commit {unknown}, which is not in this clone")), "{said}");
    assert_eq!(verify(&loss, &[]).1, 0);
}

#[test]
fn a_picture_of_unknown_origin_is_bad_input_and_one_of_two_files_is_a_part() {
    let (out, run) = copied();
    let plain = out.path().join("plain.png");
    image::RgbImage::new(4, 4).save(&plain).unwrap();
    let (said, code) = verify(&plain, &[]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("does not say where it comes from"), "{said}");
    let (said, code) = verify(&plain, &[run.join("charts/loss.png").to_str().unwrap()]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("1 of 2 figures hold"), "{said}");
    let (said, code) = verify(&out.path().join("none.png"), &[]);
    assert_eq!(code, 4, "{said}");
}

#[test]
fn a_figure_far_from_its_run_is_checked_where_results_says_that_it_is() {
    let (out, run) = copied();
    let elsewhere = tempfile::tempdir().unwrap();
    let loss = elsewhere.path().join("loss.png");
    fs::copy(run.join("charts/loss.png"), &loss).unwrap();
    let (said, code) = verify(&loss, &["--results", elsewhere.path().to_str().unwrap()]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("the run tiny"), "{said}");
    let (said, code) = verify(&loss, &["--results", out.path().to_str().unwrap(), "--json"]);
    assert_eq!(code, 0, "{said}");
    let parsed: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert_eq!(parsed[0]["holds"], true);
    assert_eq!(parsed[0]["origin"]["runs"][0]["run"], "tiny");
}
