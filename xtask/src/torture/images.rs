//! Damaged pictures: an error or a picture, never a panic, never more memory than the limits allow.

use std::path::Path;

use image::{DynamicImage, ImageFormat};
use plumage_data::aviary;
use plumage_imaging::{
    Planes,
    decode::{self, Limits},
    encode,
};
use rand::Rng;

use super::{Group, Outcome, Wrong, arena::Arena, memory};

pub(super) mod bombs;
mod chunks;

/// What the decoder is allowed.
const LIMITS: Limits = Limits { max_pixels: 1 << 20, max_bytes: 8 << 20 };

/// A decoder may hold its pixels a few times over, and the file.
const MAX_RISE_MIB: f64 = 48.;

/// The formats that are damaged.
#[derive(Clone, Copy, Debug)]
enum Format {
    Png,
    Png16,
    Jpeg,
    Webp,
    Bmp,
    Tiff,
    Pnm,
}

impl Format {
    /// The first four, which people use, come up more often than the rest.
    const ALL: [Self; 11] = [
        Self::Png,
        Self::Png,
        Self::Jpeg,
        Self::Jpeg,
        Self::Webp,
        Self::Webp,
        Self::Bmp,
        Self::Bmp,
        Self::Png16,
        Self::Tiff,
        Self::Pnm,
    ];

    fn encode(self, picture: &DynamicImage, draws: &mut impl Rng) -> Result<Vec<u8>, Wrong> {
        let written = |format| {
            let mut bytes = std::io::Cursor::new(Vec::new());
            picture.write_to(&mut bytes, format).map(|()| bytes.into_inner())
        };
        Ok(match self {
            Self::Png => encode::png(picture)?,
            Self::Png16 => encode::png(&DynamicImage::ImageRgba16(picture.to_rgba16()))?,
            Self::Jpeg => encode::jpeg(picture, draws.random_range(5..=100))?,
            Self::Webp => encode::webp(picture)?,
            Self::Bmp => written(ImageFormat::Bmp)?,
            Self::Tiff => written(ImageFormat::Tiff)?,
            Self::Pnm => written(ImageFormat::Pnm)?,
        })
    }
}

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let mut draws = arena.draws(Group::Images, trial);
    let bird = DynamicImage::ImageRgb8(aviary::draw(32, 1, draws.random_range(0..16)));
    let bird = if draws.random_bool(0.2) { DynamicImage::ImageLuma8(bird.to_luma8()) } else { bird };
    let format = Format::ALL[draws.random_range(0..Format::ALL.len())];
    let mut file = format.encode(&bird, &mut draws)?;
    if matches!(format, Format::Png | Format::Png16 | Format::Jpeg | Format::Webp) && draws.random() {
        file = chunks::edited(format, &file, &mut draws);
    } else {
        damage(&mut file, &mut draws);
    }
    let (read, rise) = memory::rise(|| decode::read(&file, Path::new("damaged"), &LIMITS));
    if let Ok(image) = &read {
        let planes = Planes::from_image(image);
        if planes.width == 0 || planes.height == 0 || planes.width * planes.height > 1 << 20 {
            return Err(format!("{format:?}: a picture of {}x{}", planes.width, planes.height).into());
        }
    }
    match rise {
        Some(rise) if rise > MAX_RISE_MIB => Err(format!("{format:?}: it took {rise:.0} MiB").into()),
        _ => Ok(()),
    }
}

/// A few bits flipped, bytes replaced, cut out or repeated, most often near the head, where the structure is.
fn damage(file: &mut Vec<u8>, draws: &mut impl Rng) {
    const ODD: [u8; 5] = [0x00, 0x01, 0x7F, 0x80, 0xFF];
    for _ in 0..draws.random_range(1..=4) {
        if file.is_empty() {
            return;
        }
        let reach = if draws.random() { file.len().min(64) } else { file.len() };
        let at = draws.random_range(0..reach);
        let end = (at + draws.random_range(1..16)).min(file.len());
        match draws.random_range(0..7) {
            0 | 1 => file[at] ^= 1 << draws.random_range(0..8),
            2 => file[at] = draws.random(),
            3 => file[at..end].fill(ODD[draws.random_range(0..ODD.len())]),
            4 => drop(file.drain(at..end)),
            5 => drop(file.splice(at..at, file[at..end].to_vec())),
            _ => file.truncate(at),
        }
    }
}
