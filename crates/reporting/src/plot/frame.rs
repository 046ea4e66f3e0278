//! What stands around a plot: the title and its subtitle, and a legend in rows above it, where it hides no data.

use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Circle, PathElement, Rectangle, Text},
    style::{
        Color, RGBColor, ShapeStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{
    canvas::{Pen, WIDTH, fitting, size_that_fits, text_width},
    palette,
};
use crate::font::Weight;

/// The words above a plot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// What is shown, and of which run.
    pub title: String,
    /// What a reader has to know of it: data, seeds, how intervals were drawn.
    pub subtitle: String,
}

impl Heading {
    /// The heading of one chart of several: `what` it shows after the title.
    pub(crate) fn of(&self, what: &str) -> Self {
        Self { title: format!("{}: {what}", self.title), subtitle: self.subtitle.clone() }
    }
}

/// How a thing is drawn, for the legend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Swatch {
    Line(RGBColor),
    Dashes(RGBColor),
    Dot(RGBColor),
    Block(RGBColor),
}

impl Swatch {
    fn width(self) -> f64 {
        match self {
            Self::Line(_) | Self::Dashes(_) => 24.,
            Self::Dot(_) => 12.,
            Self::Block(_) => 15.,
        }
    }
}

/// Left of the words, in CSS pixels as all sizes here.
const MARGIN: f64 = 18.;
const GAP: f64 = 8.;
const BETWEEN: f64 = 26.;
const ROW: f64 = 24.;
const FIRST_ROW: f64 = 82.;
const TITLE: f64 = 20.;
const SMALL_TITLE: f64 = 15.;

/// Draws heading and legend; returns what is left below them.
pub(crate) fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    pen: Pen,
    heading: &Heading,
    legend: &[(Swatch, String)],
) -> Result<DrawingArea<DB, Shift>, DrawingAreaErrorKind<DB::ErrorType>> {
    let at = |x: f64, y: f64| (pen.px(x), pen.px(y));
    let room = f64::from(WIDTH) - 2. * MARGIN;
    // A long title is written smaller, and only then cut.
    let size = size_that_fits(&heading.title, SMALL_TITLE, TITLE, Weight::Bold, room);
    let title = fitting(&heading.title, size, Weight::Bold, room);
    area.draw(&Text::new(title, at(MARGIN, 16.), pen.text(size, Weight::Bold, palette::INK)))?;
    let subtitle = fitting(&heading.subtitle, 14., Weight::Regular, room);
    area.draw(&Text::new(subtitle, at(MARGIN, 45.), pen.text(14., Weight::Regular, palette::QUIET)))?;

    let beside = Pos::new(HPos::Left, VPos::Center);
    let words = pen.text(14., Weight::Regular, palette::INK).pos(beside);
    for ((swatch, label), (x, row)) in legend.iter().zip(places(legend)) {
        let y = FIRST_ROW + ROW * row as f64;
        draw_swatch(area, pen, *swatch, x, y)?;
        area.draw(&Text::new(label.clone(), at(x + swatch.width() + GAP, y), words.clone()))?;
    }
    let used = if legend.is_empty() { 76. } else { FIRST_ROW + ROW + more_rows(legend) };
    Ok(area.split_vertically(pen.px(used)).1)
}

/// How much height the rows of a legend after its first one take.
pub(crate) fn more_rows(legend: &[(Swatch, String)]) -> f64 {
    ROW * places(legend).last().map_or(0, |(_, row)| *row) as f64
}

/// Where each entry of a legend begins, and in which row.
fn places(legend: &[(Swatch, String)]) -> Vec<(f64, usize)> {
    let (mut x, mut row) = (MARGIN, 0);
    let place = |(swatch, label): &(Swatch, String)| {
        let width = swatch.width() + GAP + text_width(label, 14., Weight::Regular);
        if x > MARGIN && x + width > f64::from(WIDTH) - MARGIN {
            (x, row) = (MARGIN, row + 1);
        }
        let here = (x, row);
        x += width + BETWEEN;
        here
    };
    legend.iter().map(place).collect()
}

/// A swatch whose left end is at `x` and whose middle is at `y`.
fn draw_swatch<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    pen: Pen,
    swatch: Swatch,
    x: f64,
    y: f64,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let at = |x: f64, y: f64| (pen.px(x), pen.px(y));
    let stroke = |colour, from: f64, to: f64| {
        area.draw(&PathElement::new(vec![at(x + from, y), at(x + to, y)], pen.line(colour, 2.5)))
    };
    match swatch {
        Swatch::Line(colour) => stroke(colour, 0., 24.),
        Swatch::Dashes(colour) => [(0., 6.5), (8.75, 15.25), (17.5, 24.)]
            .iter()
            .try_for_each(|(from, to)| stroke(colour, *from, *to)),
        Swatch::Dot(colour) => dot(area, pen, at(x + 6., y), colour),
        Swatch::Block(colour) => {
            let corners = [at(x, y - 7.), at(x + swatch.width(), y + 7.)];
            area.draw(&Rectangle::new(corners, ShapeStyle::from(colour).filled()))
        }
    }
}

/// A dot with a rim of paper, so that it stands out on a line.
pub(crate) fn dot<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    pen: Pen,
    centre: (i32, i32),
    colour: RGBColor,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    area.draw(&Circle::new(centre, pen.px(7.), palette::PAPER.filled()))?;
    area.draw(&Circle::new(centre, pen.px(5.), colour.filled()))
}
