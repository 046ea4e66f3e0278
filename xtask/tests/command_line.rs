//! The commands as a person runs them: what is written, what is said, and the exit codes.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

fn xtask(arguments: &[&str]) -> Output {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env_remove("PLUMAGE_DATA").stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The results folder of one finished run of `tiny`, shared by the tests that only read it.
static TINY: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let out = tempfile::tempdir().unwrap();
    let output = xtask(&["experiment", "tiny", "--out", path(out.path())]);
    assert!(output.status.success(), "{}", said(&output));
    out
});

#[test]
fn tiny_leaves_a_folder_that_explains_itself() {
    let run = TINY.path().join("tiny");
    for file in [
        "README.md",
        "config.toml",
        "manifest.json",
        "metrics.csv",
        "timing.csv",
        "evaluation.csv",
        "curve.csv",
        "snapshots/step-0000000020.safetensors",
        "weights.safetensors",
        "charts/loss.svg",
        "charts/loss.png",
        "charts/psnr.png",
        "checkpoints/step-0000000040/manifest.json",
    ] {
        assert!(fs::metadata(run.join(file)).is_ok_and(|meta| meta.len() > 0), "{file}");
    }
    for entry in fs::read_dir(run.join("images")).unwrap().chain(fs::read_dir(run.join("charts")).unwrap()) {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|extension| extension == "png") {
            image::open(&file).unwrap();
        }
    }
    let manifest = fs::read_to_string(run.join("manifest.json")).unwrap();
    assert!(manifest.contains("\"status\": \"finished\""), "{manifest}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_threads_change_none() {
    let expected = |file: &str| fs::read(TINY.path().join("tiny").join(file)).unwrap();
    for threads in ["1", "2", "4"] {
        let out = tempfile::tempdir().unwrap();
        let output = xtask(&["experiment", "tiny", "--threads", threads, "--out", path(out.path())]);
        assert!(output.status.success(), "{}", said(&output));
        for file in ["metrics.csv", "evaluation.csv", "curve.csv", "weights.safetensors", "config.toml"] {
            assert!(
                fs::read(out.path().join("tiny").join(file)).unwrap() == expected(file),
                "{file}, {threads} threads"
            );
        }
    }
}

#[test]
fn a_run_killed_at_any_moment_resumes_by_name_alone_to_the_same_bytes() {
    let expected = |file: &str| fs::read(TINY.path().join("tiny").join(file)).unwrap();
    let out = tempfile::tempdir().unwrap();
    let arguments = ["experiment", "tiny", "--resume", "--out", path(out.path())];
    let recorded = || fs::metadata(out.path().join("tiny/metrics.csv")).map_or(0, |meta| meta.len());
    let mut killed = 0;
    for _ in 0..3 {
        let before = recorded();
        let mut child =
            Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).stderr(Stdio::null()).spawn().unwrap();
        // Killed once it has gone on a little; whichever moment that is, the end must be the same.
        while child.try_wait().unwrap().is_none() && recorded() < before + 100 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().code().is_none());
    }
    assert!(killed > 0, "no run lived long enough to be killed");
    let output = xtask(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    for file in ["metrics.csv", "evaluation.csv", "weights.safetensors"] {
        assert!(fs::read(out.path().join("tiny").join(file)).unwrap() == expected(file), "{file}");
    }
}

#[test]
fn mistakes_in_a_config_are_shown_all_at_once_and_nothing_is_written() {
    let out = tempfile::tempdir().unwrap();
    let changes = ["trainer.stpes=5", "scale=99", "model.srcnn.padding=zeroes"];
    let mut arguments = vec!["experiment", "tiny", "--out", path(out.path())];
    for change in &changes {
        arguments.extend(["--set", change]);
    }
    let output = xtask(&arguments);
    assert_eq!(output.status.code(), Some(2));
    for part in ["stpes", "did you mean `steps`", "scale", "zeroes", "replicate"] {
        assert!(said(&output).contains(part), "{part} is not in:\n{}", said(&output));
    }
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn an_experiment_that_is_not_there_is_answered_with_the_nearest() {
    let output = xtask(&["experiment", "srcnn_basline"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("did you mean `srcnn_baseline`?"), "{}", said(&output));
}

#[test]
fn a_missing_set_says_which_where_and_what_to_do() {
    let out = tempfile::tempdir().unwrap();
    let output = xtask(&["experiment", "srcnn_t91_x3", "--out", path(out.path())]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    for part in ["t91", "--data-root", "PLUMAGE_DATA"] {
        assert!(said(&output).contains(part), "{part} is not in:\n{}", said(&output));
    }
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn a_changed_config_is_not_resumed_and_the_change_is_shown() {
    let out = tempfile::tempdir().unwrap();
    let begin = ["experiment", "tiny", "--set", "trainer.steps=10", "--out", path(out.path())];
    assert!(xtask(&begin).status.success());
    let again = ["experiment", "tiny", "--resume", "--set", "trainer.steps=20", "--out", path(out.path())];
    let output = xtask(&again);
    assert_eq!(output.status.code(), Some(10), "{}", said(&output));
    assert!(said(&output).contains("trainer.steps: 10 -> 20"), "{}", said(&output));
}

#[test]
fn charts_are_drawn_again_from_the_records() {
    let charts = TINY.path().join("tiny/charts");
    let before = fs::read(charts.join("loss.svg")).unwrap();
    let output = xtask(&["chart", "tiny", "--out", path(TINY.path())]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(fs::read(charts.join("loss.svg")).unwrap() == before);
}

#[test]
fn evaluate_prints_one_json_object_with_its_protocol() {
    let images = tempfile::tempdir().unwrap();
    let picture =
        image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([(x * 6) as u8, (y * 8) as u8, (x * y) as u8]));
    picture.save(images.path().join("a.png")).unwrap();
    let of = |protocol: &str| {
        let on = path(images.path());
        let out = path(TINY.path());
        let arguments =
            ["evaluate", "tiny", "--on", on, "--scale", "2", "--protocol", protocol, "--json", "--out", out];
        let output = xtask(&arguments);
        assert!(output.status.success(), "{}", said(&output));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    for protocol in ["y_matlab", "rgb_basicsr"] {
        let report = of(protocol);
        assert_eq!(report["protocol"], protocol);
        assert_eq!(report["scale"], 2);
        assert_eq!(report["images"][0]["image"], "a.png");
        assert_eq!(report["images"][0]["psnr_y_db"], report["mean"]["psnr_y_db"]);
        assert!(report["mean"]["psnr_y_db"].as_f64().unwrap() > 10.);
        assert!(report["mean"]["ssim"].as_f64().unwrap() <= 1.);
    }
}

#[test]
fn weights_that_do_not_fit_are_named_tensor_by_tensor() {
    let run = TINY.path().join("tiny");
    let (weights, config) = (run.join("weights.safetensors"), run.join("config.toml"));
    let arguments =
        ["evaluate", "--weights", path(&weights), "--config", path(&config), "--on", path(TINY.path())];
    let output = xtask(
        &[&arguments[..], &["--scale", "2", "--protocol", "y_matlab", "--set", "model.srcnn.widths=[8, 5]"]]
            .concat(),
    );
    // The folder holds pictures deep down, so that the weights are what is wrong.
    assert_eq!(output.status.code(), Some(7), "{}", said(&output));
    assert!(
        said(&output).contains("conv2.weight should be [5, 8, 1, 1] and is [4, 8, 1, 1]"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_reader_that_hangs_up_is_no_reason_to_panic() {
    let mut child =
        Command::new(env!("CARGO_BIN_EXE_xtask")).arg("list").stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_validation_set_that_is_trained_on_is_refused() {
    let out = tempfile::tempdir().unwrap();
    let same = "data.validation.aviary.seed=1";
    let output = xtask(&["experiment", "tiny", "--set", same, "--out", path(out.path())]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("which is trained on"), "{}", said(&output));
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn two_runs_are_set_side_by_side() {
    let out = tempfile::tempdir().unwrap();
    for steps in ["trainer.steps=10", "trainer.steps=20"] {
        assert!(xtask(&["experiment", "tiny", "--set", steps, "--out", path(out.path())]).status.success());
    }
    // The first one was moved aside by the second.
    let output = xtask(&["compare", "tiny", "tiny.1", "--out", path(out.path())]);
    assert!(output.status.success(), "{}", said(&output));
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(table.contains("tiny") && table.contains("tiny.1") && table.contains("y_matlab"), "{table}");
}

/// Runs the command with a fault of the disk.
fn xtask_with(fault: &str, arguments: &[&str]) -> Output {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env("PLUMAGE_FAULT", fault).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_disk_that_fails_is_named_with_the_last_checkpoint_and_the_resumed_run_is_the_same_to_the_byte() {
    let expected = |file: &str| fs::read(TINY.path().join("tiny").join(file)).unwrap();
    let (failed, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let run = ["experiment", "tiny", "--resume", "--out", path(failed.path())];
    for fault in ["ENOSPC@weights.write+", "EIO@figure.sync"] {
        let output = xtask_with(fault, &run);
        assert_eq!(output.status.code(), Some(5), "{fault}: {}", said(&output));
        for part in ["failed to write", "step 40 is whole", "--resume"] {
            assert!(said(&output).contains(part), "{fault}: {part} is not in:\n{}", said(&output));
        }
    }
    let again = ["experiment", "tiny", "--resume", "--out", path(killed.path())];
    assert_eq!(xtask_with("kill@checkpoint.rename", &again).status.code(), None);
    for (out, arguments) in [(&failed, &run), (&killed, &again)] {
        let output = xtask(arguments);
        assert!(output.status.success(), "{}", said(&output));
        for file in ["metrics.csv", "evaluation.csv", "weights.safetensors", "data.csv"] {
            assert!(fs::read(out.path().join("tiny").join(file)).unwrap() == expected(file), "{file}");
        }
    }
}

#[test]
fn a_fault_that_cannot_be_understood_is_a_mistake_of_usage() {
    for fault in ["EIO@nowhere", "fire@1", "EIO"] {
        let output = xtask_with(fault, &["list"]);
        assert_eq!(output.status.code(), Some(2), "{fault}: {}", said(&output));
        assert!(said(&output).contains(fault) && said(&output).contains("help: "), "{}", said(&output));
    }
}

#[test]
fn a_run_is_not_resumed_on_other_images_and_those_are_named() {
    let (out, images) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let draw = |shift: u8| {
        let pixel = |x, y| image::Rgb([(x * 6) as u8, (y * 8) as u8 ^ shift, (x * y) as u8]);
        image::RgbImage::from_fn(40, 30, pixel).save(images.path().join("a.png")).unwrap();
    };
    draw(0);
    let on = format!("evaluation.on=[{:?}]", path(images.path()));
    let begin = ["experiment", "tiny", "--set", "trainer.steps=10", "--set", &on, "--out", path(out.path())];
    let output = xtask(&begin);
    assert!(output.status.success(), "{}", said(&output));
    let again = ["experiment", "tiny", "--resume", "--out", path(out.path())];
    assert!(xtask(&again).status.success());
    draw(9);
    let output = xtask(&again);
    assert_eq!(output.status.code(), Some(10), "{}", said(&output));
    assert!(said(&output).contains("a.png is another image"), "{}", said(&output));
}
