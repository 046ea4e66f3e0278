//! Every exit code that refuses or stops, with its words and its JSON.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use plumage_record::RunFolder;
use serde_json::Value;

fn xtask(arguments: &[&str]) -> Output {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env_remove("PLUMAGE_DATA").stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `experiment tiny` in `out` with more arguments.
fn tiny(out: &Path, more: &[&str]) -> Output {
    xtask(&[&["experiment", "tiny", "--out", out.to_str().unwrap()], more].concat())
}

/// The error that `output` ends with as JSON; its exit code is that of the process.
fn json_of(output: &Output) -> Value {
    let text = said(output);
    let error: Value =
        serde_json::from_str(text.lines().last().unwrap()).unwrap_or_else(|_| panic!("{text}"));
    assert_eq!(error["exit"], output.status.code().unwrap(), "{error}");
    error
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn a_command_line_that_is_wrong_exits_2_and_says_so_as_json() {
    for arguments in [
        &["--json", "experiment"][..],
        &["nonsense", "--json"],
        &["list", "--json", "--no-such"],
        &["experiment", "tiny", "--json", "--threads", "0"],
        &["experiment", "tiny", "--json", "--threads", "60000"],
    ] {
        let error = json_of(&xtask(arguments));
        assert_eq!((&error["error"], &error["exit"]), (&"usage".into(), &2.into()), "{error}");
    }
    let error = json_of(&xtask(&["list", "--json", "--no-such"]));
    assert!(error["message"].as_str().unwrap().contains("--no-such"), "{error}");
    for (arguments, message) in [
        (&["experiment", "--json"][..], "the following required arguments were not provided: <NAME>"),
        (
            &["list", "--jsno", "--json"],
            "unexpected argument '--jsno' found tip: a similar argument exists: '--json'",
        ),
    ] {
        assert_eq!(json_of(&xtask(arguments))["message"], message);
    }
}

#[test]
fn a_flag_that_would_do_nothing_exits_2() {
    let out = tempfile::tempdir().unwrap();
    let to = out.path().join("out");
    let to = to.to_str().unwrap();
    for (arguments, told) in [
        (&["export", "light", "--config", "a.toml", "--to", to][..], "--config"),
        (&["upscale", "a.png", "--model", "light", "--config", "a.toml", "--out", to], "--config"),
        (&["report", "papers", "--quick", "--seeds", "3", "--no-training", "--out", to], "--seeds"),
    ] {
        let error = json_of(&xtask(&[arguments, &["--json"]].concat()));
        assert_eq!((&error["error"], &error["exit"]), (&"usage".into(), &2.into()), "{error}");
        assert!(error["message"].as_str().unwrap().contains(told), "{error}");
    }
    assert!(is_empty(out.path()));
}

#[test]
fn an_experiment_that_could_not_be_loaded_or_told_from_the_baseline_is_not_written() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir_all(place.path().join("experiments/below")).unwrap();
    fs::write(place.path().join("Cargo.toml"), "").unwrap();
    for name in ["tiny", "srcnn_baseline"] {
        let toml = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments").join(format!("{name}.toml"));
        fs::copy(&toml, place.path().join(format!("experiments/{name}.toml"))).unwrap();
        fs::copy(&toml, place.path().join(format!("experiments/below/{name}.toml"))).unwrap();
    }
    let new = |name: &str, from: &str| {
        let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["new", name, "--from", from, "--json"]).current_dir(place.path()).output().unwrap()
    };
    for (name, from) in [("bicubic", "tiny"), ("mine", "below/tiny"), ("mine", "./tiny"), ("../mine", "tiny")]
    {
        let error = json_of(&new(name, from));
        assert_eq!((&error["error"], &error["exit"]), (&"usage".into(), &2.into()), "{error}");
        assert!(!place.path().join("experiments").join(format!("{name}.toml")).exists(), "{name}");
    }
    assert!(new("mine", "tiny").status.success());
}

#[test]
fn the_mistakes_of_a_config_come_one_by_one_in_json() {
    let out = tempfile::tempdir().unwrap();
    let output = tiny(out.path(), &["--json", "--set", "trainer.stpes=5", "--set", "scale=99"]);
    let error = json_of(&output);
    assert_eq!((&error["error"], &error["exit"]), (&"usage".into(), &2.into()));
    let keys: Vec<_> =
        error["mistakes"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["scale", "trainer.stpes"]);
    assert!(is_empty(out.path()));
}

#[test]
fn a_missing_set_exits_4_as_json_too() {
    let out = tempfile::tempdir().unwrap();
    let output = xtask(&["experiment", "srcnn_t91_x3", "--json", "--out", out.path().to_str().unwrap()]);
    let error = json_of(&output);
    assert_eq!((&error["error"], &error["exit"]), (&"input".into(), &4.into()));
    assert!(error["message"].as_str().unwrap().contains("t91"), "{error}");
}

#[test]
fn a_place_that_cannot_be_written_exits_5_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let error = json_of(&tiny(&file, &["--json"]));
    assert_eq!((&error["error"], &error["exit"]), (&"output".into(), &5.into()), "{error}");
    assert!(error["message"].as_str().unwrap().contains(file.to_str().unwrap()), "{error}");
}

#[test]
fn a_folder_in_use_exits_6() {
    let out = tempfile::tempdir().unwrap();
    let (_held, _) = RunFolder::begin(out.path(), "tiny").unwrap();
    for more in [&["--json"][..], &["--json", "--resume"]] {
        let error = json_of(&tiny(out.path(), more));
        assert_eq!((&error["error"], &error["exit"]), (&"locked".into(), &6.into()), "{error}");
    }
}

#[test]
fn a_run_whose_checkpoints_are_all_damaged_exits_7_and_says_what_is_wrong_with_each() {
    let out = tempfile::tempdir().unwrap();
    assert!(tiny(out.path(), &["--set", "trainer.steps=20"]).status.success());
    let checkpoints = ["step-0000000010", "step-0000000020"];
    for step in checkpoints {
        let file = out.path().join("tiny/checkpoints").join(step).join("weights.safetensors");
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    }
    let error = json_of(&tiny(out.path(), &["--json", "--resume"]));
    assert_eq!((&error["error"], &error["exit"]), (&"checkpoint".into(), &7.into()), "{error}");
    for step in checkpoints {
        assert!(error["message"].as_str().unwrap().contains(step), "{error}");
    }
}

#[test]
fn a_finished_run_without_checkpoints_exits_7_and_is_left_as_it_is() {
    let out = tempfile::tempdir().unwrap();
    assert!(tiny(out.path(), &["--set", "trainer.steps=20"]).status.success());
    let run = out.path().join("tiny");
    let files =
        ["config.toml", "data.csv", "manifest.json", "metrics.csv", "timing.csv", "weights.safetensors"];
    let read = || files.map(|file| fs::read(run.join(file)).unwrap());
    let before = read();
    // As a run is published: what it came to, without what it would go on from.
    fs::remove_dir_all(run.join("checkpoints")).unwrap();
    for more in [&["--json", "--resume"][..], &["--json", "--resume", "--set", "trainer.steps=30"]] {
        let error = json_of(&tiny(out.path(), more));
        assert_eq!((&error["error"], &error["exit"]), (&"checkpoint".into(), &7.into()), "{error}");
        assert!(error["message"].as_str().unwrap().contains(run.to_str().unwrap()), "{error}");
        assert!(error["help"].as_str().unwrap().contains("leave --resume out"), "{error}");
        assert!(read() == before, "a run that is refused was written to");
    }
    // One that died before its first checkpoint is begun again, and moved nowhere.
    let manifest = fs::read_to_string(run.join("manifest.json")).unwrap();
    let died = manifest.replace("finished", "running").replace("\"steps_done\": 20", "\"steps_done\": 0");
    fs::write(run.join("manifest.json"), died).unwrap();
    assert!(tiny(out.path(), &["--resume"]).status.success());
    assert!(read()[5] == before[5] && !out.path().join("tiny.1").exists());
}

#[test]
fn a_wild_learning_rate_exits_8_and_names_term_step_images_and_the_last_checkpoint() {
    let out = tempfile::tempdir().unwrap();
    let wild =
        ["--json", "--set", "trainer.schedule.learning_rate=1e20", "--set", "trainer.checkpoint_every=1"];
    let error = json_of(&tiny(out.path(), &wild));
    assert_eq!((&error["error"], &error["exit"]), (&"diverged".into(), &8.into()), "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(" was not finite at step ") && message.contains("aviary-1-0000"), "{message}");
    assert!(error["help"].as_str().unwrap().contains("checkpoint"), "{error}");
    let run = out.path().join("tiny");
    let manifest = fs::read_to_string(run.join("manifest.json")).unwrap();
    assert!(manifest.contains("\"status\": \"failed\""), "{manifest}");
    for checkpoint in fs::read_dir(run.join("checkpoints")).into_iter().flatten() {
        for file in ["weights", "ema", "optimizer"] {
            let path = checkpoint.as_ref().unwrap().path().join(format!("{file}.safetensors"));
            // Only finite numbers can be read.
            plumage_models::weights::read(&path).unwrap();
        }
    }
}

#[test]
fn a_run_that_would_take_too_much_memory_exits_9_before_anything_is_written() {
    let out = tempfile::tempdir().unwrap();
    // Each image gives 4,096 patches, and all of them make one batch.
    let large = ["--json", "--max-memory", "2000", "--set", "data.batches.size=65536", "--set"];
    let large = [&large[..], &["data.patches.random.per_image=4096"]].concat();
    let error =
        json_of(&tiny(out.path(), &[&large[..], &["--set", "data.patches.random.hr_size=64"]].concat()));
    assert_eq!((&error["error"], &error["exit"]), (&"limit".into(), &9.into()), "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("a training step") && message.contains("2.0 GiB"), "{message}");
    let help = error["help"].as_str().unwrap();
    assert!(help.contains("data.batches.size") && help.contains("--max-memory "), "{help}");
    assert!(is_empty(out.path()));
    let output = tiny(out.path(), &["--max-memory", "10"]);
    assert_eq!(output.status.code(), Some(9), "{}", said(&output));
}

#[test]
fn an_image_too_large_to_be_measured_exits_9_and_is_named() {
    let (out, images) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(
        tiny(out.path(), &["--set", "trainer.steps=2", "--set", "trainer.validate_every=2"]).status.success()
    );
    image::GrayImage::new(3000, 2000).save(images.path().join("large.png")).unwrap();
    let place = [images.path().to_str().unwrap(), out.path().to_str().unwrap()];
    let evaluate = ["evaluate", "tiny", "--on", place[0], "--out", place[1], "--scale", "2"];
    let output = xtask(&[&evaluate[..], &["--protocol", "y_matlab", "--max-memory", "500"]].concat());
    assert_eq!(output.status.code(), Some(9), "{}", said(&output));
    assert!(said(&output).contains("large.png (3000x2000)"), "{}", said(&output));
}

#[test]
fn a_pickle_is_refused_wherever_weights_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let (weights, config) = (folder.path().join("model.safetensors"), folder.path().join("config.toml"));
    fs::write(&weights, b"\x80\x02}q\x00.").unwrap();
    let tiny_toml = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments");
    for name in ["tiny", "srcnn_baseline"] {
        fs::copy(tiny_toml.join(format!("{name}.toml")), folder.path().join(format!("{name}.toml"))).unwrap();
    }
    fs::copy(folder.path().join("tiny.toml"), &config).unwrap();
    image::GrayImage::new(32, 32).save(folder.path().join("a.png")).unwrap();
    let [weights, config, on] = [&weights, &config, folder.path()].map(|path: &Path| path.to_str().unwrap());
    let evaluate = ["evaluate", "--weights", weights, "--config", config, "--on", on, "--scale", "2"];
    let error = json_of(&xtask(&[&evaluate[..], &["--protocol", "y_matlab", "--json"]].concat()));
    assert_eq!((&error["error"], &error["exit"]), (&"checkpoint".into(), &7.into()), "{error}");
    assert!(error["message"].as_str().unwrap().contains("pickle"), "{error}");
}
