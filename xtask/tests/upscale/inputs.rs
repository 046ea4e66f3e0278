//! Inputs that are no good.

use std::fs;

use image::ColorType;

use crate::{
    command::{files_in, json_of, said, upscale_into},
    pictures::{picture, png, small_png},
};

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
    // Alone it is the input that is at fault, whether its end is seen at once or after many rows have been written.
    let tall = png(&picture(40, 400, ColorType::Rgb8), false, None);
    for (name, bytes) in [("alone", &whole[..whole.len() - 30]), ("tall", &tall[..tall.len() / 2])] {
        let (input, out) = (place.path().join(name).with_extension("png"), place.path().join(name));
        fs::write(&input, bytes).unwrap();
        let output = upscale_into(&out, &[&input], &[]);
        assert_eq!(output.status.code(), Some(4), "{}", said(&output));
        assert!(!out.exists() || files_in(&out).is_empty());
    }
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
