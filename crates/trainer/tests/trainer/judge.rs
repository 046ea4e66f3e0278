//! Judges: they learn what there is to learn and nothing else, and equal studies are equal to the byte.

use std::{collections::BTreeMap, fs, path::Path};

use candle_core::Device;
use plumage_imaging::{
    Planes,
    resize::{Ratio, resize},
};
use plumage_random::{Stream, generator};
use plumage_record::{Identity, RunFolder};
use plumage_trainer::{
    Ending, TrainError, find_checkpoint,
    judge::{self, Findings, JudgeTrainerConfig, Judging, Pictures, StatisticsConfig, Versions},
    schedule::{ScheduleConfig, ScheduleShape},
};
use rand::Rng;

use crate::setup::{StopAfter, adam};

const METHODS: [&str; 3] = ["bicubic", "perfect", "striped"];

/// HR is noise; bicubic blurs it, one method is perfect, and one leaves stripes.
fn pictures(images: u64, part: u64) -> Pictures {
    let side = 24;
    let image = |image: u64| {
        let rng = &mut generator(11, Stream::Draw, part, image);
        let values = (0..side * side).map(|_| f64::from(rng.random_range(60..190u8)) / 255.).collect();
        let hr = Planes::new(1, side, side, values);
        let bicubic = resize(&resize(&hr, Ratio::shrink(2)), Ratio::enlarge(2)).rounded();
        let stripes = (0..side * side).map(|place| if place % 2 == 0 { 0.2 } else { -0.2 });
        let striped = hr.values.iter().zip(stripes).map(|(y, stripe)| y + stripe).collect();
        let striped = Planes::new(1, side, side, striped).rounded();
        Versions::new(&[hr.clone(), bicubic, hr, striped])
    };
    Pictures::new((0..images).map(image).collect(), 11, part)
}

fn trainer(steps: u64) -> JudgeTrainerConfig {
    JudgeTrainerConfig {
        steps,
        pairs: 8,
        validate_every: 5,
        optimizer: adam(),
        schedule: ScheduleConfig { learning_rate: 1e-2, warmup_steps: 0, shape: ScheduleShape::Constant },
    }
}

/// Trains the judges in `results/run`, on from the newest checkpoint, until `stop` or the end; then counts.
fn study(results: &Path, steps: u64, stop: u64) -> Result<(Ending, Findings, Vec<u8>), TrainError> {
    let folder = match results.join("run").is_dir() {
        true => RunFolder::reopen(results, "run").unwrap(),
        false => RunFolder::begin(results, "run").unwrap().0,
    };
    let identity = Identity { config_sha256: "config".into(), data: BTreeMap::new(), seed: 11 };
    let (train, validation, test) = (pictures(12, 1), pictures(4, 2), pictures(16, 3));
    let run = Judging {
        methods: &METHODS.map(str::to_owned),
        patches_px: &[16],
        widths: &[6, 8],
        seeds: 2,
        seed: 11,
        crops_per_image: 2,
        trainer: &trainer(steps),
        train: &train,
        validation: &validation,
        test: &test,
        device: &Device::Cpu,
        folder: &folder,
        identity: &identity,
    };
    let (checkpoint, _) = find_checkpoint(&folder, &identity)?;
    let judged = judge::train(&run, checkpoint, &mut StopAfter(stop, 0))?;
    if judged.ending == Ending::Stopped {
        return Ok((Ending::Stopped, Findings::default(), Vec::new()));
    }
    assert_eq!(judged.judges, judge::judges(METHODS.len(), 1, 2));
    let statistics = StatisticsConfig { replicates: 200, confidence: 0.99, permutations: 99 };
    let findings = judge::findings(&run, &judged.verdicts, &statistics)?;
    let curves = judged.curves.iter().map(|row| format!("{row:?}\n")).collect::<String>();
    let bytes = [run.verdicts_file(&judged.verdicts)?, curves.into_bytes()].concat();
    Ok((judged.ending, findings, bytes))
}

fn accuracy<'a>(
    findings: &'a Findings,
    judge: &str,
    trained_on: &str,
    tested_on: &str,
) -> &'a plumage_record::JudgeRow {
    let wanted = (judge, trained_on, tested_on, "accuracy");
    let mut rows = findings.cells.iter().filter(|row| {
        (row.judge.as_str(), row.trained_on.as_str(), row.tested_on.as_str(), row.measure.as_str()) == wanted
    });
    let found = rows.next().unwrap_or_else(|| panic!("no cell {wanted:?}"));
    assert!(rows.next().is_none(), "two cells {wanted:?}");
    found
}

#[test]
fn judges_learn_what_can_be_told_and_are_at_chance_where_nothing_can() {
    let results = tempfile::tempdir().unwrap();
    let (_, findings, _) = study(results.path(), 100, u64::MAX).unwrap();
    for method in ["bicubic", "striped"] {
        assert!(accuracy(&findings, "cnn", method, method).value > 0.9, "{method}: {findings:#?}");
    }
    // Blurred crops have less energy and striped ones more: a threshold fitted to the one is wrong on the other.
    assert!(accuracy(&findings, "gradient_energy", "bicubic", "bicubic").value > 0.9);
    assert!(accuracy(&findings, "gradient_energy", "bicubic", "striped").value <= 0.5);
    // What is HR to the last bit cannot be told from it, whoever judges.
    for trained_on in ["bicubic", "perfect", "striped", "mix"] {
        assert_eq!(accuracy(&findings, "cnn", trained_on, "perfect").value, 0.5, "{trained_on}");
        assert_eq!(accuracy(&findings, "gradient_energy", trained_on, "perfect").value, 0.5, "{trained_on}");
    }
    for control in ["shuffled_labels", "real"] {
        let row = accuracy(&findings, "cnn", control, control);
        assert!((row.low..=row.high).contains(&0.5), "{row:?}");
    }
    let difference = findings.differences.iter().find(|row| {
        (row.trained_on.as_str(), row.a.as_str(), row.b.as_str(), row.measure.as_str())
            == ("itself", "perfect", "striped", "accuracy")
    });
    let difference = difference.unwrap();
    assert!(difference.high < 0. && difference.p < 0.05, "{difference:?}");
}

#[test]
fn every_judge_is_tested_on_every_method_and_on_hr() {
    let results = tempfile::tempdir().unwrap();
    let (_, findings, _) = study(results.path(), 5, u64::MAX).unwrap();
    for judge in ["cnn", "gradient_energy"] {
        for trained_on in ["bicubic", "perfect", "striped", "mix"] {
            for tested_on in ["bicubic", "perfect", "striped", "mix", "real"] {
                let row = accuracy(&findings, judge, trained_on, tested_on);
                assert!(row.low <= row.value && row.value <= row.high, "{row:?}");
                assert_eq!(row.seeds_std.is_some(), judge == "cnn");
            }
        }
    }
    // Four trainings and each method's own, three pairs of methods, two measures.
    assert_eq!(findings.differences.len(), 5 * 3 * 2);
    assert_eq!(findings.roc.len(), 4 * 4 * 101);
}

#[test]
fn a_study_stopped_anywhere_and_resumed_says_the_same_to_the_byte() {
    let whole = tempfile::tempdir().unwrap();
    let (_, findings, expected) = study(whole.path(), 6, u64::MAX).unwrap();
    let results = tempfile::tempdir().unwrap();
    // In the first judge, at the end of the second, in the third, in the last of twelve.
    for stop in [3, 12, 15, 71] {
        assert_eq!(study(results.path(), 6, stop).unwrap().0, Ending::Stopped, "at {stop}");
    }
    let (_, again, bytes) = study(results.path(), 6, u64::MAX).unwrap();
    assert!(bytes == expected && again == findings);
    let timing = fs::read_to_string(results.path().join("run/timing.csv")).unwrap();
    assert_eq!(timing.lines().count(), 1 + 12, "a row for each judge");
}

#[test]
fn a_damaged_checkpoint_is_passed_over_and_one_of_another_study_refused() {
    let results = tempfile::tempdir().unwrap();
    let (_, findings, expected) = study(results.path(), 6, u64::MAX).unwrap();
    let newest = results.path().join("run/checkpoints/step-0000000012/verdicts.safetensors");
    fs::write(newest, "x").unwrap();
    let (_, again, bytes) = study(results.path(), 6, u64::MAX).unwrap();
    assert!(bytes == expected && again == findings);
    let folder = RunFolder::reopen(results.path(), "run").unwrap();
    let other = Identity { config_sha256: "another".into(), data: BTreeMap::new(), seed: 11 };
    let error = find_checkpoint(&folder, &other).unwrap_err();
    assert!(matches!(error, TrainError::Changed { step: 12, .. }), "{error}");
}

#[test]
fn the_number_of_threads_changes_no_verdict() {
    let of = |threads: usize| {
        let results = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| study(results.path(), 6, u64::MAX)).unwrap()
    };
    let (_, findings, expected) = of(1);
    for threads in [2, 3] {
        let (_, found, bytes) = of(threads);
        assert!(bytes == expected && found == findings, "{threads} threads");
    }
}

#[test]
fn a_judge_that_diverges_is_named_with_its_step() {
    let results = tempfile::tempdir().unwrap();
    let (folder, _) = RunFolder::begin(results.path(), "run").unwrap();
    let identity = Identity { config_sha256: "config".into(), data: BTreeMap::new(), seed: 11 };
    let all = pictures(4, 1);
    let mut wild = trainer(50);
    wild.schedule.learning_rate = 1e20;
    let run = Judging {
        methods: &METHODS.map(str::to_owned),
        patches_px: &[16],
        widths: &[6, 8],
        seeds: 1,
        seed: 11,
        crops_per_image: 1,
        trainer: &wild,
        train: &all,
        validation: &all,
        test: &all,
        device: &Device::Cpu,
        folder: &folder,
        identity: &identity,
    };
    let error = judge::train(&run, None, &mut StopAfter(u64::MAX, 0)).unwrap_err();
    assert!(matches!(error, TrainError::Diverged { .. }), "{error}");
    assert!(error.to_string().contains("the judge of bicubic at 16 px, seed 0"), "{error}");
}
