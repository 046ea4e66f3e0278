//! Textures: noise of a lattice, waves, and how they fade where they would be finer than the samples.

use rand::Rng;

use super::geometry::{Point, floor, sine};

/// What covers the inside of a shape, as a change of brightness.
#[derive(Clone, Copy)]
pub(super) enum Texture {
    Plain,
    Wave {
        /// Waves per pixel in each direction.
        frequency: Point,
        phase: f32,
        amplitude: f32,
    },
    Noise {
        /// Cells of the coarsest lattice per pixel in each direction.
        frequency: Point,
        salt: u32,
        amplitude: f32,
        octaves: u32,
    },
}

impl Texture {
    /// Draws a texture for a shape of `radius` pixels: none, a wave for a third, noise for a quarter. What is smaller
    /// than `blur` pixels is faint.
    pub(super) fn draw(rng: &mut impl Rng, radius: f32, blur: f32) -> Texture {
        let pick: f32 = rng.random();
        let period = 1.8 + (radius * 0.8).max(1.0) * rng.random_range(0.0f32..1.0).powi(2);
        let way = Point::direction(rng.random());
        let sharp = sharpness(period, blur);
        if pick < 0.33 {
            Texture::Wave {
                frequency: way * (1.0 / period),
                phase: rng.random(),
                amplitude: sharp * rng.random_range(0.02..0.2),
            }
        } else if pick < 0.60 {
            let stretch = rng.random_range(0.15f32..1.0);
            Texture::Noise {
                frequency: Point::new(1.0 / period, stretch / period),
                salt: rng.random(),
                amplitude: sharp * rng.random_range(0.05..0.35),
                octaves: if period > 6.0 { 2 } else { 1 },
            }
        } else {
            Texture::Plain
        }
    }

    /// The change of brightness at `place`, in pixels of the shape's own frame.
    pub(super) fn at(&self, place: Point) -> f32 {
        match *self {
            Texture::Plain => 0.0,
            Texture::Wave { frequency, phase, amplitude } => amplitude * sine(frequency.dot(place) + phase),
            Texture::Noise { frequency, salt, amplitude, octaves } => {
                let cell = Point::new(place.x * frequency.x, place.y * frequency.y);
                amplitude * fractal(cell, salt, octaves)
            }
        }
    }
}

/// How much of a texture with `period` remains after a blur, both in pixels: nothing below what two samples a pixel
/// can hold.
pub(super) fn sharpness(period: f32, blur: f32) -> f32 {
    ((period - 1.4) / (1.0 + 2.0 * blur)).clamp(0.0, 1.0)
}

/// Noise from about -1 to 1 of several scales, each half as large and half as strong as the one before.
pub(super) fn fractal(cell: Point, salt: u32, octaves: u32) -> f32 {
    let (mut sum, mut weight, mut cell) = (0.0, 1.0, cell);
    for octave in 0..octaves {
        sum += weight * noise(cell, salt.wrapping_add(octave));
        weight *= 0.5;
        cell = cell * 2.0;
    }
    sum
}

/// Smooth noise from -1 to 1: random values at the corners of unit cells, blended between.
pub(super) fn noise(cell: Point, salt: u32) -> f32 {
    let (left, top) = (floor(cell.x), floor(cell.y));
    let (column, row) = (left as i32, top as i32);
    let (x, y) = (fade(cell.x - left), fade(cell.y - top));
    let above = blend(hash(column, row, salt), hash(column + 1, row, salt), x);
    let below = blend(hash(column, row + 1, salt), hash(column + 1, row + 1, salt), x);
    blend(above, below, y)
}

fn fade(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

fn blend(from: f32, to: f32, share: f32) -> f32 {
    from + (to - from) * share
}

/// A number from -1 to 1 for a corner of the lattice.
fn hash(column: i32, row: i32, salt: u32) -> f32 {
    let mut bits = (column as u32)
        .wrapping_mul(0x9e37_79b1)
        .wrapping_add((row as u32).wrapping_mul(0x85eb_ca77))
        .wrapping_add(salt.wrapping_mul(0xc2b2_ae3d));
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x2c1b_3c6d);
    bits = (bits ^ (bits >> 12)).wrapping_mul(0x297a_2d39);
    bits ^= bits >> 15;
    (bits >> 8) as f32 * (2.0 / 16_777_215.0) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_smooth_spread_and_without_offset() {
        let values: Vec<f32> =
            (0..20_000).map(|i| noise(Point::new(i as f32 * 0.37, (i / 100) as f32 * 0.71), 5)).collect();
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        assert!(mean.abs() < 0.05, "{mean}");
        assert!(values.iter().any(|&v| v > 0.8) && values.iter().any(|&v| v < -0.8));
        let here = noise(Point::new(3.0, 4.0), 9);
        assert!((noise(Point::new(3.001, 4.0), 9) - here).abs() < 0.01);
        assert!((noise(Point::new(2.999, 4.0), 9) - here).abs() < 0.01);
    }
}
