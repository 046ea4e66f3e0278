//! A run folder made of nothing but records is drawn, and whatever is odd in it does no harm.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

mod made_up;

use std::{fs, path::Path};

use plumage_record::{EvaluationRow, MetricsRow, Purpose, RunFolder, TimingRow, Validation, read_manifest};
use plumage_reporting::{ReportError, compare, write_run};

use made_up::{evaluation, metrics_row, whole_run};

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
