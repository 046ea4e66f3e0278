//! `cargo xtask bench` as a person or a script runs it; no test looks at a time.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn bench(arguments: &[&str]) -> Output {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("bench").args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn every_engine_gives_a_line_of_json() {
    let output = bench(&["train_srcnn_915_y_33", "--json", "--threads", "1", "--budget", "0.01"]);
    assert!(output.status.success(), "{}", said(&output));
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let engines: Vec<_> = lines.iter().map(|line| line["engine"].as_str().unwrap()).collect();
    assert_eq!(engines, ["plumage", "candle"]);
    for line in &lines {
        assert_eq!(line["workload"], "train_srcnn_915_y_33");
        assert_eq!(line["threads"], 1);
        assert!(line["median_ms"].as_f64().unwrap() > 0. && line["runs"].as_u64().unwrap() > 0, "{line}");
        if cfg!(target_os = "linux") {
            assert!(line["peak_rss_mib"].as_f64().unwrap() > 1., "{line}");
        }
    }
}

#[test]
fn an_unknown_workload_is_refused_with_those_there_are() {
    let output = bench(&["train_srcnn"]);
    assert_eq!(output.status.code(), Some(2));
    let said = said(&output);
    assert!(
        said.contains("there is no workload train_srcnn") && said.contains("infer_generator_x3_256"),
        "{said}"
    );
}

#[test]
fn a_python_that_cannot_run_the_peers_is_refused_with_advice() {
    for python in ["no-such-python", "false"] {
        let output = bench(&["--peers", python]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("pip install torch"), "{}", said(&output));
    }
}

#[test]
fn a_budget_of_nothing_is_refused() {
    assert_eq!(bench(&["--budget", "0"]).status.code(), Some(2));
    assert_eq!(bench(&["--budget", "NaN"]).status.code(), Some(2));
}
