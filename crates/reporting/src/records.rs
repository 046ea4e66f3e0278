//! All that a run folder says about its run, read at once.

use std::path::Path;

use plumage_record::{
    CurveRow, EvaluationRow, Manifest, MetricsRow, RecordError, TimingRow, read_curve, read_evaluation,
    read_manifest, read_metrics, read_timing,
};

use crate::number::grouped;

/// The records of a run. A run that has just begun has few of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Records {
    pub(crate) name: String,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) metrics: Vec<MetricsRow>,
    pub(crate) timing: Vec<TimingRow>,
    pub(crate) evaluation: Vec<EvaluationRow>,
    pub(crate) curve: Vec<CurveRow>,
}

impl Records {
    /// Reads the run folder `run`.
    pub(crate) fn read(run: &Path) -> Result<Self, RecordError> {
        if !run.is_dir() {
            return Err(RecordError::NoRun { path: run.to_owned() });
        }
        let folder_name = run.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self {
            name: folder_name,
            manifest: read_manifest(run)?,
            metrics: read_metrics(run)?,
            timing: read_timing(run)?,
            evaluation: read_evaluation(run)?,
            curve: read_curve(run)?,
        })
    }

    /// What ran, in a line: the network, its size, the scale, the data, the seed.
    pub(crate) fn in_a_line(&self) -> String {
        let Some(manifest) = &self.manifest else { return String::new() };
        format!(
            "{} with {} weights, ×{}, {} training images, seed {}",
            manifest.model.name,
            grouped(manifest.model.parameters),
            manifest.scale,
            grouped(manifest.training_images),
            manifest.seed
        )
    }
}
