//! Where a bird stands in the picture.

use super::geometry::Point;

/// The bird's own plane on the canvas: x along its body towards the head, y towards its belly, a body being 1 long.
#[derive(Clone, Copy)]
pub(super) struct View {
    /// The middle of the body in pixels.
    pub(super) origin: Point,
    /// The length of the body in pixels.
    pub(super) scale: f32,
    /// Unit vectors along the body and towards the belly, on the canvas.
    pub(super) ahead: Point,
    pub(super) down: Point,
}

impl View {
    /// A bird whose body rises by `rise` turns towards its head, which is right or, mirrored, left.
    pub(super) fn new(origin: Point, scale: f32, rise: f32, mirrored: bool) -> View {
        let (ahead, down) = (Point::direction(-rise), Point::direction(0.25 - rise));
        let flip = |way: Point| if mirrored { Point::new(-way.x, way.y) } else { way };
        View { origin, scale, ahead: flip(ahead), down: flip(down) }
    }

    /// The pixels of a place on the bird.
    pub(super) fn place(&self, on_bird: Point) -> Point {
        self.origin + self.way(on_bird) * self.scale
    }

    /// The way on the canvas of a way on the bird, of the same length.
    pub(super) fn way(&self, on_bird: Point) -> Point {
        self.ahead * on_bird.x + self.down * on_bird.y
    }

    /// The place on the bird of a place in pixels.
    pub(super) fn on_bird(&self, place: Point) -> Point {
        let from = (place - self.origin) * (1.0 / self.scale);
        Point::new(from.dot(self.ahead), from.dot(self.down))
    }

    /// The way on the bird of a way on the canvas.
    pub(super) fn way_on_bird(&self, way: Point) -> Point {
        Point::new(way.dot(self.ahead), way.dot(self.down))
    }

    /// The sign of a bend across a way that keeps its side on a mirrored bird.
    pub(super) fn hand(&self) -> f32 {
        if self.ahead.x * self.down.y - self.ahead.y * self.down.x > 0.0 { 1.0 } else { -1.0 }
    }
}
