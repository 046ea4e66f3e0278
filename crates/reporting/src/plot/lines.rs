//! A chart of lines over a numbered axis.

use plotters::{
    backend::DrawingBackend,
    chart::{ChartBuilder, ChartContext},
    coord::{Shift, cartesian::Cartesian2d},
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Circle, PathElement},
    series::DashedLineSeries,
    style::{Color, RGBColor},
};

use super::{
    Axis,
    canvas::{Draw, Pen},
    frame::{self, Heading, Swatch},
    palette,
};
use crate::font::Weight;

/// A curve; it is broken where a value is not finite.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// What the legend calls it; nothing keeps it out of the legend.
    pub(crate) label: Option<String>,
    pub(crate) points: Vec<(f64, f64)>,
    pub(crate) colour: RGBColor,
    pub(crate) width_px: f64,
    /// Whether every point gets a dot, as where there are few.
    pub(crate) dotted: bool,
}

/// A value that holds all along, as a baseline does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Level {
    pub(crate) label: String,
    pub(crate) value: f64,
    pub(crate) colour: RGBColor,
}

/// A point worth pointing at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    pub(crate) label: String,
    pub(crate) point: (f64, f64),
    pub(crate) colour: RGBColor,
}

/// A chart of lines.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lines {
    pub(crate) heading: Heading,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// Later ones lie over earlier ones.
    pub(crate) lines: Vec<Line>,
    pub(crate) levels: Vec<Level>,
    pub(crate) marks: Vec<Mark>,
}

type Plot<'a, DB> = ChartContext<'a, DB, Cartesian2d<Axis, Axis>>;

impl Lines {
    fn legend(&self) -> Vec<(Swatch, String)> {
        let named = |line: &Line| Some((Swatch::Line(line.colour), line.label.clone()?));
        let lines = self.lines.iter().filter_map(named);
        let levels = self.levels.iter().map(|level| (Swatch::Dashes(level.colour), level.label.clone()));
        let marks = self.marks.iter().map(|mark| (Swatch::Dot(mark.colour), mark.label.clone()));
        lines.chain(levels).chain(marks).collect()
    }
}

impl Draw for Lines {
    fn height(&self) -> u32 {
        // A legend of many rows takes nothing from the plot.
        500 + frame::more_rows(&self.legend()).ceil() as u32
    }

    fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        pen: Pen,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        let below = frame::draw(area, pen, &self.heading, &self.legend())?;
        let mut plot = ChartBuilder::on(&below)
            .margin_left(pen.px(16.))
            .margin_right(pen.px(28.))
            .margin_bottom(pen.px(10.))
            .x_label_area_size(pen.px(54.))
            .y_label_area_size(pen.px(74.))
            .build_cartesian_2d(self.x.clone(), self.y.clone())?;
        draw_mesh(&mut plot, pen, &self.x.label, &self.y.label)?;
        for level in &self.levels {
            let ends = [(self.x.low, level.value), (self.x.high, level.value)];
            let style = pen.line(level.colour, 2.);
            plot.draw_series(DashedLineSeries::new(ends, pen.px(8.) as u32, pen.px(5.) as u32, style))?;
        }
        for line in &self.lines {
            draw_line(&mut plot, pen, (line, &self.x, &self.y))?;
        }
        for mark in &self.marks {
            let place = plot.plotting_area().map_coordinate(&mark.point);
            frame::dot(&area.use_screen_coord(), pen, place, mark.colour)?;
        }
        Ok(())
    }
}

fn draw_mesh<DB: DrawingBackend>(
    plot: &mut Plot<DB>,
    pen: Pen,
    x_label: &str,
    y_label: &str,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    plot.configure_mesh()
        .disable_x_mesh()
        .bold_line_style(pen.line(palette::GRID, 1.))
        .axis_style(pen.line(palette::AXIS, 1.))
        .label_style(pen.text(13., Weight::Regular, palette::QUIET))
        .axis_desc_style(pen.text(14., Weight::Regular, palette::INK))
        .set_all_tick_mark_size(pen.px(5.))
        .x_desc(x_label)
        .y_desc(y_label)
        .draw()
}

fn draw_line<DB: DrawingBackend>(
    plot: &mut Plot<DB>,
    pen: Pen,
    (line, x, y): (&Line, &Axis, &Axis),
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let style = pen.line(line.colour, line.width_px);
    let whole = line.points.split(|(px, py)| !x.has_place(*px) || !y.has_place(*py));
    for piece in whole.filter(|piece| !piece.is_empty()) {
        plot.draw_series([PathElement::new(piece.to_vec(), style)])?;
        if line.dotted || piece.len() == 1 {
            let dot = |&point: &(f64, f64)| Circle::new(point, pen.px(3.5), line.colour.filled());
            plot.draw_series(piece.iter().map(dot))?;
        }
    }
    Ok(())
}
