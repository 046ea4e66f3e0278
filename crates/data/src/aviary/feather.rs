//! One feather: a vane of barbs on both sides of a rachis, rounded at its tip.

use super::{
    canvas::{Bounds, Canvas},
    colour::Colour,
    geometry::{Point, sine, smooth_step},
    texture::sharpness,
};

/// A feather where it lies on the canvas.
#[derive(Clone, Copy)]
pub(super) struct Feather {
    /// Where it grows out of the skin or the wing, in pixels.
    pub(super) root: Point,
    /// Unit vector from the root to the tip.
    pub(super) axis: Point,
    /// From root to tip in pixels.
    pub(super) length: f32,
    /// Half the largest width in pixels.
    pub(super) half_width: f32,
    /// The share of the length after which the tip rounds off: 0.4 is a scale, 0.9 a blade.
    pub(super) shoulder: f32,
    /// How far single barbs stand out of the edge, as a share of the half width.
    pub(super) fray: f32,
    /// How far the tip is bent across the axis, as a share of the length.
    pub(super) bend: f32,
    /// Brightness, 1 being the colours as they are.
    pub(super) light: f32,
    /// Width of the shadow on what lies behind, in pixels.
    pub(super) shadow: f32,
    pub(super) vane: Vane,
}

/// What a feather looks like, whatever its size.
#[derive(Clone, Copy)]
pub(super) struct Vane {
    pub(super) colour: Colour,
    /// The colour towards the tip.
    pub(super) tip: Colour,
    /// How much of the feather the tip's colour takes, from 0 to 1.
    pub(super) tip_share: f32,
    /// The colour of the fringe along the edge and how much of the half width it takes, from 0 to 1.
    pub(super) fringe: (Colour, f32),
    /// The colour of bars across the feather and how many there are; 0 for none.
    pub(super) bars: (Colour, f32),
    /// The colour of a streak along the rachis and how much of the half width it takes, from 0 to 1.
    pub(super) streak: (Colour, f32),
    /// How much lighter the rachis is than the vane; negative if darker.
    pub(super) rachis: f32,
    /// How clearly single barbs are seen.
    pub(super) barbs: f32,
}

impl Vane {
    /// A vane of one colour.
    pub(super) fn plain(colour: Colour) -> Vane {
        Vane {
            colour,
            tip: colour,
            tip_share: 0.0,
            fringe: (colour, 0.0),
            bars: (colour, 0.0),
            streak: (colour, 0.0),
            rachis: 0.12,
            barbs: 0.10,
        }
    }
}

/// The half width of a feather relative to the largest, at a share of its length.
fn outline(along: f32, shoulder: f32) -> f32 {
    let base = (0.5 + 1.3 * along).min(1.0);
    let past = ((along - shoulder) / (1.0 - shoulder)).clamp(0.0, 1.0);
    base * (1.0 - past * past).sqrt()
}

impl Feather {
    /// Paints the feather and its shadow behind all that is on `canvas`.
    pub(super) fn paint(&self, canvas: &mut Canvas) {
        let soft = 0.4;
        let sag = self.bend.abs() * self.length;
        let margin = soft + self.shadow;
        let bounds = Bounds {
            centre: self.root + self.axis * (0.5 * self.length),
            axis: self.axis,
            half_length: 0.5 * self.length + margin,
            half_width: self.half_width + sag + margin,
        };
        let across = self.axis.across();
        // Barbs leave the rachis at a slant; a feather of any size shows some, down to what samples can hold.
        let period = (self.half_width * 0.12).max(2.5);
        let barb_wave = Point::new(0.67, -0.74) * (1.0 / period);
        let barbs = self.vane.barbs * sharpness(period, 0.0) * smooth_step(0.5, 4.0, self.half_width);
        let fray = self.fray * sharpness(period, 0.0);
        let rachis_px = (0.05 * self.half_width).max(0.35);
        let rachis = self.vane.rachis * smooth_step(1.2, 4.0, self.half_width);
        canvas.paint(&bounds, |place| {
            let from = place - self.root;
            let (x, mut y) = (from.dot(self.axis), from.dot(across));
            let along = x / self.length;
            y -= self.bend * self.length * along * along;
            let width = self.half_width * outline(along.clamp(0.0, 1.0), self.shoulder);
            let barb = sine(barb_wave.dot(Point::new(x, y.abs())));
            let width = width * (1.0 - fray + fray * barb);
            let inside = (width - y.abs()).min((self.length - x) * 0.8).min(x + soft);
            if inside <= -soft {
                let shade = 1.0 + (inside + soft) / self.shadow.max(1e-3);
                return (shade > 0.0).then_some((0.4 * shade * shade, Colour::BLACK));
            }
            let off = y.abs() / self.half_width;
            let mut light = 0.66 + 0.34 * smooth_step(0.0, 0.55, along) - 0.10 * y / self.half_width;
            light += barbs * barb;
            light += rachis * smooth_step(rachis_px + 0.6, rachis_px, y.abs());
            let colour = self.vane.colour_at(along, off, inside / self.half_width);
            Some((smooth_step(-soft, soft, inside), colour * (light * self.light)))
        });
    }
}

impl Vane {
    /// The pigment at a share of the length and of the half width, and `inside` half widths from the edge.
    fn colour_at(&self, along: f32, off: f32, inside: f32) -> Colour {
        let mut colour = self.colour;
        if self.bars.1 > 0.0 {
            let bar = sine(along * self.bars.1 - 0.15 * off);
            colour = colour.mix(self.bars.0, smooth_step(-0.25, 0.35, bar));
        }
        if self.streak.1 > 0.0 {
            let width = self.streak.1 * (1.2 - 0.7 * along);
            colour = colour.mix(self.streak.0, smooth_step(width + 0.12, width - 0.12, off));
        }
        if self.tip_share > 0.0 {
            let start = 1.0 - self.tip_share;
            colour = colour.mix(self.tip, smooth_step(start - 0.08, start + 0.08, along + 0.06 * off));
        }
        if self.fringe.1 > 0.0 {
            colour = colour.mix(self.fringe.0, smooth_step(self.fringe.1, 0.4 * self.fringe.1, inside));
        }
        colour
    }
}
