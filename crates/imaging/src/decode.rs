//! Files to pictures, within limits that are checked before memory is taken.
//!
//! The format is told by the first bytes, never by the name. Colour profiles are ignored, as MATLAB and the papers do;
//! the orientation that a camera notes beside the pixels is applied.

pub(crate) mod jpeg;
pub(crate) mod tiff;

use std::{
    fs::{self, File, FileType},
    io::{BufRead, BufReader, Cursor, Seek},
    path::Path,
};

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, metadata::Orientation};
use image_webp::WebPDecoder;

use crate::ImagingError;

/// How large a picture may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Width times height.
    pub max_pixels: u64,
    /// Length of the file, and also of the decoded pixels.
    pub max_bytes: u64,
}

impl Limits {
    /// Room for any camera's photograph: 100 million pixels, 1 GiB.
    pub const PHOTOGRAPH: Self = Self { max_pixels: 100_000_000, max_bytes: 1 << 30 };
}

/// Decodes the file at `path`: 8 or 16 bits a channel, grey or RGB, with or without alpha.
///
/// Anything but a regular file is refused without being opened, so a FIFO never blocks.
///
/// # Errors
/// When the path is not a readable file, a limit is exceeded, or the content is not an intact picture of a known format.
pub fn open(path: &Path, limits: &Limits) -> Result<DynamicImage, ImagingError> {
    let read_error = |source| ImagingError::Read { path: path.to_owned(), source };
    let metadata = fs::metadata(path).map_err(read_error)?;
    if !metadata.is_file() {
        return Err(ImagingError::NotAFile { path: path.to_owned(), found: kind_of(metadata.file_type()) });
    }
    check_length(metadata.len(), path, limits)?;
    let file = File::open(path).map_err(read_error)?;
    from_reader(BufReader::new(file), path, limits)
}

/// Decodes the content of a file; `name` is what errors call it.
///
/// # Errors
/// When a limit is exceeded or the content is not an intact picture of a known format.
pub fn read(bytes: &[u8], name: &Path, limits: &Limits) -> Result<DynamicImage, ImagingError> {
    check_length(bytes.len() as u64, name, limits)?;
    from_reader(Cursor::new(bytes), name, limits)
}

/// Whether the extension of `path` is that of a format that can be read.
pub fn is_image_path(path: &Path) -> bool {
    const EXTENSIONS: [&str; 12] =
        ["png", "jpg", "jpeg", "bmp", "webp", "tif", "tiff", "pnm", "pbm", "pgm", "ppm", "pam"];
    path.extension()
        .is_some_and(|extension| EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Decodes what `reader` reads, from where it is; `path` is what errors call it. The length of the file is not looked at.
///
/// # Errors
/// When a limit is exceeded or the content is not an intact picture of a known format.
pub fn from_reader(
    mut reader: impl BufRead + Seek,
    path: &Path,
    limits: &Limits,
) -> Result<DynamicImage, ImagingError> {
    let read_error = |source| ImagingError::Read { path: path.to_owned(), source };
    let decode_error = |source| match source {
        ImageError::Limits(_) => ImagingError::DecoderLimit { path: path.to_owned() },
        source => ImagingError::Decode { path: path.to_owned(), source },
    };
    let format = image::guess_format(reader.fill_buf().map_err(read_error)?)
        .ok()
        .filter(ImageFormat::reading_enabled)
        .ok_or_else(|| ImagingError::UnknownFormat { path: path.to_owned() })?;

    // The decoder of WebP takes the memory that a chunk announces, if it is asked for the orientation.
    let mut orientation = None;
    if format == ImageFormat::WebP {
        orientation = Some(webp_orientation(&mut reader, path)?);
        reader.rewind().map_err(read_error)?;
    }
    if format == ImageFormat::Tiff {
        tiff::check_jpegs(&mut reader, path)?;
        reader.rewind().map_err(read_error)?;
    }
    let mut image_reader = ImageReader::with_format(&mut reader, format);
    image_reader.limits(decoder_limits(format, limits));
    // This reads the header and no more.
    let mut decoder = image_reader.into_decoder().map_err(decode_error)?;
    check_header(&decoder, path, limits)?;
    let orientation =
        orientation.unwrap_or_else(|| decoder.orientation().unwrap_or(Orientation::NoTransforms));
    let mut image = DynamicImage::from_decoder(decoder).map_err(decode_error)?;
    image.apply_orientation(orientation);

    if format == ImageFormat::Jpeg {
        reader.rewind().map_err(read_error)?;
        if !jpeg::is_whole(&mut reader).map_err(read_error)? {
            return Err(ImagingError::Truncated { path: path.to_owned() });
        }
    }
    Ok(image)
}

/// All that stands in a file beside its pixels, in bytes, at most.
pub(crate) const MAX_KEPT_BYTES: usize = 64 << 20;

fn webp_orientation(reader: impl BufRead + Seek, path: &Path) -> Result<Orientation, ImagingError> {
    let Ok(mut decoder) = WebPDecoder::new(reader) else { return Ok(Orientation::NoTransforms) };
    decoder.set_memory_limit(MAX_KEPT_BYTES);
    let exif = match decoder.exif_metadata() {
        Err(image_webp::DecodingError::MemoryLimitExceeded) => {
            return Err(ImagingError::DecoderLimit { path: path.to_owned() });
        }
        exif => exif.ok().flatten(),
    };
    let orientation = exif.and_then(|exif| Orientation::from_exif_chunk(&exif));
    Ok(orientation.unwrap_or(Orientation::NoTransforms))
}

/// A PNG's compressed colour profile can swell a thousandfold, and is unpacked with the header.
pub(crate) const MAX_PNG_PROFILE_BYTES: u64 = 16 << 20;

/// What the decoder of `format` is told; it knows only one limit, and what that means depends on the format.
fn decoder_limits(format: ImageFormat, limits: &Limits) -> image::Limits {
    let mut decoder_limits = image::Limits::no_limits();
    decoder_limits.max_alloc = Some(match format {
        // Here it is about everything but the pixels.
        ImageFormat::Png => limits.max_bytes.min(MAX_PNG_PROFILE_BYTES),
        _ => limits.max_bytes,
    });
    decoder_limits
}

fn check_length(bytes: u64, path: &Path, limits: &Limits) -> Result<(), ImagingError> {
    if bytes > limits.max_bytes {
        return Err(ImagingError::FileTooLarge { path: path.to_owned(), bytes, limit: limits.max_bytes });
    }
    Ok(())
}

fn check_header(decoder: &impl ImageDecoder, path: &Path, limits: &Limits) -> Result<(), ImagingError> {
    let path = path.to_owned();
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(ImagingError::Empty { path, width, height });
    }
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(ImagingError::TooManyPixels { path, width, height, limit: limits.max_pixels });
    }
    let bytes = decoder.total_bytes();
    if bytes > limits.max_bytes {
        return Err(ImagingError::TooMuchMemory { path, width, height, bytes, limit: limits.max_bytes });
    }
    if matches!(decoder.color_type(), image::ColorType::Rgb32F | image::ColorType::Rgba32F) {
        return Err(ImagingError::FloatPixels { path });
    }
    Ok(())
}

/// What a path that is no regular file leads to, in words.
pub(crate) fn kind_of(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file_type.is_fifo() {
            return "a FIFO";
        }
        if file_type.is_socket() {
            return "a socket";
        }
    }
    "a device"
}
