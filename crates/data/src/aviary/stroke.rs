//! Round, tapering, bent things: branches, twigs, legs, toes, beaks and blades of grass.

use super::{
    canvas::{Bounds, Canvas},
    colour::Colour,
    geometry::{Point, smooth_step},
    texture::fractal,
};

/// A bent cone where it lies on the canvas, lit as a cylinder is.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    /// The middle of the thick end, in pixels.
    pub(super) root: Point,
    /// The middle of the thin end.
    pub(super) tip: Point,
    /// Half the width at the root and at the tip, in pixels.
    pub(super) half_width: (f32, f32),
    /// How far the middle is bent across the line from root to tip, as a share of its length.
    pub(super) bend: f32,
    /// The share of the length over which the width stays that of the root; 0 for a straight cone.
    pub(super) bluntness: f32,
    pub(super) colour: Colour,
    /// Unit vector towards the light.
    pub(super) light: Point,
    /// Strength of the grain along the stroke, and its salt.
    pub(super) grain: (f32, u32),
    /// Shine along the lit side, from 0 to 1.
    pub(super) shine: f32,
    /// Blur in pixels.
    pub(super) blur: f32,
}

impl Stroke {
    /// Paints the stroke behind all that is on `canvas`.
    pub(super) fn paint(&self, canvas: &mut Canvas) {
        let span = self.tip - self.root;
        let length = span.length().max(1e-3);
        let axis = span * (1.0 / length);
        let across = axis.across();
        let soft = 0.4 + self.blur;
        let widest = self.half_width.0.max(self.half_width.1);
        let sag = self.bend * length;
        let bounds = Bounds {
            centre: self.root + span * 0.5 + across * (0.5 * sag),
            axis,
            half_length: 0.5 * length + widest.min(4.0) + soft,
            half_width: widest * 1.2 + 0.5 * sag.abs() + soft,
        };
        let lit = self.light.dot(across);
        let coarse = 1.0 / widest.max(1.0);
        canvas.paint(&bounds, |place| {
            let from = place - self.root;
            let x = from.dot(axis);
            let along = (x / length).clamp(0.0, 1.0);
            let y = from.dot(across) - 4.0 * sag * along * (1.0 - along);
            let fall = ((along - self.bluntness) / (1.0 - self.bluntness)).max(0.0);
            let mut width = self.half_width.0 + (self.half_width.1 - self.half_width.0) * fall * fall.sqrt();
            let mut grain = 0.0;
            if self.grain.0 > 0.0 {
                let cell = Point::new(x * 0.35 * coarse, y * 2.2 * coarse);
                let rough = fractal(cell, self.grain.1, 4);
                grain = self.grain.0 * rough;
                width += 0.10 * widest * self.grain.0 * rough;
            }
            let beyond = (-x).max(x - length).max(0.0);
            let inside = width - (y * y + beyond * beyond).sqrt();
            if inside <= -soft {
                return None;
            }
            let round = (y / width.max(0.3)).clamp(-1.0, 1.0);
            let facing = (1.0 - round * round).sqrt();
            let light = 0.45 + 0.4 * facing + 0.42 * lit * round + grain * (0.4 + 0.6 * facing);
            let glint = self.shine * smooth_step(0.3, 0.0, (round - 0.45 * lit).abs()) * 0.5;
            Some((smooth_step(-soft, soft, inside), (self.colour * light).brighter(glint)))
        });
    }
}
