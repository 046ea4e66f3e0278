//! A chart of lines in a page. It takes the width there is, its letters keep their size, and with the script its values
//! can be read.
//!
//! The lines are an SVG that is stretched over the plot; the words stand around it as HTML, placed by shares of it.

use maud::{Markup, PreEscaped, html};
use plotters::style::RGBColor;
use serde_json::json;

use super::{Origin, figure};
use crate::{
    charts::Curves,
    plot::{Axis, Line, Lines, Spacing, palette},
};

/// The SVG's width and height in its own units, before it is stretched.
const SIDE: f64 = 1000.;

/// A chart in a page.
#[derive(Clone, Debug)]
pub struct Chart {
    lines: Lines,
    caption: String,
    origin: Origin,
}

impl Chart {
    /// A chart of curves with what is said below it, in Markdown, and where it comes from.
    pub fn new(curves: &Curves, caption: impl Into<String>, origin: Origin) -> Self {
        Self::of_lines(curves.lines(), caption, origin)
    }

    /// One of the charts that runs have, which are pictures elsewhere.
    pub(crate) fn of_lines(lines: Lines, caption: impl Into<String>, origin: Origin) -> Self {
        Self { lines, caption: caption.into(), origin }
    }

    pub(super) fn markup(&self) -> Markup {
        let Lines { heading, x, y, levels, .. } = &self.lines;
        html! {
            figure.chart {
                p.title { b { (heading.title) } " " span { (heading.subtitle) } }
                (self.legend())
                p.quantity { (y.label) }
                div.plot tabindex="0" role="img" aria-label=(self.in_words()) {
                    div.area {
                        (PreEscaped(self.svg()))
                    }
                    @for level in levels {
                        span.level style={ "bottom: " (percent(y.fraction(level.value))) "; color: " (css(level.colour)) } {
                            (level.label)
                        }
                    }
                    @for tick in y.ticks() {
                        span.y style={ "bottom: " (percent(y.fraction(*tick))) } { (y.tick_label(*tick)) }
                    }
                    @for tick in x.ticks() {
                        span.x style={ "left: " (percent(x.fraction(*tick))) } { (x.tick_label(*tick)) }
                    }
                }
                p.quantity.below { (x.label) }
                script type="application/json" { (PreEscaped(self.data())) }
                (figure::caption(&self.caption, &self.origin))
            }
        }
    }

    fn legend(&self) -> Markup {
        let Lines { lines, marks, .. } = &self.lines;
        let lines = lines.iter().filter_map(|line| Some(("line", line.colour, line.label.as_ref()?)));
        let marks = marks.iter().map(|mark| ("mark", mark.colour, &mark.label));
        html! {
            ul.legend {
                @for (kind, colour, label) in lines.chain(marks) {
                    li {
                        span class={ "swatch " (kind) } style={ "--colour: " (css(colour)) } aria-hidden="true" {}
                        (label)
                    }
                }
            }
        }
    }

    /// Title, quantities, and where each curve ends.
    fn in_words(&self) -> String {
        let Lines { heading, x, y, lines, .. } = &self.lines;
        let mut words = format!("{}. {} against {}.", heading.title, y.label, x.label);
        for line in lines {
            if let Some((label, (x, y))) = line.label.as_ref().zip(line.points.last()) {
                words += &format!(" {label} ends at {} and {}.", short(*x), short(*y));
            }
        }
        words
    }

    fn svg(&self) -> String {
        let Lines { x, y, lines, levels, marks, .. } = &self.lines;
        let mut svg = format!(
            "<svg viewBox=\"0 0 {SIDE} {SIDE}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" xmlns=\"http://www.w3.org/2000/svg\">"
        );
        let across = |class: &str, value: f64, style: &str| {
            let y = down(y, value);
            format!("<path class=\"{class}\" {style} d=\"M0 {y}H{SIDE}\"/>")
        };
        for tick in y.ticks() {
            svg += &across("grid", *tick, "");
        }
        for level in levels {
            svg += &across("level", level.value, &format!("style=\"--colour: {}\"", css(level.colour)));
        }
        for line in lines {
            svg += &curve(x, y, line);
        }
        for mark in marks {
            let (x, y) = (along(x, mark.point.0), down(y, mark.point.1));
            svg +=
                &format!("<path class=\"mark\" style=\"--colour: {}\" d=\"M{x} {y}h0\"/>", css(mark.colour));
        }
        svg + "</svg>"
    }

    /// What the script reads, in a form that ends no element.
    fn data(&self) -> String {
        let axis = |axis: &Axis| {
            json!({
                "label": axis.label, "low": axis.low, "high": axis.high, "log": axis.spacing == Spacing::Log,
            })
        };
        let curves = self.lines.lines.iter().filter_map(|line| {
            let label = line.label.as_ref()?;
            Some(json!({ "name": label, "colour": css(line.colour), "points": line.points }))
        });
        let data = json!({
            "x": axis(&self.lines.x),
            "y": axis(&self.lines.y),
            "curves": curves.collect::<Vec<_>>(),
        });
        data.to_string().replace('<', "\\u003c")
    }
}

/// A curve in pieces, with a dot at every point where there are few.
fn curve(x: &Axis, y: &Axis, line: &Line) -> String {
    let mut svg = String::new();
    let style = format!("style=\"--colour: {}; --width: {}px\"", css(line.colour), line.width_px);
    let pieces = line.points.split(|(px, py)| !x.has_place(*px) || !y.has_place(*py));
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        let at = |&(px, py): &(f64, f64)| format!("{} {}", along(x, px), down(y, py));
        let places: Vec<String> = piece.iter().map(at).collect();
        svg += &format!("<path class=\"curve\" {style} d=\"M{}\"/>", places.join("L"));
        if line.dotted || piece.len() == 1 {
            let dots: String = places.iter().map(|place| format!("M{place}h0")).collect();
            svg += &format!("<path class=\"dots\" {style} d=\"{dots}\"/>");
        }
    }
    svg
}

/// A place from the left, in the SVG's units; nothing is drawn outside.
fn along(axis: &Axis, value: f64) -> f64 {
    rounded(axis.fraction(value).clamp(0., 1.) * SIDE)
}

/// A place from the top.
fn down(axis: &Axis, value: f64) -> f64 {
    rounded((1. - axis.fraction(value).clamp(0., 1.)) * SIDE)
}

fn rounded(place: f64) -> f64 {
    (place * 100.).round() / 100.
}

fn percent(fraction: f64) -> String {
    format!("{:.3}%", 100. * fraction)
}

/// A number in five digits or as a whole one.
fn short(value: f64) -> String {
    if value.abs() >= 10_000. || value == value.round() {
        format!("{value:.0}")
    } else {
        format!("{value:.4}")
    }
}

/// The colour by the name that the style sheet has for it, so that it suits light and dark.
fn css(colour: RGBColor) -> String {
    let names = [
        (palette::BLUE, "blue"),
        (palette::VERMILION, "vermilion"),
        (palette::GREEN, "green"),
        (palette::PURPLE, "purple"),
        (palette::ORANGE, "orange"),
        (palette::SKY, "sky"),
        (palette::QUIET, "quiet"),
        (palette::INK, "ink"),
    ];
    match names.iter().find(|(known, _)| *known == colour) {
        Some((_, name)) => format!("var(--{name})"),
        None => format!("rgb({} {} {})", colour.0, colour.1, colour.2),
    }
}
