//! What `--model` names.

use std::{fs, process::Command};

use crate::{
    command::{decode, said, upscale_into},
    pictures::small_png,
};

#[test]
fn networks_are_found_by_name_and_by_file_and_what_is_wrong_with_them_is_said() {
    let place = tempfile::tempdir().unwrap();
    let input = place.path().join("x.png");
    fs::write(&input, small_png()).unwrap();
    let run = |name: &str, more: &[&str]| upscale_into(&place.path().join(name), &[&input], more);
    assert!(run("bicubic", &["--model", "bicubic", "--scale", "5"]).status.success());
    assert_eq!(decode(&place.path().join("bicubic/x.png")).0.width(), 40);
    assert!(run("ensemble", &["--ensemble", "--prove"]).status.success());
    let output = run("unknown", &["--model", "no_such_network"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let output = run("scale", &["--scale", "7"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("--scale 2"), "{}", said(&output));
    assert!(run("srgan", &["--model", "srgan"]).status.success());
    assert_eq!(decode(&place.path().join("srgan/x.png")).0.width(), 24);
    let output = run("no srgan", &["--model", "srgan", "--scale", "2"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("--scale 3"), "{}", said(&output));
    let weights = place.path().join("w.safetensors");
    fs::write(&weights, b"PK\x03\x04 a pickle").unwrap();
    let output = run("pickle", &["--model", weights.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(7), "{}", said(&output));
    // A run, the file made of it, and its weights with its config.
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    let results = place.path().join("results");
    let results = results.to_str().unwrap();
    assert!(command.args(["experiment", "tiny", "--out", results]).output().unwrap().status.success());
    assert!(run("run", &["--model", "tiny", "--results", results]).status.success());
    let packed = place.path().join("tiny.safetensors");
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    let packed = packed.to_str().unwrap();
    assert!(
        command.args(["pack", "tiny", "--out", results, "--to", packed]).output().unwrap().status.success()
    );
    assert!(run("packed", &["--model", packed]).status.success());
    let (config, weights) =
        (format!("{results}/tiny/config.toml"), format!("{results}/tiny/weights.safetensors"));
    assert!(run("config", &["--model", &weights, "--config", &config]).status.success());
    let of = |name: &str| fs::read(place.path().join(name).join("x.png")).unwrap();
    assert!(of("run") == of("packed") && of("run") == of("config"));
    let output = run("alone", &["--model", &weights]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("--config"), "{}", said(&output));
}
