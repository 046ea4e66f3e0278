//! WebP: read and written as a whole; written without loss.

use std::{
    fs::File,
    io::{BufReader, Write},
    path::Path,
};

use image_webp::{ColorType, DecodingError, WebPDecoder, WebPEncoder};

use super::{Format, Kept, Picture, RowReader, decode_error, whole, write_error};
use crate::{ImagingError, decode::MAX_KEPT_BYTES};

/// Metadata, empty where there is none.
#[derive(Clone, Debug)]
pub(super) struct Chunks {
    icc: Vec<u8>,
    exif: Vec<u8>,
    xmp: Vec<u8>,
}

pub(super) fn open(
    file: BufReader<File>,
    path: &Path,
) -> Result<(Picture, Box<dyn RowReader>), ImagingError> {
    let failed = |error| match error {
        DecodingError::MemoryLimitExceeded => ImagingError::DecoderLimit { path: path.to_owned() },
        error => decode_error(path, Format::WebP, error),
    };
    let mut decoder = WebPDecoder::new(file).map_err(failed)?;
    if decoder.is_animated() {
        return Err(ImagingError::Animated { path: path.to_owned() });
    }
    decoder.set_memory_limit(MAX_KEPT_BYTES);
    let icc = decoder.icc_profile().map_err(failed)?.unwrap_or_default();
    decoder.set_memory_limit(MAX_KEPT_BYTES - icc.len());
    let exif = decoder.exif_metadata().map_err(failed)?.unwrap_or_default();
    decoder.set_memory_limit(MAX_KEPT_BYTES - icc.len() - exif.len());
    let xmp = decoder.xmp_metadata().map_err(failed)?.unwrap_or_default();
    let chunks = Chunks { icc, exif, xmp };
    whole::open(path, Format::WebP, Kept::WebP(chunks))
}

pub(super) fn write(
    picture: &Picture,
    chunks: &Chunks,
    rows: &mut dyn RowReader,
    out: impl Write,
    path: &Path,
) -> Result<(), ImagingError> {
    let colour = match (picture.pixel.colours, picture.pixel.alpha) {
        (1, false) => ColorType::L8,
        (1, true) => ColorType::La8,
        (_, false) => ColorType::Rgb8,
        (_, true) => ColorType::Rgba8,
    };
    let bytes = whole::all_8_bit(picture, rows)?;
    let mut encoder = WebPEncoder::new(out);
    encoder.set_icc_profile(chunks.icc.clone());
    encoder.set_exif_metadata(chunks.exif.clone());
    encoder.set_xmp_metadata(chunks.xmp.clone());
    encoder
        .encode(&bytes, picture.width as u32, picture.height as u32, colour)
        .map_err(|error| write_error(path, Format::WebP, error))
}
