//! One picture from its number.

use image::RgbImage;
use plumage_random::{Stream, generator};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    bird::Bird,
    canvas::Canvas,
    colour::{self, Palette},
    geometry::Point,
    perch::Perch,
    plumage::Plumage,
    view::View,
    world::World,
};

/// Changes with every change of the drawings, so that a recorded run names what it saw.
pub(super) const VERSION: u32 = 1;
/// Rows of a picture that are painted at a time: of a picture of 256 pixels all, of 2048 pixels 32.
const PIXELS_AT_ONCE: usize = 256 * 256;

/// The parts of a picture, each of which has random numbers of its own.
#[derive(Clone, Copy)]
pub(super) enum PictureStream {
    Scene = 0,
    Bird = 1,
    World = 2,
}

/// Draws picture `index` of the aviary of `seed`, `side` x `side` pixels: a function of these three numbers alone.
pub fn draw(side: u32, seed: u64, index: u64) -> RgbImage {
    let mut picture = RgbImage::new(side, side);
    let side = side as usize;
    let height = (PIXELS_AT_ONCE / side).clamp(1, side);
    for top in (0..side).step_by(height) {
        let mut canvas = Canvas::new(side, top..(top + height).min(side));
        let random = |part: PictureStream| generator(seed, Stream::Draw, index, part as u64);
        paint(&mut canvas, random);
        canvas.shrink_into(&mut picture);
    }
    picture
}

/// Paints the whole scene, of which the canvas keeps its rows.
fn paint(canvas: &mut Canvas, random: impl Fn(PictureStream) -> ChaCha8Rng) {
    let mut rng = random(PictureStream::Scene);
    let palette = colour::palette(&mut rng);
    let light = Point::new(rng.random_range(-0.6..0.6), -1.0).unit();
    let thin = rng.random_range(0.05..0.3);
    let world = if rng.random_bool(0.67) {
        paint_bird(canvas, &palette, light, &mut random(PictureStream::Bird));
        World {
            palette,
            blur: backdrop(&mut rng, canvas.side_px()),
            light,
            thin,
            angular: 0.06,
            smallest_px: canvas.side_px() * rng.random_range(0.01..0.06),
        }
    } else {
        World {
            palette,
            blur: depth_of_field(&mut rng, canvas.side_px()),
            light,
            thin,
            angular: 0.3,
            smallest_px: rng.random_range(1.8..3.0),
        }
    };
    world.paint(canvas, &mut random(PictureStream::World));
}

/// Paints a bird on its perch: mostly whole, sometimes so close that only the head or the wing fits.
fn paint_bird(canvas: &mut Canvas, palette: &Palette, light: Point, rng: &mut ChaCha8Rng) {
    let side = canvas.side_px();
    let plumage = Plumage::draw(rng);
    let rise = rng.random_range(0.02..0.15);
    let mirrored = rng.random_bool(0.5);
    let (focus, scale) = match rng.random_range(0..10) {
        0..7 => (Point::new(-0.08, -0.02), rng.random_range(0.42..0.60)),
        7..9 => (Point::new(0.42, -0.14), rng.random_range(0.9..1.5)),
        _ => (Point::new(-0.1, 0.0), rng.random_range(1.2..2.2)),
    };
    let middle = Point::new(rng.random_range(0.45..0.55), rng.random_range(0.44..0.52)) * side;
    let unplaced = View::new(middle, scale * side, rise, mirrored);
    let view = View { origin: middle + middle + unplaced.place(focus) * -1.0, ..unplaced };
    let bird = Bird::new(plumage, view, rise, rng.random_range(-0.02..0.05), light);
    let perch = Perch::new(&bird, palette, rng);
    bird.paint(canvas, rng);
    perch.paint(&bird, canvas, rng);
}

/// The blur of a world behind a bird, in pixels near and far.
fn backdrop(rng: &mut ChaCha8Rng, side: f32) -> (f32, f32) {
    if rng.random_bool(0.3) {
        return (0.0, 0.6);
    }
    let near = side * rng.random_range(0.002..0.012);
    (near, near + side * rng.random_range(0.004..0.02))
}

/// The blur of a world without a bird: none for most, with distance for some, all over for the others.
fn depth_of_field(rng: &mut ChaCha8Rng, side: f32) -> (f32, f32) {
    match rng.random_range(0..10) {
        0..7 => (0.0, 0.0),
        7..9 => (0.0, side * rng.random_range(0.004..0.016)),
        _ => (0.3, 0.7),
    }
}
