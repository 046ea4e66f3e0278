//! A chart of bars in groups, lying, so that names of any length can be read.

use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{PathElement, Rectangle, Text},
    style::{
        Color, RGBColor,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::{
    Axis,
    canvas::{Draw, Pen, WIDTH, text_width},
    frame::{self, Heading, Swatch},
    palette,
};
use crate::font::Weight;

/// One bar of a group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bar {
    /// How far it reaches; one that is infinite fills the plot, one that is no number is left out.
    pub(crate) value: f64,
    /// What is written at its end.
    pub(crate) label: String,
    /// How far the value is uncertain, where that is known.
    pub(crate) interval: Option<(f64, f64)>,
}

/// The bars that belong together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) bars: Vec<Bar>,
    /// Whether it sums up the others: it is set in bold.
    pub(crate) is_summary: bool,
}

/// A chart of bars.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bars {
    pub(crate) heading: Heading,
    pub(crate) x: Axis,
    /// Name and colour of the first, second .. bar of every group.
    pub(crate) kinds: Vec<(String, RGBColor)>,
    pub(crate) groups: Vec<Group>,
}

const BAR: f64 = 16.;
const BETWEEN_GROUPS: f64 = 12.;
const NAMES: f64 = 190.;
const RIGHT: f64 = 84.;
const BELOW: f64 = 62.;
const ABOVE: f64 = 104.;

impl Bars {
    fn group_height(&self) -> f64 {
        BAR * self.kinds.len() as f64 + BETWEEN_GROUPS
    }
}

impl Draw for Bars {
    fn height(&self) -> u32 {
        (ABOVE + BELOW + self.group_height() * self.groups.len() as f64).ceil() as u32
    }

    fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        pen: Pen,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        let legend: Vec<_> =
            self.kinds.iter().map(|(name, colour)| (Swatch::Block(*colour), name.clone())).collect();
        frame::draw(area, pen, &self.heading, &legend)?;
        let bottom = f64::from(self.height()) - BELOW;
        self.draw_axis(area, pen, bottom)?;
        for (index, group) in self.groups.iter().enumerate() {
            let top = ABOVE + self.group_height() * index as f64 + BETWEEN_GROUPS / 2.;
            self.draw_group(area, pen, group, top)?;
        }
        let foot = [(NAMES, ABOVE), (NAMES, bottom)].map(|(x, y)| (pen.px(x), pen.px(y)));
        area.draw(&PathElement::new(foot, pen.line(palette::AXIS, 1.)))
    }
}

impl Bars {
    /// The place of a value, in CSS pixels from the left.
    fn place(&self, value: f64) -> f64 {
        NAMES + self.x.fraction(value).clamp(0., 1.) * (f64::from(WIDTH) - RIGHT - NAMES)
    }

    fn draw_axis<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        pen: Pen,
        bottom: f64,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        let centred = Pos::new(HPos::Center, VPos::Top);
        let style = pen.text(13., Weight::Regular, palette::QUIET).pos(centred);
        for tick in self.x.ticks() {
            let x = pen.px(self.place(*tick));
            area.draw(&PathElement::new(
                [(x, pen.px(ABOVE)), (x, pen.px(bottom))],
                pen.line(palette::GRID, 1.),
            ))?;
            area.draw(&Text::new(self.x.tick_label(*tick), (x, pen.px(bottom + 8.)), style.clone()))?;
        }
        let middle = (NAMES + f64::from(WIDTH) - RIGHT) / 2.;
        let style = pen.text(14., Weight::Regular, palette::INK).pos(centred);
        area.draw(&Text::new(self.x.label.clone(), (pen.px(middle), pen.px(bottom + 32.)), style))
    }

    fn draw_group<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        pen: Pen,
        group: &Group,
        top: f64,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        let weight = if group.is_summary { Weight::Bold } else { Weight::Regular };
        let right = Pos::new(HPos::Right, VPos::Center);
        let middle = top + BAR * self.kinds.len() as f64 / 2.;
        let name = fitting(&group.name, weight);
        let style = pen.text(13., weight, palette::INK).pos(right);
        area.draw(&Text::new(name, (pen.px(NAMES - 10.), pen.px(middle)), style))?;
        for (index, (bar, (_, colour))) in group.bars.iter().zip(&self.kinds).enumerate() {
            if bar.value.is_nan() {
                continue;
            }
            let (y, end) = (top + BAR * index as f64, self.place(bar.value));
            let corners = [(pen.px(NAMES), pen.px(y + 1.)), (pen.px(end), pen.px(y + BAR - 1.))];
            area.draw(&Rectangle::new(corners, colour.filled()))?;
            let mut used = end;
            if let Some((low, high)) = bar.interval.filter(|(low, high)| low.is_finite() && high.is_finite())
            {
                self.draw_whisker(area, pen, (low, high), y + BAR / 2.)?;
                used = end.max(self.place(high));
            }
            let style = pen.text(12., weight, palette::INK).pos(Pos::new(HPos::Left, VPos::Center));
            let place = (pen.px(used + 6.), pen.px(y + BAR / 2.));
            area.draw(&Text::new(bar.label.clone(), place, style))?;
        }
        Ok(())
    }

    /// A line from one end of the interval to the other, at the height `y`, on a wider one of paper.
    fn draw_whisker<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        pen: Pen,
        (low, high): (f64, f64),
        y: f64,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
        let (from, to) = (self.place(low), self.place(high));
        for (colour, width) in [(palette::PAPER, 3.5), (palette::INK, 1.5)] {
            let strokes =
                [[(from, y), (to, y)], [(from, y - 4.), (from, y + 4.)], [(to, y - 4.), (to, y + 4.)]];
            for stroke in strokes {
                let ends = stroke.map(|(x, y)| (pen.px(x), pen.px(y)));
                area.draw(&PathElement::new(ends, pen.line(colour, width)))?;
            }
        }
        Ok(())
    }
}

/// The name, or as much of its end as has room beside the bars.
fn fitting(name: &str, weight: Weight) -> String {
    let letters: Vec<char> = name.chars().filter(|c| !c.is_control()).collect();
    let shortened = |start: usize| {
        let rest: String = letters[start..].iter().collect();
        if start == 0 { rest } else { format!("…{rest}") }
    };
    let mut names = (0..letters.len()).map(shortened);
    names.find(|name| text_width(name, 13., weight) <= NAMES - 28.).unwrap_or_default()
}
