//! What a bird stands on: feet, a branch with its bark, twigs and leaves.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    bird::Bird,
    canvas::Canvas,
    colour::{Colour, Palette},
    feather::{Feather, Vane},
    geometry::Point,
    stroke::Stroke,
};

/// A branch across the picture.
pub(super) struct Perch {
    /// The middle of the branch below the bird, in pixels.
    middle: Point,
    /// Unit vector along the branch.
    axis: Point,
    /// Half the thickness in pixels.
    half_width: f32,
    bark: Colour,
    leaf: Colour,
}

impl Perch {
    /// A branch at the feet of `bird`.
    pub(super) fn new(bird: &Bird, palette: &Palette, rng: &mut ChaCha8Rng) -> Perch {
        let scale = bird.view.scale;
        let hips = bird.view.place(Point::new(-0.02, 0.0));
        let half_width = scale * rng.random_range(0.05..0.10);
        let drop = scale * (bird.plumage.build.stout + rng.random_range(0.16..0.24));
        let bark =
            Colour::hex(BARKS[rng.random_range(0..BARKS.len())]).mix(palette[3], 0.25).varied(rng, 0.03);
        let green = Colour::hex(LEAVES[rng.random_range(0..LEAVES.len())]);
        Perch {
            middle: hips + Point::new(0.0, drop + half_width),
            axis: Point::direction(rng.random_range(-0.045..0.045)),
            half_width,
            bark,
            leaf: green.varied(rng, 0.06),
        }
    }

    /// Paints toes and legs behind the body, then the branch behind them.
    pub(super) fn paint(&self, bird: &Bird, canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
        for near in [true, false] {
            self.paint_foot(bird, canvas, near);
        }
        self.paint_branch(bird, canvas, rng);
    }

    fn paint_foot(&self, bird: &Bird, canvas: &mut Canvas, near: bool) {
        let scale = bird.view.scale;
        let (ahead, shade) = if near { (0.0, 0.95) } else { (0.14, 0.7) };
        let facing = if bird.view.ahead.x > 0.0 { 1.0 } else { -1.0 };
        let along = self.axis * facing;
        let ankle = self.middle + along * ((0.05 + ahead) * scale) + self.up() * (1.06 * self.half_width);
        let leg = Stroke {
            root: bird.view.place(Point::new(-0.04 + 0.9 * ahead, 0.72 * bird.plumage.build.stout)),
            tip: ankle,
            half_width: (0.022 * scale, 0.014 * scale),
            bend: 0.06 * facing,
            bluntness: 0.2,
            colour: bird.plumage.legs * shade,
            light: bird.light,
            grain: (0.25, 3),
            shine: 0.2,
            blur: 0.0,
        };
        for (reach, drop) in [(0.17, 0.5), (0.12, 1.0), (0.05, 1.3), (-0.12, 0.5)] {
            let tip = ankle + along * (reach * scale) + self.up() * (-drop * self.half_width);
            let claw = tip + along * (0.022 * scale * f32::signum(reach)) + self.up() * (-0.028 * scale);
            let toe = Stroke {
                root: ankle,
                tip,
                half_width: (0.015 * scale, 0.012 * scale),
                bend: -0.22 * facing * f32::signum(reach),
                ..leg
            };
            let dark = Colour::hex(0x1c1816);
            Stroke {
                root: tip,
                tip: claw,
                half_width: (0.010 * scale, 0.002 * scale),
                colour: dark,
                bend: 0.0,
                ..toe
            }
            .paint(canvas);
            toe.paint(canvas);
        }
        leg.paint(canvas);
    }

    fn up(&self) -> Point {
        let across = self.axis.across();
        if across.y < 0.0 { across } else { across * -1.0 }
    }

    fn paint_branch(&self, bird: &Bird, canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
        let side = canvas.side_px();
        let reach = side * 1.1;
        let grows = if rng.random_bool(0.5) { 1.0 } else { -1.0 };
        let salt = rng.random();
        let branch = Stroke {
            root: self.middle + self.axis * (-grows * reach),
            tip: self.middle + self.axis * (grows * reach),
            half_width: (self.half_width * 1.15, self.half_width * 0.8),
            bend: 0.0,
            bluntness: 0.0,
            colour: self.bark,
            light: bird.light,
            grain: (0.75, salt),
            shine: 0.0,
            blur: 0.0,
        };
        let mut twigs = Vec::new();
        for _ in 0..rng.random_range(2..6) {
            let along = rng.random_range(-0.6f32..0.6) * side;
            let root = self.middle + self.axis * along;
            let upwards = if rng.random_bool(0.6) { 1.0 } else { -1.0 };
            let way = (self.axis * (grows * rng.random_range(0.5..1.2)) + self.up() * upwards).unit();
            let length = side * rng.random_range(0.15..0.4);
            let half = self.half_width * rng.random_range(0.2..0.45);
            let twig = Stroke {
                root,
                tip: root + way * length,
                half_width: (half, 0.3 * half),
                bend: rng.random_range(-0.12..0.12),
                ..branch
            };
            self.paint_leaves(&twig, bird, canvas, rng);
            twigs.push(twig);
        }
        branch.paint(canvas);
        twigs.iter().for_each(|twig| twig.paint(canvas));
    }

    /// Leaves along a twig, to both sides in turn.
    fn paint_leaves(&self, twig: &Stroke, bird: &Bird, canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
        let way = (twig.tip - twig.root).unit();
        let length = bird.view.scale.min(canvas.side_px()) * rng.random_range(0.14..0.26);
        let count = rng.random_range(2..8);
        for number in 0..count {
            let share = 1.0 - 0.75 * number as f32 / count as f32;
            let hand = if number % 2 == 0 { 1.0 } else { -1.0 };
            let turned = way + way.across() * (hand * rng.random_range(0.3..1.3));
            let colour = self.leaf.varied(rng, 0.05);
            Feather {
                root: twig.root.towards(twig.tip, share),
                axis: turned.unit(),
                length: length * rng.random_range(0.7..1.2),
                half_width: length * rng.random_range(0.16..0.26),
                shoulder: 0.35,
                fray: 0.0,
                bend: rng.random_range(-0.12..0.12),
                light: rng.random_range(0.75..1.2),
                shadow: 0.05 * length,
                vane: Vane { rachis: 0.35, barbs: 0.07, ..Vane::plain(colour) },
            }
            .paint(canvas);
        }
    }
}

const BARKS: [u32; 5] = [0x6b5440, 0x8a7a66, 0x55493c, 0x9a8f80, 0x7a4f38];
const LEAVES: [u32; 6] = [0x5d8a32, 0x7fa33c, 0x3f6b35, 0xb8922e, 0xb5602a, 0x8f9f55];
