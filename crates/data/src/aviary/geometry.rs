//! Points of the plane, and a sine that is the same on every machine.

use std::ops::{Add, Mul, Sub};

/// A place or a way in the plane, x to the right and y downwards, in pixels unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Point {
    pub(super) const fn new(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    /// The unit vector `turns` of a full turn clockwise from the x axis.
    pub(super) fn direction(turns: f32) -> Point {
        Point::new(sine(turns + 0.25), sine(turns)).unit()
    }

    pub(super) fn dot(self, other: Point) -> f32 {
        self.x * other.x + self.y * other.y
    }

    /// This way turned by a quarter clockwise.
    pub(super) fn across(self) -> Point {
        Point::new(-self.y, self.x)
    }

    pub(super) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// The way of length 1 in the same direction.
    pub(super) fn unit(self) -> Point {
        self * (1.0 / self.length().max(1e-6))
    }

    /// The place `share` of the way from here to `other`.
    pub(super) fn towards(self, other: Point, share: f32) -> Point {
        self + (other - self) * share
    }
}

impl Add for Point {
    type Output = Point;
    fn add(self, other: Point) -> Point {
        Point::new(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Point {
    type Output = Point;
    fn sub(self, other: Point) -> Point {
        Point::new(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f32> for Point {
    type Output = Point;
    fn mul(self, factor: f32) -> Point {
        Point::new(self.x * factor, self.y * factor)
    }
}

/// The sine of `turns` full turns, to 0.001.
///
/// The system's sine differs in the last bit from one machine to the next, and a drawing must not; this one is made of
/// multiplications and additions, which are exact everywhere. It is faster, too.
pub(super) fn sine(turns: f32) -> f32 {
    let x = turns - floor(turns + 0.5);
    let parabola = 8.0 * x - 16.0 * x * x.abs();
    parabola * (0.775 + 0.225 * parabola.abs())
}

/// The largest whole number not above `x`, which must be of moderate size. Faster than the standard one, which is a call.
pub(super) fn floor(x: f32) -> f32 {
    let whole = x as i32 as f32;
    if whole > x { whole - 1.0 } else { whole }
}

/// 0 at and below `from`, 1 at and above `to`, smooth between.
pub(super) fn smooth_step(from: f32, to: f32, x: f32) -> f32 {
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sine_is_a_sine() {
        for step in -300..300 {
            let turns = step as f32 / 97.0;
            let exact = (turns * std::f32::consts::TAU).sin();
            assert!((sine(turns) - exact).abs() < 2e-3, "{turns}: {} {exact}", sine(turns));
        }
    }
}
