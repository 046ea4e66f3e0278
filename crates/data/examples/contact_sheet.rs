//! A sheet of drawn birds: `cargo run --package plumage-data --example contact_sheet -- sheet.png 256 203 214 301`.

use std::{env, error::Error};

use image::{RgbImage, imageops};
use plumage_data::aviary::draw;

/// Pixels between pictures.
const GAP: u32 = 8;

/// Pictures in a row.
const COLUMNS: u32 = 6;

const USAGE: &str = "give the file to write, the side of the pictures in pixels, and their numbers";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let path = arguments.next().ok_or(USAGE)?;
    let side: u32 = arguments.next().ok_or(USAGE)?.parse()?;
    let numbers: Vec<u64> = arguments.map(|number| number.parse()).collect::<Result<_, _>>()?;
    let count = u32::try_from(numbers.len()).map_err(|_| USAGE)?;
    if count == 0 {
        return Err(USAGE.into());
    }
    let start = |place: u32| place * (side + GAP);
    let length = |count: u32| start(count) - GAP;
    let (columns, rows) = (count.min(COLUMNS), count.div_ceil(COLUMNS));
    let mut sheet = RgbImage::from_pixel(length(columns), length(rows), image::Rgb([255; 3]));
    for (place, &number) in (0..).zip(&numbers) {
        let (x, y) = (start(place % COLUMNS), start(place / COLUMNS));
        imageops::replace(&mut sheet, &draw(side, 1, number), i64::from(x), i64::from(y));
    }
    sheet.save(path)?;
    Ok(())
}
