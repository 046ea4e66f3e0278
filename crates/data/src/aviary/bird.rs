//! A bird.
use super::{
    canvas::{Bounds, Canvas},
    colour::Colour,
    geometry::Point,
};
use rand::Rng;
pub(super) struct Bird {
    centre: Point,
    size: f32,
    colour: Colour,
}
impl Bird {
    pub(super) fn draw(rng: &mut impl Rng, side: f32, _light: Point) -> Bird {
        Bird {
            centre: Point::new(side * 0.5, side * 0.5),
            size: side * rng.random_range(0.2..0.3),
            colour: Colour::hex(0x4488aa),
        }
    }
    pub(super) fn paint(&self, canvas: &mut Canvas) {
        let bounds = Bounds {
            centre: self.centre,
            axis: Point::direction(0.1),
            half_length: self.size,
            half_width: self.size * 0.6,
        };
        canvas.paint(&bounds, |p| {
            (((p - self.centre).length()) < self.size * 0.6).then_some((1.0, self.colour))
        });
    }
}
