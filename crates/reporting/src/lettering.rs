//! Text on a picture, in the built-in font, antialiased.

use ab_glyph::{Font, GlyphId, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};

use crate::font::{Weight, face};

/// Height of a capital letter, in em.
pub(crate) const CAP_HEIGHT_EM: f32 = 0.714;

/// How text is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    pub(crate) weight: Weight,
    /// Height of the em square.
    pub(crate) size_px: f32,
    pub(crate) colour: Rgb<u8>,
}

impl Type {
    /// Width of `text` in pixels.
    pub(crate) fn width(self, text: &str) -> f32 {
        self.glyphs(text).1
    }

    /// As much of the beginning of `text` as fits into `width_px`, with an ellipsis where that is not all.
    pub(crate) fn fitting(self, text: &str, width_px: f32) -> String {
        let letters: Vec<char> = text.chars().filter(|c| !c.is_control()).collect();
        let shortened = |length: usize| {
            let begin: String = letters[..length].iter().collect();
            if length == letters.len() { begin } else { format!("{}…", begin.trim_end()) }
        };
        let fits = |length: usize| self.width(&shortened(length)) <= width_px;
        if fits(letters.len()) {
            return shortened(letters.len());
        }
        // More letters are never narrower, so that the longest beginning is found by halving.
        let (mut fitting, mut too_long) = (None, letters.len());
        let mut least = 0;
        while least < too_long {
            let length = least.midpoint(too_long);
            if fits(length) {
                (fitting, least) = (Some(length), length + 1);
            } else {
                too_long = length;
            }
        }
        fitting.map(shortened).unwrap_or_default()
    }

    /// Draws `text` from `x` on the line `baseline`, both in pixels.
    pub(crate) fn draw(self, on: &mut RgbImage, text: &str, x: f32, baseline: f32) {
        self.outline(text, x, baseline, |x, y, cover| {
            let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
            if let Some(pixel) = on.get_pixel_mut_checked(x, y) {
                blend(pixel, self.colour, cover);
            }
        });
    }

    /// Tells `put` every pixel of `text`, set from `x` on the line `baseline`: its column and row, and the share of it
    /// that is covered, in [0, 1].
    pub(crate) fn outline(self, text: &str, x: f32, baseline: f32, mut put: impl FnMut(i32, i32, f32)) {
        for (id, offset) in self.glyphs(text).0 {
            let glyph = id.with_scale_and_position(self.scale(), point(x + offset, baseline));
            let Some(outline) = face(self.weight).outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|dx, dy, cover| {
                put(corner.x as i32 + dx as i32, corner.y as i32 + dy as i32, cover.clamp(0., 1.));
            });
        }
    }

    fn scale(self) -> PxScale {
        let font = face(self.weight);
        // ab_glyph scales the height from the lowest to the highest point, which is more than the em square.
        PxScale::from(self.size_px * font.height_unscaled() / font.units_per_em().unwrap_or(1000.))
    }

    /// The glyphs of `text`, each with its distance from the beginning, and the width of all.
    fn glyphs(self, text: &str) -> (Vec<(GlyphId, f32)>, f32) {
        let font = face(self.weight).as_scaled(self.scale());
        let (mut glyphs, mut x) = (Vec::new(), 0f32);
        for sign in text.chars() {
            let id = font.glyph_id(sign);
            if let Some((before, _)) = glyphs.last() {
                x += font.kern(*before, id);
            }
            glyphs.push((id, x));
            x += font.h_advance(id);
        }
        (glyphs, x)
    }
}

fn blend(pixel: &mut Rgb<u8>, colour: Rgb<u8>, cover: f32) {
    for (below, above) in pixel.0.iter_mut().zip(colour.0) {
        let mixed = f32::from(*below) + (f32::from(above) - f32::from(*below)) * cover;
        *below = mixed.round() as u8;
    }
}
