//! Words beside the pixels of a PNG: written with them, and read without decoding them.

use std::io::Cursor;

use image::RgbImage;
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Filter, Limits};

use crate::ImagingError;

/// What all notes of a file may take together, in bytes; a longer one is not read.
const MAX_NOTE_BYTES: usize = 4 << 20;

/// A PNG of the picture, with each of `notes`, a keyword and its text, in a chunk of UTF-8 before the pixels.
///
/// # Errors
/// When the picture is empty, or a keyword has no letter or more than 79.
pub fn png(picture: &RgbImage, notes: &[(&str, &str)]) -> Result<Vec<u8>, ImagingError> {
    let (width, height) = picture.dimensions();
    let failed = |error: png::EncodingError| ImagingError::Note { width, height, reason: error.to_string() };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::Adaptive);
    for (keyword, text) in notes {
        encoder.add_itxt_chunk((*keyword).to_owned(), (*text).to_owned()).map_err(failed)?;
    }
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(picture.as_raw()).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// The text of the note with that keyword; none where the bytes are no PNG, or have no such note before their pixels.
///
/// Compressed notes are passed over: [`png()`] writes none, and one could swell a thousandfold.
pub fn read(bytes: &[u8], keyword: &str) -> Option<String> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MAX_NOTE_BYTES });
    decoder.set_ignore_iccp_chunk(true);
    let reader = decoder.read_info().ok()?;
    let notes = &reader.info().utf8_text;
    notes.iter().find(|note| note.keyword == keyword && !note.compressed)?.get_text().ok()
}

/// Whether a PNG is one as [`png()`] writes it: RGB of 8 bits, and no chunk but those of pixels and notes, such as one of a second
/// picture, of transparency or of colours, by which a viewer shows something else than the pixels.
pub fn is_plain(bytes: &[u8]) -> bool {
    const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
    const AROUND: usize = 12;
    let is_rgb = bytes.get(24..26).is_some_and(|kind| kind == [8, 2]);
    let Some(mut rest) = bytes.strip_prefix(SIGNATURE).filter(|_| is_rgb) else { return false };
    while let Some((length, kind)) =
        rest.split_first_chunk().zip(rest.get(4..8)).map(|((l, _), kind)| (*l, kind))
    {
        if !matches!(kind, b"IHDR" | b"iTXt" | b"IDAT" | b"IEND") {
            return false;
        }
        let next = (u32::from_be_bytes(length) as usize).saturating_add(AROUND);
        rest = rest.get(next..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use image::Rgb;

    use super::*;
    use crate::decode::{self, Limits};

    fn picture() -> RgbImage {
        RgbImage::from_fn(7, 5, |x, y| Rgb([x as u8 * 30, y as u8 * 40, 9]))
    }

    #[test]
    fn notes_come_back_and_so_do_the_pixels() {
        let bytes = png(&picture(), &[("Software", "Plumage"), ("Origin", "{\"µ\": [1]}")]).unwrap();
        assert_eq!(read(&bytes, "Software").as_deref(), Some("Plumage"));
        assert_eq!(read(&bytes, "Origin").as_deref(), Some("{\"µ\": [1]}"));
        assert_eq!(read(&bytes, "origin"), None);
        let decoded = decode::read(&bytes, Path::new("a.png"), &Limits::PHOTOGRAPH).unwrap();
        assert_eq!(decoded.to_rgb8(), picture());
    }

    #[test]
    fn what_is_no_png_or_torn_has_no_notes() {
        let whole = png(&picture(), &[("Origin", "text")]).unwrap();
        for bytes in [&b""[..], b"not a picture", &whole[..40]] {
            assert_eq!(read(bytes, "Origin"), None);
        }
    }

    #[test]
    fn a_compressed_note_is_not_unpacked() {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 1, 1);
        encoder.set_color(ColorType::Rgb);
        let mut writer = encoder.write_header().unwrap();
        let mut note = png::text_metadata::ITXtChunk::new("Origin", "a".repeat(100_000));
        note.compressed = true;
        note.compress_text().unwrap();
        writer.write_text_chunk(&note).unwrap();
        writer.write_image_data(&[0; 3]).unwrap();
        writer.finish().unwrap();
        assert_eq!(read(&bytes, "Origin"), None);
    }

    #[test]
    fn an_empty_picture_and_an_endless_keyword_are_refused() {
        assert!(png(&RgbImage::new(0, 3), &[]).is_err());
        assert!(png(&picture(), &[(&"k".repeat(80), "text")]).is_err());
    }
}
