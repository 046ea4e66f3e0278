//! Runs that the tests train: small networks on drawn birds.

use std::{collections::BTreeMap, fs, path::Path};

use candle_core::Device;
use plumage_data::{
    AugmentConfig, BatchConfig, Batches, DataRoots, DatasetConfig, DegradationConfig, DegradationStep,
    InputGrid, PatchConfig, RandomConfig, Recipe, aviary::AviaryConfig, open,
};
use plumage_imaging::{Channels, decode::Limits};
use plumage_losses::LossConfig;
use plumage_metrics::Protocol;
use plumage_models::{Grid, ModelConfig};
use plumage_record::{Identity, ImageSet, RunFolder, Validation};
use plumage_trainer::{
    Outcome, Progress, TrainError, TrainerConfig,
    adversarial::AdversaryConfig,
    find_checkpoint,
    optimizer::{AdamConfig, OptimizerConfig},
    restore::{Restore, train},
    schedule::{CosineDecay, ScheduleConfig, ScheduleShape},
    validation::{Measure, ValidationSet},
};

/// Asks to stop after so many steps.
pub(crate) struct StopAfter(pub(crate) u64, pub(crate) u64);

impl Progress for StopAfter {
    fn step(&mut self, step: u64, _loss: f64, _images: usize) {
        self.1 = step;
    }

    fn validated(&mut self, _step: u64, _validation: &Validation, _best: bool) {}

    fn stop_requested(&self) -> bool {
        self.1 == self.0
    }
}

/// What is trained, and against whom.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) model: ModelConfig,
    pub(crate) loss: LossConfig,
    pub(crate) trainer: TrainerConfig,
    pub(crate) adversary: Option<AdversaryConfig>,
    pub(crate) data: BTreeMap<String, ImageSet>,
}

pub(crate) fn adam() -> OptimizerConfig {
    OptimizerConfig::Adam(AdamConfig { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 })
}

pub(crate) fn trainer() -> TrainerConfig {
    let shape = ScheduleShape::Cosine(CosineDecay { final_learning_rate: 1e-5 });
    TrainerConfig {
        steps: 24,
        record_every: 3,
        validate_every: 6,
        checkpoint_every: 8,
        validation_images: None,
        snapshot_every: Some(9),
        optimizer: adam(),
        schedule: ScheduleConfig { learning_rate: 2e-3, warmup_steps: 2, shape },
        learning_rate_factors: Some(BTreeMap::from([("conv3".to_owned(), 0.1)])),
        clip_grad_norm: Some(1.),
        ema_decay: Some(0.9),
    }
}

/// Trains in `results/run`, on from its newest checkpoint, until `stop` or the end.
pub(crate) fn train_in(results: &Path, run: &Run, stop: u64) -> Result<Outcome, TrainError> {
    let roots = DataRoots { data_root: None, manifests: results.to_owned() };
    let aviary = |images, seed| {
        let config = DatasetConfig::Aviary(AviaryConfig { images, side: 48, seed });
        open(&config, &roots, &Limits::PHOTOGRAPH).unwrap()
    };
    let images = aviary(4, 1);
    let recipe = Recipe {
        seed: 7,
        scale: 2,
        channels: Channels::Y,
        input: match run.model.architecture().grid() {
            Grid::Lr => InputGrid::Lr,
            Grid::Hr => InputGrid::Hr,
        },
        degradation: DegradationConfig(vec![DegradationStep::Bicubic]),
        patches: PatchConfig::Random(RandomConfig { hr_size: 16, per_image: 5 }),
        augment: AugmentConfig { flips: true, rotations: true, rescales: vec![1.] },
        batches: BatchConfig { size: 8, workers: 2, pool: 2, cache_mib: 16 },
    };
    let batches = Batches::new(images.clone(), recipe).unwrap();
    let held_out = aviary(2, 2);
    let how = Measure { protocol: Protocol::YMatlab, scale: 2, channels: Channels::Y };
    let validation = ValidationSet::new(held_out, 2, how).unwrap().keep(1 << 20).unwrap();
    let folder = match results.join("run").is_dir() {
        true => RunFolder::reopen(results, "run").unwrap(),
        false => RunFolder::begin(results, "run").unwrap().0,
    };
    let identity = Identity { config_sha256: "config".into(), data: run.data.clone(), seed: 7 };
    let task = Restore {
        model: &run.model,
        scale: 2,
        loss: &run.loss,
        trainer: &run.trainer,
        adversary: run.adversary.as_ref(),
        seed: 7,
        batches: &batches,
        validation: &validation,
        device: &Device::Cpu,
        folder: &folder,
        identity: &identity,
    };
    let (checkpoint, _) = find_checkpoint(&folder, &identity)?;
    train(&task, checkpoint, &mut StopAfter(stop, 0))
}

/// What a run leaves that must not differ: metrics.csv, the newest checkpoint, and the weights that are kept on the way.
pub(crate) fn left_by(results: &Path) -> Vec<Vec<u8>> {
    let run = results.join("run");
    let newest = run.join("checkpoints/step-0000000024");
    let mut names: Vec<_> = fs::read_dir(&newest).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names.extend(
        ["metrics.csv", "snapshots/step-0000000009.safetensors", "snapshots/step-0000000018.safetensors"]
            .map(|name| run.join(name)),
    );
    names.iter().map(|path| fs::read(path).unwrap()).collect()
}
