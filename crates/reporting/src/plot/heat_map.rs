//! A matrix of values, each written in a cell whose colour tells it again.

use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Rectangle, Text},
    style::{
        Color, RGBColor,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{
    canvas::{Draw, Pen, WIDTH, fitting, size_that_fits},
    frame::{self, Heading},
    palette,
};
use crate::font::Weight;

/// One value of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HeatCell {
    pub(crate) value: f64,
    /// The value as it is written.
    pub(crate) label: String,
    /// What is written below it, in smaller letters.
    pub(crate) detail: String,
    /// Whether the cell has a frame; what that says stands in [`HeatMap::frame_says`].
    pub(crate) is_framed: bool,
}

/// A matrix of values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HeatMap {
    pub(crate) heading: Heading,
    /// What the rows are, above their names.
    pub(crate) row_label: String,
    pub(crate) rows: Vec<String>,
    /// What the columns are, above their names.
    pub(crate) column_label: String,
    pub(crate) columns: Vec<String>,
    /// By row, then by column; none where nothing was measured.
    pub(crate) cells: Vec<Vec<Option<HeatCell>>>,
    /// The value that has no colour, with as much colour 0.5 below it as 0.5 above it.
    pub(crate) middle: f64,
    /// Values with what is written for them below the key, from `middle - 0.5` to `middle + 0.5`.
    pub(crate) key: Vec<(f64, String)>,
    pub(crate) frame_says: String,
}

const LEFT: f64 = 18.;
const NAMES: f64 = 178.;
const RIGHT: f64 = 24.;
const ABOVE: f64 = 140.;
const CELL: f64 = 62.;
const WIDEST: f64 = 170.;
const GAP: f64 = 3.;
const BELOW: f64 = 84.;
/// The letters of names, and the smallest of a column's.
const NAME: f64 = 14.;
const SMALL_NAME: f64 = 11.;
const KEY_WIDTH: f64 = 280.;
const KEY_STEPS: u32 = 70;

impl HeatMap {
    /// Paper at the middle, blue above it, vermilion below it: a pair that every reader can tell apart.
    fn colour(&self, value: f64) -> RGBColor {
        let share = ((value - self.middle) / 0.5).clamp(-1., 1.);
        let full = if share < 0. { palette::VERMILION } else { palette::BLUE };
        palette::mixed(palette::PAPER, full, share.abs())
    }

    fn cell_width(&self) -> f64 {
        ((f64::from(WIDTH) - NAMES - RIGHT) / self.columns.len().max(1) as f64).min(WIDEST)
    }

    fn bottom(&self) -> f64 {
        ABOVE + CELL * self.rows.len() as f64
    }
}

impl Draw for HeatMap {
    fn height(&self) -> u32 {
        (self.bottom() + BELOW) as u32
    }

    fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        pen: Pen,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        frame::draw(area, pen, &self.heading, &[])?;
        self.draw_names(area, pen)?;
        for (row, cells) in self.cells.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let left = NAMES + self.cell_width() * column as f64;
                self.draw_cell(area, pen, cell.as_ref(), left, ABOVE + CELL * row as f64)?;
            }
        }
        self.draw_key(area, pen)
    }
}

impl HeatMap {
    fn draw_names<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        pen: Pen,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        let at = |x: f64, y: f64| (pen.px(x), pen.px(y));
        let quiet = pen.text(14., Weight::Regular, palette::QUIET);
        let names = pen.text(NAME, Weight::Bold, palette::INK);
        let right = Pos::new(HPos::Right, VPos::Center);
        let centred = Pos::new(HPos::Center, VPos::Center);
        let width = self.cell_width();
        let middle = NAMES + width * self.columns.len() as f64 / 2.;
        area.draw(&Text::new(
            self.column_label.clone(),
            at(middle, ABOVE - 44.),
            quiet.clone().pos(centred),
        ))?;
        area.draw(&Text::new(self.row_label.clone(), at(NAMES - 12., ABOVE - 18.), quiet.pos(right)))?;
        // Where a long name has no room, all are written smaller, and only then is it cut.
        let room = width - 10.;
        let size_of = |name: &String| size_that_fits(name, SMALL_NAME, NAME, Weight::Bold, room);
        let size = self.columns.iter().map(size_of).fold(NAME, f64::min);
        let small_names = pen.text(size, Weight::Bold, palette::INK).pos(centred);
        for (index, name) in self.columns.iter().enumerate() {
            let place = at(NAMES + width * (index as f64 + 0.5), ABOVE - 18.);
            let name = fitting(name, size, Weight::Bold, room);
            area.draw(&Text::new(name, place, small_names.clone()))?;
        }
        for (index, name) in self.rows.iter().enumerate() {
            let place = at(NAMES - 12., ABOVE + CELL * (index as f64 + 0.5));
            let name = fitting(name, NAME, Weight::Bold, NAMES - 12. - LEFT);
            area.draw(&Text::new(name, place, names.clone().pos(right)))?;
        }
        Ok(())
    }

    fn draw_cell<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        pen: Pen,
        cell: Option<&HeatCell>,
        left: f64,
        top: f64,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        let width = self.cell_width();
        let square = |inset: f64| {
            let far = GAP / 2. + inset;
            let corner = |x: f64, y: f64| (pen.px(x), pen.px(y));
            [corner(left + far, top + far), corner(left + width - far, top + CELL - far)]
        };
        let colour = cell.filter(|cell| !cell.value.is_nan()).map_or(palette::GRID, |c| self.colour(c.value));
        area.draw(&Rectangle::new(square(0.), colour.filled()))?;
        // Paper at the middle would have no end on paper.
        area.draw(&Rectangle::new(square(0.), pen.line(palette::GRID, 1.)))?;
        let ink = palette::ink_on(colour);
        let text =
            |size: f64, weight: Weight| pen.text(size, weight, ink).pos(Pos::new(HPos::Center, VPos::Center));
        let middle = |y: f64| (pen.px(left + width / 2.), pen.px(top + y));
        let Some(cell) = cell else {
            return area.draw(&Text::new("–".to_owned(), middle(CELL / 2.), text(15., Weight::Regular)));
        };
        if cell.is_framed {
            draw_outline(area, square(2.), pen.px(1.5), ink)?;
        }
        let detail = fitting(&cell.detail, 12., Weight::Regular, width - 10.);
        area.draw(&Text::new(cell.label.clone(), middle(24.), text(18., Weight::Bold)))?;
        area.draw(&Text::new(detail, middle(45.), text(12., Weight::Regular)))
    }

    /// Below the matrix: which value has which colour, and what a frame says.
    fn draw_key<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        pen: Pen,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        let top = self.bottom() + 24.;
        let place = |value: f64| NAMES + GAP / 2. + KEY_WIDTH * (value - self.middle + 0.5);
        let step = |index: u32| self.middle - 0.5 + f64::from(index) / f64::from(KEY_STEPS);
        let bar =
            |from: f64, to: f64| [(pen.px(place(from)), pen.px(top)), (pen.px(place(to)), pen.px(top + 14.))];
        for index in 0..KEY_STEPS {
            let colour = self.colour((step(index) + step(index + 1)) / 2.);
            // To the end, under the next ones: between two that only met an SVG would show seams.
            area.draw(&Rectangle::new(bar(step(index), step(KEY_STEPS)), colour.filled()))?;
        }
        area.draw(&Rectangle::new(bar(step(0), step(KEY_STEPS)), pen.line(palette::AXIS, 1.)))?;
        let below = pen.text(13., Weight::Regular, palette::QUIET).pos(Pos::new(HPos::Center, VPos::Top));
        for (value, label) in &self.key {
            area.draw(&Text::new(label.clone(), (pen.px(place(*value)), pen.px(top + 19.)), below.clone()))?;
        }
        if self.cells.iter().flatten().flatten().any(|cell| cell.is_framed) {
            let x = place(step(KEY_STEPS)) + 48.;
            let corners = [(pen.px(x), pen.px(top - 1.)), (pen.px(x + 22.), pen.px(top + 15.))];
            draw_outline(area, corners, pen.px(1.5), palette::INK)?;
            let beside = pen.text(13., Weight::Regular, palette::INK).pos(Pos::new(HPos::Left, VPos::Center));
            let room = f64::from(WIDTH) - RIGHT - x - 32.;
            let says = fitting(&self.frame_says, 13., Weight::Regular, room);
            area.draw(&Text::new(says, (pen.px(x + 32.), pen.px(top + 7.)), beside))?;
        }
        Ok(())
    }
}

/// Draws the outline of a rectangle inside it, as four bars: plotters 0.3.7 leaves the width of a rectangle's stroke out of
/// an SVG, and closes no path.
fn draw_outline<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    [(left, top), (right, bottom)]: [(i32, i32); 2],
    width: i32,
    colour: RGBColor,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let bars = [
        [(left, top), (right, top + width)],
        [(left, bottom - width), (right, bottom)],
        [(left, top), (left + width, bottom)],
        [(right - width, top), (right, bottom)],
    ];
    bars.into_iter().try_for_each(|bar| area.draw(&Rectangle::new(bar, colour.filled())))
}
