//! Noto Sans, built into the program, so that pictures look alike on machines without any font.

use std::sync::{LazyLock, Once};

use ab_glyph::FontRef;
use plotters::style::{FontStyle, register_font};

/// The family under which plotters knows the font. It is CSS's generic name: an SVG keeps its text as text, and a
/// reader without Noto Sans shows a sans-serif of its own.
pub(crate) const FAMILY: &str = "sans-serif";

/// The weights of the font that text is set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

static REGULAR: LazyLock<FontRef<'static>> = LazyLock::new(|| parse(notosans::REGULAR_TTF));
static BOLD: LazyLock<FontRef<'static>> = LazyLock::new(|| parse(notosans::BOLD_TTF));

/// The font itself, for text that is set without plotters.
pub(crate) fn face(weight: Weight) -> &'static FontRef<'static> {
    match weight {
        Weight::Regular => &REGULAR,
        Weight::Bold => &BOLD,
    }
}

/// Makes the font known to plotters, once in a process.
pub(crate) fn register() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        for (style, bytes) in
            [(FontStyle::Normal, notosans::REGULAR_TTF), (FontStyle::Bold, notosans::BOLD_TTF)]
        {
            assert!(register_font(FAMILY, style, bytes).is_ok(), "the built-in font is a font");
        }
    });
}

fn parse(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the built-in font is a font")
}

#[cfg(test)]
mod tests {
    use ab_glyph::Font;

    use super::*;

    #[test]
    fn the_font_has_every_sign_that_charts_and_figures_use() {
        for sign in "abcxyzABCXYZ0123456789.,:;()+-/%_×…·–²".chars() {
            for weight in [Weight::Regular, Weight::Bold] {
                assert_ne!(face(weight).glyph_id(sign).0, 0, "{sign:?} in {weight:?}");
            }
        }
    }
}
