//! `upscale` as a person runs it: every kind of picture, odd names, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use image::{
    ColorType, DynamicImage, ImageDecoder, ImageEncoder, ImageReader,
    codecs::{
        jpeg::JpegEncoder,
        png::PngEncoder,
        tiff::{TiffDecoder, TiffEncoder},
        webp::WebPEncoder,
    },
};
use serde_json::Value;

fn upscale(arguments: &[&std::ffi::OsStr]) -> Output {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("upscale").args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// `upscale INPUTS --out OUT` with more arguments.
fn upscale_into(out: &Path, inputs: &[&Path], more: &[&str]) -> Output {
    let mut arguments: Vec<&std::ffi::OsStr> = more.iter().map(std::ffi::OsStr::new).collect();
    arguments.extend([std::ffi::OsStr::new("--out"), out.as_os_str(), std::ffi::OsStr::new("--")]);
    arguments.extend(inputs.iter().map(|input| input.as_os_str()));
    upscale(&arguments)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

/// Files that a process left unfinished.
fn is_left(path: &Path) -> bool {
    path.file_name().unwrap().to_string_lossy().contains(".tmp-")
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|e| e.file_type().is_file())
        .map(|e| e.into_path())
        .collect();
    files.sort();
    assert!(files.iter().all(|file| !is_left(file)), "{files:?}");
    files
}

/// Stands for a colour profile: nobody looks into it.
fn profile() -> Vec<u8> {
    (0..3000u32).map(|i| (i * i % 251) as u8).collect()
}

/// An Exif block with nothing but an orientation.
fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    block.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    block
}

/// White on the left, invisible on the right where there is alpha, and waves between; `height` x `width`.
fn samples(width: u32, height: u32, colour: ColorType) -> Vec<u16> {
    let has_alpha = colour.has_alpha();
    let channels = usize::from(colour.channel_count());
    let white = if colour.bytes_per_pixel() / colour.channel_count() == 2 { 65_535 } else { 255 };
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for channel in 0..channels {
                let wave = (f64::from(x * 3 + y * 5) + channel as f64).sin().abs() * f64::from(white);
                samples.push(match (x * 3 / width.max(3), has_alpha && channel + 1 == channels) {
                    (2, true) => 0,
                    (_, true) | (0, false) => white,
                    (_, false) => wave as u16,
                });
            }
        }
    }
    samples
}

fn picture(width: u32, height: u32, colour: ColorType) -> DynamicImage {
    let samples = samples(width, height, colour);
    let eight = || samples.iter().map(|&sample| sample as u8).collect::<Vec<_>>();
    let sixteen = || samples.clone();
    match colour {
        ColorType::L8 => image::GrayImage::from_raw(width, height, eight()).map(Into::into),
        ColorType::La8 => image::GrayAlphaImage::from_raw(width, height, eight()).map(Into::into),
        ColorType::Rgb8 => image::RgbImage::from_raw(width, height, eight()).map(Into::into),
        ColorType::Rgba8 => image::RgbaImage::from_raw(width, height, eight()).map(Into::into),
        ColorType::L16 => {
            image::ImageBuffer::from_raw(width, height, sixteen()).map(DynamicImage::ImageLuma16)
        }
        ColorType::La16 => {
            image::ImageBuffer::from_raw(width, height, sixteen()).map(DynamicImage::ImageLumaA16)
        }
        ColorType::Rgb16 => {
            image::ImageBuffer::from_raw(width, height, sixteen()).map(DynamicImage::ImageRgb16)
        }
        _ => image::ImageBuffer::from_raw(width, height, sixteen()).map(DynamicImage::ImageRgba16),
    }
    .unwrap()
}

/// A way to write a file, with a colour profile and an orientation if the format has room for them.
type Encode = fn(&DynamicImage, bool, Option<u8>) -> Vec<u8>;

fn encoded(image: &DynamicImage, mut encoder: impl ImageEncoder, icc: bool, orientation: Option<u8>) {
    if icc {
        encoder.set_icc_profile(profile()).unwrap();
    }
    if let Some(orientation) = orientation {
        encoder.set_exif_metadata(exif(orientation)).unwrap();
    }
    image.write_with_encoder(encoder).unwrap();
}

fn png(image: &DynamicImage, icc: bool, orientation: Option<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoded(image, PngEncoder::new(&mut bytes), icc, orientation);
    bytes
}

fn jpeg(image: &DynamicImage, icc: bool, orientation: Option<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoded(image, JpegEncoder::new_with_quality(&mut bytes, 100), icc, orientation);
    bytes
}

fn webp(image: &DynamicImage, icc: bool, orientation: Option<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoded(image, WebPEncoder::new_lossless(&mut bytes), icc, orientation);
    bytes
}

fn tiff(image: &DynamicImage, icc: bool, _: Option<u8>) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    encoded(image, TiffEncoder::new(&mut bytes), icc, None);
    bytes.into_inner()
}

fn bmp(image: &DynamicImage, _: bool, _: Option<u8>) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Bmp).unwrap();
    bytes.into_inner()
}

fn pnm(image: &DynamicImage, _: bool, _: Option<u8>) -> Vec<u8> {
    let (colour, bytes) = (image.color(), image.as_bytes());
    let is_16_bit = colour.bytes_per_pixel() / colour.channel_count() == 2;
    let (white, depth) = (if is_16_bit { 65_535 } else { 255 }, colour.channel_count());
    let (width, height) = (image.width(), image.height());
    let kind = ["GRAYSCALE", "GRAYSCALE_ALPHA", "RGB", "RGB_ALPHA"][usize::from(depth) - 1];
    let mut file = match depth {
        1 => format!("P5 # a comment\n{width}\n{height} {white}\n"),
        3 => format!("P6\n{width} {height}\n{white}\n"),
        _ => format!(
            "P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {depth}\nMAXVAL {white}\nTUPLTYPE {kind}\nENDHDR\n"
        ),
    }
    .into_bytes();
    if is_16_bit {
        file.extend(
            bytes.chunks_exact(2).flat_map(|pair| u16::from_ne_bytes([pair[0], pair[1]]).to_be_bytes()),
        );
    } else {
        file.extend(bytes);
    }
    file
}

/// A PNG of pixels with a palette of white, a half transparent red, and an invisible blue.
fn palette(width: u32, height: u32, interlaced: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut info = png::Info::with_size(width, height);
    (info.color_type, info.bit_depth, info.interlaced) =
        (png::ColorType::Indexed, png::BitDepth::Two, interlaced);
    info.palette = Some([255, 255, 255, 200, 10, 10, 0, 0, 255].to_vec().into());
    info.trns = Some([255, 128, 0].to_vec().into());
    let mut writer = png::Encoder::with_info(&mut bytes, info).unwrap().write_header().unwrap();
    // Four pixels a byte: white, red, blue, red.
    let row = vec![0b00_01_10_01; width.div_ceil(4) as usize];
    writer.write_image_data(&row.repeat(height as usize)).unwrap();
    writer.finish().unwrap();
    bytes
}

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

/// A picture, its colour profile, and its Exif block.
fn decode(path: &Path) -> (DynamicImage, Option<Vec<u8>>, Option<Vec<u8>>) {
    let mut decoder = ImageReader::open(path).unwrap().with_guessed_format().unwrap().into_decoder().unwrap();
    let (mut icc, exif) = (decoder.icc_profile().unwrap(), decoder.exif_metadata().unwrap());
    // With limits, `image` does not find the profile of a TIFF that is larger than its pixels.
    if let Ok(mut tiff) = TiffDecoder::new(std::io::Cursor::new(fs::read(path).unwrap())) {
        icc = tiff.icc_profile().unwrap();
    }
    (DynamicImage::from_decoder(decoder).unwrap(), icc, exif)
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

/// A small PNG.
fn small_png() -> Vec<u8> {
    png(&picture(8, 6, ColorType::Rgb8), false, None)
}

#[cfg(unix)]
#[test]
fn odd_names_are_no_reason_to_fail() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let place = tempfile::tempdir().unwrap();
    let small = place.path().join("small");
    fs::create_dir(&small).unwrap();
    let long = [&[b'x'; 251][..], b".png"].concat();
    let names: [&[u8]; 6] =
        [b"\xff\xfe.png", b"-rf.png", b"a b  c.png", b"two\nlines.png", "größe ✓.png".as_bytes(), &long];
    for name in names {
        fs::write(small.join(OsStr::from_bytes(name)), small_png()).unwrap();
    }
    // As a folder, and each alone.
    let output = upscale_into(&place.path().join("large"), &[&small], &[]);
    assert!(output.status.success(), "{}", said(&output));
    for name in names {
        let name = OsStr::from_bytes(name);
        let (sr, ..) = decode(&place.path().join("large").join(name));
        assert_eq!((sr.width(), sr.height()), (16, 12), "{name:?}");
        let output = upscale_into(&place.path().join("alone"), &[&small.join(name)], &[]);
        assert!(output.status.success(), "{}", said(&output));
    }
    assert_eq!(files_in(&place.path().join("alone")).len(), names.len());
    // A name that begins with a dash, where the folder is not part of it.
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.current_dir(&small).args(["upscale", "--out", "../dash", "--", "-rf.png"]).output();
    assert!(output.unwrap().status.success());
}

#[test]
fn two_inputs_for_one_output_are_refused_before_anything_is_written() {
    let place = tempfile::tempdir().unwrap();
    let paths = ["a/x.png", "b/x.png"].map(|path| place.path().join(path));
    for path in &paths {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, small_png()).unwrap();
    }
    let out = place.path().join("out");
    let output = upscale_into(&out, &[&paths[0], &paths[1]], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("would both become") && !out.exists(), "{}", said(&output));
}

#[test]
fn the_output_folder_inside_the_input_folder_is_not_upscaled_again() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("x.png"), small_png()).unwrap();
    let out = place.path().join("large");
    for round in 0..2 {
        let output = upscale_into(&out, &[place.path()], if round > 0 { &["--overwrite"] } else { &[] });
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(files_in(place.path()).len(), 2);
        assert_eq!(decode(&out.join("x.png")).0.width(), 16);
    }
    // What is there is not replaced unasked, and an input never.
    let output = upscale_into(&out, &[place.path()], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let output = upscale_into(place.path(), &[place.path()], &["--overwrite"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(fs::read(place.path().join("x.png")).unwrap(), small_png());
}

#[test]
fn of_a_hundred_files_with_a_bad_one_ninety_nine_are_done_and_the_one_is_named() {
    let place = tempfile::tempdir().unwrap();
    let small = place.path().join("small");
    fs::create_dir(&small).unwrap();
    for index in 0..99 {
        fs::write(small.join(format!("{index:02}.png")), small_png()).unwrap();
    }
    let whole = small_png();
    fs::write(small.join("bad.png"), &whole[..whole.len() - 30]).unwrap();
    let out = place.path().join("large");
    let output = upscale_into(&out, &[&small], &["--json"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("bad.png"), "{}", said(&output));
    assert_eq!(files_in(&out).len(), 99);
    let report = json_of(&output);
    assert_eq!(report["done"].as_array().unwrap().len(), 99);
    assert!(report["failed"][0]["message"].as_str().unwrap().contains("bad.png"), "{report}");
    // Alone it is the input that is at fault.
    let output = upscale_into(&place.path().join("alone"), &[&small.join("bad.png")], &[]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(!place.path().join("alone").exists());
}

#[test]
fn what_does_not_fit_the_memory_is_refused_with_an_estimate_before_anything_is_written() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("x.png");
    // The header alone decides: there is not one pixel in this file.
    let mut bytes = small_png();
    bytes[16..20].copy_from_slice(&1_000_000u32.to_be_bytes());
    bytes.truncate(29);
    bytes.extend(crc(&bytes[12..29]).to_be_bytes());
    bytes.extend(b"\0\0\0\0IDAT");
    bytes.extend(crc(b"IDAT").to_be_bytes());
    fs::write(&path, bytes).unwrap();
    let out = place.path().join("out");
    let output = upscale_into(&out, &[&path], &["--max-memory", "64M"]);
    assert_eq!(output.status.code(), Some(9), "{}", said(&output));
    assert!(
        said(&output).contains("would take about") && said(&output).contains("64 MiB"),
        "{}",
        said(&output)
    );
    assert!(!out.exists());
}

/// The checksum of a PNG's chunk.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    })
}

#[test]
fn networks_are_found_by_name_and_by_file_and_what_is_wrong_with_them_is_said() {
    let place = tempfile::tempdir().unwrap();
    let input = place.path().join("x.png");
    fs::write(&input, small_png()).unwrap();
    let run = |name: &str, more: &[&str]| upscale_into(&place.path().join(name), &[&input], more);
    assert!(run("bicubic", &["--model", "bicubic", "--scale", "5"]).status.success());
    assert_eq!(decode(&place.path().join("bicubic/x.png")).0.width(), 40);
    assert!(run("ensemble", &["--ensemble", "--prove"]).status.success());
    let output = run("unknown", &["--model", "no_such_network"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let output = run("scale", &["--scale", "7"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("--scale 2"), "{}", said(&output));
    let weights = place.path().join("w.safetensors");
    fs::write(&weights, b"PK\x03\x04 a pickle").unwrap();
    let output = run("pickle", &["--model", weights.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(7), "{}", said(&output));
    // A run, the file made of it, and its weights with its config.
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    let results = place.path().join("results");
    let results = results.to_str().unwrap();
    assert!(command.args(["experiment", "tiny", "--out", results]).output().unwrap().status.success());
    assert!(run("run", &["--model", "tiny", "--results", results]).status.success());
    let packed = place.path().join("tiny.safetensors");
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    let packed = packed.to_str().unwrap();
    assert!(
        command.args(["pack", "tiny", "--out", results, "--to", packed]).output().unwrap().status.success()
    );
    assert!(run("packed", &["--model", packed]).status.success());
    let (config, weights) =
        (format!("{results}/tiny/config.toml"), format!("{results}/tiny/weights.safetensors"));
    assert!(run("config", &["--model", &weights, "--config", &config]).status.success());
    let of = |name: &str| fs::read(place.path().join(name).join("x.png")).unwrap();
    assert!(of("run") == of("packed") && of("run") == of("config"));
    let output = run("alone", &["--model", &weights]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("--config"), "{}", said(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_exits_5_and_leaves_nothing() {
    let place = tempfile::tempdir().unwrap();
    let input = place.path().join("x.png");
    fs::write(&input, small_png()).unwrap();
    let out = place.path().join("out");
    for fault in ["ENOSPC@enlarged.write", "EIO@enlarged.sync", "EROFS@enlarged.create"] {
        let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.env("PLUMAGE_FAULT", fault).arg("upscale").arg(&input).arg("--out").arg(&out);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(5), "{fault}: {}", said(&output));
        assert!(files_in(&out).is_empty(), "{fault}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_it_and_nothing_half_written_is_left() {
    use std::{thread, time::Duration};
    let place = tempfile::tempdir().unwrap();
    let input = place.path().join("x.png");
    // Eight times as large, it takes longer than a test may.
    fs::write(&input, png(&picture(3000, 3000, ColorType::Rgb8), false, None)).unwrap();
    let out = place.path().join("out");
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["upscale", "--model", "bicubic", "--scale", "8", "--out"]).arg(&out).arg(&input);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let begun = || fs::read_dir(&out).is_ok_and(|mut files| files.next().is_some());
    while child.try_wait().unwrap().is_none() && !begun() {
        thread::sleep(Duration::from_millis(1));
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(143), "{}", said(&output));
    assert!(said(&output).contains("is whole"), "{}", said(&output));
    assert!(files_in(&out).is_empty());
}
