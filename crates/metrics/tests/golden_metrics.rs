//! PSNR, SSIM and Y against the reference numbers of `fixtures/metrics.json`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use plumage_imaging::{Planes, colour, crop::shave};
use plumage_metrics::{psnr_db, ssim};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    pairs: Vec<Pair>,
    rgb2y: Vec<Colour>,
}

/// Two grey pictures in 0..=255 and how alike they are once `border` pixels are cut off.
#[derive(Deserialize)]
struct Pair {
    name: String,
    h: usize,
    w: usize,
    border: usize,
    a: Vec<f64>,
    b: Vec<f64>,
    psnr: f64,
    ssim: f64,
}

#[derive(Deserialize)]
struct Colour {
    rgb: [f64; 3],
    y_float: f64,
    y_u8: f64,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("fixtures/metrics.json")).unwrap()
}

#[test]
fn every_reference_pair_has_the_reference_psnr_and_ssim() {
    for pair in fixture().pairs {
        let grey = |levels: &[f64]| {
            let values = levels.iter().map(|level| level / 255.0).collect();
            shave(&Planes::new(1, pair.h, pair.w, values), pair.border)
        };
        let (a, b) = (grey(&pair.a), grey(&pair.b));
        let (psnr_db, ssim) = (psnr_db(&a, &b).unwrap(), ssim(&a, &b).unwrap());
        assert!((psnr_db - pair.psnr).abs() < 1e-9, "{}: {psnr_db} {}", pair.name, pair.psnr);
        assert!((ssim - pair.ssim).abs() < 1e-9, "{}: {ssim} {}", pair.name, pair.ssim);
    }
}

#[test]
fn a_picture_is_infinitely_like_itself() {
    for pair in fixture().pairs {
        let a = Planes::new(1, pair.h, pair.w, pair.a.iter().map(|level| level / 255.0).collect());
        assert_eq!(psnr_db(&a, &a), Ok(f64::INFINITY));
        assert!((ssim(&a, &a).unwrap() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn every_reference_colour_has_the_reference_luma() {
    for Colour { rgb, y_float, y_u8 } in fixture().rgb2y {
        let pixel = Planes::new(3, 1, 1, rgb.iter().map(|level| level / 255.0).collect());
        assert!((colour::rgb_to_y(&pixel).values[0] * 255.0 - y_float).abs() < 1e-9, "{rgb:?}");
        assert!((colour::y_rounded(&pixel).values[0] * 255.0 - y_u8).abs() < 1e-9, "{rgb:?}");
    }
}
