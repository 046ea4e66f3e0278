//! What a network sees and how its output is measured, on drawn pictures.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use image::DynamicImage;
use plumage_imaging::{Channels, Planes, colour};
use plumage_metrics::{MetricsError, Protocol, TestImage};
use proptest::prelude::*;

const PROTOCOLS: [Protocol; 2] = [Protocol::YMatlab, Protocol::RgbBasicsr];
const CHANNELS: [Channels; 2] = [Channels::Y, Channels::Rgb];

/// Waves and edges, in 3 different planes or 1.
fn drawn(channels: usize, height: usize, width: usize) -> DynamicImage {
    let value = |i: usize| {
        let (c, y, x) = (i / (height * width), i / width % height, i % width);
        let wave = (0.31 * x as f64 + 0.17 * y as f64 * (c + 1) as f64).sin();
        let edge = if (x / 7 + y / 5 + c) % 3 == 0 { 0.2 } else { 0.0 };
        0.4 + 0.35 * wave + edge
    };
    Planes::new(channels, height, width, (0..channels * height * width).map(value).collect()).to_image8()
}

fn colour_picture() -> DynamicImage {
    drawn(3, 47, 38)
}

fn grey_picture() -> DynamicImage {
    drawn(1, 47, 38)
}

fn prepared(protocol: Protocol, image: &DynamicImage, channels: Channels) -> TestImage {
    TestImage::new(protocol, image, 3, channels).unwrap()
}

fn shape(planes: &Planes) -> [usize; 3] {
    [planes.channels, planes.height, planes.width]
}

/// Whether every value is some k/255.
fn is_8_bit(planes: &Planes) -> bool {
    planes.values.iter().zip(planes.rounded().values).all(|(value, rounded)| (value - rounded).abs() < 1e-12)
}

#[test]
fn the_pictures_a_network_sees_have_the_shapes_of_its_grid() {
    for protocol in PROTOCOLS {
        for channels in CHANNELS {
            for image in [colour_picture(), grey_picture()] {
                let TestImage { lr, bicubic, hr, .. } = prepared(protocol, &image, channels);
                assert_eq!(shape(&lr), [channels.count(), 15, 12]);
                assert_eq!(shape(&bicubic), [channels.count(), 45, 36]);
                assert_eq!(shape(&hr), [channels.count(), 45, 36]);
            }
        }
    }
}

#[test]
fn lr_is_rounded_by_rgb_basicsr_alone() {
    let lr = |protocol, channels| prepared(protocol, &colour_picture(), channels).lr;
    assert!(is_8_bit(&lr(Protocol::RgbBasicsr, Channels::Rgb)));
    assert!(!is_8_bit(&lr(Protocol::YMatlab, Channels::Rgb)));
    assert!(!is_8_bit(&lr(Protocol::YMatlab, Channels::Y)));
    // The network sees the unrounded Y of the rounded colours.
    let y = colour::rgb_to_y(&lr(Protocol::RgbBasicsr, Channels::Rgb));
    assert_eq!(lr(Protocol::RgbBasicsr, Channels::Y), y);
}

#[test]
fn luma_is_rounded_by_y_matlab_alone() {
    assert!(is_8_bit(&prepared(Protocol::YMatlab, &colour_picture(), Channels::Y).hr));
    assert!(!is_8_bit(&prepared(Protocol::RgbBasicsr, &colour_picture(), Channels::Y).hr));
}

#[test]
fn the_perfect_output_is_infinitely_good() {
    for protocol in PROTOCOLS {
        for channels in CHANNELS {
            for image in [colour_picture(), grey_picture()] {
                let test_image = prepared(protocol, &image, channels);
                let score = test_image.score(&test_image.hr).unwrap();
                if (protocol, channels, image.color().has_color())
                    == (Protocol::RgbBasicsr, Channels::Y, true)
                {
                    // The chroma is bicubic, and rounding RGB moves even the perfect Y.
                    assert!(score.psnr_y_db.unwrap() > 45.0, "{score:?}");
                    assert!(score.psnr_rgb_db.unwrap() < 40.0, "{score:?}");
                    continue;
                }
                assert_eq!(score.psnr_y_db, Some(f64::INFINITY));
                assert!((score.ssim - 1.0).abs() < 1e-12);
                let expected_rgb_db = (protocol == Protocol::RgbBasicsr).then_some(f64::INFINITY);
                assert_eq!(score.psnr_rgb_db, expected_rgb_db);
            }
        }
    }
}

#[test]
fn one_level_of_luma_off_everywhere_is_48_db() {
    let test_image = prepared(Protocol::YMatlab, &colour_picture(), Channels::Y);
    let brighter = test_image.hr.map(|value| value + 1.0 / 255.0);
    let psnr_y_db = test_image.score(&brighter).unwrap().psnr_y_db.unwrap();
    assert!((psnr_y_db - 48.130_803_608_679_1).abs() < 1e-9);
    // Less than half a level is rounded away.
    let hardly_brighter = test_image.hr.map(|value| value + 0.49 / 255.0);
    assert_eq!(test_image.score(&hardly_brighter).unwrap().psnr_y_db, Some(f64::INFINITY));
}

#[test]
fn the_border_is_not_measured_and_the_pixel_inside_it_is() {
    for protocol in PROTOCOLS {
        let test_image = prepared(protocol, &colour_picture(), Channels::Rgb);
        let score_with = |x: usize, y: usize| {
            let mut sr = test_image.hr.clone();
            for plane in sr.values.chunks_exact_mut(45 * 36) {
                plane[y * 36 + x] = 1.0 - plane[y * 36 + x].round();
            }
            test_image.score(&sr).unwrap().psnr_y_db
        };
        for (x, y) in [(0, 0), (2, 20), (33, 20), (20, 2), (20, 42), (35, 44)] {
            assert_eq!(score_with(x, y), Some(f64::INFINITY), "({x}, {y})");
        }
        for (x, y) in [(3, 3), (32, 20), (20, 41)] {
            assert!(score_with(x, y) < Some(f64::INFINITY), "({x}, {y})");
        }
    }
}

#[test]
fn grey_is_worth_the_same_to_a_network_on_rgb_as_to_one_on_y() {
    for protocol in PROTOCOLS {
        let [on_y, on_rgb] = CHANNELS.map(|channels| {
            let test_image = prepared(protocol, &grey_picture(), channels);
            test_image.score(&test_image.bicubic).unwrap()
        });
        assert!((on_y.psnr_y_db.unwrap() - on_rgb.psnr_y_db.unwrap()).abs() < 1e-9);
        assert!((on_y.ssim - on_rgb.ssim).abs() < 1e-9);
        assert_eq!(on_y.psnr_rgb_db.is_some(), protocol == Protocol::RgbBasicsr);
        if let (Some(y), Some(rgb)) = (on_y.psnr_rgb_db, on_rgb.psnr_rgb_db) {
            assert!((y - rgb).abs() < 1e-9);
        }
    }
}

#[test]
fn the_picture_of_a_network_on_y_has_bicubic_chroma() {
    for protocol in PROTOCOLS {
        let [on_y, on_rgb] = CHANNELS.map(|channels| {
            let test_image = prepared(protocol, &colour_picture(), channels);
            test_image.picture(&test_image.bicubic)
        });
        // By y_matlab the two differ by the rounding of Y before it shrinks.
        let tolerance = if protocol == Protocol::YMatlab { 1 } else { 0 };
        assert!(on_y.iter().zip(on_rgb.iter()).all(|(y, rgb)| y.abs_diff(*rgb) <= tolerance));
    }
}

#[test]
fn the_picture_of_a_perfect_rgb_output_is_the_picture() {
    let image = colour_picture();
    let test_image = prepared(Protocol::RgbBasicsr, &image, Channels::Rgb);
    assert_eq!(test_image.picture(&test_image.hr), image.crop_imm(0, 0, 36, 45).to_rgb8());
}

#[test]
fn a_picture_of_16_bits_is_measured_as_its_8_bit_version() {
    let image = colour_picture();
    let deep = DynamicImage::ImageRgb16(image.to_rgb16());
    for protocol in PROTOCOLS {
        assert_eq!(prepared(protocol, &deep, Channels::Rgb).hr, prepared(protocol, &image, Channels::Rgb).hr);
    }
}

#[test]
fn a_picture_too_small_to_measure_is_refused_with_the_size_it_needs() {
    let error = TestImage::new(Protocol::YMatlab, &drawn(3, 30, 19), 4, Channels::Y).unwrap_err();
    assert_eq!(error.to_string(), "measuring at scale 4 needs sides of at least 20 pixels, got 19x30");
    assert!(TestImage::new(Protocol::YMatlab, &drawn(3, 30, 20), 4, Channels::Y).is_ok());
    let error = TestImage::new(Protocol::YMatlab, &drawn(3, 30, 30), usize::MAX, Channels::Y).unwrap_err();
    assert!(matches!(error, MetricsError::TooSmall { .. }));
    let error = TestImage::new(Protocol::YMatlab, &drawn(3, 30, 30), 0, Channels::Y).unwrap_err();
    assert_eq!(error, MetricsError::ScaleOfZero);
}

#[test]
fn an_output_of_the_wrong_shape_or_without_numbers_is_refused() {
    let test_image = prepared(Protocol::YMatlab, &colour_picture(), Channels::Y);
    let error = test_image.score(&test_image.lr).unwrap_err();
    assert_eq!(error, MetricsError::Shape { expected: [1, 45, 36], got: [1, 15, 12] });
    for poison in [f64::NAN, f64::INFINITY] {
        let mut sr = test_image.hr.clone();
        sr.values[0] = poison;
        assert_eq!(test_image.score(&sr), Err(MetricsError::NotFinite));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_picture_that_is_large_enough_is_measured_without_nan(
        scale in 1usize..=4, extra_height in 0usize..9, extra_width in 0usize..9, colourful: bool, noise in 0.0f64..2.0
    ) {
        let smallest = (11usize.div_ceil(scale) + 2) * scale;
        let image = drawn(if colourful { 3 } else { 1 }, smallest + extra_height, smallest + extra_width);
        for protocol in PROTOCOLS {
            for channels in CHANNELS {
                let test_image = TestImage::new(protocol, &image, scale, channels).unwrap();
                let score = test_image.score(&test_image.bicubic.map(|value| value * noise)).unwrap();
                prop_assert!(!score.psnr_y_db.unwrap().is_nan() && score.ssim.abs() <= 1.0 + 1e-12);
                prop_assert_eq!(score.psnr_rgb_db.is_some(), protocol == Protocol::RgbBasicsr);
            }
        }
    }
}

#[test]
fn y_of_8_bit_has_no_level_that_hr_could_not_have() {
    for channels in CHANNELS {
        for (image, black, white) in [(colour_picture(), 16.0, 235.0), (grey_picture(), 0.0, 255.0)] {
            let test = prepared(Protocol::YMatlab, &image, channels);
            let beyond = test.bicubic.map(|value| 3.0 * value - 1.0);
            let y = test.y_of_8_bit(&beyond).unwrap();
            assert_eq!(shape(&y), [1, 45, 36]);
            assert!(is_8_bit(&y));
            let extremes = y.values.iter().fold((255.0f64, 0.0f64), |(low, high), value| {
                (low.min(255.0 * value), high.max(255.0 * value))
            });
            assert!((extremes.0 - black).abs() < 1e-9 && (extremes.1 - white).abs() < 1e-9, "{extremes:?}");
        }
        // HR comes out as it is, whichever network asks.
        let test = prepared(Protocol::YMatlab, &colour_picture(), channels);
        let y = colour::y_rounded(&Planes::from_image(&colour_picture()));
        let hr = test.y_of_8_bit(&test.hr).unwrap();
        assert_eq!(hr.values[..36], y.values[..36]);
        assert_eq!(
            test.y_of_8_bit(&test.lr).unwrap_err().to_string().split(',').next(),
            Some("expected a picture of [channels")
        );
    }
}
