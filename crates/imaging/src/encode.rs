//! Pictures to the bytes of a file; writing them is somebody else's job.

use std::io::Cursor;

use image::{
    DynamicImage, ImageError, ImageFormat,
    codecs::{jpeg::JpegEncoder, webp::WebPEncoder},
};

use crate::ImagingError;

/// A PNG with every bit of the picture: 8 or 16, grey or colour, with or without alpha.
///
/// # Errors
/// When the picture is empty.
pub fn png(image: &DynamicImage) -> Result<Vec<u8>, ImagingError> {
    encoded("PNG", image, |bytes| image.write_to(bytes, ImageFormat::Png))
}

/// A JPEG of the given quality, 1 to 100. It holds 8 bits: 16 are rounded, and alpha is dropped.
///
/// # Errors
/// When the quality is out of range, the picture empty or a side longer than 65,535.
pub fn jpeg(image: &DynamicImage, quality: u8) -> Result<Vec<u8>, ImagingError> {
    if !(1..=100).contains(&quality) {
        return Err(ImagingError::JpegQuality { quality });
    }
    let flat = if image.color().has_color() {
        DynamicImage::ImageRgb8(image.to_rgb8())
    } else {
        DynamicImage::ImageLuma8(image.to_luma8())
    };
    encoded("JPEG", image, |bytes| flat.write_with_encoder(JpegEncoder::new_with_quality(bytes, quality)))
}

/// A lossless WebP. It holds 8-bit colour: 16 bits are rounded and grey comes back as RGB; alpha is kept.
///
/// # Errors
/// When the picture is empty or a side longer than 16,384.
pub fn webp(image: &DynamicImage) -> Result<Vec<u8>, ImagingError> {
    let eight_bit = if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.to_rgba8())
    } else {
        DynamicImage::ImageRgb8(image.to_rgb8())
    };
    encoded("WebP", image, |bytes| eight_bit.write_with_encoder(WebPEncoder::new_lossless(bytes)))
}

/// What `write` leaves in memory, or its error with the size and format in it.
fn encoded(
    format: &'static str,
    image: &DynamicImage,
    write: impl FnOnce(&mut Cursor<Vec<u8>>) -> Result<(), ImageError>,
) -> Result<Vec<u8>, ImagingError> {
    let mut bytes = Cursor::new(Vec::new());
    write(&mut bytes).map_err(|source| ImagingError::Encode {
        format,
        width: image.width(),
        height: image.height(),
        source,
    })?;
    Ok(bytes.into_inner())
}
