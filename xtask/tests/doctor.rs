//! `doctor`: what it finds, what it advises, and that it changes nothing.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Output, Stdio},
};

use plumage_record::RunFolder;
use serde_json::Value;

fn xtask(arguments: &[&str]) -> Output {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env_remove("PLUMAGE_DATA").stdin(Stdio::null()).output().unwrap()
}

fn doctor(out: &Path, more: &[&str]) -> (Option<i32>, String) {
    let output = xtask(&[&["doctor", "--out", out.to_str().unwrap()], more].concat());
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// A PNG of 69 bytes that announces 100,000 x 100,000 pixels.
const BOMB: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x01\x86\xa0\x00\x01\x86\
\xa0\x08\x02\x00\x00\x00\x27\x30\x9c\x9f\x00\x00\x00\x0c\x49\x44\x41\x54\x78\x9c\x63\x60\x60\x60\x00\x00\x00\x04\
\x00\x01\xf6\x17\x38\x55\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

#[test]
fn a_machine_without_data_and_results_is_fine() {
    let out = tempfile::tempdir().unwrap();
    let (code, text) = doctor(out.path(), &[]);
    assert_eq!(code, Some(0), "{text}");
    for part in ["ok  machine", "memory", "threads", "disk", "no data root is named", "no run in"] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    let (_, json) = doctor(out.path(), &["--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["health"], &json["exit"]), (&"ok".into(), &0.into()));
    assert_eq!(json["findings"][0]["area"], "machine");
}

#[test]
fn a_set_that_is_asked_for_and_not_there_is_wrong() {
    let (out, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let root = ["--data-root", data.path().to_str().unwrap()];
    let (code, text) = doctor(out.path(), &root);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("--  data     set5: not on this machine"), "{text}");
    for more in [&["set5"][..], &["set5", root[0], root[1]]] {
        let (code, text) = doctor(out.path(), more);
        assert_eq!(code, Some(4), "{text}");
        assert!(text.contains("!!  data     set5: the set set5"), "{text}");
    }
}

#[test]
fn every_bad_image_of_a_folder_is_named_at_once() {
    let (out, images) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = images.path();
    let on = folder.to_str().unwrap();
    image::RgbImage::new(16, 16).save(folder.join("good.png")).unwrap();
    assert_eq!(doctor(out.path(), &[on]).0, Some(0));

    let whole = fs::read(folder.join("good.png")).unwrap();
    fs::write(folder.join("half.png"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.join("bomb.png"), BOMB).unwrap();
    fs::write(folder.join("text.jpg"), "this is no picture").unwrap();
    let (code, text) = doctor(out.path(), &[on]);
    assert_eq!(code, Some(3), "{text}");
    for part in
        ["3 of 4 images cannot be used", "half.png", "bomb.png is 100000x100000", "text.jpg", "help: "]
    {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }

    fs::remove_file(folder.join("good.png")).unwrap();
    let (code, text) = doctor(out.path(), &[on, "--json"]);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &json["exit"], &json["health"]), (Some(4), &4.into(), &"input".into()));
}

#[test]
fn runs_are_looked_at_and_left_as_they_are() {
    let out = tempfile::tempdir().unwrap();
    let run = out.path().join("tiny");
    let steps = ["--set", "trainer.steps=20"];
    let output =
        xtask(&[&["experiment", "tiny", "--out", out.path().to_str().unwrap()], &steps[..]].concat());
    assert!(output.status.success());
    let (code, text) = doctor(out.path(), &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("ok  results  tiny: finished, 20 of 20 steps"), "{text}");

    // A process that died left a file; the newest checkpoint is damaged.
    let left = run.join("metrics.csv.tmp-1");
    fs::write(&left, "half").unwrap();
    let damage = |step: &str| {
        let file = run.join("checkpoints").join(step).join("optimizer.safetensors");
        File::options().append(true).open(file).unwrap().set_len(100).unwrap();
    };
    damage("step-0000000020");
    let (code, text) = doctor(out.path(), &[]);
    assert_eq!(code, Some(0), "{text}");
    for part in [
        "1 of 2 checkpoints cannot be used",
        "optimizer.safetensors has 100 bytes and should have",
        "metrics.csv.tmp-1",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
    assert!(left.exists(), "a doctor changes nothing");

    damage("step-0000000010");
    fs::remove_file(run.join("README.md")).unwrap();
    let (code, text) = doctor(out.path(), &[]);
    assert_eq!(code, Some(4), "{text}");
    let draw = format!("cargo xtask chart tiny --out '{}'", out.path().display());
    for part in ["2 of 2 checkpoints cannot be used", "README.md is missing", &draw] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }

    let held = RunFolder::reopen(out.path(), "tiny").unwrap();
    let (code, text) = doctor(out.path(), &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("tiny: in use by another process"), "{text}");
    drop(held);
}
