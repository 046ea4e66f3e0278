//! Colours that stay apart for colour-blind readers and in grey print (Okabe and Ito,
//! <https://jfly.uni-koeln.de/color/>).

use plotters::style::RGBColor;

pub(crate) const INK: RGBColor = RGBColor(33, 37, 41);
pub(crate) const QUIET: RGBColor = RGBColor(95, 103, 112);
pub(crate) const AXIS: RGBColor = RGBColor(150, 156, 163);
pub(crate) const GRID: RGBColor = RGBColor(230, 233, 236);
pub(crate) const PAPER: RGBColor = RGBColor(255, 255, 255);

pub(crate) const BLUE: RGBColor = RGBColor(0, 114, 178);
pub(crate) const VERMILION: RGBColor = RGBColor(213, 94, 0);
pub(crate) const GREEN: RGBColor = RGBColor(0, 158, 115);
pub(crate) const PURPLE: RGBColor = RGBColor(204, 121, 167);
pub(crate) const ORANGE: RGBColor = RGBColor(230, 159, 0);
pub(crate) const SKY: RGBColor = RGBColor(86, 180, 233);

/// The colour of the `index`-th of several things of one kind; after six they come again.
pub(crate) fn nth(index: usize) -> RGBColor {
    const IN_ORDER: [RGBColor; 6] = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY];
    IN_ORDER[index % IN_ORDER.len()]
}

/// The colour mixed with paper, as a line that stays in the background has it.
pub(crate) fn faint(colour: RGBColor) -> RGBColor {
    let mix = |ink: u8, paper: u8| ((u16::from(ink) + 2 * u16::from(paper)) / 3) as u8;
    RGBColor(mix(colour.0, PAPER.0), mix(colour.1, PAPER.1), mix(colour.2, PAPER.2))
}

/// The colour that lies the given share, in [0, 1], of the way from one to another.
pub(crate) fn mixed(from: RGBColor, to: RGBColor, share: f64) -> RGBColor {
    let mix = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8;
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// Black or paper, whichever can be read better on the colour. (Ink is too light for colours of middle lightness.)
pub(crate) fn ink_on(colour: RGBColor) -> RGBColor {
    const BLACK: RGBColor = RGBColor(0, 0, 0);
    if contrast(BLACK, colour) >= contrast(PAPER, colour) { BLACK } else { PAPER }
}

/// The contrast of two colours, from 1 to 21 (WCAG 2.2, <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>).
pub(crate) fn contrast(one: RGBColor, other: RGBColor) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: RGBColor) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_can_be_read_on_every_colour_of_a_heat_map() {
        assert!((contrast(RGBColor(0, 0, 0), PAPER) - 21.).abs() < 1e-9);
        for full in [BLUE, VERMILION] {
            for share in 0..=100 {
                let colour = mixed(PAPER, full, f64::from(share) / 100.);
                // WCAG asks for 4.5.
                assert!(
                    contrast(ink_on(colour), colour) > 4.5,
                    "{colour:?} {}",
                    contrast(ink_on(colour), colour)
                );
            }
        }
    }
}
