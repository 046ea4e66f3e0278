//! A bitmap for plotters whose text is set by [`crate::lettering`].
//!
//! With its `ab_glyph` feature plotters 0.3.7 drops the space at the left of every glyph and rounds its place, so that
//! `with` reads `wi th`. Everything but text is left to its own bitmap.

use image::Rgb;
use plotters::{
    backend::{BitMapBackend, DrawingBackend},
    style::{
        FontStyle,
        text_anchor::{HPos, VPos},
    },
};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};

use crate::{
    font::Weight,
    lettering::{CAP_HEIGHT_EM, Type},
};

/// What plotters divides a font's size by to get the height of the em square in an SVG; here too, so that both agree.
pub(super) const SIZE_PER_EM: f64 = 1.24;

/// How far below the top of a text, in em, plotters has SVGs put the baseline.
const TOP_TO_BASELINE_EM: f32 = 0.76;

/// A bitmap of three bytes a pixel.
pub(super) struct Sheet<'a> {
    bitmap: BitMapBackend<'a>,
}

type Outcome = Result<(), DrawingErrorKind<<BitMapBackend<'static> as DrawingBackend>::ErrorType>>;

impl<'a> Sheet<'a> {
    /// Draws into `buffer`, which holds 3 * width * height bytes.
    pub(super) fn new(buffer: &'a mut [u8], size: (u32, u32)) -> Self {
        Self { bitmap: BitMapBackend::with_buffer(buffer, size) }
    }
}

impl DrawingBackend for Sheet<'_> {
    type ErrorType = <BitMapBackend<'static> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.bitmap.get_size()
    }

    fn ensure_prepared(&mut self) -> Outcome {
        self.bitmap.ensure_prepared()
    }

    fn present(&mut self) -> Outcome {
        self.bitmap.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Outcome {
        self.bitmap.draw_pixel(point, color)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Outcome {
        self.bitmap.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        self.bitmap.draw_rect(upper_left, bottom_right, style, fill)
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Outcome {
        let weight = match style.style() {
            FontStyle::Bold => Weight::Bold,
            _ => Weight::Regular,
        };
        let BackendColor { alpha, rgb } = style.color();
        let size_px = (style.size() / SIZE_PER_EM) as f32;
        let set = Type { weight, size_px, colour: Rgb([rgb.0, rgb.1, rgb.2]) };
        let left = match style.anchor().h_pos {
            HPos::Left => 0.,
            HPos::Center => -set.width(text) / 2.,
            HPos::Right => -set.width(text),
        };
        let baseline = match style.anchor().v_pos {
            VPos::Top => TOP_TO_BASELINE_EM,
            VPos::Center => CAP_HEIGHT_EM / 2.,
            VPos::Bottom => 0.,
        };
        let mut result = Ok(());
        set.outline(text, left, baseline * size_px, |x, y, cover| {
            let (dx, dy) = style.transform().transform(x, y);
            let color = BackendColor { alpha: alpha * f64::from(cover), rgb };
            if result.is_ok() {
                result = self.bitmap.draw_pixel((at.0 + dx, at.1 + dy), color);
            }
        });
        result
    }
}
