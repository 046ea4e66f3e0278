//! Eye and beak.

use super::{
    bird::Bird,
    canvas::{Bounds, Canvas},
    colour::Colour,
    geometry::{Point, smooth_step},
    plumage::Beak,
    stroke::Stroke,
};

/// Where the eye lies on the head, in radii of the head along the gaze and down.
const EYE: Point = Point::new(0.34, -0.20);

/// Paints the eye and the beak in front of it all.
pub(super) fn paint(bird: &Bird, canvas: &mut Canvas) {
    paint_eye(bird, canvas);
    paint_beak(bird, canvas);
}

/// Paints the eye: a ring, an iris, a pupil and the sky in it.
fn paint_eye(bird: &Bird, canvas: &mut Canvas) {
    let body = &bird.body;
    let across = body.gaze.across();
    let place = body.head + (body.gaze * EYE.x + across * EYE.y) * body.head_radius;
    let centre = bird.view.place(place);
    let radius = bird.plumage.build.eye * body.head_radius * bird.view.scale;
    let bounds = Bounds {
        centre,
        axis: Point::new(1.0, 0.0),
        half_length: 1.4 * radius + 1.0,
        half_width: 1.4 * radius + 1.0,
    };
    let soft = (0.8 / radius).max(0.08);
    let iris = bird.plumage.iris;
    let ring = bird.plumage.cheek.mix(Colour([0.8, 0.78, 0.7]), 0.3) * 0.55;
    let glint = bird.light * 0.42;
    canvas.paint(&bounds, |place| {
        let from = (place - centre) * (1.0 / radius);
        let off = from.length();
        let cover = smooth_step(1.22 + soft, 1.22 - soft, off);
        if cover <= 0.0 {
            return None;
        }
        let depth = 1.0 + 0.5 * from.dot(bird.light * -1.0);
        let mut colour = iris * depth;
        colour = colour.mix(Colour([0.02, 0.02, 0.03]), smooth_step(0.62 + soft, 0.62 - soft, off));
        colour = colour.mix(ring, smooth_step(1.0 - soft, 1.0 + soft, off));
        let shine = smooth_step(0.26 + soft, 0.26 - soft, (from - glint).length());
        let sky = 0.22 * smooth_step(0.95, 0.4, off) * smooth_step(-0.1, 0.9, from.dot(bird.light));
        Some((cover, colour.brighter(sky).mix(Colour([0.97, 0.98, 1.0]), shine)))
    });
}

/// The length of a beak, its height at the base, both in radii of the head, and how far it bends down.
fn shape(beak: Beak) -> (f32, f32, f32) {
    match beak {
        Beak::Seed => (0.72, 0.56, 0.06),
        Beak::Stub => (0.52, 0.66, 0.14),
        Beak::Small => (0.48, 0.30, 0.05),
        Beak::Insect => (0.78, 0.26, 0.04),
        Beak::Stout => (0.98, 0.50, 0.10),
        Beak::Hook => (0.62, 0.50, 0.30),
        Beak::Long => (1.75, 0.40, 0.0),
    }
}

/// Paints the two halves of the beak, the upper over the lower.
fn paint_beak(bird: &Bird, canvas: &mut Canvas) {
    let body = &bird.body;
    let (length, height, hook) = shape(bird.plumage.build.beak);
    let (gaze, across) = (body.gaze, body.gaze.across());
    let at = |ahead: f32, down: f32| {
        bird.view.place(body.head + (gaze * ahead + across * down) * body.head_radius)
    };
    let px = body.head_radius * bird.view.scale;
    let hand = bird.view.hand();
    let base = 0.80;
    let upper = Stroke {
        root: at(base, -0.02),
        tip: at(base + 0.2 + length, 0.10 + hook * 0.8),
        half_width: (0.26 * height * 2.0 * 0.62 * px, 0.012 * px),
        bend: -(0.05 + 0.4 * hook) * hand,
        bluntness: 0.0,
        colour: bird.plumage.beak,
        light: bird.light,
        grain: (0.06, 7),
        shine: 0.5,
        blur: 0.0,
    };
    upper.paint(canvas);
    Stroke {
        root: at(base, 0.02 + 0.22 * height),
        tip: at(base + 0.12 + 0.86 * length, 0.11 + 0.05 * height),
        half_width: (0.26 * height * px, 0.01 * px),
        bend: -0.01 * hand,
        colour: bird.plumage.beak * 0.82,
        shine: 0.2,
        ..upper
    }
    .paint(canvas);
}
