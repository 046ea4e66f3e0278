//! What TensorBoard reads of a run, where `PLUMAGE_PYTHON` names a Python that has it; else the test says that it is skipped.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    collections::BTreeMap,
    env,
    path::Path,
    process::{Command, Output},
};

use serde::Deserialize;

/// `experiment tiny` in `out`, for TensorBoard, which goes on where it was; with a fault it may end early.
fn tiny(out: &Path, fault: &str) -> Output {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["experiment", "tiny", "--set", "record.tensorboard=true", "--resume", "--out"]).arg(out);
    command.env("PLUMAGE_FAULT", fault).output().unwrap()
}

/// What the script prints.
#[derive(Deserialize)]
struct Read {
    scalars: BTreeMap<String, Vec<(u64, f64)>>,
    /// Steps and sizes.
    images: BTreeMap<String, Vec<(u64, u32, u32)>>,
}

#[test]
fn tensorboard_finds_every_row_once_and_the_figures_though_the_run_was_killed_on_the_way() {
    let Some(python) = env::var_os("PLUMAGE_PYTHON") else {
        assert!(env::var_os("PLUMAGE_REQUIRE_PYTHON").is_none(), "PLUMAGE_PYTHON is not set");
        eprintln!("SKIPPED: TensorBoard did not read: PLUMAGE_PYTHON names no Python that has it");
        return;
    };
    let out = tempfile::tempdir().unwrap();
    // Each time it dies at a later operation on a file.
    let mut kills = (1..).map(|kill| (kill, tiny(out.path(), &format!("kill@{}", 40 * kill))));
    let (kills, last) = kills.find(|(_, output)| output.status.code().is_some()).unwrap();
    assert!(last.status.success() && kills > 3, "{}", String::from_utf8_lossy(&last.stderr));
    let run = out.path().join("tiny");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/read_events.py");
    let output = Command::new(python).arg(script).arg(&run).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Read = serde_json::from_slice(&output.stdout).unwrap();

    let rows = plumage_record::read_metrics(&run).unwrap();
    let single = |number: f64| f64::from(number as f32);
    let losses: Vec<_> = rows.iter().map(|row| (row.step, single(row.train_loss))).collect();
    assert_eq!(read.scalars["train/loss"], losses);
    let psnr = rows.iter().filter_map(|row| Some((row.step, single(row.validation.as_ref()?.psnr_y_db?))));
    assert_eq!(read.scalars["validation/psnr_y_db (y_matlab)"], psnr.collect::<Vec<_>>());
    assert!(!read.images.is_empty());
    for (name, shown) in &read.images {
        let (width, height) =
            image::image_dimensions(run.join("images").join(name.replace("figures/", "") + ".png")).unwrap();
        assert_eq!(*shown, [(rows.last().unwrap().step, width, height)], "{name}");
    }
}
