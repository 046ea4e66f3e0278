//! What is too large, or no picture at all, is refused by name, before it costs memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, io::Cursor, path::Path};

use image::{DynamicImage, ImageFormat};
use plumage_imaging::{
    ImagingError,
    decode::{self, Limits},
    encode, picture,
};

fn refusal(bytes: &[u8], limits: &Limits) -> ImagingError {
    decode::read(bytes, Path::new("bomb"), limits).unwrap_err()
}

/// The checksum that ends every chunk of a PNG.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// A PNG of the given chunks.
fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in chunks {
        let chunk = [&name[..], content].concat();
        png.extend((content.len() as u32).to_be_bytes());
        png.extend(&chunk);
        png.extend(crc32(&chunk).to_be_bytes());
    }
    png
}

/// The content of a header chunk that announces `width` x `height` pixels of RGB.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat()
}

/// One black pixel of RGB, compressed.
const BLACK_PIXEL: [u8; 12] = [0x78, 0x9C, 0x63, 0x60, 0x60, 0x60, 0x00, 0x00, 0x00, 0x04, 0x00, 0x01];

/// A PNG of 69 bytes that announces `width` x `height` pixels and holds one.
fn png_bomb(width: u32, height: u32) -> Vec<u8> {
    png_of(&[(b"IHDR", &png_header(width, height)), (b"IDAT", &BLACK_PIXEL), (b"IEND", &[])])
}

/// Half a gigabyte of zeros, compressed into 3 MB.
fn compressed_zeros() -> Vec<u8> {
    // A zlib header, then one block of fixed codes: a literal 0, and "repeat the last byte 258 times" over and over.
    let mut bits: Vec<u8> = vec![1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0];
    for _ in 0..2_000_000 {
        bits.extend([1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
    }
    let bytes = bits.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit));
    [0x78, 0x9C].into_iter().chain(bytes).collect()
}

/// A small JPEG whose header announces 65,500 x 65,500 pixels.
fn jpeg_bomb() -> Vec<u8> {
    let mut jpeg = encode::jpeg(&DynamicImage::new_rgb8(8, 8), 90).unwrap();
    let frame = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
    for side in [frame + 5, frame + 7] {
        jpeg[side..side + 2].copy_from_slice(&65_500u16.to_be_bytes());
    }
    jpeg
}

/// A BMP header of `width` x `height` pixels of 24 bits.
fn bmp_bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bmp.extend(width.to_le_bytes());
    bmp.extend(height.to_le_bytes());
    bmp.extend([1, 0, 24, 0]);
    bmp.resize(60, 0);
    bmp
}

#[test]
fn a_picture_of_too_many_pixels_is_refused_with_its_size_and_the_limit() {
    let error = refusal(&png_bomb(100_000, 100_000), &Limits::PHOTOGRAPH);
    assert_eq!(
        error.to_string(),
        "bomb is 100000x100000, 10000000000 pixels, more than the limit of 100000000: shrink or crop it first, or raise \
         the limit"
    );
}

#[test]
fn bombs_of_every_kind_are_refused_for_the_pixels_they_announce() {
    assert_eq!(png_bomb(1, 1).len(), 69);
    let bombs: [Vec<u8>; 6] = [
        png_bomb(100_000, 100_000),
        png_bomb(13_300, 13_300),
        jpeg_bomb(),
        bmp_bomb(60_000, 60_000),
        b"P5 100000 100000 255\n".to_vec(),
        b"P3 40000 40000 65535\n0".to_vec(),
    ];
    for (index, bomb) in bombs.iter().enumerate() {
        let error = refusal(bomb, &Limits::PHOTOGRAPH);
        assert!(matches!(error, ImagingError::TooManyPixels { .. }), "bomb {index}: {error:?}");
    }
}

/// The most memory this process ever had, in bytes.
#[cfg(target_os = "linux")]
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn compressed_metadata_is_never_unpacked_beyond_64_mib() {
    let zeros = compressed_zeros();
    let before = peak_memory();
    for name in [b"iCCP", b"zTXt"] {
        let metadata = [&b"name\0\0"[..], &zeros].concat();
        let chunks: [(&[u8; 4], &[u8]); 4] =
            [(b"IHDR", &png_header(1, 1)), (name, &metadata), (b"IDAT", &BLACK_PIXEL), (b"IEND", &[])];
        let image = decode::read(&png_of(&chunks), Path::new("bomb"), &Limits::PHOTOGRAPH).unwrap();
        assert_eq!(image, DynamicImage::new_rgb8(1, 1));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.png");
    for (name, interlacing) in [(b"iCCP", 0), (b"zTXt", 0), (b"iCCP", 1), (b"zTXt", 1)] {
        let header = [&png_header(1, 1)[..12], &[interlacing]].concat();
        let metadata = [&b"name\0\0"[..], &zeros].concat();
        let chunks: [(&[u8; 4], &[u8]); 4] =
            [(b"IHDR", &header), (name, &metadata), (b"IDAT", &BLACK_PIXEL), (b"IEND", &[])];
        fs::write(&path, png_of(&chunks)).unwrap();
        let (picture, mut rows) = picture::open(&path).unwrap();
        assert_eq!((picture.width, picture.height), (1, 1));
        let mut row = [7; 3];
        rows.read(&mut row).unwrap();
        assert_eq!(row, [0; 3]);
    }
    assert!(peak_memory() - before < 64 << 20, "{} bytes", peak_memory() - before);
}

/// A TIFF of one grey pixel whose tags are `entries`: tag, type, count, value.
fn tiff_of(entries: &[(u16, u16, u32, u32)]) -> Vec<u8> {
    let mut tiff = b"II*\0\x0C\0\0\0\x07\0\0\0".to_vec();
    tiff.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend(count.to_le_bytes());
        tiff.extend(value.to_le_bytes());
    }
    tiff.extend([0; 4]);
    tiff
}

#[test]
fn tags_of_a_tiff_that_announce_more_than_the_limit_are_refused_before_they_take_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.tif");
    let (short, long, double) = (3, 4, 12);
    let pixel = [
        (256, short, 1, 1),
        (257, short, 1, 1),
        (258, short, 1, 8),
        (262, short, 1, 1),
        (273, long, 1, 8),
        (279, long, 1, 1),
    ];
    fs::write(&path, tiff_of(&pixel)).unwrap();
    let (_, mut rows) = picture::open(&path).unwrap();
    let mut row = [0];
    rows.read(&mut row).unwrap();
    assert_eq!(row, [7]);
    // A description, a directory of metadata, and extra samples, each of more than any memory.
    for tag in [270, 34_665, 338] {
        let mut entries = pixel.to_vec();
        entries.push((tag, double, u32::MAX, 12));
        entries.sort_unstable();
        fs::write(&path, tiff_of(&entries)).unwrap();
        let Err(error) = picture::open(&path) else { panic!("tag {tag} is no reason to refuse") };
        let reason = std::error::Error::source(&error).unwrap().to_string();
        assert!(error.to_string().contains("bomb.tif") && reason.contains("limits exceeded"), "{reason}");
    }
}

/// A small WebP with an EXIF chunk that announces 3.75 GiB.
fn webp_bomb() -> Vec<u8> {
    let mut webp = Cursor::new(Vec::new());
    DynamicImage::new_rgba8(1, 1).write_to(&mut webp, ImageFormat::WebP).unwrap();
    let pixels = webp.into_inner().split_off(12);
    let mut webp = b"RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
    webp.extend(pixels);
    webp.extend(b"EXIF\0\0\0\xF0II*\0");
    let length = webp.len() as u32 - 8;
    webp[4..8].copy_from_slice(&length.to_le_bytes());
    webp
}

/// The most address space this process ever had, in bytes: zeros that nobody looks at take nothing else.
#[cfg(target_os = "linux")]
fn peak_space() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
#[test]
fn no_header_takes_memory_before_the_limits_are_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb");
    let before = peak_space();
    let error = refusal(&webp_bomb(), &Limits::PHOTOGRAPH);
    assert!(matches!(error, ImagingError::DecoderLimit { .. }), "{error:?}");
    fs::write(&path, webp_bomb()).unwrap();
    let Err(error) = picture::open(&path) else { panic!("a WebP with so much metadata is opened") };
    assert!(matches!(error, ImagingError::DecoderLimit { .. }), "{error:?}");
    let wide = i32::MAX;
    let pam = format!("P7\nWIDTH {wide}\nHEIGHT 9\nDEPTH 4\nMAXVAL 65535\nTUPLTYPE RGB_ALPHA\nENDHDR\n");
    fs::write(&path, pam).unwrap();
    let (picture, _rows) = picture::open(&path).unwrap();
    assert_eq!(picture.width, wide as usize);
    let taken = peak_space() - before;
    assert!(taken < 2 << 30, "{taken} bytes");
}

#[test]
fn a_jpeg_in_a_tiff_has_no_more_pixels_than_the_tiff() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.tif");
    for (side, is_refused) in [(16, false), (24, false), (64, true)] {
        let jpeg = encode::jpeg(&DynamicImage::new_luma8(side, side), 90).unwrap();
        let (short, long) = (3, 4);
        let entries = [
            (256, short, 1, 16),
            (257, short, 1, 16),
            (258, short, 1, 8),
            (259, short, 1, 7),
            (262, short, 1, 1),
            (273, long, 1, 1000),
            (277, short, 1, 1),
            (278, short, 1, 16),
            (279, long, 1, jpeg.len() as u32),
        ];
        let mut tiff = tiff_of(&entries);
        tiff.resize(1000, 0);
        tiff.extend(&jpeg);
        fs::write(&path, &tiff).unwrap();
        let decoded = decode::read(&tiff, &path, &Limits::PHOTOGRAPH);
        let opened = picture::open(&path).map(|(picture, mut rows)| {
            let mut row = vec![0; picture.row_len()];
            rows.read(&mut row).map(|()| row)
        });
        if !is_refused {
            assert_eq!(decoded.unwrap().to_luma8().into_raw(), [0; 256]);
            assert_eq!(opened.unwrap().unwrap(), [0; 16]);
            continue;
        }
        for error in [decoded.unwrap_err(), opened.unwrap_err()] {
            let said = "holds a JPEG of 64x64 pixels where there is room for 47x47: save it again";
            assert!(error.to_string().contains(said), "{error}");
        }
    }
}

#[test]
fn signed_pixels_are_not_called_floating_point_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    let (short, long) = (3, 4);
    let entries = [
        (256, short, 1, 1),
        (257, short, 1, 1),
        (258, short, 1, 8),
        (262, short, 1, 1),
        (273, long, 1, 8),
        (279, long, 1, 1),
        (339, short, 1, 2),
    ];
    fs::write(&path, tiff_of(&entries)).unwrap();
    let (_, mut rows) = picture::open(&path).unwrap();
    let error = rows.read(&mut [0]).unwrap_err().to_string();
    assert!(
        error.ends_with(
            "holds signed integers as pixels: save it with unsigned ones of 8 or 16 bits a channel"
        )
    );
}

#[test]
fn a_bmp_that_would_be_too_long_is_refused_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bmp");
    DynamicImage::new_rgb8(3, 2).save_with_format(&path, ImageFormat::Bmp).unwrap();
    let (mut picture, _) = picture::open(&path).unwrap();
    (picture.width, picture.height) = (10_000, 10_000);
    assert!(picture.enlarged(3, Path::new("a.bmp")).is_ok());
    assert_eq!(
        picture.enlarged(4, Path::new("a.bmp")).unwrap_err().to_string(),
        "a.bmp would become 40000x40000, and a BMP has less than 4 GiB: convert it to PNG first"
    );
}

#[test]
fn decoded_bytes_and_file_bytes_have_a_limit_of_their_own() {
    let png = encode::png(&DynamicImage::new_rgb16(100, 100)).unwrap();
    let limits = |max_bytes| Limits { max_pixels: 10_000, max_bytes };
    assert!(decode::read(&png, Path::new("a.png"), &limits(60_000)).is_ok());
    let error = refusal(&png, &limits(59_999));
    assert_eq!(error.to_string(), "bomb is 100x100 and decodes to 60000 bytes, more than the limit of 59999");
    assert!(matches!(refusal(&png, &limits(10)), ImagingError::FileTooLarge { limit: 10, .. }));
}

#[test]
fn a_picture_at_the_limit_is_read() {
    let png = encode::png(&DynamicImage::new_luma8(20, 10)).unwrap();
    let limits = |max_pixels| Limits { max_pixels, max_bytes: 1 << 20 };
    assert!(decode::read(&png, Path::new("a.png"), &limits(200)).is_ok());
    assert!(matches!(refusal(&png, &limits(199)), ImagingError::TooManyPixels { width: 20, height: 10, .. }));
}

#[test]
fn what_is_no_picture_is_refused_with_the_formats_that_are() {
    for bytes in [&b""[..], b"text", b"GIF89a\x01\0\x01\0\0\0\0", b"\x89PN"] {
        let error = refusal(bytes, &Limits::PHOTOGRAPH);
        assert_eq!(
            error.to_string(),
            "bomb is not a picture that can be read: PNG, JPEG, BMP, WebP, TIFF and PNM can"
        );
    }
}

#[test]
fn a_picture_is_known_by_its_content_and_not_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd\nname.jpg");
    fs::write(&path, encode::png(&DynamicImage::new_rgb8(3, 2)).unwrap()).unwrap();
    assert_eq!(decode::open(&path, &Limits::PHOTOGRAPH).unwrap(), DynamicImage::new_rgb8(3, 2));
}

#[test]
fn a_folder_is_refused_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.png");
    fs::create_dir(&path).unwrap();
    let error = decode::open(&path, &Limits::PHOTOGRAPH).unwrap_err();
    assert_eq!(error.to_string(), format!("{} is a folder, not a file with a picture", path.display()));
}

#[test]
fn a_missing_file_is_an_error_with_its_path() {
    let error = decode::open(Path::new("nowhere/x.png"), &Limits::PHOTOGRAPH).unwrap_err();
    assert_eq!(error.to_string(), "failed to read nowhere/x.png");
}

#[cfg(unix)]
#[test]
fn a_fifo_a_device_and_a_loop_of_links_never_block() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo.png");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let error = decode::open(&fifo, &Limits::PHOTOGRAPH).unwrap_err();
    assert!(matches!(error, ImagingError::NotAFile { found: "a FIFO", .. }), "{error:?}");

    let error = decode::open(Path::new("/dev/zero"), &Limits::PHOTOGRAPH).unwrap_err();
    assert!(matches!(error, ImagingError::NotAFile { found: "a device", .. }), "{error:?}");

    let links = folder.path().join("loop.png");
    std::os::unix::fs::symlink(&links, &links).unwrap();
    assert!(matches!(decode::open(&links, &Limits::PHOTOGRAPH), Err(ImagingError::Read { .. })));
}
