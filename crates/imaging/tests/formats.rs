//! Every format and depth goes into a file and comes back.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{io::Cursor, path::Path};

use image::{ColorType, DynamicImage, ImageFormat};
use plumage_imaging::{
    Planes,
    decode::{self, Limits},
    encode,
};

/// A picture of 23x17 pixels with every sample different from its neighbours.
fn picture(color: ColorType) -> DynamicImage {
    let mut image = DynamicImage::new(23, 17, color);
    let level = |i: usize| (i * 37 + i / 23 * 101) as u16;
    fn fill<T>(samples: &mut [T], level: impl Fn(usize) -> T) {
        samples.iter_mut().enumerate().for_each(|(i, sample)| *sample = level(i));
    }
    match &mut image {
        DynamicImage::ImageLuma8(samples) => fill(samples, |i| level(i) as u8),
        DynamicImage::ImageLumaA8(samples) => fill(samples, |i| level(i) as u8),
        DynamicImage::ImageRgb8(samples) => fill(samples, |i| level(i) as u8),
        DynamicImage::ImageRgba8(samples) => fill(samples, |i| level(i) as u8),
        DynamicImage::ImageLuma16(samples) => fill(samples, |i| level(i).wrapping_mul(251)),
        DynamicImage::ImageLumaA16(samples) => fill(samples, |i| level(i).wrapping_mul(251)),
        DynamicImage::ImageRgb16(samples) => fill(samples, |i| level(i).wrapping_mul(251)),
        DynamicImage::ImageRgba16(samples) => fill(samples, |i| level(i).wrapping_mul(251)),
        other => panic!("no samples for {:?}", other.color()),
    }
    image
}

fn read(bytes: &[u8]) -> DynamicImage {
    decode::read(bytes, Path::new("picture"), &Limits::PHOTOGRAPH).unwrap()
}

fn written_as(format: ImageFormat, image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

const EVERY_DEPTH: [ColorType; 8] = [
    ColorType::L8,
    ColorType::La8,
    ColorType::Rgb8,
    ColorType::Rgba8,
    ColorType::L16,
    ColorType::La16,
    ColorType::Rgb16,
    ColorType::Rgba16,
];

#[test]
fn a_png_keeps_every_bit_of_every_depth() {
    for color in EVERY_DEPTH {
        let image = picture(color);
        assert_eq!(read(&encode::png(&image).unwrap()), image, "{color:?}");
    }
}

#[test]
fn a_webp_keeps_every_bit_of_8_bit_colour() {
    for color in [ColorType::Rgb8, ColorType::Rgba8] {
        let image = picture(color);
        assert_eq!(read(&encode::webp(&image).unwrap()), image, "{color:?}");
    }
}

#[test]
fn a_webp_of_anything_else_is_that_picture_in_8_bit_colour() {
    for color in [ColorType::L8, ColorType::L16, ColorType::Rgb16] {
        let image = picture(color);
        assert_eq!(
            read(&encode::webp(&image).unwrap()),
            DynamicImage::ImageRgb8(image.to_rgb8()),
            "{color:?}"
        );
    }
    for color in [ColorType::La8, ColorType::La16, ColorType::Rgba16] {
        let image = picture(color);
        assert_eq!(
            read(&encode::webp(&image).unwrap()),
            DynamicImage::ImageRgba8(image.to_rgba8()),
            "{color:?}"
        );
    }
}

#[test]
fn a_jpeg_of_the_best_quality_is_within_a_few_levels() {
    // A smooth picture: what JPEG loses first is detail.
    let smooth = Planes::new(3, 32, 32, (0..3072).map(|i| 0.2 + 0.6 * (i % 1024) as f64 / 1024.0).collect());
    let image = smooth.to_image8();
    let back = Planes::from_image(&read(&encode::jpeg(&image, 100).unwrap()));
    for (value, expected) in back.values.iter().zip(&Planes::from_image(&image).values) {
        assert!((value - expected).abs() <= 4.0 / 255.0, "{value} {expected}");
    }
}

#[test]
fn a_jpeg_of_every_depth_has_8_bits_and_no_alpha() {
    for color in EVERY_DEPTH {
        let back = read(&encode::jpeg(&picture(color), 90).unwrap());
        let expected = if color.has_color() { ColorType::Rgb8 } else { ColorType::L8 };
        assert_eq!((back.color(), back.width(), back.height()), (expected, 23, 17), "{color:?}");
    }
}

#[test]
fn a_jpeg_quality_outside_1_to_100_is_an_error() {
    for quality in [0, 101, 255] {
        let error = encode::jpeg(&picture(ColorType::L8), quality).unwrap_err();
        assert_eq!(error.to_string(), format!("a JPEG quality is 1 to 100, got {quality}"));
    }
}

#[test]
fn bmp_tiff_and_pnm_are_read_in_every_depth_they_have() {
    let depths: [(ImageFormat, &[ColorType]); 3] = [
        (ImageFormat::Bmp, &[ColorType::L8, ColorType::Rgb8, ColorType::Rgba8]),
        (
            ImageFormat::Tiff,
            &[
                ColorType::L8,
                ColorType::Rgb8,
                ColorType::Rgba8,
                ColorType::L16,
                ColorType::Rgb16,
                ColorType::Rgba16,
            ],
        ),
        (ImageFormat::Pnm, &[ColorType::L8, ColorType::Rgb8, ColorType::L16, ColorType::Rgb16]),
    ];
    for (format, colors) in depths {
        for &color in colors {
            let image = picture(color);
            let back = read(&written_as(format, &image));
            // A grey BMP is a palette, which comes back as colour.
            assert_eq!(
                Planes::from_image(&back).plane(0),
                Planes::from_image(&image).plane(0),
                "{format:?} {color:?}"
            );
            assert_eq!(back.to_rgba16(), image.to_rgba16(), "{format:?} {color:?}");
        }
    }
}

#[test]
fn the_planes_are_the_samples_over_white_without_alpha() {
    for color in EVERY_DEPTH {
        let image = picture(color);
        let planes = Planes::from_image(&image);
        assert_eq!(planes.channels, if color.has_color() { 3 } else { 1 }, "{color:?}");
        let rgb = image.to_rgb16();
        for channel in 0..planes.channels {
            for (value, pixel) in planes.plane(channel).iter().zip(rgb.pixels()) {
                assert!((value - f64::from(pixel.0[channel]) / 65535.0).abs() < 1e-12, "{color:?}");
            }
        }
    }
}

#[test]
fn planes_of_8_bits_come_back_as_they_were() {
    for color in [ColorType::L8, ColorType::Rgb8] {
        let image = picture(color);
        assert_eq!(Planes::from_image(&image).to_image8(), image);
        assert_eq!(Planes::from_image(&image).to_rgb8(), image.to_rgb8());
    }
}

#[test]
fn eight_bits_are_rounded_half_away_from_zero_and_clamped() {
    let levels = [-20.0, -0.4, 0.4, 0.5, 1.5, 2.5, 127.49, 254.5, 255.4, 300.0];
    let grey = Planes::new(1, 1, 10, levels.iter().map(|level| level / 255.0).collect()).to_image8();
    assert_eq!(grey.as_bytes(), [0, 0, 0, 1, 2, 3, 127, 255, 255, 255]);
}

#[test]
fn a_picture_is_known_by_its_extension_in_any_case() {
    for name in ["a.png", "b.JPG", "c.jpeg", "d.Bmp", "e.webp", "f.tif", "g.TIFF", "h.ppm", "i.pgm", "j.pnm"]
    {
        assert!(decode::is_image_path(Path::new(name)), "{name}");
    }
    for name in ["png", "a.txt", "a.png.tmp", "a", ".png", "a.gif"] {
        assert!(!decode::is_image_path(Path::new(name)), "{name}");
    }
}

#[test]
fn a_photograph_taken_sideways_is_turned_upright() {
    let image = picture(ColorType::L8);
    let jpeg = encode::jpeg(&image, 100).unwrap();
    // An Exif block of one entry: orientation (0x0112), a short, which says "turn right by 90 degrees" (6).
    let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let sideways = [&jpeg[..2], exif, &jpeg[2..]].concat();
    assert_eq!(read(&sideways), read(&jpeg).rotate90());
}
