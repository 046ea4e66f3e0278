//! Files that are read as a whole, with their first row, and given row by row.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use image::{ColorType, DynamicImage, ImageDecoder, ImageReader, Limits};

use super::{Format, Kept, Pixel, RowReader};
use crate::{ImagingError, decode::MAX_PNG_PROFILE_BYTES, picture::Picture};

/// The header of the file at `path`, as `image` reads it.
pub(super) fn open(
    path: &Path,
    format: Format,
    kept: Kept,
) -> Result<(Picture, Box<dyn RowReader>), ImagingError> {
    let decoder = decoder(path, format)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    let pixel =
        pixel(decoder.color_type()).ok_or_else(|| ImagingError::FloatPixels { path: path.to_owned() })?;
    let rows = Whole { path: path.to_owned(), format, pixel, decoded: None, next: 0 };
    let (rows_at_a_time, kept) = (height.max(2), Arc::new(kept));
    Ok((Picture { format, width, height, pixel, rows_at_a_time, kept }, Box::new(rows)))
}

fn decoder(path: &Path, format: Format) -> Result<impl ImageDecoder, ImagingError> {
    let decode_error = |source| ImagingError::Decode { path: path.to_owned(), source };
    let mut reader =
        ImageReader::open(path).map_err(|source| ImagingError::Read { path: path.to_owned(), source })?;
    reader.set_format(format.at_image());
    // The header is known before the pixels are asked for, and with it what they take: for PNG the limit is about everything
    // else, the others hold nothing that swells.
    let mut limits = Limits::no_limits();
    limits.max_alloc = (format == Format::Png).then_some(MAX_PNG_PROFILE_BYTES);
    reader.limits(limits);
    reader.into_decoder().map_err(decode_error)
}

/// What a pixel of `image` is made of; none for floating-point numbers.
fn pixel(colour: ColorType) -> Option<Pixel> {
    let (colours, alpha, white) = match colour {
        ColorType::L8 => (1, false, 255),
        ColorType::La8 => (1, true, 255),
        ColorType::Rgb8 => (3, false, 255),
        ColorType::Rgba8 => (3, true, 255),
        ColorType::L16 => (1, false, 65_535),
        ColorType::La16 => (1, true, 65_535),
        ColorType::Rgb16 => (3, false, 65_535),
        ColorType::Rgba16 => (3, true, 65_535),
        _ => return None,
    };
    Some(Pixel { colours, alpha, white })
}

struct Whole {
    path: PathBuf,
    format: Format,
    pixel: Pixel,
    decoded: Option<DynamicImage>,
    next: usize,
}

impl RowReader for Whole {
    fn read(&mut self, row: &mut [u16]) -> Result<(), ImagingError> {
        let decoded = match &self.decoded {
            Some(decoded) => decoded,
            None => {
                let decoder = decoder(&self.path, self.format)?;
                let decoded = DynamicImage::from_decoder(decoder)
                    .map_err(|source| ImagingError::Decode { path: self.path.clone(), source })?;
                self.decoded.insert(decoded)
            }
        };
        let row_bytes = row.len() * self.pixel.sample_bytes();
        let bytes = &decoded.as_bytes()[self.next * row_bytes..][..row_bytes];
        super::samples(bytes, self.pixel, u16::from_ne_bytes, row);
        self.next += 1;
        Ok(())
    }
}

/// All rows that `rows` has, as 8-bit samples.
pub(super) fn all_8_bit(picture: &Picture, rows: &mut dyn RowReader) -> Result<Vec<u8>, ImagingError> {
    let mut row = vec![0; picture.row_len()];
    let mut bytes = Vec::with_capacity(picture.height * row.len());
    for _ in 0..picture.height {
        rows.read(&mut row)?;
        bytes.extend(row.iter().map(|&sample| sample as u8));
    }
    Ok(bytes)
}
