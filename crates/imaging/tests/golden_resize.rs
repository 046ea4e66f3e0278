//! Resize against the reference numbers of `fixtures/imresize.json`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use plumage_imaging::{
    Planes,
    resize::{Ratio, resize},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

/// One picture and its resized version, interleaved `[H, W]` or `[H, W, C]`, in 0..=255.
#[derive(Deserialize)]
struct Case {
    name: String,
    scale_num: usize,
    scale_den: usize,
    antialias: bool,
    shape_in: Vec<usize>,
    shape_out: Vec<usize>,
    input: Vec<f64>,
    output: Vec<f64>,
    output_u8: Vec<f64>,
}

impl Case {
    fn ratio(&self) -> Ratio {
        Ratio { num: self.scale_num, den: self.scale_den }
    }
}

fn planar(shape: &[usize], interleaved: &[f64]) -> Planes {
    let channels = shape.get(2).copied().unwrap_or(1);
    let values = (0..channels).flat_map(|c| interleaved.iter().skip(c).step_by(channels)).copied().collect();
    Planes::new(channels, shape[0], shape[1], values)
}

fn cases() -> Vec<Case> {
    let fixture: Fixture = serde_json::from_str(include_str!("fixtures/imresize.json")).unwrap();
    // Shrinking always keeps out what would alias: the case without that shows something this crate does not do.
    let cases: Vec<Case> = fixture.cases.into_iter().filter(|case| case.antialias).collect();
    assert_eq!(cases.len(), 16);
    cases
}

#[test]
fn every_reference_picture_is_resized_to_the_reference_values() {
    for case in cases() {
        let resized = resize(&planar(&case.shape_in, &case.input), case.ratio());
        let expected = planar(&case.shape_out, &case.output);
        assert_eq!((resized.height, resized.width), (expected.height, expected.width), "{}", case.name);
        for (value, expected) in resized.values.iter().zip(&expected.values) {
            assert!((value - expected).abs() < 1e-9, "{}: {value} {expected}", case.name);
        }
    }
}

#[test]
fn every_reference_picture_rounds_to_the_reference_levels() {
    for case in cases() {
        let input = planar(&case.shape_in, &case.input).map(|level| level / 255.0);
        let levels = resize(&input, case.ratio()).rounded().map(|value| (value * 255.0).round());
        assert_eq!(levels, planar(&case.shape_out, &case.output_u8), "{}", case.name);
    }
}
