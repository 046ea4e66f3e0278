//! A run folder made of nothing but records is drawn, and whatever is odd in it does no harm.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{fs, path::Path};

use plumage_record::{
    Baseline, BestValidation, EvaluationRow, Manifest, MetricsRow, ModelSummary, Provenance, Purpose,
    RunFolder, Status, TimingRow, Validation, read_manifest,
};
use plumage_reporting::{ReportError, compare, write_run};

fn manifest(name: &str) -> Manifest {
    Manifest {
        format: Manifest::FORMAT,
        name: name.into(),
        about: "SRCNN 9-1-5 on drawn birds: the first thing to run.".into(),
        status: Status::Finished,
        set: vec!["trainer.steps=2000".into(), "model.srcnn.padding=\"zeros\"".into()],
        seed: 1,
        scale: 3,
        model: ModelSummary { name: "srcnn".into(), parameters: 8129, macs_per_hr_pixel: 8032 },
        config_sha256: "c0ffee".into(),
        data_sha256: "da7a".into(),
        training_images: 4500,
        validation_images: 50,
        threads: 2,
        provenance: Provenance {
            commit: Some("0123abc".into()),
            dirty: Some(false),
            version: "0.1.0".into(),
            cpu: "Some Processor".into(),
            cpu_features: vec!["avx2".into(), "fma".into()],
            platform: "linux x86_64".into(),
        },
        started: "2026-01-01T00:00:00Z".into(),
        updated: "2026-01-01T00:04:00Z".into(),
        steps_done: 2000,
        steps: 2000,
        training_s: 203.4,
        bicubic: Some(Baseline {
            protocol: "y_matlab".into(),
            psnr_y_db: Some(28.42),
            psnr_rgb_db: None,
            ssim: 0.81,
        }),
        best: Some(BestValidation { step: 1900, psnr_y_db: 30.4231, protocol: "y_matlab".into() }),
    }
}

fn metrics_row(step: u64) -> MetricsRow {
    let time = step as f64 / 2000.;
    let wobble = ((step * 2_654_435_761) % 1000) as f64 / 1000. - 0.5;
    let loss = (2e-2 * (-8. * time).exp() + 1.5e-3) * (1. + 0.5 * wobble);
    MetricsRow {
        step,
        epoch: step / 300,
        learning_rate: 1e-5 + 0.5 * (1e-3 - 1e-5) * (1. + (std::f64::consts::PI * time).cos()),
        train_loss: loss,
        grad_norm: Some(loss),
        validation: step.is_multiple_of(100).then(|| Validation {
            protocol: "y_matlab".into(),
            loss: 2e-2 * (-7. * time).exp() + 1.7e-3,
            psnr_y_db: Some(30.4 - 3. * (-5. * time).exp() + 0.05 * wobble),
            psnr_rgb_db: None,
            ssim: 0.9,
        }),
        adversary: None,
    }
}

fn evaluation(method: &str) -> Vec<EvaluationRow> {
    let images =
        [("baby", 33.9101), ("bird", 32.5723), ("butterfly", 24.0365), ("head", 32.8793), ("woman", 28.5628)];
    let row = |(image, db): (&str, f64), method: &str, gain: f64| EvaluationRow {
        set: "set5".into(),
        image: format!("{image}.bmp"),
        method: method.into(),
        protocol: "y_matlab".into(),
        scale: 3,
        psnr_y_db: Some(db + gain),
        psnr_rgb_db: None,
        ssim: 0.8682 + gain / 50.,
    };
    images.into_iter().flat_map(|image| [row(image, "bicubic", 0.), row(image, method, 1.8)]).collect()
}

/// A run with all its records.
fn whole_run(results: &Path, name: &str) -> RunFolder {
    let (folder, _) = RunFolder::begin(results, name).unwrap();
    manifest(name).save(folder.path()).unwrap();
    for step in (40..=2000).step_by(40) {
        folder.append_metrics(&metrics_row(step)).unwrap();
        let images_per_s = Some(158. + (step % 70) as f64 / 10.);
        folder
            .append_timing(&TimingRow { step, elapsed_s: step as f64 / 9.8, cpu_s: None, images_per_s })
            .unwrap();
    }
    folder.write_evaluation(&evaluation(name)).unwrap();
    folder.save(Purpose::Picture, "images/set5-baby.png", b"a figure").unwrap();
    folder
}

/// The share of pixels that are not paper, in the middle of the picture.
fn ink(path: &Path) -> f64 {
    let picture = image::open(path).unwrap().to_rgb8();
    let (width, height) = picture.dimensions();
    assert_eq!(width, 1800, "twice the natural size");
    let middle = image::imageops::crop_imm(&picture, width / 4, height / 4, width / 2, height / 2).to_image();
    let inked = middle.pixels().filter(|pixel| pixel.0 != [255; 3]).count();
    inked as f64 / f64::from(middle.width() * middle.height())
}

#[test]
fn every_chart_is_drawn_in_both_forms_and_shows_something() {
    let results = tempfile::tempdir().unwrap();
    let folder = whole_run(results.path(), "made_up");
    let written = write_run(folder.path()).unwrap();
    assert_eq!(written.len(), 1 + 2 * 5 + 2);
    for path in &written[1..11] {
        if path.extension().is_some_and(|ending| ending == "png") {
            assert!(ink(path) > 0.004, "{} is blank", path.display());
        } else {
            let text = fs::read_to_string(path).unwrap();
            let tree = roxmltree::Document::parse(&text).unwrap();
            let words: String = tree.descendants().filter_map(|node| node.text()).collect();
            assert!(words.contains("made_up"), "the title of {} is not text", path.display());
        }
    }
}

#[test]
fn the_readme_tells_what_ran_and_what_came_out() {
    let results = tempfile::tempdir().unwrap();
    let folder = whole_run(results.path(), "made_up");
    write_run(folder.path()).unwrap();
    let text = fs::read_to_string(folder.path().join("README.md")).unwrap();
    let written = read_manifest(folder.path()).unwrap().unwrap().updated;
    insta::assert_snapshot!(text.replace(&written, "the time of writing"));
}

#[test]
fn everything_is_drawn_again_to_the_same_bytes() {
    let results = tempfile::tempdir().unwrap();
    let folder = whole_run(results.path(), "made_up");
    let read =
        |paths: &[std::path::PathBuf]| paths.iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>();
    let first = read(&write_run(folder.path()).unwrap());
    let again = read(&write_run(folder.path()).unwrap());
    assert!(first == again);
}

#[test]
fn a_run_with_one_row_and_one_with_none_can_be_shown() {
    let results = tempfile::tempdir().unwrap();
    let (folder, _) = RunFolder::begin(results.path(), "young").unwrap();
    assert_eq!(write_run(folder.path()).unwrap().len(), 1, "README.md alone");
    folder.append_metrics(&metrics_row(10)).unwrap();
    folder
        .append_timing(&TimingRow { step: 10, elapsed_s: 1., cpu_s: None, images_per_s: Some(100.) })
        .unwrap();
    assert_eq!(write_run(folder.path()).unwrap().len(), 1 + 2 * 3, "no validation, no evaluation");
}

#[test]
fn numbers_that_are_not_finite_leave_gaps() {
    let results = tempfile::tempdir().unwrap();
    let (folder, _) = RunFolder::begin(results.path(), "diverged").unwrap();
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0., -1., 1e300, 1e-300];
    for (step, value) in (1..).zip(odd.iter().chain(&odd)) {
        let validation = Validation {
            protocol: "y_matlab".into(),
            loss: *value,
            psnr_y_db: Some(*value),
            psnr_rgb_db: None,
            ssim: *value,
        };
        let row = MetricsRow {
            step,
            epoch: 0,
            learning_rate: *value,
            train_loss: *value,
            grad_norm: Some(*value),
            validation: Some(validation),
            adversary: None,
        };
        folder.append_metrics(&row).unwrap();
        folder
            .append_timing(&TimingRow { step, elapsed_s: *value, cpu_s: None, images_per_s: Some(*value) })
            .unwrap();
    }
    let score = |value: f64| EvaluationRow {
        psnr_y_db: Some(value),
        ssim: value,
        ..evaluation("diverged")[0].clone()
    };
    folder.write_evaluation(&odd.map(score)).unwrap();
    assert_eq!(write_run(folder.path()).unwrap().len(), 1 + 2 * 5 + 2);
}

#[test]
fn a_chart_without_numbers_is_taken_away_and_other_files_stay() {
    let results = tempfile::tempdir().unwrap();
    let folder = whole_run(results.path(), "made_up");
    write_run(folder.path()).unwrap();
    folder.save(Purpose::Chart, "charts/mine.txt", b"notes").unwrap();
    fs::remove_file(folder.path().join("evaluation.csv")).unwrap();
    write_run(folder.path()).unwrap();
    let charts = folder.path().join("charts");
    assert!(!charts.join("evaluation.png").exists() && charts.join("loss.png").exists());
    assert!(!folder.path().join("tables/evaluation.md").exists());
    assert!(charts.join("mine.txt").exists());
}

#[test]
fn a_run_that_is_not_there_is_said_to_be_missing() {
    let results = tempfile::tempdir().unwrap();
    let error = write_run(&results.path().join("none")).unwrap_err();
    assert!(
        matches!(error, ReportError::Record(_)) && error.to_string().contains("there is no run in"),
        "{error}"
    );
}

#[test]
fn runs_are_compared_in_a_table_and_two_charts() {
    let results = tempfile::tempdir().unwrap();
    let runs = ["one", "two"].map(|name| whole_run(results.path(), name).path().to_owned());
    let (young, _) = RunFolder::begin(results.path(), "young").unwrap();
    let runs = [&runs[..], &[young.path().to_owned()]].concat();
    let comparison = compare(&runs, &results.path().join("compare-one-two")).unwrap();
    assert_eq!(comparison.files.len(), 4 + 2);
    assert!(comparison.files.iter().all(|file| file.is_file()));
    insta::assert_snapshot!(comparison.table, @r"
    run    network  weights  MACs/HR px  scale  steps    training      best validation  set5 ×3 dB, y_matlab (gain)
    ───────────────────────────────────────────────────────────────────────────────────────────────────────────────
    one      srcnn    8,129       8,032     ×3  2,000  3 min 23 s  30.42 dB (y_matlab)                32.19 (+1.80)
    two      srcnn    8,129       8,032     ×3  2,000  3 min 23 s  30.42 dB (y_matlab)                32.19 (+1.80)
    young        –        –           –      –      –           –                    –                            –
    ");
}
