//! A canvas that is painted from front to back.
//!
//! Every sample remembers how much of what lies behind it still shows. A shape is shaded only where something of it can
//! be seen, so a picture costs about the same however many shapes lie behind one another. The canvas holds two samples
//! a pixel, in its upper left and its lower right quarter, which together see every row and column of half pixels;
//! their mean, and edges that fade over a fraction of a pixel, make the antialiasing.

use std::ops::Range;

use image::{Rgb, RgbImage};

use super::{colour::Colour, geometry::Point};

/// Rows of samples in a row of pixels.
const SAMPLES: usize = 2;
/// What shows less than this is not painted: half a step of 8 bits.
const HIDDEN: f32 = 0.002;
/// Samples that are passed over together once all of them are hidden.
const RUN: usize = 16;

/// A rectangle in any direction, beyond which a shape does not reach.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) centre: Point,
    /// Unit vector along the rectangle.
    pub(super) axis: Point,
    /// Half the length along `axis` in pixels.
    pub(super) half_length: f32,
    /// Half the width across `axis` in pixels.
    pub(super) half_width: f32,
}

/// Rows of a picture while it is painted.
pub(super) struct Canvas {
    side: usize,
    rows: Range<usize>,
    light: Vec<Colour>,
    /// How much of what lies behind still shows at each sample, from 0 to 1.
    clear: Vec<f32>,
    /// How many samples of each run are not hidden yet.
    open: Vec<u8>,
}

impl Canvas {
    /// An empty canvas for `rows` of a picture of `side` x `side` pixels.
    pub(super) fn new(side: usize, rows: Range<usize>) -> Canvas {
        let count = side * rows.len() * SAMPLES;
        Canvas {
            side,
            rows,
            light: vec![Colour::BLACK; count],
            clear: vec![1.0; count],
            open: vec![RUN as u8; count.div_ceil(RUN)],
        }
    }

    /// The side of the whole picture in pixels.
    pub(super) fn side_px(&self) -> f32 {
        self.side as f32
    }

    /// Puts a shape behind all that is painted. `shade` gives, for a place in pixels, how much the shape covers there
    /// (from 0 to 1) and its colour; it is asked only where the shape may show.
    pub(super) fn paint(&mut self, bounds: &Bounds, mut shade: impl FnMut(Point) -> Option<(f32, Colour)>) {
        let step = 1.0 / SAMPLES as f32;
        let width = self.side;
        let extent_y = bounds.axis.y.abs() * bounds.half_length + bounds.axis.x.abs() * bounds.half_width;
        let first_row = self.rows.start * SAMPLES;
        let last_row = self.rows.end * SAMPLES;
        let sample_row = |y: f32| first_at(y * SAMPLES as f32, 0.5).clamp(first_row, last_row);
        let rows = sample_row(bounds.centre.y - extent_y)..sample_row(bounds.centre.y + extent_y);
        for row in rows {
            let y = (row as f32 + 0.5) * step;
            let within_pixel = if row % SAMPLES == 0 { 0.25 } else { 0.75 };
            let Some((left, right)) = bounds.span(y) else { continue };
            let left = first_at(left, within_pixel).min(width);
            let right = first_at(right, within_pixel).min(width);
            let start = (row - first_row) * width;
            let mut column = left;
            while column < right {
                let run = (start + column) / RUN;
                let end = right.min((run + 1) * RUN - start);
                if self.open[run] > 0 {
                    for column in column..end {
                        let clear = &mut self.clear[start + column];
                        if *clear < HIDDEN {
                            continue;
                        }
                        let place = Point::new(column as f32 + within_pixel, y);
                        if let Some((cover, colour)) = shade(place) {
                            let light = &mut self.light[start + column];
                            *light = *light + colour * (*clear * cover);
                            *clear *= 1.0 - cover;
                            self.open[run] -= u8::from(*clear < HIDDEN);
                        }
                    }
                }
                column = end;
            }
        }
    }

    /// Fills what is still clear.
    pub(super) fn paint_rest(&mut self, mut shade: impl FnMut(Point) -> Colour) {
        let half = self.side_px() * 0.5;
        let all = Bounds {
            centre: Point::new(half, half),
            axis: Point::new(1.0, 0.0),
            half_length: half,
            half_width: half,
        };
        self.paint(&all, |place| Some((1.0, shade(place))));
    }

    /// Writes the rows of this canvas into `picture`, every pixel the mean of its samples.
    pub(super) fn shrink_into(&self, picture: &mut RgbImage) {
        for (index, y) in self.rows.clone().enumerate() {
            for x in 0..self.side {
                let samples = (0..SAMPLES).map(|row| (index * SAMPLES + row) * self.side + x);
                let sum = samples.fold(Colour::BLACK, |sum, sample| sum + self.light[sample].clamped());
                let mean = sum * (255.0 / SAMPLES as f32);
                picture.put_pixel(x as u32, y as u32, Rgb(mean.0.map(|value| (value + 0.5) as u8)));
            }
        }
    }
}

impl Bounds {
    /// The part of the line at height `y` within the rectangle, or nothing.
    fn span(&self, y: f32) -> Option<(f32, f32)> {
        let dy = y - self.centre.y;
        let along = slab(self.axis.x, self.axis.y * dy, self.half_length)?;
        let across = slab(-self.axis.y, self.axis.x * dy, self.half_width)?;
        let (left, right) = (along.0.max(across.0), along.1.min(across.1));
        (left < right).then_some((self.centre.x + left, self.centre.x + right))
    }
}

/// Where `|slope * x + offset| <= half`.
fn slab(slope: f32, offset: f32, half: f32) -> Option<(f32, f32)> {
    if slope.abs() < 1e-4 {
        return (offset.abs() <= half + 1e-3).then_some((-1e6, 1e6));
    }
    let (a, b) = ((-half - offset) / slope, (half - offset) / slope);
    Some((a.min(b), a.max(b)))
}

/// The first of the places `offset`, `1 + offset`, `2 + offset`... at or beyond `start`.
fn first_at(start: f32, offset: f32) -> usize {
    (start + 1.0 - offset).max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything(side: f32) -> Bounds {
        Bounds {
            centre: Point::new(side / 2.0, side / 2.0),
            axis: Point::direction(0.125),
            half_length: side,
            half_width: side,
        }
    }

    #[test]
    fn what_is_painted_first_hides_what_comes_later() {
        let mut canvas = Canvas::new(4, 0..4);
        canvas.paint(&everything(4.0), |place| (place.x < 2.0).then_some((1.0, Colour([1.0, 0.0, 0.0]))));
        canvas.paint_rest(|_| Colour([0.0, 0.0, 1.0]));
        let mut picture = RgbImage::new(4, 4);
        canvas.shrink_into(&mut picture);
        assert_eq!(picture.get_pixel(1, 2).0, [255, 0, 0]);
        assert_eq!(picture.get_pixel(2, 2).0, [0, 0, 255]);
    }

    #[test]
    fn half_a_cover_mixes_front_and_back() {
        let mut canvas = Canvas::new(2, 0..2);
        canvas.paint(&everything(2.0), |_| Some((0.5, Colour([1.0; 3]))));
        canvas.paint_rest(|_| Colour::BLACK);
        let mut picture = RgbImage::new(2, 2);
        canvas.shrink_into(&mut picture);
        assert!(picture.pixels().all(|pixel| pixel.0 == [128; 3]), "{picture:?}");
    }

    #[test]
    fn a_slanted_rectangle_is_visited_where_it_is() {
        let mut canvas = Canvas::new(64, 0..64);
        let bounds = Bounds {
            centre: Point::new(32.0, 32.0),
            axis: Point::direction(0.1),
            half_length: 20.0,
            half_width: 5.0,
        };
        let mut visits = 0;
        canvas.paint(&bounds, |_| {
            visits += 1;
            None
        });
        assert!((visits as f32 / 2.0 - 400.0).abs() < 20.0, "{visits}");
    }
}
