//! Binary PGM, PPM and PAM of 8 or 16 bits row by row; bitmaps, text and odd maxima are read as a whole.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Seek, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Format, Kept, Picture, Pixel, RowReader, next_bytes, samples, whole, write_error};
use crate::ImagingError;

pub(super) fn open(
    mut file: BufReader<File>,
    path: &Path,
) -> Result<(Picture, Box<dyn RowReader>), ImagingError> {
    let is_pam = file.fill_buf().is_ok_and(|bytes| bytes.starts_with(b"P7"));
    let kept = Kept::Pnm(is_pam);
    let Some((width, height, pixel)) = header(&mut file) else {
        return whole::open(path, Format::Pnm, kept);
    };
    let (rows, kept) = (Rows { file, bytes: Vec::new(), pixel, path: path.to_owned() }, Arc::new(kept));
    Ok((Picture { format: Format::Pnm, width, height, pixel, rows_at_a_time: 1, kept }, Box::new(rows)))
}

/// The header of a file whose rows follow it as they are; none of any other, and of a broken one.
fn header(file: &mut impl BufRead) -> Option<(usize, usize, Pixel)> {
    /// No header is as long; a comment may be.
    const MAX_BYTES: u64 = 1 << 16;
    let mut file = file.take(MAX_BYTES);
    let (width, height, colours, alpha, max) = match word(&mut file)?.as_str() {
        magic @ ("P5" | "P6") => {
            let mut number = || word(&mut file)?.parse().ok();
            let (width, height, max) = (number()?, number()?, number()?);
            (width, height, if magic == "P5" { 1 } else { 3 }, false, max)
        }
        "P7" => {
            let (mut width, mut height, mut depth, mut max) = (0, 0, 0, 0);
            let mut kind = String::new();
            loop {
                let key = word(&mut file)?;
                let slot = match key.as_str() {
                    "ENDHDR" => break,
                    "TUPLTYPE" => {
                        kind = word(&mut file)?;
                        continue;
                    }
                    "WIDTH" => &mut width,
                    "HEIGHT" => &mut height,
                    "DEPTH" => &mut depth,
                    "MAXVAL" => &mut max,
                    _ => return None,
                };
                *slot = word(&mut file)?.parse().ok()?;
            }
            let (colours, alpha) = match (kind.as_str(), depth) {
                ("GRAYSCALE", 1) => (1, false),
                ("GRAYSCALE_ALPHA", 2) => (1, true),
                ("RGB", 3) => (3, false),
                ("RGB_ALPHA", 4) => (3, true),
                _ => return None,
            };
            (width, height, colours, alpha, max)
        }
        _ => return None,
    };
    let white = u16::try_from(max).ok().filter(|max| matches!(max, 255 | 65_535))?;
    (width > 0 && height > 0 && width <= Format::Pnm.max_side() && height <= Format::Pnm.max_side())
        .then_some((width, height, Pixel { colours, alpha, white }))
}

/// The next word and the one white space after it; a comment goes from `#` to the end of its line.
fn word(file: &mut impl BufRead) -> Option<String> {
    let mut word = String::new();
    let mut in_comment = false;
    for byte in file.bytes() {
        match byte.ok()? {
            b'\n' | b'\r' if in_comment => in_comment = false,
            _ if in_comment => {}
            b'#' => in_comment = true,
            space if space.is_ascii_whitespace() && word.is_empty() => {}
            space if space.is_ascii_whitespace() => return Some(word),
            byte => word.push(char::from(byte)),
        }
    }
    None
}

struct Rows {
    file: BufReader<File>,
    /// A row; empty before the first, when the limits may not yet have been looked at.
    bytes: Vec<u8>,
    pixel: Pixel,
    path: PathBuf,
}

impl RowReader for Rows {
    fn read(&mut self, row: &mut [u16]) -> Result<(), ImagingError> {
        self.bytes.resize(row.len() * self.pixel.sample_bytes(), 0);
        match self.file.read_exact(&mut self.bytes) {
            Ok(()) => samples(&self.bytes, self.pixel, u16::from_be_bytes, row),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err(ImagingError::Truncated { path: self.path.clone() });
            }
            Err(source) => return Err(ImagingError::Read { path: self.path.clone(), source }),
        }
        Ok(())
    }
}

pub(super) fn write(
    picture: &Picture,
    is_pam: bool,
    rows: &mut dyn RowReader,
    mut out: impl Write + Seek,
    path: &Path,
) -> Result<(), ImagingError> {
    let failed = |error| write_error(path, Format::Pnm, error);
    let &Picture { width, height, pixel, .. } = picture;
    let (white, depth) = (pixel.white, pixel.samples());
    let kind = match (pixel.colours, pixel.alpha) {
        (1, false) => "GRAYSCALE",
        (1, true) => "GRAYSCALE_ALPHA",
        (_, false) => "RGB",
        (_, true) => "RGB_ALPHA",
    };
    if is_pam || pixel.alpha {
        write!(
            out,
            "P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {depth}\nMAXVAL {white}\nTUPLTYPE {kind}\nENDHDR\n"
        )
    } else {
        let magic = if pixel.colours == 1 { "P5" } else { "P6" };
        write!(out, "{magic}\n{width} {height}\n{white}\n")
    }
    .map_err(failed)?;
    let (mut row, mut bytes) = (vec![0; picture.row_len()], Vec::new());
    for _ in 0..height {
        next_bytes(rows, &mut row, pixel, u16::to_be_bytes, &mut bytes)?;
        out.write_all(&bytes).map_err(failed)?;
    }
    Ok(())
}
