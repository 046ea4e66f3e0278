//! Whole runs against an adversary: the same promises, and the monitor that names what is wrong.

use std::collections::BTreeMap;

use plumage_imaging::Channels;
use plumage_losses::{AdversarialConfig, LossConfig, VanillaConfig, Weight};
use plumage_models::{
    ModelConfig,
    discriminator::{DiscriminatorConfig, VerdictOn},
    srresnet::SrresnetConfig,
};
use plumage_record::{AdversaryRow, read_metrics};
use plumage_trainer::{
    Ending, TrainError,
    adversarial::AdversaryConfig,
    schedule::{ScheduleConfig, ScheduleShape},
};

use crate::setup::{Run, adam, left_by, train_in, trainer};

/// A generator that is trained alone for 7 of its 24 steps.
fn srgan() -> Run {
    let model =
        SrresnetConfig { channels: Channels::Y, n_feats: 8, n_blocks: 1, hr_feats: Some(4), noise: true };
    let adversary = AdversaryConfig {
        pretraining_steps: 7,
        ramp_steps: 4,
        game: AdversarialConfig::Vanilla(VanillaConfig { real_label: 0.9 }),
        weight: Weight::Share(0.1),
        total_variation: Some(Weight::Share(0.01)),
        perceptual: None,
        discriminator: DiscriminatorConfig {
            widths: vec![8, 16],
            first_stride: 1,
            verdict_on: VerdictOn::Window,
            spectral_norm: true,
        },
        optimizer: adam(),
        schedule: ScheduleConfig { learning_rate: 1e-4, warmup_steps: 0, shape: ScheduleShape::Constant },
    };
    Run {
        model: ModelConfig::Srresnet(model),
        loss: LossConfig::L1,
        trainer: trainer(),
        adversary: Some(adversary),
        data: BTreeMap::new(),
    }
}

/// A run with an adversary from the first step on, for long enough that the monitor sees it.
fn duel(change: impl Fn(&mut AdversaryConfig)) -> Run {
    let mut run = srgan();
    (run.trainer.steps, run.trainer.record_every, run.trainer.validate_every) = (200, 20, 200);
    run.trainer.checkpoint_every = 200;
    if let Some(adversary) = &mut run.adversary {
        (adversary.pretraining_steps, adversary.ramp_steps) = (0, 0);
        change(adversary);
    }
    run
}

/// The adversarial part of the rows that a run leaves.
fn rows_of(run: &Run) -> Vec<AdversaryRow> {
    let results = tempfile::tempdir().unwrap();
    train_in(results.path(), run, u64::MAX).unwrap();
    let rows = read_metrics(&results.path().join("run")).unwrap();
    rows.into_iter().map(|row| row.adversary.unwrap()).collect()
}

fn signs_of(rows: &[AdversaryRow]) -> Vec<&str> {
    rows.iter().flat_map(|row| &row.signs).map(String::as_str).collect()
}

#[test]
fn stopped_anywhere_and_for_any_number_of_threads_it_leaves_the_same_bytes() {
    let whole = tempfile::tempdir().unwrap();
    train_in(whole.path(), &srgan(), u64::MAX).unwrap();
    let expected = left_by(whole.path());
    for stops in [vec![3, 7], vec![8, 10], vec![12, 17, 23]] {
        let results = tempfile::tempdir().unwrap();
        for &stop in &stops {
            assert_eq!(train_in(results.path(), &srgan(), stop).unwrap().ending, Ending::Stopped);
        }
        train_in(results.path(), &srgan(), u64::MAX).unwrap();
        assert!(left_by(results.path()) == expected, "stopped at {stops:?}");
    }
    for threads in [1, 3, 8] {
        let results = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| train_in(results.path(), &srgan(), u64::MAX)).unwrap();
        assert!(left_by(results.path()) == expected, "{threads} threads");
    }
}

#[test]
fn a_run_that_lost_its_last_checkpoint_makes_the_steps_again() {
    let (whole, broken) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    train_in(whole.path(), &srgan(), u64::MAX).unwrap();
    train_in(broken.path(), &srgan(), 20).unwrap();
    std::fs::remove_dir_all(broken.path().join("run/checkpoints/step-0000000020")).unwrap();
    train_in(broken.path(), &srgan(), u64::MAX).unwrap();
    assert!(left_by(broken.path()) == left_by(whole.path()));
}

#[test]
fn before_the_adversary_plays_the_generator_is_trained_as_it_is_without_one() {
    let mut alone = srgan();
    alone.trainer.schedule.shape = ScheduleShape::Constant;
    let mut late = alone.clone();
    late.adversary.iter_mut().for_each(|adversary| adversary.pretraining_steps = 23);
    (alone.adversary, alone.trainer.steps, alone.trainer.record_every) = (None, 23, 1);
    (late.trainer.record_every, late.trainer.validate_every, alone.trainer.validate_every) = (1, 6, 23);
    let ModelConfig::Srresnet(config) = &mut alone.model else { panic!() };
    config.noise = false;
    let losses = |run: &Run| -> Vec<f64> {
        let results = tempfile::tempdir().unwrap();
        train_in(results.path(), run, u64::MAX).unwrap();
        let rows = read_metrics(&results.path().join("run")).unwrap();
        rows.iter().take(23).map(|row| row.train_loss).collect()
    };
    assert_eq!(losses(&late), losses(&alone));
}

#[test]
fn a_row_says_what_each_side_and_each_term_does() {
    let rows = rows_of(&srgan());
    let shares = |row: &AdversaryRow| row.terms.iter().map(|term| term.share).collect::<Vec<_>>();
    // The third row holds the first two steps of the duel.
    assert_eq!((rows[1].d_loss, shares(&rows[1])), (None, vec![Some(1.), None, None]));
    let last = rows.last().unwrap();
    let names: Vec<_> = last.terms.iter().map(|term| term.name.as_str()).collect();
    assert_eq!(names, ["pixel", "total_variation", "adversarial"]);
    let total: f64 = shares(last).into_iter().flatten().sum();
    assert!((total - 1.).abs() < 1e-9, "{last:?}");
    // A tenth of the pulls of the other two, which point to different sides.
    assert!((0.05..0.11).contains(&last.terms[2].share.unwrap()), "{last:?}");
    assert!(last.d_loss.unwrap() > 0. && last.artefacts.unwrap().val_noise_levels.unwrap() > 0., "{last:?}");
}

#[test]
fn an_adversarial_weight_a_hundred_times_too_high_is_named() {
    let rows = rows_of(&duel(|adversary| adversary.weight = Weight::Share(10.)));
    assert!(signs_of(&rows).contains(&"adversarial_too_strong"), "{rows:?}");
    let healthy = rows_of(&duel(|_| {}));
    assert!(!signs_of(&healthy).contains(&"adversarial_too_strong"), "{healthy:?}");
}

#[test]
fn a_discriminator_that_learns_a_hundred_times_too_fast_is_named() {
    let named = |rows: &[AdversaryRow]| signs_of(rows).iter().any(|sign| sign.starts_with("discriminator_"));
    // Spectral normalisation holds it back whatever the rate is.
    let unbridled = |faster: f64| {
        rows_of(&duel(|adversary| {
            adversary.discriminator.spectral_norm = false;
            adversary.schedule.learning_rate = 5e-3 * faster;
        }))
    };
    let rows = unbridled(100.);
    assert!(named(&rows), "{rows:?}");
    let healthy = unbridled(1.);
    assert!(!named(&healthy), "{healthy:?}");
}

#[test]
fn what_is_not_finite_is_named_with_the_side_that_it_is_on() {
    let results = tempfile::tempdir().unwrap();
    let wild = duel(|adversary| {
        adversary.discriminator.spectral_norm = false;
        adversary.schedule.learning_rate = 1e20;
    });
    let error = train_in(results.path(), &wild, u64::MAX).unwrap_err();
    let TrainError::Diverged { term, step, .. } = &error else { panic!("{error}") };
    assert!(term.contains("discriminator") || term.contains("adversarial"), "{error}");
    assert!(*step <= 3, "{error}");
}
