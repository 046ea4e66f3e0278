//! architecture.json: the networks of a run, step by step, so that they can be drawn without being built again.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    RecordError, RunFolder,
    disk::{self, Purpose},
    files::ARCHITECTURE,
};

/// All networks of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// The network that the run is about first.
    pub networks: Vec<NetworkRecord>,
}

/// One network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkRecord {
    /// The key in the config, as `srcnn`; `discriminator`, `judge`.
    pub name: String,
    /// What it does.
    pub role: Role,
    /// Channels of its input: 1 for Y, 3 for RGB.
    pub channels: usize,
    /// HR size over LR size.
    pub scale: usize,
    /// Along a side, the HR pixels that one pixel of its input covers: the scale on the LR grid, 1 on the HR grid.
    pub input_hr_px: usize,
    /// Side of the patches that it is trained on, in HR pixels.
    pub patch_px: usize,
    /// Whether noise is added after its first step.
    pub noise: bool,
    /// Whether its layers are divided by their largest singular value.
    pub spectral_norm: bool,
    /// Numbers that it learns.
    pub parameters: u64,
    /// Multiplications for one HR pixel.
    pub macs_per_hr_pixel: u64,
    /// Its steps, in an order in which they can be made; the last one makes the output.
    pub steps: Vec<StepRecord>,
}

/// What a network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It makes an SR picture of an LR one.
    Upscaler,
    /// It tells HR from SR while the upscaler is trained.
    Discriminator,
    /// It tells HR from SR when the upscalers are done.
    Judge,
}

/// One step of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// Where its parameters stand in the file of weights, as `body.0.conv1`; none where it has none.
    pub name: Option<String>,
    /// What is done.
    pub does: StepKind,
    /// Steps that it reads, counted from 0; none is the network's input. Of a convolution the second is added before the activation.
    pub reads: Vec<Option<usize>>,
    /// Channels that it makes.
    pub channels: usize,
    /// Along a side, the HR pixels that one pixel of what it makes covers; none where it makes one number an image.
    pub hr_px: Option<usize>,
    /// Numbers that it learns.
    pub parameters: u64,
    /// Multiplications for one HR pixel.
    pub macs_per_hr_pixel: f64,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StepKind {
    /// A convolution with an activation.
    Convolution {
        /// Side of the kernel that is learnt, in pixels.
        kernel: usize,
        /// Side of the kernel that is computed: larger where a mean before the convolution is folded into it.
        computed_kernel: usize,
        /// Pixels from one window to the next.
        stride: usize,
        /// What follows: `ReLU`, `leaky ReLU`; none where nothing does.
        activation: Option<String>,
    },
    /// A border of mirrored pixels.
    Mirror,
    /// Channels become pixels.
    PixelShuffle,
    /// A number is added to every pixel.
    Shift {
        /// The number.
        by: f64,
    },
    /// Two pictures are added.
    Sum,
    /// The mean over all pixels.
    Mean,
    /// A linear layer.
    Linear,
}

impl Architecture {
    /// Writes architecture.json into a run folder.
    ///
    /// # Errors
    /// [`RecordError::Write`].
    pub fn save(&self, folder: &RunFolder) -> Result<(), RecordError> {
        let path = folder.path().join(ARCHITECTURE);
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| not_one(&path, &error))?;
        text.push(b'\n');
        folder.save(Purpose::Architecture, ARCHITECTURE, &text)
    }

    /// Reads architecture.json of the run folder `run`; none where there is none, as in runs of earlier versions.
    ///
    /// # Errors
    /// A file that cannot be read; [`RecordError::Row`] for one that is no architecture, or reads steps that come later.
    pub fn read(run: &Path) -> Result<Option<Self>, RecordError> {
        let path = run.join(ARCHITECTURE);
        let Some(text) = disk::read(Purpose::Architecture, &path)? else { return Ok(None) };
        let read: Self = serde_json::from_slice(&text).map_err(|error| not_one(&path, &error))?;
        for network in &read.networks {
            for (number, step) in network.steps.iter().enumerate() {
                if step.reads.iter().flatten().any(|read| *read >= number) || step.reads.is_empty() {
                    let reason = format!("step {number} of {} reads no step before it", network.name);
                    return Err(RecordError::Row { path, line: 1, reason });
                }
            }
        }
        Ok(Some(read))
    }
}

fn not_one(path: &Path, error: &serde_json::Error) -> RecordError {
    RecordError::Row { path: path.to_owned(), line: error.line() as u64, reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn architecture(reads: Vec<Option<usize>>) -> Architecture {
        let step = StepRecord {
            name: Some("conv1".into()),
            does: StepKind::Convolution {
                kernel: 9,
                computed_kernel: 9,
                stride: 1,
                activation: Some("ReLU".into()),
            },
            reads,
            channels: 64,
            hr_px: Some(1),
            parameters: 5248,
            macs_per_hr_pixel: 5184.,
        };
        let network = NetworkRecord {
            name: "srcnn".into(),
            role: Role::Upscaler,
            channels: 1,
            scale: 3,
            input_hr_px: 1,
            patch_px: 48,
            noise: false,
            spectral_norm: false,
            parameters: 5248,
            macs_per_hr_pixel: 5184,
            steps: vec![step],
        };
        Architecture { networks: vec![network] }
    }

    #[test]
    fn what_is_written_comes_back() {
        let results = tempfile::tempdir().unwrap();
        let (folder, _) = RunFolder::begin(results.path(), "a").unwrap();
        assert_eq!(Architecture::read(folder.path()).unwrap(), None);
        architecture(vec![None]).save(&folder).unwrap();
        assert_eq!(Architecture::read(folder.path()).unwrap(), Some(architecture(vec![None])));
    }

    #[test]
    fn a_step_that_reads_itself_or_nothing_is_refused() {
        let results = tempfile::tempdir().unwrap();
        let (folder, _) = RunFolder::begin(results.path(), "a").unwrap();
        for reads in [vec![Some(0)], vec![None, Some(7)], vec![]] {
            architecture(reads).save(&folder).unwrap();
            let error = Architecture::read(folder.path()).unwrap_err().to_string();
            assert!(error.contains("step 0 of srcnn reads no step before it"), "{error}");
        }
    }
}
