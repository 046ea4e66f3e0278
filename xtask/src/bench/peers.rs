//! Engines from outside: PyTorch in both layouts and onnxruntime, each with the system's allocator and, where it is
//! installed, with jemalloc, which keeps large tensors from being mapped anew at every step.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{Worker, workloads::Workload};
use crate::{failure::Failure, workspace::Workspace};

/// The modes of the script, and what tables and records call them.
const MODES: [(&str, &str); 3] =
    [("eager", "torch_eager"), ("channels_last", "torch_channels_last"), ("onnxruntime", "onnxruntime")];

/// A Python with at least PyTorch.
pub(crate) struct Peers {
    python: PathBuf,
    script: PathBuf,
    /// What is measured, with versions, for people.
    pub(crate) versions: String,
    has_onnxruntime: bool,
    jemalloc: Option<PathBuf>,
}

impl Peers {
    /// Looks what `python` has.
    pub(crate) fn find(python: &Path, workspace: &Workspace) -> Result<Self, Failure> {
        let script = workspace.root().join("xtask/peers/torch_bench.py");
        let output = Command::new(python).arg(&script).arg("probe").stdin(Stdio::null()).output();
        let shown = python.display();
        let help = "--peers takes a Python that has torch: pip install torch onnxruntime onnx";
        let output = output
            .map_err(|error| Failure::usage(format!("failed to start the Python {shown}: {error}"), help))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or("it says nothing");
            return Err(Failure::usage(format!("the Python {shown} cannot run the peers: {last}"), help));
        }
        let versions: Vec<String> =
            String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
        let has_onnxruntime = versions.iter().any(|version| version.starts_with("onnxruntime"));
        let (python, versions) = (python.to_owned(), versions.join(", "));
        Ok(Self { python, script, versions, has_onnxruntime, jemalloc: jemalloc() })
    }

    /// A process for every mode that can do the workload, with either allocator.
    pub(crate) fn start(&self, workload: &Workload, threads: usize) -> Result<Vec<Worker>, Failure> {
        let mut workers = Vec::new();
        for (mode, name) in MODES {
            if mode == "onnxruntime" && (workload.trains() || !self.has_onnxruntime) {
                continue;
            }
            workers.push(Worker::start(name, &mut self.command(mode, workload, threads))?);
            if let Some(jemalloc) = &self.jemalloc {
                let mut command = self.command(mode, workload, threads);
                workers
                    .push(Worker::start(&format!("{name}_jemalloc"), command.env("LD_PRELOAD", jemalloc))?);
            }
        }
        Ok(workers)
    }

    fn command(&self, mode: &str, workload: &Workload, threads: usize) -> Command {
        let mut command = Command::new(&self.python);
        // Warnings of the exporter would run through the table.
        command.args(["-W", "ignore"]).arg(&self.script).args([mode, workload.name]);
        command.arg("--threads").arg(threads.to_string());
        command
    }
}

/// jemalloc's library, where the dynamic linker knows one.
fn jemalloc() -> Option<PathBuf> {
    let output = Command::new("ldconfig").arg("-p").output().ok()?;
    let known = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = known.lines().find(|line| line.trim_start().starts_with("libjemalloc.so"))?;
    line.split_once("=> ").map(|(_, path)| PathBuf::from(path.trim()))
}
