//! PNG row by row; an interlaced one is read as a whole.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use png::{
    BitDepth, ColorType, Compression, Decoder, Encoder, Limits, Reader, Transformations, chunk::ChunkType,
};

use super::{Format, Kept, Picture, Pixel, RowReader, decode_error, next_bytes, samples, whole, write_error};
use crate::{ImagingError, decode::MAX_KEPT_BYTES};

/// Type and content of a chunk that is about the picture, and not about its size or how it is stored.
pub(super) type Chunk = ([u8; 4], Vec<u8>);

/// Chunks that are copied.
const KEPT: [&[u8; 4]; 13] = [
    b"cHRM", b"gAMA", b"iCCP", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"pHYs", b"eXIf", b"tEXt", b"zTXt",
    b"iTXt", b"tIME",
];

pub(super) fn open(
    mut file: BufReader<File>,
    path: &Path,
) -> Result<(Picture, Box<dyn RowReader>), ImagingError> {
    let chunks = read_chunks(&mut file, path)?;
    let failed = |error| decode_error(path, Format::Png, error);
    let mut decoder = Decoder::new_with_limits(file, Limits { bytes: MAX_KEPT_BYTES });
    // These are copied as they are; nothing in them is unpacked.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    let reader = decoder.read_info().map_err(failed)?;
    let info = reader.info();
    if info.animation_control.is_some() {
        return Err(ImagingError::Animated { path: path.to_owned() });
    }
    if info.interlaced {
        return whole::open(path, Format::Png, Kept::Png(chunks));
    }
    let (colour, depth) = reader.output_color_type();
    let pixel = Pixel {
        colours: if matches!(colour, ColorType::Grayscale | ColorType::GrayscaleAlpha) { 1 } else { 3 },
        alpha: matches!(colour, ColorType::GrayscaleAlpha | ColorType::Rgba),
        white: if depth == BitDepth::Sixteen { 65_535 } else { 255 },
    };
    let (width, height) = (info.width as usize, info.height as usize);
    let rows = Rows { reader, bytes: Vec::new(), pixel, path: path.to_owned() };
    let (format, kept) = (Format::Png, Arc::new(Kept::Png(chunks)));
    Ok((Picture { format, width, height, pixel, rows_at_a_time: 1, kept }, Box::new(rows)))
}

/// The chunks of [`KEPT`], wherever they stand; then the file is at its beginning again. A file that ends too early is
/// for the decoder to refuse.
fn read_chunks(file: &mut BufReader<File>, path: &Path) -> Result<Vec<Chunk>, ImagingError> {
    const SIGNATURE: u64 = 8;
    let read_error = |source| ImagingError::Read { path: path.to_owned(), source };
    let mut chunks = Vec::new();
    let mut left = MAX_KEPT_BYTES as u64;
    let mut head = [0; 8];
    file.seek(SeekFrom::Start(SIGNATURE)).map_err(read_error)?;
    while file.read_exact(&mut head).is_ok() {
        let [a, b, c, d, kind @ ..] = head;
        let (len, kind) = (u64::from(u32::from_be_bytes([a, b, c, d])), kind);
        let mut skipped = len;
        if KEPT.contains(&&kind) {
            left =
                left.checked_sub(len).ok_or_else(|| ImagingError::DecoderLimit { path: path.to_owned() })?;
            let mut content = Vec::new();
            file.by_ref().take(len).read_to_end(&mut content).map_err(read_error)?;
            skipped = 0;
            if content.len() as u64 == len {
                chunks.push((kind, content));
            }
        }
        const CHECKSUM: u64 = 4;
        file.seek_relative((skipped + CHECKSUM) as i64).map_err(read_error)?;
    }
    file.rewind().map_err(read_error)?;
    Ok(chunks)
}

struct Rows {
    reader: Reader<BufReader<File>>,
    /// A row; empty before the first, when the limits may not yet have been looked at.
    bytes: Vec<u8>,
    pixel: Pixel,
    path: PathBuf,
}

impl RowReader for Rows {
    fn read(&mut self, row: &mut [u16]) -> Result<(), ImagingError> {
        self.bytes.resize(row.len() * self.pixel.sample_bytes(), 0);
        match self.reader.read_row(&mut self.bytes) {
            Ok(Some(_)) => samples(&self.bytes, self.pixel, u16::from_be_bytes, row),
            Ok(None) => return Err(ImagingError::Truncated { path: self.path.clone() }),
            Err(error) => return Err(decode_error(&self.path, Format::Png, error)),
        }
        Ok(())
    }
}

pub(super) fn write(
    picture: &Picture,
    chunks: &[Chunk],
    rows: &mut dyn RowReader,
    out: impl Write,
    path: &Path,
) -> Result<(), ImagingError> {
    const BUFFER_BYTES: usize = 1 << 18;
    let failed = |error: png::EncodingError| write_error(path, Format::Png, error);
    let stopped = |error: io::Error| write_error(path, Format::Png, error);
    let pixel = picture.pixel;
    let mut encoder = Encoder::new(out, picture.width as u32, picture.height as u32);
    encoder.set_color(match (pixel.colours, pixel.alpha) {
        (1, false) => ColorType::Grayscale,
        (1, true) => ColorType::GrayscaleAlpha,
        (_, false) => ColorType::Rgb,
        (_, true) => ColorType::Rgba,
    });
    encoder.set_depth(if pixel.is_16_bit() { BitDepth::Sixteen } else { BitDepth::Eight });
    // Ten times as fast as the usual level, and a tenth larger.
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header().map_err(failed)?;
    for (kind, content) in chunks {
        writer.write_chunk(ChunkType(*kind), content).map_err(failed)?;
    }
    let mut stream = writer.stream_writer_with_size(BUFFER_BYTES).map_err(failed)?;
    let (mut row, mut bytes) = (vec![0; picture.row_len()], Vec::new());
    for _ in 0..picture.height {
        next_bytes(rows, &mut row, pixel, u16::to_be_bytes, &mut bytes)?;
        stream.write_all(&bytes).map_err(stopped)?;
    }
    stream.finish().map_err(failed)?;
    writer.finish().map_err(failed)
}
