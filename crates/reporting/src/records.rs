//! All that a run folder says about its run, read at once.

use std::path::{Path, PathBuf};

use plumage_record::{
    CurveRow, EvaluationRow, JudgeStudy, Manifest, MetricsRow, RecordError, TimingRow, read_curve,
    read_evaluation, read_manifest, read_metrics, read_timing,
};

use crate::number::grouped;

/// The records of a run. A run that has just begun has few of them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Records {
    /// Its folder.
    pub(crate) path: PathBuf,
    /// What the run is called: the name of its folder.
    pub(crate) name: String,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) metrics: Vec<MetricsRow>,
    pub(crate) timing: Vec<TimingRow>,
    pub(crate) evaluation: Vec<EvaluationRow>,
    /// How the run was measured; none where nothing was.
    pub(crate) protocol: Option<String>,
    pub(crate) curve: Vec<CurveRow>,
}

impl Records {
    /// Reads the run folder `run`.
    pub(crate) fn read(run: &Path) -> Result<Self, RecordError> {
        if !run.is_dir() {
            return Err(RecordError::NoRun { path: run.to_owned() });
        }
        let folder_name = run.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (manifest, metrics) = (read_manifest(run)?, read_metrics(run)?);
        let protocol = match &manifest {
            Some(manifest) if manifest.model.name == Manifest::JUDGE => {
                JudgeStudy::read(run)?.map(|study| study.protocol)
            }
            Some(Manifest { bicubic: Some(bicubic), .. }) => Some(bicubic.protocol.clone()),
            _ => metrics.iter().find_map(|row| Some(row.validation.as_ref()?.protocol.clone())),
        };
        Ok(Self {
            path: run.to_owned(),
            name: folder_name,
            manifest,
            metrics,
            timing: read_timing(run)?,
            evaluation: read_evaluation(run)?,
            protocol,
            curve: read_curve(run)?,
        })
    }

    /// The same run by another name: that which its folder had when a figure was drawn.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
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
