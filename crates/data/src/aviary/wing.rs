//! A folded wing: rows of coverts over secondaries over primaries.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    bird::Bird,
    canvas::Canvas,
    feather::{Feather, Vane},
    geometry::{Point, smooth_step},
    plumage::Plumage,
};

/// One row of feathers, from the back of the bird to its breast.
struct Row {
    /// The roots of the first and the last feather, on the bird.
    roots: (Point, Point),
    count: usize,
    /// The tips of the first and the last feather.
    tips: (Point, Point),
    half_width: f32,
    shoulder: f32,
    vane: fn(&Plumage) -> Vane,
}

const ROWS: [Row; 6] = [
    Row {
        roots: (Point::new(0.25, -0.14), Point::new(0.27, 0.05)),
        count: 6,
        tips: (Point::new(0.12, -0.17), Point::new(0.16, 0.10)),
        half_width: 0.026,
        shoulder: 0.4,
        vane: lesser,
    },
    Row {
        roots: (Point::new(0.18, -0.17), Point::new(0.22, 0.09)),
        count: 7,
        tips: (Point::new(0.03, -0.18), Point::new(0.09, 0.12)),
        half_width: 0.028,
        shoulder: 0.45,
        vane: median,
    },
    Row {
        roots: (Point::new(0.09, -0.17), Point::new(0.14, 0.11)),
        count: 8,
        tips: (Point::new(-0.13, -0.17), Point::new(-0.06, 0.12)),
        half_width: 0.028,
        shoulder: 0.6,
        vane: greater,
    },
    Row {
        roots: (Point::new(0.00, -0.17), Point::new(-0.02, -0.05)),
        count: 3,
        tips: (Point::new(-0.37, -0.15), Point::new(-0.42, -0.05)),
        half_width: 0.042,
        shoulder: 0.7,
        vane: flight,
    },
    Row {
        roots: (Point::new(-0.02, -0.06), Point::new(0.02, 0.11)),
        count: 6,
        tips: (Point::new(-0.47, -0.05), Point::new(-0.40, 0.07)),
        half_width: 0.030,
        shoulder: 0.8,
        vane: flight,
    },
    Row {
        roots: (Point::new(-0.14, 0.00), Point::new(-0.05, 0.09)),
        count: 6,
        tips: (Point::new(-0.76, -0.035), Point::new(-0.50, 0.06)),
        half_width: 0.024,
        shoulder: 0.85,
        vane: flight,
    },
];

fn lesser(plumage: &Plumage) -> Vane {
    plumage.back_pattern.vane(plumage.coverts)
}

fn median(plumage: &Plumage) -> Vane {
    let vane = plumage.back_pattern.vane(plumage.coverts);
    Vane { tip: plumage.wing_bar, tip_share: 0.2, ..vane }
}

fn greater(plumage: &Plumage) -> Vane {
    let vane = plumage.flight_vane(plumage.coverts, plumage.flight_edge);
    Vane { tip: plumage.wing_bar, tip_share: 0.2, ..vane }
}

fn flight(plumage: &Plumage) -> Vane {
    plumage.flight_vane(plumage.flight, plumage.flight_edge)
}

/// Whether the folded wing lies over `place`: what grows around it lies over the wing's edge instead.
pub(super) fn covers(place: Point) -> bool {
    let half_height = 0.155 - 0.20 * (-0.1 - place.x).max(0.0);
    let middle = -0.03 + 0.02 * (place.x + 0.1);
    place.x < 0.27 && (place.y - middle).abs() < half_height.max(0.07)
}

/// Paints the near wing, folded against the body.
pub(super) fn paint_folded(bird: &Bird, canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
    let light = bird.view.way_on_bird(bird.light);
    let scale = bird.view.scale;
    let droop = rng.random_range(-0.02..0.05);
    let sweep = |place: Point| Point::new(place.x, place.y + droop * (0.3 - place.x));
    for row in &ROWS {
        let vane = (row.vane)(&bird.plumage);
        for number in 0..row.count {
            let share = number as f32 / (row.count - 1) as f32;
            let root = sweep(row.roots.0.towards(row.roots.1, share));
            let tip = sweep(row.tips.0.towards(row.tips.1, share));
            let jitter = Point::new(rng.random_range(-0.008..0.008), rng.random_range(-0.004..0.004));
            let span = tip + jitter - root;
            // The wing is a shallow roof: light at its ridge, darker where it turns under.
            let fall = 1.08 - 0.34 * smooth_step(0.3, 1.0, share) + 0.10 * light.x * (0.5 - share);
            Feather {
                root: bird.view.place(root),
                axis: bird.view.way(span.unit()),
                length: span.length() * scale,
                half_width: row.half_width * scale * rng.random_range(0.95..1.08),
                shoulder: row.shoulder,
                fray: 0.02,
                bend: 0.03 * bird.view.hand(),
                light: fall * rng.random_range(0.94..1.06),
                shadow: 0.022 * scale,
                vane,
            }
            .paint(canvas);
        }
    }
}
