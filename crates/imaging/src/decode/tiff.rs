//! The JPEGs within a TIFF, whose decoder makes all the pixels that they announce, however few the TIFF does.

use std::{
    io::{BufRead, Cursor, Read, Seek, SeekFrom},
    path::Path,
};

use image::{ImageDecoder, ImageError, ImageFormat, codecs::jpeg::JpegDecoder, error::DecodingError};
use tiff::{
    TiffError,
    decoder::{ChunkType, Decoder, ifd::Value},
    tags::Tag,
};

use crate::ImagingError;

/// An error if a strip or tile of the file is a JPEG of more pixels than belong there. It leaves `file` at some place.
pub(crate) fn check_jpegs(file: impl BufRead + Seek, path: &Path) -> Result<(), ImagingError> {
    /// The compression of a JPEG in every strip or tile.
    const JPEG: u16 = 7;
    let failed = |error: TiffError| decode_error(path, DecodingError::new(ImageFormat::Tiff.into(), error));
    let mut decoder = Decoder::new(file).map_err(failed)?;
    if decoder.find_tag_unsigned::<u16>(Tag::Compression).map_err(failed)? != Some(JPEG) {
        return Ok(());
    }
    let tables = decoder.find_tag(Tag::JPEGTables).map_err(failed)?;
    let tables = tables.map(Value::into_u8_vec).transpose().map_err(failed)?.unwrap_or_default();
    // The tables, which all share, end with an end marker, and a JPEG after them begins with a start marker.
    let (tables, skipped) = match &tables[..] {
        [tables @ .., _, _] => (tables, 2),
        _ => (&[][..], 0),
    };
    let (offsets, lengths) = match decoder.get_chunk_type() {
        ChunkType::Strip => (Tag::StripOffsets, Tag::StripByteCounts),
        ChunkType::Tile => (Tag::TileOffsets, Tag::TileByteCounts),
    };
    let (offsets, lengths) = (decoder.get_tag_u64_vec(offsets), decoder.get_tag_u64_vec(lengths));
    let largest = largest(&mut decoder).map_err(failed)?;
    for (offset, length) in offsets.map_err(failed)?.into_iter().zip(lengths.map_err(failed)?) {
        let read_error = |source| ImagingError::Read { path: path.to_owned(), source };
        let mut jpeg = tables.to_vec();
        decoder.inner().seek(SeekFrom::Start(offset.saturating_add(skipped))).map_err(read_error)?;
        decoder.inner().take(length.saturating_sub(skipped)).read_to_end(&mut jpeg).map_err(read_error)?;
        let size = JpegDecoder::new(Cursor::new(jpeg)).map(|jpeg| jpeg.dimensions());
        let size = size.map_err(|source| ImagingError::Decode { path: path.to_owned(), source })?;
        if size.0 > largest.0 || size.1 > largest.1 {
            return Err(ImagingError::JpegInTiff { path: path.to_owned(), size, largest });
        }
    }
    Ok(())
}

/// The longest sides, in pixels, that the JPEG of a strip or tile may have.
fn largest(decoder: &mut Decoder<impl BufRead + Seek>) -> Result<(u32, u32), TiffError> {
    /// A tile may be larger than the picture; a larger one is no sensible one.
    const TILE: u32 = 2048;
    /// A JPEG may be filled up to whole blocks, the largest of which are 4 times 8 pixels.
    const BLOCK: u32 = 32;
    let smallest = if decoder.get_chunk_type() == ChunkType::Tile { TILE } else { 1 };
    let (width, height) = decoder.dimensions()?;
    let chunk = decoder.chunk_dimensions();
    let side = |chunk: u32, picture: u32| chunk.min(picture.max(smallest)).saturating_add(BLOCK - 1);
    Ok((side(chunk.0, width), side(chunk.1, height)))
}

fn decode_error(path: &Path, error: DecodingError) -> ImagingError {
    ImagingError::Decode { path: path.to_owned(), source: ImageError::Decoding(error) }
}
