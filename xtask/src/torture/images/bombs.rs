//! Small files that announce, or swell to, more than any memory: refused by their heads, in little memory of our own.

use std::{fs, path::Path};

use image::DynamicImage;
use plumage_imaging::{
    ImagingError,
    decode::{self, Limits},
    encode, picture,
};
use rand::Rng;

use super::{
    super::{Group, Outcome, Wrong, arena::Arena, child::Running, memory},
    chunks::png,
};

/// What refusing a bomb may take, the bomb itself included.
const MAX_RISE_MIB: f64 = 64.;

/// The bombs that have a name; those after them are random.
const NAMED: u64 = 7;

/// One black pixel of RGB, compressed.
const BLACK_PIXEL: [u8; 12] = [0x78, 0x9C, 0x63, 0x60, 0x60, 0x60, 0x00, 0x00, 0x00, 0x04, 0x00, 0x01];

/// A file, and whether a picture may come of it: one that hides its bomb beside the pixels is a picture without it.
struct Bomb {
    name: String,
    bytes: Vec<u8>,
    is_picture: bool,
}

pub(in super::super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let place = arena.place(Group::Bombs, trial)?;
    let Bomb { name, bytes, is_picture } = bomb(arena, trial)?;
    let folder = place.join("pictures");
    fs::create_dir_all(&folder)?;
    let path = folder.join("bomb.png");
    fs::write(&path, bytes)?;
    let (read, rise) = memory::rise(|| {
        read_in_rows(&path, is_picture);
        decode::open(&path, &Limits::PHOTOGRAPH)
    });
    match read {
        Ok(image) if !is_picture => {
            return Err(format!("{name}: it became a picture of {}x{}", image.width(), image.height()).into());
        }
        Err(ImagingError::Read { source, .. }) => return Err(format!("{name}: {source}").into()),
        _ => {}
    }
    if let Some(rise) = rise.filter(|rise| *rise > MAX_RISE_MIB) {
        return Err(format!("{name}: it took {rise:.0} MiB").into());
    }
    if trial < NAMED && !is_picture { by_the_program(arena, &place, &folder) } else { Ok(()) }
}

/// Reads as `upscale` does: of a file that announces too much, which is refused before its rows are asked for, the head alone.
fn read_in_rows(path: &Path, is_picture: bool) {
    let Ok((picture, mut rows)) = picture::open(path) else { return };
    if is_picture {
        let mut row = vec![0; picture.row_len()];
        // A picture that cannot be read is as good an end as one that can.
        let _ = (0..picture.height).try_for_each(|_| rows.read(&mut row));
    }
}

/// The whole program refuses a data set with the bomb in it.
fn by_the_program(arena: &Arena, place: &Path, folder: &Path) -> Outcome {
    let mut command = arena.command(["experiment", "srcnn_birds", "--out"]);
    command.arg(place.join("results")).arg("--set");
    command.arg(format!("data.train.folder.path={}", folder.display()));
    let ended = Running::start(&mut command, place)?.wait()?;
    ended.expect(&[4])?;
    ended.says("bomb.png")
}

fn bomb(arena: &Arena, trial: u64) -> Result<Bomb, Wrong> {
    let made = |name: &str, bytes, is_picture| Bomb { name: name.to_owned(), bytes, is_picture };
    Ok(match trial {
        0 => made("PNG of 100,000 x 100,000 in 69 bytes", png_of(100_000, 100_000, &BLACK_PIXEL, &[]), false),
        1 => made("PNG of 13,300 x 13,300 zeros", png_of(13_300, 13_300, &zeros(2_060_000), &[]), false),
        2 => made("PNG with zTXt of 512 MB", png_of(1, 1, &BLACK_PIXEL, &[(b"zTXt", 2_000_000)]), true),
        3 => made(
            "PNG with a colour profile of 512 MB",
            png_of(1, 1, &BLACK_PIXEL, &[(b"iCCP", 2_000_000)]),
            true,
        ),
        4 => made("JPEG of 65,500 x 65,500", jpeg(65_500, 65_500)?, false),
        5 => {
            let bytes = interlaced_png(&[(b"iCCP", 2_000_000)]);
            made("interlaced PNG with a colour profile of 512 MB", bytes, true)
        }
        6 => {
            let bytes = interlaced_png(&[(b"zTXt", 2_000_000), (b"iTXt", 2_000_000)]);
            made("interlaced PNG with texts of 512 MB", bytes, true)
        }
        _ => random(&mut arena.draws(Group::Bombs, trial))?,
    })
}

/// A header of any format with more pixels than the limit, or a PNG with swelling metadata.
fn random(draws: &mut impl Rng) -> Result<Bomb, Wrong> {
    let kind = draws.random_range(0..7);
    let most = if matches!(kind, 1 | 4) { 65_535 } else { 1 << 24 };
    let width = draws.random_range(10_001..=most);
    let height = draws.random_range(10_001..=most);
    let named = |format: &str| format!("{format} of {width} x {height}");
    let pnm = |magic: &str| format!("{magic} {width} {height} 255\n0 1 2").into_bytes();
    let (name, bytes, is_picture) = match kind {
        0 => (named("PNG"), png_of(width, height, &zeros(draws.random_range(1..5_000)), &[]), false),
        1 => (named("JPEG"), jpeg(width as u16, height as u16)?, false),
        2 => (named("BMP"), bmp(width, height, [1, 4, 8, 16, 24, 32][draws.random_range(0..6)]), false),
        3 => (named("PNM"), pnm(["P2", "P3", "P5", "P6"][draws.random_range(0..4)]), false),
        4 => (named("WebP"), webp(width, height), false),
        5 => (named("TIFF"), tiff(width, height), false),
        _ => {
            let chunk: &[u8; 4] = [b"zTXt", b"iCCP", b"iTXt"][draws.random_range(0..3)];
            let repeats = draws.random_range(100..300_000);
            let name = format!("PNG with {} of {repeats} repeats", String::from_utf8_lossy(chunk));
            let interlacing = draws.random_range(0..=1);
            (name, png_with((1, 1, interlacing), &BLACK_PIXEL, &[(chunk, repeats)]), true)
        }
    };
    Ok(Bomb { name, bytes, is_picture })
}

/// A PNG of RGB with the given compressed pixels, and chunks of so many repeats of zeros.
fn png_of(width: u32, height: u32, pixels: &[u8], swelling: &[(&[u8; 4], usize)]) -> Vec<u8> {
    png_with((width, height, 0), pixels, swelling)
}

/// The same of one pixel, interlaced, which is read as a whole.
fn interlaced_png(swelling: &[(&[u8; 4], usize)]) -> Vec<u8> {
    png_with((1, 1, 1), &BLACK_PIXEL, swelling)
}

/// A PNG of width, height and interlacing.
fn png_with(
    (width, height, interlacing): (u32, u32, u8),
    pixels: &[u8],
    swelling: &[(&[u8; 4], usize)],
) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, interlacing]].concat();
    let metadata: Vec<_> = swelling
        .iter()
        .map(|(name, repeats)| {
            // iTXt has a flag, a method, a language and a translation before its text.
            let head: &[u8] = if *name == b"iTXt" { b"name\0\x01\0\0\0" } else { b"name\0\0" };
            (*name, [head, &zeros(*repeats)].concat())
        })
        .collect();
    let mut chunks: Vec<(&[u8], &[u8])> = vec![(b"IHDR", &header)];
    chunks.extend(metadata.iter().map(|(name, content)| (name.as_slice(), content.as_slice())));
    chunks.extend([(&b"IDAT"[..], pixels), (&b"IEND"[..], &[][..])]);
    png(&chunks)
}

/// `repeats` times 258 zeros, compressed a thousandfold by one block of fixed codes.
fn zeros(repeats: usize) -> Vec<u8> {
    // A literal 0, then "repeat the last byte 258 times" over and over, and the end of the block.
    let mut bits: Vec<u8> = vec![1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0];
    for _ in 0..repeats {
        bits.extend([1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
    }
    bits.extend([0; 7]);
    let bytes = bits.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit));
    [0x78, 0x9C].into_iter().chain(bytes).collect()
}

/// A small JPEG whose header announces another size.
fn jpeg(width: u16, height: u16) -> Result<Vec<u8>, Wrong> {
    let mut jpeg = encode::jpeg(&DynamicImage::new_rgb8(8, 8), 90)?;
    let frame = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC0]).ok_or("a JPEG without a frame")?;
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    Ok(jpeg)
}

fn bmp(width: u32, height: u32, bits: u8) -> Vec<u8> {
    let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bmp.extend(width.to_le_bytes());
    bmp.extend(height.to_le_bytes());
    bmp.extend([1, 0, bits, 0]);
    bmp.resize(60, 0);
    bmp
}

/// An extended WebP whose canvas has 24 bits for each side.
fn webp(width: u32, height: u32) -> Vec<u8> {
    let side = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    let content = [vec![0; 4], side(width), side(height)].concat();
    let body = [b"WEBPVP8X", &(content.len() as u32).to_le_bytes()[..], &content].concat();
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// A TIFF of RGB in one strip of 3 bytes.
fn tiff(width: u32, height: u32) -> Vec<u8> {
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    let entries: [(u16, u16, u32, u32); 8] = [
        (256, LONG, 1, width),
        (257, LONG, 1, height),
        (258, SHORT, 1, 8),
        (259, SHORT, 1, 1),
        (262, SHORT, 1, 1),
        (273, LONG, 1, 8),
        (278, LONG, 1, height),
        (279, LONG, 1, 3),
    ];
    let mut tiff = b"II*\0\x0C\0\0\0\x01\x02\x03\0".to_vec();
    tiff.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend(count.to_le_bytes());
        tiff.extend(value.to_le_bytes());
    }
    tiff.extend([0; 4]);
    tiff
}
