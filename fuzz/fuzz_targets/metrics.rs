//! metrics.csv on resume: cut back to a step it holds no later row, and cutting twice is cutting once.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use plumage_record::{RunFolder, read_metrics};

thread_local! {
    static RUN: (tempfile::TempDir, RunFolder) = {
        let results = tempfile::tempdir().expect("a folder");
        let (run, _) = RunFolder::begin(results.path(), "a").expect("a run");
        (results, run)
    };
}

fuzz_target!(|input: (u8, &[u8])| RUN.with(|(_, run)| judge(run, input)));

fn judge(run: &RunFolder, input: (u8, &[u8])) {
    let (step, text) = input;
    let path = run.path().join("metrics.csv");
    fs::write(&path, text).expect("a file");
    if run.cut_records(u64::from(step)).is_err() {
        return;
    }
    let once = fs::read(&path).expect("a file");
    assert!(once.len() <= text.len());
    // Rows are cut by their first column, which is the step in every table that a run writes.
    let rows = read_metrics(run.path()).ok().filter(|_| text.starts_with(b"step,"));
    if let Some(rows) = rows {
        assert!(rows.iter().all(|row| row.step <= u64::from(step)));
    }
    run.cut_records(u64::from(step)).expect("what was cut can be cut");
    assert_eq!(fs::read(&path).expect("a file"), once);
}
