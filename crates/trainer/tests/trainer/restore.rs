//! Whole runs under a pixel loss: equal runs are equal to the byte, interrupted or not, for any number of threads.

use std::{collections::BTreeMap, fs};

use plumage_imaging::Channels;
use plumage_losses::LossConfig;
use plumage_models::{
    ModelConfig,
    srcnn::{BorderRule, SrcnnConfig, SrcnnInit},
};
use plumage_record::{
    ImageSet,
    disk::faults::{Trial, during},
};
use plumage_trainer::{Ending, TrainError};

use crate::setup::{Run, left_by, train_in, trainer};

fn srcnn() -> Run {
    let model = ModelConfig::Srcnn(SrcnnConfig {
        channels: Channels::Y,
        kernels: [5, 3, 3],
        widths: [8, 4],
        padding: BorderRule::Zeros,
        residual: true,
        init: SrcnnInit::He,
        mean: 0.,
    });
    Run { model, loss: LossConfig::Mse, trainer: trainer(), adversary: None, data: BTreeMap::new() }
}

fn uninterrupted() -> (tempfile::TempDir, Vec<Vec<u8>>) {
    let results = tempfile::tempdir().unwrap();
    let outcome = train_in(results.path(), &srcnn(), u64::MAX).unwrap();
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
            assert_eq!(train_in(results.path(), &srcnn(), stop).unwrap().ending, Ending::Stopped);
        }
        train_in(results.path(), &srcnn(), u64::MAX).unwrap();
        assert!(left_by(results.path()) == expected, "stopped at {stops:?}");
    }
}

#[test]
fn a_run_that_lost_its_last_checkpoint_makes_the_steps_again() {
    let (_whole, expected) = uninterrupted();
    let results = tempfile::tempdir().unwrap();
    train_in(results.path(), &srcnn(), 20).unwrap();
    fs::remove_dir_all(results.path().join("run/checkpoints/step-0000000020")).unwrap();
    train_in(results.path(), &srcnn(), u64::MAX).unwrap();
    assert!(left_by(results.path()) == expected);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let (_whole, expected) = uninterrupted();
    for threads in [1, 2, 3, 4, 8] {
        let results = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| train_in(results.path(), &srcnn(), u64::MAX)).unwrap();
        assert!(left_by(results.path()) == expected, "{threads} threads");
    }
}

#[test]
fn training_beats_its_own_beginning_and_keeps_the_best_weights() {
    let results = tempfile::tempdir().unwrap();
    let outcome = train_in(results.path(), &srcnn(), u64::MAX).unwrap();
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
        let mut wild = srcnn();
        wild.trainer.schedule.learning_rate = learning_rate;
        (wild.trainer.clip_grad_norm, wild.trainer.checkpoint_every, wild.trainer.steps) = (None, 1, 200);
        let error = train_in(results.path(), &wild, u64::MAX).unwrap_err();
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
    train_in(results.path(), &Run { data: data("bb"), ..srcnn() }, 8).unwrap();
    let error = train_in(results.path(), &Run { data: data("cc"), ..srcnn() }, 9).unwrap_err();
    assert!(matches!(error, TrainError::Changed { step: 8, .. }), "{error}");
    for part in ["`validation`", "3 images with SHA-256 bb", "cc"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    train_in(results.path(), &Run { data: data("bb"), ..srcnn() }, 9).unwrap();
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
        let (ended, report) = during(trial, || train_in(results.path(), &srcnn(), u64::MAX));
        assert!(ended.is_err() && report.struck.is_some(), "{fault}");
    }
    train_in(results.path(), &srcnn(), u64::MAX).unwrap();
    assert!(left_by(results.path()) == expected);
}
