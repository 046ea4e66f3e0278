//! TIFF in rows of its strips or tiles; a planar one, and one of fewer than 8 bits, is read as a whole. It is written
//! uncompressed, in strips, as BigTIFF from 4 GiB on.

use std::{
    fs::File,
    io::{BufReader, Seek, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use tiff::{
    ColorType, TiffError, TiffResult,
    decoder::{ChunkType, Decoder, DecodingResult, Limits, ifd::Value},
    encoder::{DirectoryEncoder, TiffEncoder, TiffKind, TiffKindBig, TiffKindStandard, TiffValue, colortype},
    tags::{ByteOrder, ExtraSamples, Tag, Type, ValueBuffer},
};

use super::{Format, Kept, Picture, Pixel, RowReader, decode_error, whole, write_error};
use crate::{
    ImagingError,
    decode::{MAX_KEPT_BYTES, tiff::check_jpegs},
};

/// Tags of the picture, those of its Exif and GPS directories, and whether colours are multiplied by alpha.
#[derive(Clone, Debug, Default)]
pub(super) struct Tags {
    own: Vec<KeptTag>,
    directories: Vec<(Tag, Vec<KeptTag>)>,
    premultiplied: bool,
}

/// A tag with its value, of the type that it has in the file, in this machine's order of bytes.
#[derive(Clone, Debug)]
struct KeptTag {
    tag: Tag,
    kind: Type,
    bytes: Vec<u8>,
}

/// Tags that are about the picture, and not about its size or how it is stored: description, make, model, orientation,
/// resolution, software, date, artist, host, copyright, XMP, IPTC, Photoshop's, and the colour profile.
const KEPT: [u16; 16] =
    [270, 271, 272, 274, 282, 283, 296, 305, 306, 315, 316, 33_432, 700, 33_723, 34_377, 34_675];

/// Tags that lead to directories of metadata: Exif and GPS.
const DIRECTORIES: [u16; 2] = [34_665, 34_853];

pub(super) fn open(
    mut file: BufReader<File>,
    path: &Path,
) -> Result<(Picture, Box<dyn RowReader>), ImagingError> {
    check_jpegs(&mut file, path)?;
    file.rewind().map_err(|source| ImagingError::Read { path: path.to_owned(), source })?;
    let (picture, rows) = open_as_stored(file, path)?;
    let is_premultiplied = matches!(&*picture.kept, Kept::Tiff(Tags { premultiplied: true, .. }));
    if is_premultiplied && picture.pixel.alpha {
        let pixel = picture.pixel;
        return Ok((picture, Box::new(Divided { rows, pixel })));
    }
    Ok((picture, rows))
}

/// The same with the colours as they are in the file.
fn open_as_stored(file: BufReader<File>, path: &Path) -> Result<(Picture, Box<dyn RowReader>), ImagingError> {
    let failed = |error: TiffError| decode_error(path, Format::Tiff, error);
    let mut limits = Limits::default();
    // The decoder holds the values of tags to the limit of pixels; many tags can share the bytes of a small file.
    (limits.decoding_buffer_size, limits.ifd_value_size) = (MAX_KEPT_BYTES, MAX_KEPT_BYTES);
    let mut decoder = Decoder::new(file).map_err(failed)?.with_limits(limits);
    let tags = read_tags(&mut decoder).map_err(failed)?;
    let (width, height) = decoder.dimensions().map_err(failed)?;
    let (colours, alpha, bits) = match decoder.colortype().map_err(failed)? {
        ColorType::Gray(bits) => (1, false, bits),
        ColorType::GrayA(bits) => (1, true, bits),
        ColorType::RGB(bits) => (3, false, bits),
        ColorType::RGBA(bits) => (3, true, bits),
        ColorType::CMYK(_) | ColorType::CMYKA(_) => {
            return Err(ImagingError::Cmyk { path: path.to_owned() });
        }
        _ => return whole::open(path, Format::Tiff, Kept::Tiff(tags)),
    };
    let is_planar = decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).map_err(failed)? == Some(2);
    if is_planar || !matches!(bits, 8 | 16) || width == 0 || height == 0 {
        return whole::open(path, Format::Tiff, Kept::Tiff(tags));
    }
    let pixel = Pixel { colours, alpha, white: if bits == 16 { 65_535 } else { 255 } };
    let (chunk_width, chunk_height) = decoder.chunk_dimensions();
    let across = match decoder.get_chunk_type() {
        ChunkType::Strip => 1,
        ChunkType::Tile => width.div_ceil(chunk_width.max(1)),
    };
    // How large a row of chunks is, is known before one is asked for.
    let decoder = decoder.with_limits(Limits::unlimited());
    let (width, height) = (width as usize, height as usize);
    let rows_at_a_time = (chunk_height as usize).clamp(1, height);
    let rows = Rows {
        decoder,
        across,
        held: Vec::new(),
        next_held: 0,
        next_chunk: 0,
        row_len: width * pixel.samples(),
        samples: pixel.samples(),
        path: path.to_owned(),
    };
    let (format, kept) = (Format::Tiff, Arc::new(Kept::Tiff(tags)));
    Ok((Picture { format, width, height, pixel, rows_at_a_time, kept }, Box::new(rows)))
}

fn read_tags(decoder: &mut Decoder<BufReader<File>>) -> TiffResult<Tags> {
    let mut tags = Tags::default();
    let mut left = MAX_KEPT_BYTES;
    for tag in KEPT.map(Tag::from_u16_exhaustive) {
        tags.own.extend(kept(tag, &mut decoder.image_ifd(), &mut left)?);
    }
    for tag in DIRECTORIES.map(Tag::from_u16_exhaustive) {
        let Some(pointer) = decoder.find_tag(tag)?.map(Value::into_ifd_pointer).transpose()? else {
            continue;
        };
        let directory = decoder.read_directory(pointer)?;
        let names: Vec<Tag> = directory.iter().map(|(tag, _)| tag).collect();
        let mut inside = Vec::new();
        for name in names {
            inside.extend(kept(name, &mut decoder.read_directory_tags(&directory), &mut left)?);
        }
        if !inside.is_empty() {
            tags.directories.push((tag, inside));
        }
    }
    let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples)?.unwrap_or_default();
    tags.premultiplied = extra.first() == Some(&ExtraSamples::AssociatedAlpha.to_u16());
    Ok(tags)
}

/// The tag as it is to be written; none where it is not there, or leads to another place of the file. What it takes is
/// taken off the bytes that are `left`.
fn kept(
    tag: Tag,
    directory: &mut tiff::decoder::IfdDecoder,
    left: &mut usize,
) -> TiffResult<Option<KeptTag>> {
    /// Exif's pointer to a directory about interoperability.
    const INTEROPERABILITY: u16 = 40_965;
    if tag.to_u16() == INTEROPERABILITY {
        return Ok(None);
    }
    let mut value = ValueBuffer::empty(Type::BYTE);
    if directory.find_tag_buf(tag, &mut value)?.is_none() {
        return Ok(None);
    }
    *left = left.checked_sub(value.as_bytes().len()).ok_or(TiffError::LimitsExceeded)?;
    value.set_byte_order(ByteOrder::native());
    Ok(Some(KeptTag { tag, kind: value.data_type(), bytes: value.as_bytes().to_vec() }))
}

struct Rows {
    decoder: Decoder<BufReader<File>>,
    /// Chunks side by side.
    across: u32,
    /// The samples of a row of chunks.
    held: Vec<u16>,
    /// The next sample of it to be given.
    next_held: usize,
    next_chunk: u32,
    row_len: usize,
    /// Samples of a pixel.
    samples: usize,
    path: PathBuf,
}

impl RowReader for Rows {
    fn read(&mut self, row: &mut [u16]) -> Result<(), ImagingError> {
        if self.next_held == self.held.len() {
            self.fill()?;
        }
        row.copy_from_slice(&self.held[self.next_held..][..self.row_len]);
        self.next_held += self.row_len;
        Ok(())
    }
}

/// Rows whose colours are multiplied by alpha, without that.
struct Divided {
    rows: Box<dyn RowReader>,
    pixel: Pixel,
}

impl RowReader for Divided {
    fn read(&mut self, row: &mut [u16]) -> Result<(), ImagingError> {
        self.rows.read(row)?;
        row.chunks_exact_mut(self.pixel.samples()).for_each(|pixel| divide(pixel, self.pixel.white));
        Ok(())
    }
}

impl Rows {
    /// Reads the next row of chunks.
    fn fill(&mut self) -> Result<(), ImagingError> {
        let mut column = 0;
        for chunk in self.next_chunk..self.next_chunk + self.across {
            let (width, height) = self.decoder.chunk_data_dimensions(chunk);
            let chunk_len = width as usize * self.samples;
            let read = self.decoder.read_chunk(chunk);
            let values = match read.map_err(|error| decode_error(&self.path, Format::Tiff, error))? {
                DecodingResult::U8(values) => values.into_iter().map(u16::from).collect(),
                DecodingResult::U16(values) => values,
                DecodingResult::I8(_) | DecodingResult::I16(_) => {
                    return Err(ImagingError::SignedPixels { path: self.path.clone() });
                }
                _ => return Err(ImagingError::FloatPixels { path: self.path.clone() }),
            };
            self.held.resize(self.row_len * height as usize, 0);
            let lines = self.held.chunks_exact_mut(self.row_len).zip(values.chunks_exact(chunk_len));
            lines.for_each(|(line, part)| line[column..column + chunk_len].copy_from_slice(part));
            column += chunk_len;
        }
        self.next_chunk += self.across;
        self.next_held = 0;
        Ok(())
    }
}

/// Colours that were multiplied by alpha as they were; where alpha is 0, nothing is left of them.
fn divide(pixel: &mut [u16], white: u16) {
    let Some((&mut alpha, colours)) = pixel.split_last_mut() else { return };
    let (alpha, white) = (u32::from(alpha), u32::from(white));
    for colour in colours {
        *colour =
            ((u32::from(*colour) * white + alpha / 2).checked_div(alpha).unwrap_or(0)).min(white) as u16;
    }
}

/// Colours multiplied by alpha.
fn multiply(pixel: &mut [u16], white: u16) {
    let Some((&mut alpha, colours)) = pixel.split_last_mut() else { return };
    let (alpha, white) = (u32::from(alpha), u32::from(white));
    for colour in colours {
        *colour = ((u32::from(*colour) * alpha + white / 2) / white) as u16;
    }
}

pub(super) fn write(
    picture: &Picture,
    tags: &Tags,
    rows: &mut dyn RowReader,
    out: impl Write + Seek,
    path: &Path,
) -> Result<(), ImagingError> {
    /// Offsets have 32 bits; this leaves room for the metadata.
    const MAX_PIXEL_BYTES: usize = (1 << 32) - (1 << 28);
    if picture.height.saturating_mul(picture.width * picture.pixel.bytes()) > MAX_PIXEL_BYTES {
        write_kind::<TiffKindBig>(picture, tags, rows, out, path)
    } else {
        write_kind::<TiffKindStandard>(picture, tags, rows, out, path)
    }
}

fn write_kind<K: TiffKind>(
    picture: &Picture,
    tags: &Tags,
    rows: &mut dyn RowReader,
    out: impl Write + Seek,
    path: &Path,
) -> Result<(), ImagingError>
where
    K::OffsetType: TiffValue,
{
    let mut encoder = TiffEncoder::<_, K>::new_generic(out).map_err(|error| failed(path, error))?;
    match (picture.pixel.colours, picture.pixel.is_16_bit()) {
        (1, false) => write_as::<_, K, colortype::Gray8>(&mut encoder, picture, tags, rows, path, narrow),
        (1, true) => write_as::<_, K, colortype::Gray16>(&mut encoder, picture, tags, rows, path, same),
        (_, false) => write_as::<_, K, colortype::RGB8>(&mut encoder, picture, tags, rows, path, narrow),
        (_, true) => write_as::<_, K, colortype::RGB16>(&mut encoder, picture, tags, rows, path, same),
    }
}

fn narrow(sample: u16) -> u8 {
    sample as u8
}

fn same(sample: u16) -> u16 {
    sample
}

fn failed(path: &Path, error: TiffError) -> ImagingError {
    match error {
        TiffError::IoError(error) => write_error(path, Format::Tiff, error),
        error => write_error(path, Format::Tiff, error),
    }
}

fn write_as<W: Write + Seek, K: TiffKind, C: colortype::ColorType>(
    encoder: &mut TiffEncoder<W, K>,
    picture: &Picture,
    tags: &Tags,
    rows: &mut dyn RowReader,
    path: &Path,
    sample: fn(u16) -> C::Inner,
) -> Result<(), ImagingError>
where
    [C::Inner]: TiffValue,
    K::OffsetType: TiffValue,
{
    /// About as many bytes as other writers give a strip.
    const STRIP_BYTES: usize = 1 << 16;
    let failed = |error| failed(path, error);
    let mut directories = Vec::new();
    for (tag, inside) in &tags.directories {
        let mut directory = encoder.extra_directory().map_err(failed)?;
        copy(inside, &mut directory).map_err(failed)?;
        directories.push((*tag, directory.finish_with_offsets().map_err(failed)?.offset));
    }
    let (width, height) = (picture.width as u32, picture.height as u32);
    let mut image = encoder.new_image::<C>(width, height).map_err(failed)?;
    if picture.pixel.alpha {
        let alpha =
            if tags.premultiplied { ExtraSamples::AssociatedAlpha } else { ExtraSamples::UnassociatedAlpha };
        image.extra_samples(&[alpha]).map_err(failed)?;
    }
    let rows_per_strip = (STRIP_BYTES / (picture.width * picture.pixel.bytes())).clamp(1, picture.height);
    image.rows_per_strip(rows_per_strip as u32).map_err(failed)?;
    copy(&tags.own, image.encoder()).map_err(failed)?;
    for (tag, offset) in directories {
        image.encoder().write_tag(tag, offset).map_err(failed)?;
    }
    let mut row = vec![0; picture.row_len()];
    let mut strip = Vec::with_capacity(rows_per_strip * row.len());
    for y in 0..picture.height {
        rows.read(&mut row)?;
        if tags.premultiplied {
            let pixels = row.chunks_exact_mut(picture.pixel.samples());
            pixels.for_each(|pixel| multiply(pixel, picture.pixel.white));
        }
        strip.extend(row.iter().map(|&value| sample(value)));
        if (y + 1) % rows_per_strip == 0 || y + 1 == picture.height {
            image.write_strip(&strip).map_err(failed)?;
            strip.clear();
        }
    }
    image.finish().map_err(failed)
}

/// Writes tags as they were.
fn copy<W: Write + Seek, K: TiffKind>(
    tags: &[KeptTag],
    directory: &mut DirectoryEncoder<W, K>,
) -> TiffResult<()> {
    for KeptTag { tag, kind, bytes } in tags {
        let entry = directory.write_entry_bytes(*kind, bytes)?;
        directory.extend_from(&tiff::Directory::from_iter([(*tag, entry)]));
    }
    Ok(())
}
