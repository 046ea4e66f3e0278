//! Blades of grass in front of a world.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{canvas::Canvas, colour::Palette, geometry::Point, stroke::Stroke};

/// Paints blades that grow from below the picture and bend under their weight, the near ones first.
pub(super) fn paint(canvas: &mut Canvas, palette: &Palette, light: Point, rng: &mut ChaCha8Rng) {
    let side = canvas.side_px();
    let wind = rng.random_range(-0.08..0.08);
    let count = rng.random_range(8..50);
    for _ in 0..count {
        let root = Point::new(rng.random_range(-0.1..1.1), rng.random_range(1.0..1.15)) * side;
        let lean = wind + rng.random_range(-0.09..0.09);
        let length = side * rng.random_range(0.25..1.1);
        let colour = palette[rng.random_range(0..palette.len())].varied(rng, 0.06);
        Stroke {
            root,
            tip: root + Point::direction(-0.25 + lean) * length,
            half_width: (rng.random_range(0.5..1.5) + 0.008 * length, 0.2),
            bend: rng.random_range(-0.16..0.16),
            bluntness: 0.0,
            colour: colour * rng.random_range(0.8..1.3),
            light,
            grain: (0.12, rng.random()),
            shine: 0.1,
            blur: 0.0,
        }
        .paint(canvas);
    }
}
