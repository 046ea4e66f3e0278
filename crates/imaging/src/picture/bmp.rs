//! BMP: its last row stands first, so it is read and written as a whole. It keeps no metadata.

use std::{
    fs::File,
    io::{BufReader, Seek, Write},
    path::Path,
};

use image::{ExtendedColorType, ImageEncoder, codecs::bmp::BmpEncoder};

use super::{Format, Kept, Picture, RowReader, whole, write_error};
use crate::ImagingError;

pub(super) fn open(
    _file: BufReader<File>,
    path: &Path,
) -> Result<(Picture, Box<dyn RowReader>), ImagingError> {
    whole::open(path, Format::Bmp, Kept::Nothing)
}

/// Bytes of the file, its rows filled up to multiples of 4.
pub(super) fn file_bytes(picture: &Picture) -> u64 {
    /// The longest that is written: of headers, and of a palette of greys.
    const HEADERS: u64 = 14 + 108 + 1024;
    // Grey with alpha is written without it.
    let bytes = if picture.pixel.colours == 1 { 1 } else { picture.pixel.samples() };
    let row = (picture.width as u64).saturating_mul(bytes as u64).next_multiple_of(4);
    row.saturating_mul(picture.height as u64).saturating_add(HEADERS)
}

pub(super) fn write(
    picture: &Picture,
    rows: &mut dyn RowReader,
    mut out: impl Write + Seek,
    path: &Path,
) -> Result<(), ImagingError> {
    let colour = match (picture.pixel.colours, picture.pixel.alpha) {
        (1, false) => ExtendedColorType::L8,
        (1, true) => ExtendedColorType::La8,
        (_, false) => ExtendedColorType::Rgb8,
        (_, true) => ExtendedColorType::Rgba8,
    };
    let bytes = whole::all_8_bit(picture, rows)?;
    BmpEncoder::new(&mut out)
        .write_image(&bytes, picture.width as u32, picture.height as u32, colour)
        .map_err(|error| write_error(path, Format::Bmp, error))
}
