//! A world of dead leaves: shapes of all sizes that hide one another.
//!
//! Where radii follow a power law with exponent 3 from the smallest to the largest, the picture looks alike at every
//! scale and its spectrum falls like that of a photograph (Lee, Mumford and Huang 2001, "Occlusion models for natural
//! images", <https://doi.org/10.1023/A:1011109015675>). Ours are shaded, textured and of several outlines, some are
//! thin as twigs, and those far behind may be out of focus.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    canvas::{Bounds, Canvas},
    colour::{Colour, Palette},
    geometry::{Point, sine, smooth_step},
    texture::{Texture, noise},
};

/// The radius of the largest leaf, as a share of the picture's side.
const LARGEST: f32 = 0.42;

/// How a world looks as a whole.
pub(super) struct World {
    pub(super) palette: Palette,
    /// Blur of the leaves in pixels: of the nearest and of the farthest.
    pub(super) blur: (f32, f32),
    /// The way from which light comes.
    pub(super) light: Point,
    /// The share of thin shapes among the leaves.
    pub(super) thin: f32,
    /// The pattern of light and shade that falls on all leaves alike.
    pub(super) dapple: u32,
    /// The share of rectangles and diamonds among the others.
    pub(super) angular: f32,
    /// The radius of the smallest leaf in pixels.
    pub(super) smallest_px: f32,
}

#[derive(Clone, Copy)]
enum Outline {
    Ellipse,
    Diamond,
    Rectangle,
    /// An ellipse whose radius waves by `depth` as it goes around, `lobes` times.
    Blob {
        lobes: i32,
        depth: f32,
        phase: Point,
    },
    /// Pointed at both ends, with a midrib.
    Leaf,
}

struct Leaf {
    centre: Point,
    axis: Point,
    half_length: f32,
    half_width: f32,
    outline: Outline,
    colour: Colour,
    /// Change of brightness from one end of the leaf to the other.
    ramp: Point,
    texture: Texture,
    blur: f32,
    /// Width of the shadow on what lies behind, in pixels, and its strength.
    shadow: (f32, f32),
}

impl World {
    /// Paints leaves behind all that is on `canvas`, until everything is covered.
    pub(super) fn paint(&self, canvas: &mut Canvas, rng: &mut ChaCha8Rng) {
        let side = canvas.side_px();
        let largest = (LARGEST * side).max(2.0 * self.smallest_px);
        let count = self.count(side, largest);
        for number in 0..count {
            let depth = number as f32 / count as f32;
            self.leaf(rng, side, largest, depth).paint(canvas);
        }
        let (salt, grain) = (rng.random(), 0.12 / (1.0 + self.blur.1));
        let (near, far) = (self.palette[0], self.palette[3]);
        canvas.paint_rest(|place| {
            near.mix(far, place.y / side) * (1.0 + grain * 4.0 * noise(place * grain, salt))
        });
    }

    /// Enough leaves to leave about a twentieth uncovered.
    fn count(&self, side: f32, largest: f32) -> usize {
        let ratio = largest / self.smallest_px;
        let squared_radius =
            2.0 * self.smallest_px * self.smallest_px * ln(ratio) / (1.0 - 1.0 / (ratio * ratio));
        let area = 1.7 * squared_radius * (1.0 - self.thin);
        let reach = side * 1.12;
        (2.9 * reach * reach / area) as usize
    }

    fn leaf(&self, rng: &mut ChaCha8Rng, side: f32, largest: f32, depth: f32) -> Leaf {
        let ratio = self.smallest_px / largest;
        let share: f32 = rng.random();
        let radius = self.smallest_px / (1.0 - share * (1.0 - ratio * ratio)).sqrt();
        let centre = Point::new(rng.random_range(-0.12..1.12), rng.random_range(-0.12..1.12)) * side;
        let axis = Point::direction(rng.random());
        let slim = rng.random_range(0.35f32..1.0);
        let blur = self.blur.0 + (self.blur.1 - self.blur.0) * depth.sqrt();
        let light = rng.random_range(-0.3..0.3);
        let dapple = 0.30 * noise(centre * (3.0 / side), self.dapple);
        let first = self.palette[rng.random_range(0..self.palette.len())];
        let second = self.palette[rng.random_range(0..self.palette.len())];
        let mut colour = first.mix(second, rng.random()).varied(rng, 0.04);
        if rng.random_bool(0.04) {
            colour = colour.mix(Colour([rng.random(), rng.random(), rng.random()]), 0.5);
        }
        let texture = Texture::draw(rng, radius, blur);
        let slope = self.light * rng.random_range(-0.1f32..0.3) + Point::direction(rng.random()) * 0.1;
        let thin = rng.random_bool(f64::from(self.thin));
        let (half_length, half_width) = if thin {
            (radius * rng.random_range(2.0..7.0), rng.random_range(0.35f32..1.2) + radius * 0.02)
        } else {
            (radius, radius * slim)
        };
        Leaf {
            centre,
            axis,
            half_length,
            half_width,
            outline: if thin { Outline::Leaf } else { Outline::draw(rng, self.angular) },
            colour: colour * (0.95 + light + dapple),
            ramp: Point::new(slope.dot(axis), slope.dot(axis.across())) * (1.0 / radius),
            texture,
            blur,
            shadow: if radius > 4.0 && rng.random_bool(0.5) {
                (1.0 + 0.25 * radius.min(24.0) + 2.0 * blur, 0.45)
            } else {
                (1e-3, 0.0)
            },
        }
    }
}

impl Outline {
    fn draw(rng: &mut impl Rng, angular: f32) -> Outline {
        if rng.random_bool(f64::from(angular)) {
            return if rng.random_bool(0.4) { Outline::Diamond } else { Outline::Rectangle };
        }
        match rng.random_range(0..7) {
            0..3 => Outline::Ellipse,
            3..5 => Outline::Blob {
                lobes: rng.random_range(2..6),
                depth: rng.random_range(0.08..0.3),
                phase: Point::direction(rng.random()),
            },
            _ => Outline::Leaf,
        }
    }
}

impl Leaf {
    fn paint(&self, canvas: &mut Canvas) {
        let (a, b) = (self.half_length, self.half_width);
        let inverse = Point::new(1.0 / a, 1.0 / b);
        match self.outline {
            Outline::Ellipse => self.fill(canvas, |own| within(own, inverse, 1.0)),
            Outline::Diamond => {
                let scale = 1.0 / Point::new(a, b).length();
                self.fill(canvas, |own| (a * b - own.x.abs() * b - own.y.abs() * a) * scale);
            }
            Outline::Rectangle => self.fill(canvas, |own| (a - own.x.abs()).min(b - own.y.abs())),
            Outline::Blob { lobes, depth, phase } => self.fill(canvas, |own| {
                let scaled = Point::new(own.x * inverse.x, own.y * inverse.y);
                within(own, inverse, 1.0 + depth * wave_around(scaled, lobes, phase))
            }),
            Outline::Leaf => self.fill(canvas, |own| {
                let along = own.x * inverse.x;
                b * (1.0 - along * along) - own.y.abs()
            }),
        }
    }

    /// Paints the outline of which `inside` says about how far a place of the leaf's own plane lies within, in pixels;
    /// negative outside.
    fn fill(&self, canvas: &mut Canvas, inside: impl Fn(Point) -> f32) {
        let soft = 0.35 + self.blur;
        let (shadow_px, shadow) = self.shadow;
        let per_shadow_px = 1.0 / shadow_px;
        let bounds = Bounds {
            centre: self.centre,
            axis: self.axis,
            half_length: self.half_length * self.outline.reach() + soft + shadow_px,
            half_width: self.half_width * self.outline.reach() + soft + shadow_px,
        };
        canvas.paint(&bounds, |place| {
            let from = place - self.centre;
            let own = Point::new(from.dot(self.axis), from.dot(self.axis.across()));
            let inside = inside(own);
            if inside >= soft {
                return Some((1.0, self.shaded(own)));
            }
            let fall = (1.0 + inside.min(0.0) * per_shadow_px).max(0.0);
            let shade = shadow * fall * fall;
            if inside <= -soft {
                return (shade > 0.0).then_some((shade, Colour::BLACK));
            }
            // Leaf over shadow over whatever comes next, as one layer.
            let cover = smooth_step(-soft, soft, inside);
            let both = cover + (1.0 - cover) * shade;
            Some((both, self.shaded(own) * (cover / both)))
        });
    }

    fn shaded(&self, own: Point) -> Colour {
        self.colour * (1.0 + self.ramp.dot(own) + self.texture.at(own) + self.rib(own))
    }

    /// The midrib of a leaf, brighter than its blade, and the veins that leave it.
    fn rib(&self, own: Point) -> f32 {
        if !matches!(self.outline, Outline::Leaf) || self.half_width < 2.5 {
            return 0.0;
        }
        let rib = smooth_step(1.1 + self.blur, 0.2, own.y.abs());
        let veins = sine((own.x - own.y.abs()) * (3.0 / self.half_width.max(6.0)));
        0.3 * rib + 0.06 * veins
    }
}

impl Outline {
    /// The largest distance from the centre, in radii.
    fn reach(&self) -> f32 {
        match self {
            Outline::Blob { depth, .. } => 1.0 + depth,
            _ => 1.0,
        }
    }
}

/// About the distance in pixels within an ellipse, `radius` times as large as one of the `inverse` half axes: what is
/// missing of the square, over its slope.
fn within(own: Point, inverse: Point, radius: f32) -> f32 {
    let scaled = Point::new(own.x * inverse.x, own.y * inverse.y);
    let slope = Point::new(scaled.x * inverse.x, scaled.y * inverse.y).length().max(1e-4);
    0.5 * (radius * radius - scaled.dot(scaled)) / slope
}

/// The sine of `lobes` times the angle of `place`, without an angle: powers of a complex number of length 1.
fn wave_around(place: Point, lobes: i32, phase: Point) -> f32 {
    let unit = place.unit();
    let mut power = phase;
    for _ in 0..lobes {
        power = Point::new(power.x * unit.x - power.y * unit.y, power.x * unit.y + power.y * unit.x);
    }
    power.y
}

/// The natural logarithm of `x` above 1 to a few per cent, from exact operations alone.
fn ln(x: f32) -> f32 {
    let (mut halvings, mut rest) = (0.0, x);
    while rest > 2.0 {
        rest *= 0.5;
        halvings += 1.0;
    }
    halvings * std::f32::consts::LN_2 + 2.0 * (rest - 1.0) / (rest + 1.0)
}
