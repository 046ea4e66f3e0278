//! A sheet of drawn birds: `cargo run --package plumage-data --example contact_sheet -- sheet.png 203 214 301`.

use std::{env, error::Error};

use image::{RgbImage, imageops};
use plumage_data::aviary::draw;

/// Sides of the pictures, and of the gaps between them, in pixels.
const SIDE: u32 = 256;
const GAP: u32 = 8;

/// Pictures in a row.
const COLUMNS: u32 = 6;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let path = arguments.next().ok_or("give the file to write, then the numbers of the pictures")?;
    let numbers: Vec<u64> = arguments.map(|number| number.parse()).collect::<Result<_, _>>()?;
    let rows = (numbers.len() as u32).div_ceil(COLUMNS);
    let length = |count: u32| count * (SIDE + GAP) + GAP;
    let mut sheet = RgbImage::from_pixel(length(COLUMNS), length(rows), image::Rgb([255; 3]));
    for (place, &number) in (0..).zip(&numbers) {
        let (x, y) = (length(place % COLUMNS), length(place / COLUMNS));
        imageops::replace(&mut sheet, &draw(SIDE, 1, number), i64::from(x), i64::from(y));
    }
    sheet.save(path)?;
    Ok(())
}
