//! The shape of a bird without its feathers: a head and a body that flow into one another.

use super::{geometry::Point, plumage::Build};

/// A place on the bird is given in lengths of its body, from the body's middle, x to the head and y to the belly.
pub(super) struct Body {
    pub(super) head: Point,
    pub(super) head_radius: f32,
    stout: f32,
    /// Unit vector from the middle of the head to the tip of the beak.
    pub(super) gaze: Point,
}

/// A part of the body that has a colour of its own.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Part {
    Crown,
    Mask,
    Cheek,
    Throat,
    Nape,
    Back,
    Breast,
    Belly,
    Rump,
}

/// How far head and body flow into one another.
const NECK: f32 = 0.16;

impl Body {
    /// The body of a bird of `build`, which looks along `gaze`.
    pub(super) fn new(build: &Build, gaze: Point) -> Body {
        let head = Point::new(0.45, -0.13 - 0.4 * build.head);
        Body { head, head_radius: build.head, stout: build.stout, gaze }
    }

    /// The distance to the outline, in body lengths: negative within.
    pub(super) fn distance(&self, place: Point) -> f32 {
        let head = (place - self.head).length() - self.head_radius;
        // An egg: blunt at the breast, pointed at the rump.
        let taper = 1.0 + 0.32 * place.x - 0.2 * place.x * place.x;
        let scaled = Point::new(place.x / 0.52, (place.y + 0.05 * place.x) / (self.stout * taper));
        let radius = scaled.length().max(1e-3);
        let body = (radius - 1.0) * place.length().max(0.1) / radius;
        let blend = ((NECK - (head - body).abs()) / NECK).max(0.0);
        head.min(body) - 0.25 * blend * blend * NECK
    }

    /// The way outwards at `place`, of length 1.
    fn outwards(&self, place: Point) -> Point {
        let step = 0.02;
        let right = Point::new(step, 0.0);
        let down = Point::new(0.0, step);
        Point::new(
            self.distance(place + right) - self.distance(place - right),
            self.distance(place + down) - self.distance(place - down),
        )
        .unit()
    }

    /// How much light falls on `place`, from about 0.4 to 1.2, where `light` is the way to the light on the bird.
    pub(super) fn light(&self, place: Point, light: Point) -> f32 {
        let depth = (-self.distance(place) / (0.8 * self.stout)).clamp(0.0, 1.0);
        let tilt = 1.0 - depth;
        let facing = (1.0 - tilt * tilt).sqrt();
        0.56 + 0.36 * facing + 0.34 * tilt * self.outwards(place).dot(light)
    }

    /// The way in which feathers lie at `place`: from the beak over the head, then along the body to the tail.
    pub(super) fn flow(&self, place: Point) -> Point {
        let from_beak = place - (self.head + self.gaze * (0.8 * self.head_radius));
        let away = from_beak.unit();
        let on_head = (1.4 - (place - self.head).length() / self.head_radius).clamp(0.0, 1.0);
        let tailwards =
            Point::new(-1.0, 0.30 * place.y / self.stout - 0.35 * (place.y.min(0.0)) * place.x.max(0.0));
        (tailwards.unit() * (1.0 - on_head) + away * (1.1 * on_head)).unit()
    }

    /// How far down the stream of feathers `place` lies: what is nearer the beak covers what is farther.
    pub(super) fn downstream(&self, place: Point) -> f32 {
        let beak = self.head + self.gaze * self.head_radius;
        (place - beak).length()
    }

    /// The place relative to the head: x along the gaze, y down, in radii of the head.
    pub(super) fn on_head(&self, place: Point) -> Point {
        let from = (place - self.head) * (1.0 / self.head_radius);
        Point::new(from.dot(self.gaze), from.dot(self.gaze.across()))
    }

    /// The part of the body to which `place` belongs, for a mask of half the height `mask_width`.
    pub(super) fn part(&self, place: Point, mask_width: f32) -> Part {
        let on_head = self.on_head(place);
        if on_head.length() < 1.12 && place.x > 0.2 {
            return match on_head {
                Point { x, y } if y < -0.30 - 0.12 * x => Part::Crown,
                Point { x, y } if (y + 0.08).abs() < mask_width && x > -0.85 => Part::Mask,
                Point { x, y } if y > 0.42 - 0.1 * x && x > -0.2 => Part::Throat,
                Point { x, .. } if x < -0.75 => Part::Nape,
                _ => Part::Cheek,
            };
        }
        match place {
            Point { x, y } if y < -0.06 - 0.10 * x && x < -0.34 => Part::Rump,
            Point { x, y } if y < -0.05 - 0.25 * x.max(0.0) => {
                if x > 0.22 {
                    Part::Nape
                } else {
                    Part::Back
                }
            }
            Point { x, .. } if x > -0.02 => Part::Breast,
            _ => Part::Belly,
        }
    }
}
