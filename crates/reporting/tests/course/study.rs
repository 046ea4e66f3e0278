//! The runs of a course page with made-up records: three networks, their judges, and SRCNN by two numbers of images.

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use plumage_record::{
    Architecture, Claim, EvaluationRow, GapRow, JudgeCurveRow, JudgeDifferenceRow, JudgeRecords, JudgeRocRow,
    JudgeRow, JudgeStudy, Manifest, MethodRow, ModelSummary, NetworkRecord, Purpose, Role, RunFolder,
    SpectrumRow, StepKind, StepRecord, sha256,
};
use plumage_reporting::{CourseRuns, Panel, keep_figure};

use crate::made_up::{evaluation, manifest, metrics_row};

const METHODS: [&str; 4] = ["bicubic", "srcnn_a", "srresnet_a", "srgan_a"];

/// Makes all runs in `results`.
pub(crate) fn runs(results: &Path) -> CourseRuns {
    for name in ["srcnn_a", "srresnet_a", "srgan_a"] {
        network(results, name);
    }
    judge(results);
    let mut samples = Vec::new();
    for (images, train, validation) in [(50, 0.70, 0.80), (5000, 0.74, 0.745)] {
        for seed in 1..=2 {
            samples.push(sample(results, images, seed, train, validation));
        }
    }
    let run = |name: &str| results.join(name);
    CourseRuns {
        srcnn: run("srcnn_a"),
        srresnet: run("srresnet_a"),
        srgan: run("srgan_a"),
        judge: run("judge_a"),
        samples,
    }
}

fn begin(results: &Path, name: &str, change: impl FnOnce(&mut Manifest)) -> RunFolder {
    let (folder, _) = RunFolder::begin(results, name).unwrap();
    let config = "loss = \"mse\"\n";
    folder.save(Purpose::Config, "config.toml", config.as_bytes()).unwrap();
    let mut manifest =
        Manifest { set: Vec::new(), config_sha256: sha256(config.as_bytes()), ..manifest(name) };
    change(&mut manifest);
    manifest.save(folder.path()).unwrap();
    folder
}

fn convolution(kernel: usize, channels: usize, reads: Option<usize>) -> StepRecord {
    StepRecord {
        name: Some("conv".into()),
        does: StepKind::Convolution {
            kernel,
            computed_kernel: kernel,
            stride: 1,
            activation: Some("ReLU".into()),
        },
        reads: vec![reads],
        channels,
        hr_px: Some(1),
        parameters: 100,
        macs_per_hr_pixel: 100.,
    }
}

fn architecture(name: &str, role: Role) -> NetworkRecord {
    let steps = vec![convolution(9, 64, None), convolution(5, 32, Some(0)), convolution(5, 1, Some(1))];
    NetworkRecord {
        name: name.into(),
        role,
        channels: 1,
        scale: 3,
        input_hr_px: 1,
        patch_px: 48,
        noise: false,
        spectral_norm: false,
        parameters: 57_281,
        macs_per_hr_pixel: 57_184,
        steps,
    }
}

fn network(results: &Path, name: &str) {
    let folder = begin(results, name, |_| {});
    Architecture { networks: vec![architecture("srcnn", Role::Upscaler)] }.save(&folder).unwrap();
    for step in (40..=2000).step_by(40) {
        let mut row = metrics_row(step);
        row.adversary = name.starts_with("srgan").then(|| plumage_record::AdversaryRow {
            d_loss: (step > 1000).then_some(0.6),
            ..Default::default()
        });
        folder.append_metrics(&row).unwrap();
    }
    let rows: Vec<EvaluationRow> = evaluation(name);
    folder.write_evaluation(&rows).unwrap();
}

fn sample(results: &Path, images: u64, seed: u64, train: f64, validation: f64) -> PathBuf {
    let folder = begin(results, &format!("samples_a-{images}-seed{seed}"), |manifest| {
        (manifest.training_images, manifest.seed) = (images, seed);
    });
    let row = |part: &str, share: f64, index: u64| {
        let bicubic_loss = 0.003 + 0.0001 * (index % 7) as f64;
        let wobble = 1. + 0.01 * ((index * 5 + seed) % 3) as f64;
        GapRow {
            part: part.into(),
            image: index.to_string(),
            loss: share * bicubic_loss * wobble,
            bicubic_loss,
        }
    };
    let of = |part: &'static str, share| (0..30).map(move |index| row(part, share, index));
    let rows: Vec<GapRow> = of(GapRow::TRAIN, train).chain(of(GapRow::VALIDATION, validation)).collect();
    folder.write_gap(&rows).unwrap();
    folder.path().to_owned()
}

fn judge(results: &Path) {
    let folder = begin(results, "judge_a", |manifest| {
        manifest.model =
            ModelSummary { name: Manifest::JUDGE.into(), parameters: 20_000, macs_per_hr_pixel: 3_000 };
        (manifest.bicubic, manifest.best) = (None, None);
    });
    Architecture { networks: vec![architecture("judge", Role::Judge)] }.save(&folder).unwrap();
    records().save(&folder).unwrap();
    for index in 0..4u8 {
        let captions = ["LR", "bicubic", "srcnn_a", "srresnet_a", "srgan_a", "HR"];
        let panels: Vec<Panel> =
            captions.iter().zip(0..).map(|(caption, shift)| panel(caption, index, shift)).collect();
        let (name, title) = (format!("test-{index:03}-bird"), format!("bird {index}, ×3, y_matlab"));
        keep_figure(folder.path(), &name, &title, &panels, 5, 1).unwrap();
    }
}

fn panel(caption: &str, index: u8, shift: u8) -> Panel {
    let picture = RgbImage::from_fn(96, 72, |x, y| {
        let wave = (f64::from(x) / (4. + f64::from(shift))).sin() * 60. + 120.;
        Rgb([wave as u8, y as u8 * 3, 40 * index + shift])
    });
    Panel { caption: caption.into(), detail: "PSNR-Y 30.00 dB".into(), picture }
}

/// What judges found: each is good at what it was trained on, and SRCNN fools those more that were trained on SRGAN.
fn records() -> JudgeRecords {
    let text = str::to_owned;
    let trained: Vec<&str> = [&METHODS[..], &["mix", "shuffled_labels", "real"]].concat();
    let tested: Vec<&str> = [&METHODS[..], &["mix", "real"]].concat();
    let mut cells = Vec::new();
    for measure in ["accuracy", "auc"] {
        for judge in ["cnn", "gradient_energy"] {
            for one in &trained {
                for other in &tested {
                    let value = match (*one, *other) {
                        ("shuffled_labels" | "real", _) | (_, "real") => 0.51,
                        (one, other) if one == other => 0.95,
                        ("mix", _) => 0.9,
                        _ => 0.7,
                    };
                    let tested_on = if *one == "shuffled_labels" && *other == "mix" { one } else { other };
                    cells.push(JudgeRow {
                        patch_px: 32,
                        judge: text(judge),
                        trained_on: text(one),
                        tested_on: text(tested_on),
                        measure: text(measure),
                        value,
                        low: value - 0.03,
                        high: value + 0.03,
                        seeds_std: Some(0.01),
                        images: 40,
                        crops: 320,
                    });
                }
            }
        }
    }
    let difference = |trained_on: &str, difference: f64| JudgeDifferenceRow {
        patch_px: 32,
        trained_on: text(trained_on),
        a: text("srcnn_a"),
        b: text("srgan_a"),
        measure: text("accuracy"),
        difference,
        low: difference - 0.04,
        high: difference + 0.04,
        p: 0.01,
        is_exact: false,
    };
    let energy = |method: &str, value: f64| MethodRow {
        method: text(method),
        measure: text("gradient_energy"),
        value,
        low: value * 0.97,
        high: value * 1.03,
        images: 40,
    };
    let psnr = |method: &str, value: f64| MethodRow {
        measure: text("psnr_y_db"),
        low: value - 0.2,
        high: value + 0.2,
        ..energy(method, value)
    };
    let mut methods = vec![energy("hr", 400.)];
    for (method, sharp, db) in [
        ("bicubic", 150., 28.1),
        ("srcnn_a", 220., 29.3),
        ("srresnet_a", 250., 29.9),
        ("srgan_a", 380., 28.6),
    ] {
        methods.extend([energy(method, sharp), psnr(method, db)]);
    }
    methods.push(MethodRow { measure: text("noise_spread_levels"), ..energy("srgan_a", 1.2) });
    let spectrum = |method: &str, cut: f64| {
        let method = text(method);
        (1..20).map(move |index| {
            let cycles_per_px = 0.025 * f64::from(index);
            let density = 90. * cycles_per_px.powf(-2.) / (1. + (cycles_per_px / cut).powi(4));
            SpectrumRow { method: method.clone(), cycles_per_px, density }
        })
    };
    let spectra = [("hr", 2.), ("bicubic", 0.16), ("srcnn_a", 0.2), ("srresnet_a", 0.22), ("srgan_a", 0.4)];
    let roc = METHODS.iter().flat_map(|method| {
        (0..=20).map(|index| JudgeRocRow {
            patch_px: 32,
            trained_on: text("mix"),
            tested_on: text(method),
            false_positive_rate: (f64::from(index) / 20.).powi(3),
            true_positive_rate: f64::from(index) / 20.,
        })
    });
    let curve = |seed: u64| {
        (1..=10).map(move |step| JudgeCurveRow {
            patch_px: 32,
            trained_on: "mix".into(),
            seed,
            step: 50 * step,
            train_accuracy: 0.5 + 0.045 * step as f64,
            validation_accuracy: 0.5 + 0.04 * step as f64,
            ..Default::default()
        })
    };
    JudgeRecords {
        study: JudgeStudy {
            methods: METHODS.map(text).into(),
            controls: ["shuffled_labels", "real"].map(text).into(),
            claim: Some(Claim { fools_more: text("srcnn_a"), than: text("srgan_a") }),
            patches_px: vec![32],
            seeds: 2,
            images: [60, 15, 40],
            left_out: 100,
            crops_per_image: 4,
            border_px: 12,
            protocol: text("y_matlab"),
            confidence: 0.95,
        },
        cells,
        differences: vec![
            difference("itself", -0.1),
            difference("mix", -0.08),
            difference("srgan_a", -0.3),
            difference("srcnn_a", 0.25),
        ],
        roc: roc.collect(),
        curves: curve(0).chain(curve(1)).collect(),
        methods,
        spectra: spectra.iter().flat_map(|(method, cut)| spectrum(method, *cut)).collect(),
    }
}
