//! Spread wings: a fan of primaries from the hand, secondaries along the arm, and coverts over the roots of both.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    bird::Bird,
    canvas::Canvas,
    feather::{Feather, Vane},
    geometry::{Point, sine},
};

/// Where the wing leaves the body, on the bird.
const SHOULDER: Point = Point::new(0.12, -0.11);
/// Length of the arm and of the hand, in body lengths.
const ARM: f32 = 0.40;
const HAND: f32 = 0.17;
const SECONDARIES: usize = 9;
const PRIMARIES: usize = 10;

/// How a wing is held.
#[derive(Clone, Copy)]
pub(super) struct Spread {
    /// Turns by which the whole wing is swung forward from upright.
    pub(super) swing: f32,
    /// Turns from the first primary to the last secondary.
    pub(super) fan: f32,
    /// Brightness: the far wing lies in the shade.
    pub(super) light: f32,
}

/// The root and the direction of one flight feather on the bird, and its length.
struct Quill {
    root: Point,
    way: Point,
    length: f32,
}

impl Spread {
    /// The flight feathers from the outermost primary to the innermost secondary.
    fn quills(&self) -> Vec<Quill> {
        let upwards = Point::direction(-0.25 + self.swing);
        let elbow = SHOULDER + Point::direction(-0.22 + self.swing) * ARM;
        let tip = elbow + Point::direction(-0.27 + self.swing) * HAND;
        let total = PRIMARIES + SECONDARIES;
        (0..total)
            .map(|number| {
                let share = number as f32 / (total - 1) as f32;
                let root = if number < PRIMARIES {
                    tip.towards(elbow, number as f32 / PRIMARIES as f32)
                } else {
                    elbow.towards(SHOULDER, (number - PRIMARIES) as f32 / SECONDARIES as f32)
                };
                // The hand fans out quickly, the arm slowly.
                let turned = self.fan * 0.5 * (share + share.sqrt());
                let way = Point::direction(-0.235 + self.swing - turned);
                let rounded = sine(0.10 + 0.22 * (1.0 - share));
                let length = 0.30 + 0.36 * rounded - 0.06 * way.dot(upwards).min(0.0);
                Quill { root, way, length }
            })
            .collect()
    }

    /// Paints the wing behind all that is on `canvas`: small coverts, great coverts, then the flight feathers.
    pub(super) fn paint(&self, bird: &Bird, canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
        let plumage = &bird.plumage;
        let flight = plumage.flight_vane(plumage.flight, plumage.flight_edge);
        let small = plumage.back_pattern.vane(plumage.coverts);
        let barred = Vane { tip: plumage.wing_bar, tip_share: 0.22, ..small };
        let quills = self.quills();
        for (reach, back, half_width, shoulder, vane) in [
            (0.17, 0.045, 0.030, 0.45, small),
            (0.26, 0.020, 0.030, 0.45, small),
            (0.42, 0.0, 0.042, 0.55, barred),
            (1.0, 0.0, 0.050, 0.88, flight),
        ] {
            for quill in &quills {
                let root = quill.root + quill.way * -back;
                let length = (quill.length * reach + back) * rng.random_range(0.96..1.04);
                Feather {
                    root: bird.view.place(root),
                    axis: bird.view.way(quill.way),
                    length: length * bird.view.scale,
                    half_width: half_width * bird.view.scale,
                    shoulder,
                    fray: 0.02,
                    bend: -0.05 * bird.view.hand(),
                    light: self.light * rng.random_range(0.93..1.05),
                    shadow: 0.02 * bird.view.scale,
                    vane,
                }
                .paint(canvas);
            }
        }
    }
}
