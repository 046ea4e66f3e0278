//! Whole runs of the restore trainer: equal runs are equal to the byte, interrupted or not, for any number of threads.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{collections::BTreeMap, fs, path::Path};

use candle_core::Device;
use plumage_data::{
    AugmentConfig, BatchConfig, Batches, DataRoots, DatasetConfig, DegradationConfig, DegradationStep,
    InputGrid, PatchConfig, RandomConfig, Recipe, aviary::AviaryConfig, open,
};
use plumage_imaging::{Channels, decode::Limits};
use plumage_losses::LossConfig;
use plumage_metrics::Protocol;
use plumage_models::{
    ModelConfig,
    srcnn::{BorderRule, SrcnnConfig, SrcnnInit},
};
use plumage_record::disk::faults::{Trial, during};
use plumage_record::{Identity, ImageSet, RunFolder, Validation};
use plumage_trainer::{
    Ending, Outcome, Progress, TrainError, TrainerConfig,
    optimizer::{AdamConfig, OptimizerConfig},
    restore::{Restore, find_checkpoint, train},
    schedule::{CosineDecay, ScheduleConfig, ScheduleShape},
    validation::{Measure, ValidationSet},
};

/// Asks to stop after so many steps.
struct StopAfter(u64, u64);

impl Progress for StopAfter {
    fn step(&mut self, step: u64, _loss: f64, _images: usize) {
        self.1 = step;
    }

    fn validated(&mut self, _step: u64, _validation: &Validation, _best: bool) {}

    fn stop_requested(&self) -> bool {
        self.1 == self.0
    }
}

fn model() -> ModelConfig {
    ModelConfig::Srcnn(SrcnnConfig {
        channels: Channels::Y,
        kernels: [5, 3, 3],
        widths: [8, 4],
        padding: BorderRule::Zeros,
        residual: true,
        init: SrcnnInit::He,
    })
}

fn trainer() -> TrainerConfig {
    let optimizer = OptimizerConfig::Adam(AdamConfig { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
    let shape = ScheduleShape::Cosine(CosineDecay { final_learning_rate: 1e-5 });
    TrainerConfig {
        steps: 24,
        record_every: 3,
        validate_every: 6,
        checkpoint_every: 8,
        validation_images: None,
        optimizer,
        schedule: ScheduleConfig { learning_rate: 2e-3, warmup_steps: 2, shape },
        learning_rate_factors: Some(BTreeMap::from([("conv3".to_owned(), 0.1)])),
        clip_grad_norm: Some(1.),
        ema_decay: Some(0.9),
    }
}

/// Trains in `results/run`, on from its newest checkpoint, until `stop` or the end.
fn run(results: &Path, trainer: &TrainerConfig, stop: u64) -> Result<Outcome, TrainError> {
    run_on(results, trainer, stop, BTreeMap::new())
}

fn run_on(
    results: &Path,
    trainer: &TrainerConfig,
    stop: u64,
    data: BTreeMap<String, ImageSet>,
) -> Result<Outcome, TrainError> {
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
        input: InputGrid::Hr,
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
    let identity = Identity { config_sha256: "config".into(), data, seed: 7 };
    let task = Restore {
        model: &model(),
        scale: 2,
        loss: &LossConfig::Mse,
        trainer,
        seed: 7,
        batches: &batches,
        validation: &validation,
        device: &Device::Cpu,
        folder: &folder,
        identity: &identity,
    };
    let (checkpoint, _) = find_checkpoint(&task)?;
    train(&task, checkpoint, &mut StopAfter(stop, 0))
}

/// What a run leaves that must not differ: metrics.csv and the newest checkpoint.
fn left_by(results: &Path) -> Vec<Vec<u8>> {
    let run = results.join("run");
    let newest = run.join("checkpoints/step-0000000024");
    let mut names: Vec<_> = fs::read_dir(&newest).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names.push(run.join("metrics.csv"));
    names.iter().map(|path| fs::read(path).unwrap()).collect()
}

fn uninterrupted() -> (tempfile::TempDir, Vec<Vec<u8>>) {
    let results = tempfile::tempdir().unwrap();
    let outcome = run(results.path(), &trainer(), u64::MAX).unwrap();
    assert_eq!((outcome.ending, outcome.steps), (Ending::Finished, 24));
    let left = left_by(results.path());
    (results, left)
}

#[test]
fn a_run_stopped_anywhere_and_resumed_leaves_the_bytes_of_an_uninterrupted_one() {
    let (_whole, expected) = uninterrupted();
    // At 6, 12 and 24 it is stopped in a validation.
    for stops in [vec![1], vec![5, 6, 13], vec![8, 23], vec![12, 24]] {
        let results = tempfile::tempdir().unwrap();
        for &stop in &stops {
            assert_eq!(run(results.path(), &trainer(), stop).unwrap().ending, Ending::Stopped);
        }
        run(results.path(), &trainer(), u64::MAX).unwrap();
        assert!(left_by(results.path()) == expected, "stopped at {stops:?}");
    }
}

#[test]
fn a_run_that_lost_its_last_checkpoint_makes_the_steps_again() {
    let (_whole, expected) = uninterrupted();
    let results = tempfile::tempdir().unwrap();
    run(results.path(), &trainer(), 20).unwrap();
    fs::remove_dir_all(results.path().join("run/checkpoints/step-0000000020")).unwrap();
    run(results.path(), &trainer(), u64::MAX).unwrap();
    assert!(left_by(results.path()) == expected);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let (_whole, expected) = uninterrupted();
    for threads in [1, 2, 3, 4, 8] {
        let results = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(results.path(), &trainer(), u64::MAX)).unwrap();
        assert!(left_by(results.path()) == expected, "{threads} threads");
    }
}

#[test]
fn training_beats_its_own_beginning_and_keeps_the_best_weights() {
    let results = tempfile::tempdir().unwrap();
    let outcome = run(results.path(), &trainer(), u64::MAX).unwrap();
    let rows = plumage_record::read_metrics(&results.path().join("run")).unwrap();
    assert_eq!(rows.len(), 8);
    assert!(rows[7].train_loss < rows[0].train_loss);
    let psnr = |row: &plumage_record::MetricsRow| row.validation.as_ref().and_then(|v| v.psnr_y_db);
    let best = rows.iter().filter_map(psnr).fold(f64::MIN, f64::max);
    assert_eq!(outcome.best.unwrap().psnr_y_db, best);
}

#[test]
fn a_run_that_diverges_stops_before_the_update_and_no_checkpoint_holds_what_is_not_finite() {
    for learning_rate in [1e6, 1e10, 1e20] {
        let results = tempfile::tempdir().unwrap();
        let mut wild = trainer();
        wild.schedule.learning_rate = learning_rate;
        (wild.clip_grad_norm, wild.checkpoint_every, wild.steps) = (None, 1, 200);
        let error = run(results.path(), &wild, u64::MAX).unwrap_err();
        let TrainError::Diverged { images, .. } = &error else { panic!("{learning_rate}: {error}") };
        assert!(!images.is_empty() && images.iter().all(|name| name.starts_with("aviary-1-")), "{images:?}");
        for checkpoint in fs::read_dir(results.path().join("run/checkpoints")).into_iter().flatten() {
            for file in ["weights", "ema", "optimizer"] {
                let path = checkpoint.as_ref().unwrap().path().join(format!("{file}.safetensors"));
                plumage_models::weights::read(&path).unwrap();
            }
        }
    }
}

#[test]
fn a_run_is_not_resumed_on_other_images_of_any_set() {
    let results = tempfile::tempdir().unwrap();
    let data = |validation: &str| {
        let set = |sha256: &str| ImageSet { images: 3, sha256: sha256.to_owned() };
        BTreeMap::from([("train".to_owned(), set("aa")), ("validation".to_owned(), set(validation))])
    };
    run_on(results.path(), &trainer(), 8, data("bb")).unwrap();
    let error = run_on(results.path(), &trainer(), 9, data("cc")).unwrap_err();
    assert!(matches!(error, TrainError::Changed { step: 8, .. }), "{error}");
    for part in ["`validation`", "3 images with SHA-256 bb", "cc"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    run_on(results.path(), &trainer(), 9, data("bb")).unwrap();
}

#[test]
fn a_disk_that_fails_anywhere_in_training_costs_no_step_that_was_committed() {
    let (_whole, expected) = uninterrupted();
    let results = tempfile::tempdir().unwrap();
    // Each attempt comes a little further, or not, and finds another fault.
    for fault in
        ["EIO@checkpoint.sync", "ENOSPC@40+", "EROFS@checkpoint.rename", "EDQUOT@metrics.sync", "EIO@90"]
    {
        let trial = Trial::parse(Some(fault), None).unwrap();
        let (ended, report) = during(trial, || run(results.path(), &trainer(), u64::MAX));
        assert!(ended.is_err() && report.struck.is_some(), "{fault}");
    }
    run(results.path(), &trainer(), u64::MAX).unwrap();
    assert!(left_by(results.path()) == expected);
}
