//! Picture files row by row: what is copied beside the pixels, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{fs, io::Cursor, path::Path};

use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage, codecs::jpeg::JpegEncoder};
use plumage_imaging::{ImagingError, encode, picture};
use tiff::{
    decoder::Decoder,
    encoder::{TiffEncoder, colortype},
    tags::{ExtraSamples, Tag},
};

fn rgb() -> RgbImage {
    RgbImage::from_fn(19, 23, |x, y| image::Rgb([(x * 13) as u8, (y * 11) as u8, (x * y) as u8]))
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(rgb()).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Reads a file and writes it again with the same rows.
fn copied(bytes: &[u8]) -> Result<Vec<u8>, ImagingError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture");
    fs::write(&path, bytes).unwrap();
    let (picture, mut rows) = picture::open(&path)?;
    let mut out = Cursor::new(Vec::new());
    picture::write(&picture, rows.as_mut(), &mut out, Path::new("copy"))?;
    Ok(out.into_inner())
}

#[test]
fn every_format_without_loss_comes_back_pixel_by_pixel() {
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff, ImageFormat::Bmp, ImageFormat::Pnm]
    {
        let copy = copied(&encoded(format)).unwrap();
        assert_eq!(image::guess_format(&copy).unwrap(), format);
        assert_eq!(image::load_from_memory(&copy).unwrap().to_rgb8(), rgb(), "{format:?}");
    }
    let mut best = Vec::new();
    DynamicImage::from(rgb()).write_with_encoder(JpegEncoder::new_with_quality(&mut best, 100)).unwrap();
    let (once, twice) = (image::load_from_memory(&best).unwrap(), copied(&best).unwrap());
    let twice = image::load_from_memory(&twice).unwrap().to_rgb8();
    let pairs = once.to_rgb8().into_raw().into_iter().zip(twice.into_raw());
    let mean = pairs.map(|(a, b)| f64::from(a.abs_diff(b))).sum::<f64>() / (19. * 23. * 3.);
    assert!(mean < 2., "{mean}");
}

/// The chunks of a PNG, in their order.
fn chunks(mut png: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut chunks = Vec::new();
    png = &png[8..];
    while let Some(len) = png.first_chunk().map(|len| u32::from_be_bytes(*len) as usize) {
        chunks.push((String::from_utf8_lossy(&png[4..8]).into_owned(), png[8..8 + len].to_vec()));
        png = &png[12 + len..];
    }
    chunks
}

#[test]
fn what_a_png_says_of_its_picture_is_copied_and_what_it_says_of_its_pixels_is_not() {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 19, 23);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_source_gamma(png::ScaledFloat::from_scaled(45_455));
    encoder.add_text_chunk("Author".into(), "a bird".into()).unwrap();
    encoder.add_ztxt_chunk("Comment".into(), "many words".repeat(50)).unwrap();
    let mut writer = encoder.write_header().unwrap();
    let special: [(&[u8; 4], &[u8]); 4] = [
        (b"iCCP", b"no profile\0\0at all"),
        (b"eXIf", b"II*\0\x08\0\0\0\0\0"),
        (b"pHYs", &[0, 0, 11, 18, 0, 0, 11, 18, 1]),
        (b"sBIT", &[5, 6, 5]),
    ];
    for (kind, content) in special {
        writer.write_chunk(png::chunk::ChunkType(*kind), content).unwrap();
    }
    writer.write_image_data(&rgb()).unwrap();
    writer.write_chunk(png::chunk::ChunkType(*b"iTXt"), b"XML:com.adobe.xmp\0\0\0\0\0<x/>").unwrap();
    writer.finish().unwrap();
    let kept = |bytes: &[u8]| -> Vec<_> {
        chunks(bytes)
            .into_iter()
            .filter(|(kind, _)| !["IHDR", "IDAT", "IEND"].contains(&kind.as_str()))
            .collect()
    };
    let mut expected = kept(&bytes);
    expected.retain(|(kind, _)| kind != "sBIT");
    assert_eq!(expected.len(), 7);
    assert_eq!(kept(&copied(&bytes).unwrap()), expected);
}

#[test]
fn what_a_jpeg_says_of_its_picture_is_copied() {
    let plain = encoded(ImageFormat::Jpeg);
    let segment = |marker: u8, content: &[u8]| {
        let len = (content.len() as u16 + 2).to_be_bytes();
        [&[0xFF, marker], &len[..], content].concat()
    };
    let kept = [
        segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0"),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
        segment(0xE2, b"ICC_PROFILE\0\x01\x01a profile"),
        segment(0xED, b"Photoshop 3.0\0words"),
        segment(0xFE, b"a comment"),
    ]
    .concat();
    let other_pictures = segment(0xE2, b"MPF\0places of other pictures");
    // After the start marker and the JFIF segment, whose resolution is 300 dots an inch.
    let mut head = plain[..20].to_vec();
    head[13..18].copy_from_slice(&[1, 1, 44, 1, 44]);
    let bytes = [&head, &kept[..], &other_pictures, &plain[20..]].concat();
    let copy = copied(&bytes).unwrap();
    assert_eq!(copy[..20], head);
    assert_eq!(copy[20..20 + kept.len()], kept);
    assert!(!copy.windows(4).any(|window| window == b"MPF\0"));
    assert!(image::load_from_memory(&copy).is_ok());
}

#[test]
fn what_a_tiff_says_of_its_picture_is_copied_and_its_alpha_is_what_it_was() {
    let rgba = RgbaImage::from_fn(6, 5, |x, y| image::Rgba([x as u8 * 9, y as u8 * 9, 9, (x * 50) as u8]));
    // Colours are multiplied by alpha, and so no greater.
    let rgba: Vec<u8> = rgba.pixels().flat_map(|pixel| pixel.0.map(|level| level.min(pixel.0[3]))).collect();
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    let mut exif = encoder.extra_directory().unwrap();
    exif.write_tag(Tag::Unknown(33_434), tiff::encoder::Rational { n: 1, d: 250 }).unwrap();
    let exif = exif.finish_with_offsets().unwrap();
    let mut image = encoder.new_image::<colortype::RGB8>(6, 5).unwrap();
    image.extra_samples(&[ExtraSamples::AssociatedAlpha]).unwrap();
    image.rows_per_strip(2).unwrap();
    image.encoder().write_tag(Tag::Orientation, 6u16).unwrap();
    image.encoder().write_tag(Tag::ImageDescription, "a bird").unwrap();
    image.encoder().write_tag(Tag::IccProfile, &b"a profile"[..]).unwrap();
    image.encoder().write_tag(Tag::ExifDirectory, exif.offset).unwrap();
    image.write_data(&rgba).unwrap();

    let copy = copied(&bytes.into_inner()).unwrap();
    let mut decoder = Decoder::new(Cursor::new(&copy)).unwrap();
    assert_eq!(decoder.colortype().unwrap(), tiff::ColorType::RGBA(8));
    assert_eq!(decoder.get_tag_u32(Tag::Orientation).unwrap(), 6);
    assert_eq!(decoder.get_tag_ascii_string(Tag::ImageDescription).unwrap(), "a bird");
    assert_eq!(decoder.get_tag_u8_vec(Tag::IccProfile).unwrap(), b"a profile");
    assert_eq!(decoder.get_tag_u16_vec(Tag::ExtraSamples).unwrap(), [1]);
    let pointer = decoder.get_tag(Tag::ExifDirectory).unwrap().into_ifd_pointer().unwrap();
    let exif = decoder.read_directory(pointer).unwrap();
    assert!(exif.contains(Tag::Unknown(33_434)));
    let tiff::decoder::DecodingResult::U8(again) = decoder.read_image().unwrap() else { panic!("8 bits") };
    for (before, after) in rgba.chunks(4).zip(again.chunks(4)) {
        assert_eq!(before[3], after[3]);
        // Little is left of a colour that was multiplied by little.
        let levels = before.iter().zip(after).take(3);
        assert!(before[3] == 0 || levels.clone().all(|(a, b)| a.abs_diff(*b) <= 1), "{before:?} {after:?}");
    }
}

#[test]
fn what_cannot_be_enlarged_as_it_is_is_refused() {
    let cmyk = b"\xFF\xD8\xFF\xC0\0\x14\x08\0\x10\0\x10\x04\x01\x11\0\x02\x11\0\x03\x11\0\x04\x11\0\xFF\xDA";
    assert!(matches!(copied(cmyk), Err(ImagingError::Cmyk { .. })));
    let mut animated = Vec::new();
    let mut encoder = png::Encoder::new(&mut animated, 1, 1);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[1]).unwrap();
    writer.write_image_data(&[2]).unwrap();
    writer.finish().unwrap();
    assert!(matches!(copied(&animated), Err(ImagingError::Animated { .. })));
    assert!(matches!(copied(b"no picture"), Err(ImagingError::UnknownFormat { .. })));
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(picture::open(folder.path()), Err(ImagingError::NotAFile { .. })));
    let (mut webp, _) = {
        let path = folder.path().join("a.webp");
        fs::write(&path, encoded(ImageFormat::WebP)).unwrap();
        picture::open(&path).unwrap()
    };
    webp.width = 6000;
    assert!(webp.enlarged(2, Path::new("a.webp")).is_ok());
    assert!(matches!(webp.enlarged(3, Path::new("a.webp")), Err(ImagingError::SideTooLong { .. })));
}

#[test]
fn a_file_cut_short_or_changed_anywhere_is_refused_or_read_and_never_a_panic() {
    let tiff_of_strips = || {
        let mut bytes = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
        let mut image = encoder.new_image::<colortype::RGB8>(19, 23).unwrap();
        image.rows_per_strip(4).unwrap();
        image.write_data(&rgb()).unwrap();
        bytes.into_inner()
    };
    let mut files: Vec<Vec<u8>> =
        [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Pnm]
            .map(encoded)
            .to_vec();
    files.push(tiff_of_strips());
    for bytes in files {
        for len in (0..bytes.len()).step_by(bytes.len() / 40 + 1) {
            // The chunk that ends a PNG may be missing: then every pixel is there.
            if let Ok(copy) = copied(&bytes[..len]) {
                assert!(len + 16 >= bytes.len(), "{len} of {} bytes", bytes.len());
                assert_eq!(image::load_from_memory(&copy).unwrap().to_rgb8(), rgb());
            }
        }
        for place in (0..bytes.len().min(400)).step_by(3) {
            let mut changed = bytes.clone();
            changed[place] ^= 0x55;
            // Sizes that a header can claim are refused by what they would take, before anything is read.
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("picture");
            fs::write(&path, &changed).unwrap();
            if picture::open(&path).is_ok_and(|(picture, _)| picture.height * picture.row_len() < 1 << 20) {
                let _ = copied(&changed);
            }
        }
    }
}

#[test]
fn colours_of_a_planar_tiff_are_no_darker_for_its_alpha() {
    // Two pixels, half and fully opaque, plane by plane, whose colours are multiplied by alpha.
    let (short, long) = (3u16, 4u16);
    let mut tiff = b"II*\0\x20\0\0\0".to_vec();
    tiff.extend([64, 100, 32, 110, 16, 120, 128, 255]);
    tiff.extend([8, 0, 8, 0, 8, 0, 8, 0]);
    let places = 32 + 2 + 12 * 12 + 4;
    let entries: [(u16, u16, u32, u32); 12] = [
        (256, short, 1, 2),
        (257, short, 1, 1),
        (258, short, 4, 16),
        (259, short, 1, 1),
        (262, short, 1, 2),
        (273, long, 4, places),
        (274, short, 1, 1),
        (277, short, 1, 4),
        (278, short, 1, 1),
        (279, long, 4, places + 16),
        (284, short, 1, 2),
        (338, short, 1, 1),
    ];
    tiff.resize(32, 0);
    tiff.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend(count.to_le_bytes());
        tiff.extend(value.to_le_bytes());
    }
    tiff.extend([0; 4]);
    for number in [8u32, 10, 12, 14, 2, 2, 2, 2] {
        tiff.extend(number.to_le_bytes());
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("planar.tif");
    fs::write(&path, tiff).unwrap();
    let (picture, mut rows) = picture::open(&path).unwrap();
    let mut row = vec![0; picture.row_len()];
    rows.read(&mut row).unwrap();
    assert_eq!(row, [128, 64, 32, 128, 100, 110, 120, 255]);
}

#[test]
fn more_metadata_of_a_jpeg_than_the_limit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.jpg");
    let plain = encode::jpeg(&DynamicImage::new_rgb8(8, 8), 90).unwrap();
    let comment = [&b"\xFF\xFE\xFF\xFF"[..], &[b'a'; 65_533]].concat();
    for (comments, is_refused) in [(1020, false), (1040, true)] {
        fs::write(&path, [&plain[..2], &comment.repeat(comments), &plain[2..]].concat()).unwrap();
        let error = picture::open(&path).err();
        assert_eq!(matches!(error, Some(ImagingError::DecoderLimit { .. })), is_refused, "{error:?}");
    }
}
