//! `export` and `models`: what comes along, and how it leaves.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use plumage_onnx::messages::ModelProto;
use prost::Message;
use serde_json::Value;

fn xtask(arguments: &[&str]) -> Output {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the file says of its network under `key`.
fn property(file: &Path, key: &str) -> String {
    let model = ModelProto::decode(fs::read(file).unwrap().as_slice()).unwrap();
    model.metadata_props.into_iter().find(|property| property.key == key).unwrap().value
}

#[test]
fn every_network_that_comes_along_is_listed_and_leaves_with_what_is_said_of_it() {
    let output = xtask(&["models", "--json", "--time"]);
    assert!(output.status.success(), "{}", said(&output));
    let listed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(listed.len(), plumage_models::pretrained::ALL.len());
    let place = tempfile::tempdir().unwrap();
    for one in &listed {
        assert!(one["hr_megapixels_per_s"].as_f64().unwrap() > 0., "{one}");
        let (name, scale) = (one["name"].as_str().unwrap(), one["scale"].to_string());
        let file = place.path().join(format!("{name}_{scale}.onnx"));
        let output = xtask(&["export", name, "--scale", &scale, "--to", file.to_str().unwrap()]);
        assert!(output.status.success(), "{}", said(&output));
        for key in ["protocol", "scores", "trained_on"] {
            assert_eq!(property(&file, key), one[key], "{one}");
        }
        assert_eq!(property(&file, "scale"), scale);
    }
    let text = String::from_utf8(xtask(&["models"]).stdout).unwrap();
    assert!(listed.iter().all(|one| text.contains(one["scores"].as_str().unwrap())), "{text}");
}

#[test]
fn a_run_leaves_with_its_scores_and_what_cannot_be_exported_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let results = place.path().join("results");
    let results = results.to_str().unwrap();
    assert!(xtask(&["experiment", "tiny", "--out", results]).status.success());
    let file = place.path().join("tiny.onnx");
    let to = file.to_str().unwrap();
    let output = xtask(&["export", "tiny", "--out", results, "--to", to]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!((property(&file, "model"), property(&file, "channels")), ("srcnn".into(), "y".into()));
    assert!(property(&file, "scores").contains("bicubic"));
    let model = ModelProto::decode(fs::read(&file).unwrap().as_slice()).unwrap();
    let input = &model.graph.unwrap().input[0];
    assert!(input.doc_string.contains("enlarged 2 times"), "{}", input.doc_string);
    let output = xtask(&["export", "tiny", "--out", results, "--to", &format!("{to}/below.onnx")]);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    // A run that is stopped while it is measured has its weights already.
    let manifest = place.path().join("results/tiny/manifest.json");
    let stopped = fs::read_to_string(&manifest).unwrap().replace("finished", "stopped");
    fs::write(manifest, stopped).unwrap();
    for command in ["pack", "export"] {
        let output = xtask(&[command, "tiny", "--out", results, "--to", to]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("experiment tiny --resume"), "{}", said(&output));
    }
    for name in ["no_such_network", "../tiny"] {
        let output = xtask(&["export", name, "--out", results, "--to", to]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
}
