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
    grass,
    perch::Perch,
    plumage::Plumage,
    view::View,
    world::World,
};

/// Changes with every change of the drawings, so that a recorded run names what it saw.
pub(super) const VERSION: u32 = 1;
/// Pixels that are painted at a time, which bounds the memory of a drawing to 9 MB. A larger picture is painted in
/// strips, the whole scene anew for each.
const PIXELS_AT_ONCE: usize = 512 * 512;

/// The parts of a picture, each of which has random numbers of its own.
#[derive(Clone, Copy)]
pub(super) enum PictureStream {
    Scene = 0,
    Bird = 1,
    World = 2,
    Grass = 3,
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
    let dapple = rng.random();
    let thin = rng.random_range(0.05..0.3);
    let world = if rng.random_bool(0.67) {
        paint_bird(canvas, &palette, light, &mut random(PictureStream::Bird));
        World {
            palette,
            blur: backdrop(&mut rng, canvas.side_px()),
            light,
            thin,
            dapple,
            angular: 0.03,
            smallest_px: (canvas.side_px() * rng.random_range(0.01..0.06)).max(2.0),
        }
    } else {
        if rng.random_bool(0.3) {
            grass::paint(canvas, &palette, light, &mut random(PictureStream::Grass));
        }
        World {
            palette,
            blur: depth_of_field(&mut rng, canvas.side_px()),
            light,
            thin,
            dapple,
            angular: 0.3,
            smallest_px: rng.random_range(1.8..4.0),
        }
    };
    world.paint(canvas, &mut random(PictureStream::World));
}

/// Paints a bird: mostly whole on its perch, sometimes flying, sometimes so close that only head or wing fits.
fn paint_bird(canvas: &mut Canvas, palette: &Palette, light: Point, rng: &mut ChaCha8Rng) {
    let plumage = Plumage::draw(rng);
    match rng.random_range(0..20) {
        0..12 => {
            let scale = rng.random_range(0.42..0.60);
            perched(canvas, plumage, (Point::new(-0.08, -0.02), scale), palette, light, rng);
        }
        12..15 => flying(canvas, plumage, light, rng),
        15..18 => {
            let scale = rng.random_range(0.9..1.5);
            perched(canvas, plumage, (Point::new(0.42, -0.14), scale), palette, light, rng);
        }
        _ => {
            let scale = rng.random_range(1.2..2.2);
            perched(canvas, plumage, (Point::new(-0.1, 0.0), scale), palette, light, rng);
        }
    }
}

/// A view of a bird whose body is `scale` times the picture's side long, with `focus` near the middle.
fn view(side: f32, (focus, scale): (Point, f32), rise: f32, rng: &mut ChaCha8Rng) -> View {
    let middle = Point::new(rng.random_range(0.45..0.55), rng.random_range(0.44..0.52)) * side;
    let unplaced = View::new(middle, scale * side, rise, rng.random_bool(0.5));
    View { origin: middle + middle - unplaced.place(focus), ..unplaced }
}

fn perched(
    canvas: &mut Canvas,
    plumage: Plumage,
    close: (Point, f32),
    palette: &Palette,
    light: Point,
    rng: &mut ChaCha8Rng,
) {
    let rise = rng.random_range(0.02..0.15);
    let view = view(canvas.side_px(), close, rise, rng);
    let bird = Bird::new(plumage, view, rise, rng.random_range(-0.02..0.05), light);
    let perch = Perch::new(&bird, palette, rng);
    bird.paint_perched(canvas, rng);
    perch.paint(&bird, canvas, rng);
}

fn flying(canvas: &mut Canvas, plumage: Plumage, light: Point, rng: &mut ChaCha8Rng) {
    let rise = rng.random_range(-0.04..0.09);
    let close = (Point::new(-0.06, -0.30), rng.random_range(0.40..0.50));
    let view = view(canvas.side_px(), close, rise, rng);
    Bird::new(plumage, view, rise, rng.random_range(0.0..0.04), light).paint_flying(canvas, rng);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast by octave: the standard deviation of brightness, in steps of 8 bits, within blocks of 2, 4, 8, ...
    /// pixels after the blocks within them are averaged, over several pictures.
    fn contrast_by_octave(pictures: &[RgbImage], octaves: usize) -> Vec<f64> {
        let mut sums = vec![0.0; octaves];
        for picture in pictures {
            let mut side = picture.width() as usize;
            let mut grey: Vec<f64> = picture
                .pixels()
                .map(|pixel| pixel.0.iter().map(|&v| f64::from(v)).sum::<f64>() / 3.0)
                .collect();
            for sum in &mut sums {
                let half = side / 2;
                let mut means = Vec::with_capacity(half * half);
                let mut variance = 0.0;
                for (y, x) in (0..half * half).map(|block| (2 * (block / half), 2 * (block % half))) {
                    let block =
                        [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(dy, dx)| grey[(y + dy) * side + x + dx]);
                    let mean = block.iter().sum::<f64>() / 4.0;
                    variance += block.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 4.0;
                    means.push(mean);
                }
                *sum += variance / means.len() as f64;
                (grey, side) = (means, half);
            }
        }
        sums.iter().map(|sum| (sum / pictures.len() as f64).sqrt()).collect()
    }

    #[test]
    fn a_picture_is_a_function_of_side_seed_and_index() {
        let picture = draw(64, 3, 5);
        assert_eq!(picture, draw(64, 3, 5));
        assert_ne!(picture, draw(64, 3, 6));
        assert_ne!(picture, draw(64, 4, 5));
    }

    #[test]
    fn pictures_have_the_side_that_is_asked_for() {
        for side in [16, 17, 97, 640] {
            assert_eq!(draw(side, 1, 3).dimensions(), (side, side));
        }
    }

    #[test]
    fn a_picture_painted_in_strips_is_the_picture_painted_at_once() {
        let side = 600;
        assert!(PIXELS_AT_ONCE < side * side);
        let mut canvas = Canvas::new(side, 0..side);
        paint(&mut canvas, |part| generator(1, Stream::Draw, 4, part as u64));
        let mut whole = RgbImage::new(side as u32, side as u32);
        canvas.shrink_into(&mut whole);
        assert!(whole == draw(side as u32, 1, 4));
    }

    #[test]
    fn every_octave_holds_about_as_much_contrast_as_in_photographs() {
        // A spectrum that falls like 1/f has the same contrast in every octave. In 256x256 corners of BSDS200 it is
        // 12, 13, 14, 15, 18, 20 from the finest to the coarsest.
        let pictures: Vec<_> = (0..24).map(|index| draw(128, 11, index)).collect();
        let contrast = contrast_by_octave(&pictures, 5);
        assert!(contrast[0] > 8.0, "too little fine detail: {contrast:?}");
        for octave in contrast.windows(2) {
            let step = octave[1] / octave[0];
            assert!((0.75..1.5).contains(&step), "{contrast:?}");
        }
    }
}
