//! A run folder with made-up records.

use std::path::Path;

use plumage_record::{
    Baseline, BestValidation, EvaluationRow, Manifest, MetricsRow, ModelSummary, Provenance, Purpose,
    RunFolder, Status, TimingRow, Validation,
};

/// A manifest of a finished run.
pub(crate) fn manifest(name: &str) -> Manifest {
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

/// A row as a training leaves it.
pub(crate) fn metrics_row(step: u64) -> MetricsRow {
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

/// Scores of bicubic and of a method on five images.
pub(crate) fn evaluation(method: &str) -> Vec<EvaluationRow> {
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
pub(crate) fn whole_run(results: &Path, name: &str) -> RunFolder {
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
