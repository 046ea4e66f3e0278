//! A bird: how it stands, and its parts from front to back.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    body::Body,
    canvas::{Bounds, Canvas},
    face,
    feather::{Feather, Vane},
    flight::Spread,
    geometry::{Point, smooth_step},
    plumage::Plumage,
    view::View,
    wing,
};

/// A bird in a picture.
pub(super) struct Bird {
    pub(super) plumage: Plumage,
    pub(super) body: Body,
    pub(super) view: View,
    /// Unit vector to the light, on the canvas.
    pub(super) light: Point,
}

/// The distance between neighbouring feathers of the body, in body lengths.
const FEATHER: f32 = 0.036;

impl Bird {
    /// A bird of `plumage` seen in `view`, which lifts its beak by `nod` turns.
    pub(super) fn new(plumage: Plumage, view: View, rise: f32, nod: f32, light: Point) -> Bird {
        let body = Body::new(&plumage.build, Point::direction(rise - nod));
        Bird { plumage, body, view, light }
    }

    /// Paints a bird with folded wings and without legs behind all that is on `canvas`.
    pub(super) fn paint_perched(&self, canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
        face::paint(self, canvas);
        let (below, above): (Vec<Point>, Vec<Point>) =
            self.roots(rng).into_iter().partition(|root| wing::covers(*root));
        self.paint_contour(&above, canvas, rng);
        wing::paint_folded(self, canvas, rng);
        self.paint_contour(&below, canvas, rng);
        self.paint_skin(canvas);
        self.paint_tail(canvas, rng);
    }

    /// Paints a bird with raised wings behind all that is on `canvas`.
    pub(super) fn paint_flying(&self, canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
        let swing = rng.random_range(-0.09..0.03);
        let near = Spread { swing, fan: rng.random_range(0.24..0.32), light: 1.0 };
        let far = Spread { swing: swing + 0.07, fan: near.fan, light: 0.66 };
        face::paint(self, canvas);
        near.paint(self, canvas, rng);
        let roots = self.roots(rng);
        self.paint_contour(&roots, canvas, rng);
        self.paint_skin(canvas);
        self.paint_tail(canvas, rng);
        far.paint(self, canvas, rng);
    }

    /// Where the feathers of head and body grow, those that cover others first.
    fn roots(&self, rng: &mut ChaCha8Rng) -> Vec<Point> {
        let mut roots = Vec::new();
        let rows = (1.7 / FEATHER) as i32;
        for row in -rows / 2..rows / 2 {
            for column in -rows / 2..rows / 2 {
                let shift = if row % 2 == 0 { 0.0 } else { 0.5 };
                let jitter = Point::new(rng.random_range(-0.25..0.25), rng.random_range(-0.25..0.25));
                let root = (Point::new(column as f32 + shift, row as f32 * 0.9) + jitter) * FEATHER;
                if self.body.distance(root) < -0.006 {
                    roots.push(root);
                }
            }
        }
        roots.sort_by(|a, b| self.body.downstream(*a).total_cmp(&self.body.downstream(*b)));
        roots
    }

    /// The feathers that grow at `roots`, in overlapping rows.
    fn paint_contour(&self, roots: &[Point], canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
        let light = self.view.way_on_bird(self.light);
        for &root in roots {
            let on_head = self.body.on_head(root);
            let near_face = smooth_step(1.9, 0.7, (on_head + Point::new(-0.5, 0.0)).length());
            let size = FEATHER * (1.25 - 0.38 * near_face) * rng.random_range(0.9..1.15);
            let mut flow = self.body.flow(root);
            if on_head.y < -0.55 && on_head.x < 0.6 && on_head.length() < 1.1 {
                flow = (flow + self.body.gaze.across() * (-1.6 * self.plumage.build.crest)).unit();
            }
            let wild = rng.random_range(-0.12..0.12);
            let axis = (flow + flow.across() * wild).unit();
            Feather {
                root: self.view.place(root),
                axis: self.view.way(axis),
                length: 2.5 * size * self.view.scale,
                half_width: 0.62 * size * self.view.scale,
                shoulder: 0.45,
                fray: 0.10,
                bend: rng.random_range(-0.05..0.05),
                light: self.body.light(root, light),
                shadow: 0.0,
                vane: self.plumage.contour_vane(&self.body, root, rng),
            }
            .paint(canvas);
        }
    }

    /// What shows between the feathers: their own colour in the shade.
    fn paint_skin(&self, canvas: &mut Canvas) {
        let bounds = Bounds {
            centre: self.view.place(Point::new(0.1, -0.05)),
            axis: self.view.ahead,
            half_length: 0.85 * self.view.scale,
            half_width: 0.65 * self.view.scale,
        };
        let light = self.view.way_on_bird(self.light);
        canvas.paint(&bounds, |place| {
            let on_bird = self.view.on_bird(place);
            let inside = -self.body.distance(on_bird) * self.view.scale;
            if inside < -0.4 {
                return None;
            }
            let (colour, _) = self.plumage.of(self.body.part(on_bird, self.plumage.mask_width));
            Some((smooth_step(-0.4, 0.4, inside), colour * (0.75 * self.body.light(on_bird, light))))
        });
    }

    /// The tail: a fan of long feathers, the middle ones in front.
    fn paint_tail(&self, canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
        let fan = rng.random_range(0.008f32..0.028);
        let root = Point::new(-0.40, -0.02);
        let notch = rng.random_range(-0.12..0.12);
        for pair in 0..4 {
            for side in [-1.0, 1.0] {
                let spread = side * pair as f32;
                let axis = Point::direction(0.5 - 0.012 + spread * fan);
                let length = 0.14 + self.plumage.build.tail * (1.0 - notch * pair as f32 / 3.0);
                let tail = self.plumage.tail;
                let vane: Vane = self.plumage.flight_vane(tail, tail.brighter(0.12));
                Feather {
                    root: self.view.place(root + Point::new(0.0, 0.018 * spread)),
                    axis: self.view.way(axis),
                    length: length * self.view.scale,
                    half_width: 0.048 * self.view.scale,
                    shoulder: 0.9,
                    fray: 0.0,
                    bend: 0.015 * spread * self.view.hand(),
                    light: 0.95 - 0.10 * side + 0.04 * rng.random_range(-1.0..1.0),
                    shadow: 0.02 * self.view.scale,
                    vane,
                }
                .paint(canvas);
            }
        }
    }
}
