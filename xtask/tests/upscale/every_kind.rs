//! The matrix of formats, kinds of pixels, sizes, profiles and orientations.

use std::{fs, path::Path};

use image::{ColorType, DynamicImage};

use crate::{
    command::{decode, files_in, json_of, said, upscale_into},
    pictures::{Encode, bmp, exif, jpeg, palette, picture, png, pnm, tiff, webp},
};

/// A file of the matrix.
struct Case {
    name: String,
    bytes: Vec<u8>,
    icc: bool,
    orientation: Option<u8>,
    /// How far a level may be off, of 255, where a format is not exact.
    tolerance: u16,
}

const SIZES: [(u32, u32); 6] = [(1, 1), (1, 13), (13, 1), (17, 11), (23, 29), (40, 16)];

/// Extension, encoder and kinds of pixels; whether profiles and orientations are written; how far a level may be off.
type FormatOf = (&'static str, Encode, &'static [ColorType], bool, bool, u16);

fn matrix() -> Vec<Case> {
    use ColorType::{L8, L16, La8, La16, Rgb8, Rgb16, Rgba8, Rgba16};
    let formats: [FormatOf; 6] = [
        ("png", png, &[L8, La8, Rgb8, Rgba8, L16, La16, Rgb16, Rgba16], true, true, 0),
        ("jpg", jpeg, &[L8, Rgb8], true, true, 6),
        ("webp", webp, &[Rgb8, Rgba8], true, true, 0),
        ("tif", tiff, &[L8, Rgb8, Rgba8, L16, Rgb16, Rgba16], true, false, 0),
        ("bmp", bmp, &[Rgb8, Rgba8], false, false, 0),
        ("pnm", pnm, &[L8, La8, Rgb8, Rgba8, L16, La16, Rgb16, Rgba16], false, false, 0),
    ];
    let mut cases = Vec::new();
    for (width, height) in SIZES {
        for (extension, encode, colours, has_icc, has_exif, tolerance) in formats {
            for &colour in colours {
                let image = picture(width, height, colour);
                for icc in if has_icc { &[false, true][..] } else { &[false] } {
                    for orientation in if has_exif { &[None, Some(6), Some(3)][..] } else { &[None] } {
                        let said = orientation.map_or_else(String::new, |o| format!("-turned{o}"));
                        let with = if *icc { "-icc" } else { "" };
                        cases.push(Case {
                            name: format!("{width}x{height}-{colour:?}{with}{said}.{extension}"),
                            bytes: encode(&image, *icc, *orientation),
                            icc: *icc,
                            orientation: *orientation,
                            tolerance,
                        });
                    }
                }
            }
        }
        let interlaced = width * height == 1;
        let name = format!("{width}x{height}-palette.png");
        let bytes = palette(width, height, interlaced);
        cases.push(Case { name, bytes, icc: false, orientation: None, tolerance: 0 });
    }
    let bits = |text: &str| text.as_bytes().to_vec();
    for (name, bytes) in [
        ("text.pgm", bits("P2\n3 2\n255\n0 128 255\n255 255 0\n")),
        ("text.ppm", bits("P3\n1 2\n255\n255 255 255 1 2 3\n")),
        ("bits.pbm", b"P4\n3 2\n\xA0\x40".to_vec()),
    ] {
        cases.push(Case { name: name.into(), bytes, icc: false, orientation: None, tolerance: 0 });
    }
    cases
}

/// The samples of a pixel as 16 bits, alpha last: `[r, g, b, a]`.
fn pixel(image: &image::ImageBuffer<image::Rgba<u16>, Vec<u16>>, x: u32, y: u32) -> [u16; 4] {
    image.get_pixel(x, y).0
}

/// What stays whatever the network does: white stays white, alpha 0 stays 0 and full alpha stays full, where the
/// neighbourhood is so.
fn check_what_stays(lr: &DynamicImage, sr: &DynamicImage, scale: u32, tolerance: u16, name: &str) {
    let (lr, sr) = (lr.to_rgba16(), sr.to_rgba16());
    let tolerance = tolerance * 257;
    for y in 0..lr.height() {
        for x in 0..lr.width() {
            // A block of a JPEG is as large as this.
            let reach = if tolerance > 0 { 8 } else { 2 };
            let around = || {
                let columns = x.saturating_sub(reach)..(x + reach + 1).min(lr.width());
                let rows = y.saturating_sub(reach)..(y + reach + 1).min(lr.height());
                rows.flat_map(move |y| columns.clone().map(move |x| (x, y))).map(|(x, y)| pixel(&lr, x, y))
            };
            let is_white = around().all(|pixel| pixel[..3] == [65_535; 3]);
            let alpha = around().next().unwrap()[3];
            let keeps_alpha = matches!(alpha, 0 | 65_535) && around().all(|pixel| pixel[3] == alpha);
            for (i, j) in (0..scale).flat_map(|i| (0..scale).map(move |j| (i, j))) {
                let made = pixel(&sr, x * scale + j, y * scale + i);
                if is_white {
                    assert!(
                        made[..3].iter().all(|&level| level >= 65_535 - tolerance),
                        "{name}: {made:?} at {x}, {y}"
                    );
                }
                if keeps_alpha {
                    assert_eq!(made[3], alpha, "{name}: alpha at {x}, {y}");
                }
            }
        }
    }
}

#[test]
fn every_kind_of_picture_comes_out_as_it_is_but_larger() {
    let cases = matrix();
    assert!(cases.len() >= 200, "{} cases", cases.len());
    let place = tempfile::tempdir().unwrap();
    let (small, large) = (place.path().join("small"), place.path().join("large"));
    fs::create_dir(&small).unwrap();
    for case in &cases {
        fs::write(small.join(&case.name), &case.bytes).unwrap();
    }
    let scale = 3;
    let output = upscale_into(&large, &[&small], &["--scale", "3", "--prove", "--json"]);
    assert!(output.status.success(), "{}", said(&output));
    let report = json_of(&output);
    assert_eq!(report["done"].as_array().unwrap().len(), cases.len());
    for done in report["done"].as_array().unwrap() {
        assert_eq!(done["proof"]["rows_and_whole"], 0., "{done}");
    }
    assert_eq!(files_in(&large).len(), cases.len());
    for case in &cases {
        let name = &case.name;
        let (lr, icc, exif_before) = decode(&small.join(name));
        let (sr, icc_after, exif_after) = decode(&large.join(name));
        assert_eq!((sr.width(), sr.height()), (lr.width() * scale, lr.height() * scale), "{name}");
        assert_eq!(sr.color(), lr.color(), "{name}");
        assert_eq!(icc_after, icc, "{name}");
        assert_eq!(icc.is_some(), case.icc, "{name}");
        assert_eq!(exif_after, exif_before, "{name}");
        assert_eq!(exif_before, case.orientation.map(exif), "{name}");
        let same_format = |path: &Path| image::guess_format(&fs::read(path).unwrap()).unwrap();
        assert_eq!(same_format(&large.join(name)), same_format(&small.join(name)), "{name}");
        check_what_stays(&lr, &sr, scale, case.tolerance, name);
    }
}
