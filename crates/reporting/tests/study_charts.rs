//! The charts of the adversarial and judging study, from made-up numbers: every one is drawn in both forms, and odd
//! numbers do no harm. With `PLUMAGE_LOOK` set to a folder they are written there, to be looked at.

use std::path::PathBuf;

use plumage_record::Purpose;
use plumage_reporting::{
    Adversarial, AdversarialStep, Estimate, Heading, JudgeCurves, JudgeMatrix, JudgeMeasure, JudgeStep,
    MethodSharpness, MethodSpectrum, Picture, ReportError, Roc, RocCurve, Sharpness, Spectra, save_pictures,
};

const METHODS: [&str; 5] = ["bicubic", "SRCNN", "SRResNet", "SRGAN", "mix"];

fn heading(title: &str, subtitle: &str) -> Heading {
    Heading { title: format!("judge_birds: {title}"), subtitle: subtitle.into() }
}

fn estimate(value: f64, half: f64) -> Estimate {
    Estimate { value, low: value - half, high: (value + half).min(1.) }
}

/// A number in [-0.5, 0.5) that looks like chance.
fn wobble(index: u64) -> f64 {
    ((index * 2_654_435_761) % 1000) as f64 / 1000. - 0.5
}

fn matrix(measure: JudgeMeasure, trained_on: &[&str], tested_on: &[&str]) -> JudgeMatrix {
    let values = [
        [0.983, 0.861, 0.712, 0.507, 0.402],
        [0.941, 0.968, 0.823, 0.531, 0.781],
        [0.724, 0.889, 0.951, 0.562, 0.803],
        [0.498, 0.513, 0.588, 0.992, 0.661],
        [0.975, 0.954, 0.937, 0.969, 0.957],
    ];
    let cell = |(row, column): (usize, usize)| {
        let value: f64 = values[row % 5][column % 5];
        Some(estimate(value, 0.05 * (value * (1.02 - value)).sqrt())).filter(|_| (row, column) != (1, 4))
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    JudgeMatrix {
        heading: heading(
            "real against generated, 32×32 crops",
            "400 test images, 3 seeds, 95% intervals over images; white is chance",
        ),
        measure,
        trained_on: names(trained_on),
        tested_on: names(tested_on),
        cells: (0..trained_on.len())
            .map(|row| (0..tested_on.len()).map(|column| cell((row, column))).collect())
            .collect(),
    }
}

fn roc() -> Roc {
    let curve = |(index, name): (usize, &&str)| {
        let bend = [6., 3.5, 2.4, 1.1, 9.][index];
        let points = (0..=100).map(|i| (f64::from(i) / 100.).powf(bend)).zip((0..=100).map(f64::from));
        let points = points.map(|(x, y)| (x, y / 100.)).collect();
        RocCurve { name: (*name).to_owned(), auc: estimate(bend / (bend + 1.), 0.02), points }
    };
    let curves = METHODS.iter().enumerate().map(curve).collect();
    Roc { heading: heading("ROC curves of the judge of SRCNN", "400 test images, 3 seeds"), curves }
}

fn judge_curves(seeds: u64) -> JudgeCurves {
    let row = |seed: u64, step: u64| {
        let time = step as f64 / 1500.;
        let train = 0.5 + 0.49 * (1. - (-3. * time).exp()) + 0.03 * wobble(step + seed);
        let test = 0.5 + 0.38 * (1. - (-3. * time).exp()) - 0.02 * time + 0.05 * wobble(step * 3 + seed);
        JudgeStep {
            step,
            train_accuracy: train.min(1.),
            test_accuracy: step.is_multiple_of(100).then_some(test),
        }
    };
    let of_seed = |seed: u64| (50..=3000).step_by(50).map(|step| row(seed, step)).collect();
    JudgeCurves {
        heading: heading("accuracy of the judge of SRGAN", "32×32 crops, 3 seeds, split by source image"),
        seeds: (0..seeds).map(of_seed).collect(),
    }
}

fn adversarial(hinge: bool) -> Adversarial {
    let row = |step: u64| {
        let time = step as f64 / 8000.;
        let adversarial = if hinge { -0.004 * time } else { 0.0007 * (1. + 2. * time) };
        let share = 0.08 + 0.05 * time + 0.04 * wobble(step * 7);
        AdversarialStep {
            step,
            d_loss: 1.386 * (1. - 0.6 * time) * (1. + 0.4 * wobble(step)),
            g_terms: vec![
                (0.03 - 0.01 * time) * (1. + 0.3 * wobble(step * 5)),
                0.006 * (1. + 0.3 * wobble(step * 11)),
                adversarial * (1. + 0.5 * wobble(step * 13)),
            ],
            g_shares: vec![0.8 - share, 0.2, share],
            signs: if step > 6000 { vec!["discriminator_saturated".into()] } else { Vec::new() },
        }
    };
    Adversarial {
        heading: Heading {
            title: "srgan_birds".into(),
            subtitle: "srresnet with 412,000 weights, ×3, 4,500 training images, seed 1".into(),
        },
        terms: vec!["L1".into(), "perceptual".into(), "adversarial".into()],
        rows: (40..=8000).step_by(40).map(row).collect(),
    }
}

fn spectra() -> Spectra {
    let frequencies = (0..30).map(|index| 0.5 * 2f64.powf((f64::from(index) - 27.) / 4.));
    let of = |name: &str, cut: f64, floor: f64| {
        let power = |f: f64| 90. * f.powf(-2.2) * (floor + (1. - floor) / (1. + (f / cut).powi(6)));
        let points = frequencies.clone().map(|f| (f, power(f))).collect();
        MethodSpectrum { name: name.to_owned(), points }
    };
    Spectra {
        heading: Heading {
            title: "srgan_birds".into(),
            subtitle: "mean over 100 images, Hann window, four rings an octave".into(),
        },
        scale: 3,
        hr: of("HR", 10., 1.),
        methods: vec![
            of("bicubic", 0.10, 0.001),
            of("SRCNN", 0.13, 0.01),
            of("SRResNet", 0.16, 0.03),
            of("SRGAN", 0.25, 0.5),
        ],
    }
}

fn sharpness() -> Sharpness {
    let methods = [("HR", 612.3), ("bicubic", 231.7), ("SRCNN", 342.), ("SRResNet", 388.), ("SRGAN", 655.)];
    let method = |(name, energy): (&str, f64)| MethodSharpness {
        name: name.to_owned(),
        energy: Estimate { value: energy, low: energy * 0.93, high: energy * 1.08 },
        is_hr: name == "HR",
    };
    Sharpness {
        heading: Heading {
            title: "srgan_birds: sharpness".into(),
            subtitle: "100 test images, ×3, 95% intervals over images".into(),
        },
        methods: methods.map(method).into(),
    }
}

fn all() -> Result<Vec<(&'static str, Picture)>, ReportError> {
    Ok(vec![
        ("matrix_accuracy", matrix(JudgeMeasure::Accuracy, &METHODS, &METHODS).picture()?),
        ("matrix_auc", matrix(JudgeMeasure::Auc, &METHODS, &METHODS[..4]).picture()?),
        (
            "matrix_wide",
            matrix(
                JudgeMeasure::Accuracy,
                &["a network with a very long name", "x"],
                &["bicubic", "SRCNN", "SRResNet", "SRGAN", "ESPCN", "FSRCNN", "plain_3x3_net", "real"],
            )
            .picture()?,
        ),
        ("roc", roc().picture()?),
        ("judge_accuracy", judge_curves(3).picture()?),
        ("judge_accuracy_one_seed", judge_curves(1).picture()?),
        ("losses_g_d", adversarial(false).losses()?),
        ("losses_g_d_hinge", adversarial(true).losses()?),
        ("gradient_shares", adversarial(false).shares()?),
        ("spectra", spectra().picture()?),
        ("spectra_against_hr", spectra().against_hr()?),
        ("sharpness", sharpness().picture()?),
    ])
}

#[test]
fn every_chart_of_the_study_is_drawn_in_both_forms_and_shows_something() {
    let pictures = all().unwrap();
    for (name, picture) in &pictures {
        let png = image::load_from_memory(&picture.png).unwrap().to_rgb8();
        assert_eq!(png.width(), 1800, "{name}: twice the natural size");
        let inked = png.pixels().filter(|pixel| pixel.0 != [255; 3]).count();
        assert!(inked as f64 > 0.01 * f64::from(png.width() * png.height()), "{name} is blank");
        let tree = roxmltree::Document::parse(&picture.svg).unwrap();
        let words: String = tree.descendants().filter_map(|node| node.text()).collect();
        assert!(words.contains("_birds: "), "the title of {name} is not text");
    }
    if let Some(folder) = std::env::var_os("PLUMAGE_LOOK") {
        save_pictures(Purpose::Chart, &PathBuf::from(folder), &pictures).unwrap();
    }
}

#[test]
fn a_cell_has_its_value_and_its_interval_as_text() {
    let svg = matrix(JudgeMeasure::Accuracy, &METHODS, &METHODS).picture().unwrap().svg;
    for words in ["98.3%", "97.", "trained on", "tested on", "50%, chance", "the interval contains 50%"] {
        assert!(svg.contains(words), "{words}");
    }
}

#[test]
fn the_name_of_a_column_is_written_smaller_before_it_is_cut() {
    let of = |name| {
        let tested_on = [&METHODS[..], &[name]].concat();
        matrix(JudgeMeasure::Accuracy, &METHODS, &tested_on).picture().unwrap().svg
    };
    for name in ["srresnet_aviary", "WWWWWWWW"] {
        assert!(of(name).contains(name), "{name}");
    }
    let endless = "W".repeat(40);
    assert!(!of(&endless).contains(&endless));
}

#[test]
fn the_same_numbers_make_the_same_bytes() {
    let two = || (roc().picture().unwrap(), matrix(JudgeMeasure::Auc, &METHODS, &METHODS).picture().unwrap());
    assert!(two() == two());
}

#[test]
fn charts_without_numbers_and_with_odd_ones_are_drawn() {
    let empty = || heading("nothing", "");
    matrix(JudgeMeasure::Auc, &[], &[]).picture().unwrap();
    Roc { heading: empty(), curves: Vec::new() }.picture().unwrap();
    JudgeCurves { heading: empty(), seeds: Vec::new() }.picture().unwrap();
    Adversarial { heading: empty(), terms: Vec::new(), rows: Vec::new() }.losses().unwrap();
    Sharpness { heading: empty(), methods: Vec::new() }.picture().unwrap();
    for odd in [f64::NAN, f64::INFINITY, -1., 1e300] {
        let one = Estimate { value: odd, low: odd, high: odd };
        let mut matrix = matrix(JudgeMeasure::Accuracy, &METHODS, &METHODS);
        matrix.cells[0][0] = Some(one);
        matrix.picture().unwrap();
        let mut adversarial = adversarial(false);
        let rows = adversarial.rows.iter_mut().skip(3).take(40);
        rows.for_each(|row| (row.d_loss, row.g_terms, row.g_shares) = (odd, vec![odd], vec![]));
        adversarial.losses().unwrap();
        adversarial.shares().unwrap();
        let mut judge = judge_curves(2);
        (judge.seeds[0][1].train_accuracy, judge.seeds[1][1].test_accuracy) = (odd, Some(odd));
        judge.picture().unwrap();
        let mut spectra = spectra();
        (spectra.hr.points[3].1, spectra.methods[0].points[4]) = (odd, (odd, odd));
        spectra.picture().unwrap();
        spectra.against_hr().unwrap();
        let mut sharpness = sharpness();
        sharpness.methods[1].energy = one;
        sharpness.picture().unwrap();
    }
}
