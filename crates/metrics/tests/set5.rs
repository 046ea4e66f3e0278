//! Bicubic on the real pictures of Set5 against the reference numbers of `fixtures/set5_bicubic.json`.
//!
//! The pictures are read from `set5/` in the folder that the environment variable `PLUMAGE_DATA` names. Without it these
//! tests say so and pass, unless `PLUMAGE_REQUIRE_DATA` is set.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    env,
    io::{self, Write},
    path::PathBuf,
};

use image::DynamicImage;
use plumage_imaging::{
    Channels, Planes,
    crop::shave,
    decode::{self, Limits},
};
use plumage_metrics::{Protocol, Score, TestImage, ssim};
use serde::Deserialize;

/// Reference values by scale ("x2") and picture ("baby"); "mean" among the pictures.
type Table = BTreeMap<String, BTreeMap<String, Reference>>;

#[derive(Deserialize)]
#[expect(non_snake_case, reason = "the fixture's names")]
struct Fixture {
    A_srcnn: Table,
    B_basicsr: Table,
    rgb_channels: Table,
}

#[derive(Deserialize)]
struct Reference {
    psnr: f64,
    ssim: f64,
}

const PICTURES: [&str; 5] = ["baby", "bird", "butterfly", "head", "woman"];
const PSNR_TOLERANCE_DB: f64 = 0.0005;
const SSIM_TOLERANCE: f64 = 5e-6;

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("fixtures/set5_bicubic.json")).unwrap()
}

/// The pictures of Set5 by name, or `None` when there is no folder to read them from.
fn set5() -> Option<Vec<(&'static str, DynamicImage)>> {
    let Some(data) = env::var_os("PLUMAGE_DATA").map(PathBuf::from) else {
        assert!(env::var_os("PLUMAGE_REQUIRE_DATA").is_none(), "PLUMAGE_DATA is not set");
        // Not by a macro, whose output the test harness would keep to itself.
        let skipped = "SKIPPED: Set5 was not measured: PLUMAGE_DATA names no folder with set5/*.bmp\n";
        io::stderr().write_all(skipped.as_bytes()).unwrap();
        return None;
    };
    let open = |name| decode::open(&data.join("set5").join(name).with_extension("bmp"), &Limits::PHOTOGRAPH);
    Some(PICTURES.into_iter().map(|name| (name, open(name).unwrap())).collect())
}

/// Scores bicubic on every picture at every scale and hands it, with its name, to `check`.
fn measure(protocol: Protocol, channels: Channels, check: impl Fn(&str, &str, &TestImage, Score)) {
    let Some(pictures) = set5() else { return };
    for scale in [2, 3, 4] {
        for (name, image) in &pictures {
            let test_image = TestImage::new(protocol, image, scale, channels).unwrap();
            let score = test_image.score(&test_image.bicubic).unwrap();
            check(&format!("x{scale}"), name, &test_image, score);
        }
    }
}

fn assert_matches(what: &str, psnr_db: f64, ssim: f64, reference: &Reference) {
    assert!((psnr_db - reference.psnr).abs() < PSNR_TOLERANCE_DB, "{what}: {psnr_db} {}", reference.psnr);
    assert!((ssim - reference.ssim).abs() < SSIM_TOLERANCE, "{what}: {ssim} {}", reference.ssim);
}

#[test]
fn y_matlab_on_y_has_the_numbers_of_the_papers() {
    let table = fixture().A_srcnn;
    measure(Protocol::YMatlab, Channels::Y, |scale, name, _, score| {
        assert_eq!(score.psnr_rgb_db, None);
        assert_matches(name, score.psnr_y_db.unwrap(), score.ssim, &table[scale][name]);
    });
}

#[test]
fn rgb_basicsr_on_rgb_has_the_reference_numbers_of_y_and_rgb() {
    let fixture = fixture();
    measure(Protocol::RgbBasicsr, Channels::Rgb, |scale, name, test_image, score| {
        assert_matches(name, score.psnr_y_db.unwrap(), score.ssim, &fixture.B_basicsr[scale][name]);
        let shaved = |planes: &Planes| shave(planes, test_image.scale);
        let ssim_rgb = ssim(&shaved(&test_image.bicubic.rounded()), &shaved(&test_image.hr)).unwrap();
        assert_matches(name, score.psnr_rgb_db.unwrap(), ssim_rgb, &fixture.rgb_channels[scale][name]);
    });
}

#[test]
fn rgb_basicsr_on_y_measures_bicubic_as_it_does_on_rgb() {
    // Bicubic treats every channel alike, so splitting off the chroma must not matter.
    let fixture = fixture();
    measure(Protocol::RgbBasicsr, Channels::Y, |scale, name, _, score| {
        assert_matches(name, score.psnr_y_db.unwrap(), score.ssim, &fixture.B_basicsr[scale][name]);
        let reference = &fixture.rgb_channels[scale][name];
        assert!((score.psnr_rgb_db.unwrap() - reference.psnr).abs() < PSNR_TOLERANCE_DB, "{scale} {name}");
    });
}

#[test]
fn y_matlab_on_rgb_is_within_a_rounding_of_y_matlab_on_y() {
    let table = fixture().A_srcnn;
    measure(Protocol::YMatlab, Channels::Rgb, |scale, name, _, score| {
        assert_eq!(score.psnr_rgb_db, None);
        let difference_db = score.psnr_y_db.unwrap() - table[scale][name].psnr;
        assert!(difference_db.abs() < 0.05, "{scale} {name}: {difference_db}");
    });
}
