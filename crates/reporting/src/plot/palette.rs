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
