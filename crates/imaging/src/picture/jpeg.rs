//! JPEG: its decoders make the whole picture at once; it is written row by row.

use std::{
    cell::RefCell,
    fs::File,
    io::{self, BufReader, Read, Seek, Write},
    marker::PhantomData,
    path::{Path, PathBuf},
};

use image::{
    GenericImageView, ImageError, Luma, PixelWithColorType, Rgb,
    codecs::jpeg::{JpegEncoder, PixelDensity, PixelDensityUnit},
};

use super::{Format, Kept, Picture, RowReader, decode_error, whole, write_error};
use crate::{
    ImagingError,
    decode::{MAX_KEPT_BYTES, jpeg::is_whole},
};

/// What is written for all who look closely.
const QUALITY: u8 = 95;

const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP13: u8 = 0xED;
const COMMENT: u8 = 0xFE;
const START_OF_SCAN: u8 = 0xDA;

/// What stands before the pixels.
#[derive(Clone, Debug, Default)]
pub(super) struct Segments {
    /// Segments that are copied, one after the other, with marker and length: Exif, XMP, colour profile, IPTC, comments.
    bytes: Vec<u8>,
    /// Resolution, of the JFIF segment.
    density: Option<PixelDensity>,
}

pub(super) fn open(
    mut file: BufReader<File>,
    path: &Path,
) -> Result<(Picture, Box<dyn RowReader>), ImagingError> {
    let read_error = |source| ImagingError::Read { path: path.to_owned(), source };
    let (segments, components) = match read_segments(&mut file) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(ImagingError::Truncated { path: path.to_owned() });
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(decode_error(path, Format::Jpeg, error));
        }
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            return Err(ImagingError::DecoderLimit { path: path.to_owned() });
        }
        Err(error) => return Err(read_error(error)),
    };
    if components == 4 {
        return Err(ImagingError::Cmyk { path: path.to_owned() });
    }
    let (picture, rows) = whole::open(path, Format::Jpeg, Kept::Jpeg(segments))?;
    Ok((picture, Box::new(Complete { rows, path: path.to_owned(), checked: false })))
}

/// The segments to be copied, and how many components the picture has; [`io::ErrorKind::FileTooLarge`] where there are too
/// many of them.
fn read_segments(file: &mut impl Read) -> io::Result<(Segments, u8)> {
    let mut segments = Segments::default();
    let mut components = 0;
    let mut start = [0; 2];
    file.read_exact(&mut start)?;
    loop {
        let mut marker = [0; 2];
        file.read_exact(&mut marker)?;
        // Any number of 0xFF may stand before a marker.
        while marker == [0xFF, 0xFF] {
            file.read_exact(&mut marker[1..])?;
        }
        let [0xFF, marker] = marker else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a segment does not begin with a marker"));
        };
        if marker == START_OF_SCAN {
            return Ok((segments, components));
        }
        let mut len = [0; 2];
        file.read_exact(&mut len)?;
        let mut content = vec![0; usize::from(u16::from_be_bytes(len).saturating_sub(2))];
        file.read_exact(&mut content)?;
        match marker {
            APP0 => segments.density = density(&content).or(segments.density),
            // A list of further pictures in the file, by their places in it.
            APP2 if content.starts_with(b"MPF\0") => {}
            APP1 | APP2 | APP13 | COMMENT => {
                segments.bytes.extend([0xFF, marker]);
                segments.bytes.extend(len);
                segments.bytes.extend(content);
                if segments.bytes.len() > MAX_KEPT_BYTES {
                    return Err(io::ErrorKind::FileTooLarge.into());
                }
            }
            // The frame headers; between them are a table and an extension.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                components = content.get(5).copied().unwrap_or(0);
            }
            _ => {}
        }
    }
}

/// The resolution in the content of a JFIF segment.
fn density(content: &[u8]) -> Option<PixelDensity> {
    let [_, _, unit, x1, x0, y1, y0, ..] = content.strip_prefix(b"JFIF\0")? else { return None };
    let unit = match unit {
        1 => PixelDensityUnit::Inches,
        2 => PixelDensityUnit::Centimeters,
        _ => PixelDensityUnit::PixelAspectRatio,
    };
    Some(PixelDensity { density: (u16::from_be_bytes([*x1, *x0]), u16::from_be_bytes([*y1, *y0])), unit })
}

/// The rows of a file whose end is looked for before the first.
struct Complete {
    rows: Box<dyn RowReader>,
    path: PathBuf,
    checked: bool,
}

impl RowReader for Complete {
    fn read(&mut self, row: &mut [u16]) -> Result<(), ImagingError> {
        if !self.checked {
            let read_error = |source| ImagingError::Read { path: self.path.clone(), source };
            let file = BufReader::new(File::open(&self.path).map_err(read_error)?);
            if !is_whole(file).map_err(read_error)? {
                return Err(ImagingError::Truncated { path: self.path.clone() });
            }
            self.checked = true;
        }
        self.rows.read(row)
    }
}

pub(super) fn write(
    picture: &Picture,
    segments: &Segments,
    rows: &mut dyn RowReader,
    out: impl Write + Seek,
    path: &Path,
) -> Result<(), ImagingError> {
    let out = AfterJfif { out, left: AfterJfif::<()>::BYTES, then: &segments.bytes };
    let mut encoder = JpegEncoder::new_with_quality(out, QUALITY);
    if let Some(density) = segments.density {
        encoder.set_pixel_density(density);
    }
    let pull = Pull {
        rows,
        samples: picture.pixel.samples(),
        row: Vec::new(),
        next: 0,
        stripe: Vec::new(),
        error: None,
    };
    let size = (picture.width as u32, picture.height as u32);
    let (written, error) = if picture.pixel.colours == 1 {
        let view = Pulled::<Luma<u8>> { pull: RefCell::new(pull), size, pixel: PhantomData };
        (encoder.encode_image(&view), view.pull.into_inner().error)
    } else {
        let view = Pulled::<Rgb<u8>> { pull: RefCell::new(pull), size, pixel: PhantomData };
        (encoder.encode_image(&view), view.pull.into_inner().error)
    };
    match (error, written) {
        (Some(error), _) => Err(error),
        (None, Err(ImageError::IoError(error))) => Err(write_error(path, Format::Jpeg, error)),
        (None, written) => written.map_err(|error| write_error(path, Format::Jpeg, error)),
    }
}

/// A picture whose rows come when the encoder looks at them: block by block, from the top to the bottom.
struct Pulled<'a, P> {
    pull: RefCell<Pull<'a>>,
    size: (u32, u32),
    pixel: PhantomData<P>,
}

struct Pull<'a> {
    rows: &'a mut dyn RowReader,
    /// Samples of a pixel.
    samples: usize,
    row: Vec<u16>,
    /// The row after the last of `stripe`.
    next: usize,
    /// The rows of the blocks that are looked at.
    stripe: Vec<u8>,
    error: Option<ImagingError>,
}

/// Rows of a block.
const BLOCK: usize = 8;

impl<P> GenericImageView for Pulled<'_, P>
where
    P: PixelWithColorType + image::Pixel<Subpixel = u8>,
{
    type Pixel = P;

    fn dimensions(&self) -> (u32, u32) {
        self.size
    }

    fn get_pixel(&self, x: u32, y: u32) -> P {
        let (x, y, width, height) = (x as usize, y as usize, self.size.0 as usize, self.size.1 as usize);
        let pull = &mut *self.pull.borrow_mut();
        let row_len = width * pull.samples;
        if y >= pull.next {
            pull.stripe.clear();
            pull.row.resize(row_len, 0);
            for _ in 0..BLOCK.min(height - pull.next) {
                if pull.error.is_none() {
                    pull.error = pull.rows.read(&mut pull.row).err();
                }
                pull.stripe.extend(pull.row.iter().map(|&sample| sample as u8));
                pull.next += 1;
            }
        }
        let stripe_first = pull.next - pull.stripe.len() / row_len;
        let place = (y - stripe_first) * row_len + x * pull.samples;
        *P::from_slice(&pull.stripe[place..][..pull.samples])
    }
}

/// Writes `then` after the start marker and the JFIF segment of the encoder, which has to be the first.
struct AfterJfif<'a, W> {
    out: W,
    left: usize,
    then: &'a [u8],
}

impl<W> AfterJfif<'_, W> {
    /// The start marker, and the marker, length and content of a JFIF segment without a thumbnail.
    const BYTES: usize = 2 + 2 + 2 + 14;
}

impl<W: Write> Write for AfterJfif<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 {
            return self.out.write(bytes);
        }
        let len = bytes.len().min(self.left);
        self.out.write_all(&bytes[..len])?;
        self.left -= len;
        if self.left == 0 {
            self.out.write_all(self.then)?;
        }
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
