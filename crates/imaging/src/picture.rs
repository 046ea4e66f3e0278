//! Picture files row by row, with all that stands in them beside the pixels: a copy of another size keeps its colour
//! profile byte for byte, its orientation, and its metadata.
//!
//! PNG, binary PNM and TIFF are read and written in rows, JPEG is written in them; the others are in memory as a whole
//! ([`Picture::held_bytes`]). The pixels stay as the camera turned them: the note about it is copied.

mod bmp;
mod jpeg;
mod png;
mod pnm;
mod tiff;
mod webp;
mod whole;

use std::{
    error::Error,
    fs::{self, File},
    io::{BufRead, BufReader, Seek, Write},
    path::Path,
    sync::Arc,
};

use image::{
    ImageError, ImageFormat,
    error::{DecodingError, EncodingError},
};

use crate::{ImagingError, decode::kind_of};

/// A file format that is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP; it is written without loss.
    WebP,
    /// TIFF; the first page.
    Tiff,
    /// BMP.
    Bmp,
    /// PBM, PGM, PPM and PAM.
    Pnm,
}

impl Format {
    /// Its name for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::Pnm => "PNM",
        }
    }

    /// The longest side that such a file can have, in pixels.
    pub fn max_side(self) -> usize {
        match self {
            Self::Jpeg => 65_535,
            Self::WebP => 16_383,
            Self::Png | Self::Tiff | Self::Bmp | Self::Pnm => i32::MAX as usize,
        }
    }

    fn of(format: ImageFormat) -> Option<Self> {
        Some(match format {
            ImageFormat::Png => Self::Png,
            ImageFormat::Jpeg => Self::Jpeg,
            ImageFormat::WebP => Self::WebP,
            ImageFormat::Tiff => Self::Tiff,
            ImageFormat::Bmp => Self::Bmp,
            ImageFormat::Pnm => Self::Pnm,
            _ => return None,
        })
    }

    fn at_image(self) -> ImageFormat {
        match self {
            Self::Png => ImageFormat::Png,
            Self::Jpeg => ImageFormat::Jpeg,
            Self::WebP => ImageFormat::WebP,
            Self::Tiff => ImageFormat::Tiff,
            Self::Bmp => ImageFormat::Bmp,
            Self::Pnm => ImageFormat::Pnm,
        }
    }
}

/// What a pixel is made of: its samples lie side by side, alpha last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pixel {
    /// 1 for grey, 3 for red, green and blue.
    pub colours: usize,
    /// Whether there is alpha, by which the colours are not multiplied.
    pub alpha: bool,
    /// The sample of full intensity: 255 or 65,535.
    pub white: u16,
}

impl Pixel {
    /// Samples of a pixel.
    pub fn samples(self) -> usize {
        self.colours + usize::from(self.alpha)
    }

    /// Bytes of a pixel in a file that is not compressed.
    pub fn bytes(self) -> usize {
        self.samples() * self.sample_bytes()
    }

    /// Bytes of a sample.
    fn sample_bytes(self) -> usize {
        if self.is_16_bit() { 2 } else { 1 }
    }

    /// Whether a sample has 16 bits.
    pub fn is_16_bit(self) -> bool {
        self.white > 255
    }
}

/// A picture file without its pixels.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The format, told by the first bytes.
    pub format: Format,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// What the rows hold. A palette is resolved, and fewer than 8 bits become 8.
    pub pixel: Pixel,
    /// Rows that the file gives at a time: 1 where it is read row by row, all where it is read as a whole.
    pub rows_at_a_time: usize,
    kept: Arc<Kept>,
}

/// What stands in a file beside its pixels, in the words of its format.
#[derive(Clone, Debug)]
enum Kept {
    Nothing,
    Png(Vec<png::Chunk>),
    Jpeg(jpeg::Segments),
    WebP(webp::Chunks),
    Tiff(tiff::Tags),
    /// Whether it is a PAM.
    Pnm(bool),
}

impl Picture {
    /// The file of the same picture `scale` times as wide and high.
    ///
    /// # Errors
    /// [`ImagingError::SideTooLong`] and [`ImagingError::FileTooLong`] where the format has no room for it.
    pub fn enlarged(&self, scale: usize, path: &Path) -> Result<Self, ImagingError> {
        let (width, height) = (self.width.saturating_mul(scale), self.height.saturating_mul(scale));
        let limit = self.format.max_side();
        if width.max(height) > limit {
            let (path, format) = (path.to_owned(), self.format.as_str());
            return Err(ImagingError::SideTooLong { path, format, width, height, limit });
        }
        let enlarged = Self { width, height, ..self.clone() };
        if self.format == Format::Bmp && bmp::file_bytes(&enlarged) > u64::from(u32::MAX) {
            let (path, format) = (path.to_owned(), self.format.as_str());
            return Err(ImagingError::FileTooLong { path, format, width, height });
        }
        Ok(enlarged)
    }

    /// Bytes of its pixels that are in memory while it is read.
    pub fn held_bytes(&self) -> u64 {
        let rows = if self.rows_at_a_time > 1 { self.rows_at_a_time } else { 0 };
        // Decoders hold more than the pixels: their file, coefficients, pixels in another order.
        let times = if matches!(self.format, Format::Jpeg | Format::WebP) { 4 } else { 2 };
        (self.width as u64 * rows as u64).saturating_mul(self.pixel.bytes() as u64 * times)
    }

    /// Bytes of its pixels that are in memory while it is written.
    pub fn written_bytes(&self) -> u64 {
        let pixels = self.width as u64 * self.height as u64;
        match self.format {
            Format::WebP => pixels.saturating_mul(self.pixel.bytes() as u64 * 4),
            Format::Bmp => pixels.saturating_mul(self.pixel.bytes() as u64),
            Format::Png | Format::Jpeg | Format::Tiff | Format::Pnm => 0,
        }
    }

    /// Samples of a row.
    pub fn row_len(&self) -> usize {
        self.width * self.pixel.samples()
    }
}

/// Gives the rows of one picture, from the top to the bottom.
pub trait RowReader: Send {
    /// Fills `row`, `[W, samples]`, with the next row. To ask for more rows than there are is a mistake.
    ///
    /// # Errors
    /// A file that breaks the rules of its format, or ends too early.
    fn read(&mut self, row: &mut [u16]) -> Result<(), ImagingError>;
}

/// Reads the header of the picture at `path` and gets ready for its rows; files that are read as a whole are read with the
/// first row.
///
/// Anything but a regular file is refused without being opened, so a FIFO never blocks.
///
/// # Errors
/// When the path is not a readable file, or not a still picture of a known format and of 8 or 16 bits.
pub fn open(path: &Path) -> Result<(Picture, Box<dyn RowReader>), ImagingError> {
    let read_error = |source| ImagingError::Read { path: path.to_owned(), source };
    let metadata = fs::metadata(path).map_err(read_error)?;
    if !metadata.is_file() {
        return Err(ImagingError::NotAFile { path: path.to_owned(), found: kind_of(metadata.file_type()) });
    }
    let mut file = BufReader::new(File::open(path).map_err(read_error)?);
    let format = image::guess_format(file.fill_buf().map_err(read_error)?).ok().and_then(Format::of);
    let format = format.ok_or_else(|| ImagingError::UnknownFormat { path: path.to_owned() })?;
    let (picture, rows) = match format {
        Format::Png => png::open(file, path)?,
        Format::Jpeg => jpeg::open(file, path)?,
        Format::WebP => webp::open(file, path)?,
        Format::Tiff => tiff::open(file, path)?,
        Format::Bmp => bmp::open(file, path)?,
        Format::Pnm => pnm::open(file, path)?,
    };
    if picture.width == 0 || picture.height == 0 {
        let (width, height) = (picture.width as u32, picture.height as u32);
        return Err(ImagingError::Empty { path: path.to_owned(), width, height });
    }
    Ok((picture, rows))
}

/// Writes the file of `picture` to `out`, with the rows of `rows`; `path` is what errors call it.
///
/// A JPEG gets quality 95 without subsampling; a TIFF is not compressed.
///
/// # Errors
/// What `rows` reports, as it is; [`ImagingError::Write`] when `out` does.
pub fn write(
    picture: &Picture,
    rows: &mut dyn RowReader,
    out: impl Write + Seek,
    path: &Path,
) -> Result<(), ImagingError> {
    match &*picture.kept {
        Kept::Png(chunks) => png::write(picture, chunks, rows, out, path),
        Kept::Jpeg(segments) => jpeg::write(picture, segments, rows, out, path),
        Kept::WebP(chunks) => webp::write(picture, chunks, rows, out, path),
        Kept::Tiff(tags) => tiff::write(picture, tags, rows, out, path),
        Kept::Pnm(is_pam) => pnm::write(picture, *is_pam, rows, out, path),
        Kept::Nothing => bmp::write(picture, rows, out, path),
    }
}

/// The next row as the bytes of a file, 16 bits in the order that `order` gives them.
fn next_bytes(
    rows: &mut dyn RowReader,
    row: &mut [u16],
    pixel: Pixel,
    order: fn(u16) -> [u8; 2],
    bytes: &mut Vec<u8>,
) -> Result<(), ImagingError> {
    rows.read(row)?;
    bytes.clear();
    if pixel.is_16_bit() {
        bytes.extend(row.iter().flat_map(|&sample| order(sample)));
    } else {
        bytes.extend(row.iter().map(|&sample| sample as u8));
    }
    Ok(())
}

/// The samples of a row of a file's bytes.
fn samples(bytes: &[u8], pixel: Pixel, order: fn([u8; 2]) -> u16, row: &mut [u16]) {
    if pixel.is_16_bit() {
        let pairs = bytes.chunks_exact(2);
        row.iter_mut().zip(pairs).for_each(|(sample, pair)| *sample = order([pair[0], pair[1]]));
    } else {
        row.iter_mut().zip(bytes).for_each(|(sample, &byte)| *sample = u16::from(byte));
    }
}

fn decode_error(path: &Path, format: Format, error: impl Into<Box<dyn Error + Send + Sync>>) -> ImagingError {
    let source = ImageError::Decoding(DecodingError::new(format.at_image().into(), error));
    ImagingError::Decode { path: path.to_owned(), source }
}

fn write_error(path: &Path, format: Format, error: impl Into<Box<dyn Error + Send + Sync>>) -> ImagingError {
    let source = ImageError::Encoding(EncodingError::new(format.at_image().into(), error));
    ImagingError::Write { path: path.to_owned(), source }
}
