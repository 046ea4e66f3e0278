//! One picture from its number.

use image::RgbImage;
use plumage_random::{Stream, generator};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{bird::Bird, canvas::Canvas, colour, geometry::Point, world::World};

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
    let has_bird = rng.random_bool(0.67);
    let scale = canvas.side_px() / 256.0;
    let blur = match (rng.random_range(0..10), has_bird) {
        (0..5, false) => (0.0, 0.0),
        (5..7, false) => (0.0, scale * rng.random_range(1.0..4.0)),
        (_, false) => (0.3, 0.7),
        (0..4, true) => (0.0, 0.4),
        (_, true) => (scale * rng.random_range(0.3..1.5), scale * rng.random_range(1.5..5.0)),
    };
    if has_bird {
        Bird::draw(&mut random(PictureStream::Bird), canvas.side_px(), light).paint(canvas);
    }
    let world = World { palette, blur, light, thin: rng.random_range(0.05..0.3) };
    world.paint(canvas, &mut random(PictureStream::World));
}
