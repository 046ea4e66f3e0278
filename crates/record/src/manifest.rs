//! manifest.json: what a run is, where it came from, and how far it got.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    Provenance, RecordError, commit,
    disk::{self, Purpose},
    files::MANIFEST as FILE,
    provenance::now,
};

/// Version of the format of manifest.json.
const FORMAT: u32 = 1;

/// How far a run got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is training; or its process died.
    Running,
    /// It was asked to stop and can be resumed.
    Stopped,
    /// It failed, and can be resumed from its newest checkpoint.
    Failed,
    /// All steps were made, and everything is written.
    Finished,
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Finished => "finished",
        })
    }
}

/// The network of a run in a few numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSummary {
    /// The key in the config, as `srcnn`.
    pub name: String,
    /// Numbers that it learns.
    pub parameters: u64,
    /// Multiplications for one HR pixel.
    pub macs_per_hr_pixel: u64,
}

/// What bicubic interpolation scores on the validation images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// How it was measured.
    pub protocol: String,
    /// Mean PSNR on Y, where the protocol has it; infinite for images that bicubic interpolation brings back.
    #[serde(default, with = "decibels")]
    pub psnr_y_db: Option<f64>,
    /// Mean PSNR on RGB, where the protocol has it.
    #[serde(default, with = "decibels")]
    pub psnr_rgb_db: Option<f64>,
    /// Mean SSIM.
    pub ssim: f64,
}

/// The best validation of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BestValidation {
    /// The step whose weights are kept.
    pub step: u64,
    /// Its mean PSNR on Y.
    pub psnr_y_db: f64,
    /// How it was measured.
    pub protocol: String,
}

/// All of manifest.json.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of this format.
    pub format: u32,
    /// The run's name.
    pub name: String,
    /// What it shows.
    pub about: String,
    /// How far it got.
    pub status: Status,
    /// The changes of `--set` it was begun with.
    pub set: Vec<String>,
    /// Seed of everything random.
    pub seed: u64,
    /// HR size over LR size.
    pub scale: usize,
    /// The network.
    pub model: ModelSummary,
    /// SHA-256 of config.toml.
    pub config_sha256: String,
    /// SHA-256 over the training images.
    pub data_sha256: String,
    /// Training images.
    pub training_images: u64,
    /// Validation images.
    pub validation_images: u64,
    /// Threads that computed.
    pub threads: usize,
    /// The code and the machine.
    pub provenance: Provenance,
    /// When the run began, RFC 3339, UTC.
    pub started: String,
    /// When this manifest was written, RFC 3339, UTC.
    pub updated: String,
    /// Steps made.
    pub steps_done: u64,
    /// Steps of the whole run.
    pub steps: u64,
    /// Seconds spent in training and validation.
    pub training_s: f64,
    /// What bicubic interpolation scores on the validation images.
    pub bicubic: Option<Baseline>,
    /// The best validation.
    pub best: Option<BestValidation>,
}

impl Manifest {
    /// The version that new manifests have.
    pub const FORMAT: u32 = FORMAT;

    /// What the network of a study of judges is called.
    pub const JUDGE: &str = "judge";

    /// The present time in the form of `started`.
    pub fn now() -> String {
        now()
    }

    /// Writes manifest.json into the run folder `run`, with the present time.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn save(&mut self, run: &Path) -> Result<(), RecordError> {
        self.updated = now();
        let path = run.join(FILE);
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|error| RecordError::Manifest { path: path.clone(), reason: error.to_string() })?;
        text.push(b'\n');
        commit::file(Purpose::Manifest, &path, &text)
    }
}

/// Reads manifest.json of the run folder `run`; none where there is none.
///
/// # Errors
/// A manifest that cannot be read or understood.
pub fn read_manifest(run: &Path) -> Result<Option<Manifest>, RecordError> {
    let path: PathBuf = run.join(FILE);
    let Some(bytes) = disk::read(Purpose::Manifest, &path)? else { return Ok(None) };
    let refused = |reason: String| RecordError::Manifest { path: path.clone(), reason };
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
    if manifest.format != FORMAT {
        return Err(refused(format!("it has format {}, this version writes {FORMAT}", manifest.format)));
    }
    Ok(Some(manifest))
}

/// Decibels in JSON, which has no infinity: it is the string `inf`, as in the tables.
mod decibels {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use serde_json::Value;

    const INFINITE: &str = "inf";

    pub(super) fn serialize<S: Serializer>(db: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        match db {
            Some(f64::INFINITY) => INFINITE.serialize(serializer),
            db => db.serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(None),
            Value::Number(db) => Ok(db.as_f64()),
            Value::String(db) if db == INFINITE => Ok(Some(f64::INFINITY)),
            other => Err(D::Error::custom(format!("expected decibels or \"{INFINITE}\", found {other}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_comes_back_whether_it_is_infinite_or_none() {
        for psnr_y_db in [Some(f64::INFINITY), Some(30.25), None] {
            let baseline = Baseline {
                protocol: "y_matlab".into(),
                psnr_y_db,
                psnr_rgb_db: Some(f64::INFINITY),
                ssim: 1.,
            };
            let text = serde_json::to_string(&baseline).unwrap();
            assert!(text.contains(r#""psnr_rgb_db":"inf""#), "{text}");
            assert_eq!(serde_json::from_str::<Baseline>(&text).unwrap(), baseline);
        }
        let error =
            serde_json::from_str::<Baseline>(r#"{"protocol":"y","psnr_y_db":"high","ssim":1}"#).unwrap_err();
        assert!(error.to_string().starts_with("expected decibels or \"inf\", found \"high\""), "{error}");
    }
}
