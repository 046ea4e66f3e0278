//! Damaged files give an error or a picture, never a panic and never more memory than the limits allow.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{io::Cursor, path::Path};

use image::{DynamicImage, ImageFormat};
use plumage_imaging::{
    Planes,
    decode::{self, Limits},
    encode,
};
use plumage_random::{Stream, generator};
use rand::Rng;

const MUTATIONS_PER_FORMAT: u64 = 300;

/// A photograph's mix of smooth and rough, 40x30 pixels.
fn picture() -> DynamicImage {
    let rough = |i: usize| if i % 40 > 20 { (i * 37 % 101) as f64 / 400.0 } else { 0.0 };
    Planes::new(3, 30, 40, (0..3600).map(|i| 0.2 + (i % 1200) as f64 / 2400.0 + rough(i)).collect())
        .to_image8()
}

/// One file of every format, and a PNG of 16 bits.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let written = |format| {
        let mut bytes = Cursor::new(Vec::new());
        picture().write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    vec![
        ("png", encode::png(&picture()).unwrap()),
        ("png16", encode::png(&DynamicImage::ImageRgba16(picture().to_rgba16())).unwrap()),
        ("jpeg", encode::jpeg(&picture(), 85).unwrap()),
        ("webp", encode::webp(&picture()).unwrap()),
        ("bmp", written(ImageFormat::Bmp)),
        ("tiff", written(ImageFormat::Tiff)),
        ("pnm", written(ImageFormat::Pnm)),
    ]
}

fn read(bytes: &[u8]) -> Result<DynamicImage, plumage_imaging::ImagingError> {
    decode::read(bytes, Path::new("damaged"), &Limits { max_pixels: 1 << 20, max_bytes: 1 << 23 })
}

/// The file with a few bits flipped, bytes replaced or cut, most often near its head, where the structure is.
fn mutated(file: &[u8], rng: &mut impl Rng) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..rng.random_range(1..=4) {
        let reach = if rng.random_bool(0.5) { bytes.len().min(128) } else { bytes.len() };
        let place = rng.random_range(0..reach);
        match rng.random_range(0..4) {
            0 => bytes[place] ^= 1 << rng.random_range(0..8),
            1 => bytes[place] = rng.random(),
            2 => bytes[place] = [0x00, 0x7F, 0x80, 0xFF][rng.random_range(0..4)],
            _ => drop(bytes.drain(place..(place + rng.random_range(1..16)).min(reach))),
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

#[test]
fn mutated_files_never_panic() {
    for (format, (name, file)) in files().into_iter().enumerate() {
        let mut refused = 0;
        for index in 0..MUTATIONS_PER_FORMAT {
            let mut rng = generator(1, Stream::Noise, format as u64, index);
            let bytes = mutated(&file, &mut rng);
            match std::panic::catch_unwind(|| read(&bytes)) {
                Ok(Ok(image)) => drop(Planes::from_image(&image)),
                Ok(Err(_)) => refused += 1,
                Err(_) => panic!("mutation {index} of {name}"),
            }
        }
        assert!(refused > 0, "no mutation of {name} was refused");
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for (name, file) in files() {
        assert!(read(&file).is_ok(), "{name}");
        for len in (0..file.len() - 16).step_by(7) {
            assert!(read(&file[..len]).is_err(), "{name} of {} bytes cut to {len}", file.len());
        }
    }
}
