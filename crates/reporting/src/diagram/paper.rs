//! What a diagram is written with: a few shapes of SVG, in inks that have a colour on light and on dark paper.

use crate::font::{self, Weight};

/// What something is drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "ink is what it is called")]
pub(super) enum Ink {
    /// Words and outlines.
    Ink,
    /// Words that matter less.
    Quiet,
    /// Arrows.
    Line,
    /// Pictures: what goes in and what comes out.
    Picture,
    /// Feature maps of an upscaler.
    Maps,
    /// Feature maps of a network that tells HR from SR.
    Verdict,
    /// Noise, and what joins two networks.
    Accent,
}

/// Every ink with its class and its colours on light and on dark paper. A class has a name that no page has.
const INKS: [(Ink, &str, &str, &str); 7] = [
    (Ink::Ink, "plumage-ink", "#212529", "#e6e9ec"),
    (Ink::Quiet, "plumage-quiet", "#5F6770", "#9aa3ad"),
    (Ink::Line, "plumage-line", "#6f7780", "#8d96a0"),
    (Ink::Picture, "plumage-picture", "#c3c9cf", "#7d8790"),
    (Ink::Maps, "plumage-maps", "#4c9fd0", "#3d8fc2"),
    (Ink::Verdict, "plumage-verdict", "#e08a4a", "#d0773a"),
    (Ink::Accent, "plumage-accent", "#b0560a", "#f0a050"),
];

/// The paper's own class.
pub(crate) const PAPER_CLASS: &str = "plumage-paper";
/// The class of words that matter less.
pub(crate) const QUIET_CLASS: &str = "plumage-quiet";

impl Ink {
    fn class(self) -> &'static str {
        INKS.iter().find(|(ink, ..)| *ink == self).map_or("", |(_, class, ..)| class)
    }

    fn light(self) -> &'static str {
        INKS.iter().find(|(ink, ..)| *ink == self).map_or("", |(_, _, light, _)| light)
    }
}

/// Where a text stands from its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
}

/// A drawing that grows.
pub(super) struct Paper {
    width: f64,
    body: String,
}

impl Paper {
    pub(super) fn new(width: f64) -> Self {
        Self { width, body: String::new() }
    }

    /// A line of text whose baseline is at `y`.
    #[expect(clippy::too_many_arguments, reason = "a text has a place, a look and its words")]
    pub(super) fn text(
        &mut self,
        x: f64,
        y: f64,
        size: f64,
        weight: Weight,
        anchor: Anchor,
        ink: Ink,
        words: &str,
    ) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
        };
        let bold = if weight == Weight::Bold { " font-weight=\"bold\"" } else { "" };
        self.body += &format!(
            "<text class=\"{}\" x=\"{}\" y=\"{}\" font-size=\"{size}\"{bold} text-anchor=\"{anchor}\" fill=\"{}\">{}</text>\n",
            ink.class(),
            number(x),
            number(y),
            ink.light(),
            crate::origin::stamp::escaped(words)
        );
    }

    /// A filled shape; `shade` makes it darker than its ink, from 0 to 1, or lighter, from 0 to -1.
    pub(super) fn shape(&mut self, corners: &[(f64, f64)], ink: Ink, shade: f64) {
        self.body += &format!(
            "<path class=\"{0}\" d=\"{1}Z\" fill=\"{2}\"/>\n",
            ink.class(),
            path(corners),
            ink.light()
        );
        if shade != 0. {
            let (over, opacity) = if shade > 0. { ("#000", shade) } else { ("#fff", -shade) };
            self.body +=
                &format!("<path d=\"{}Z\" fill=\"{over}\" fill-opacity=\"{opacity}\"/>\n", path(corners));
        }
    }

    /// A line along the places, with an arrow's head at the last one; its corners are rounded.
    pub(super) fn arrow(&mut self, places: &[(f64, f64)], ink: Ink, dashed: bool) {
        self.line(places, ink, dashed);
        if let [.., from, to] = places {
            let length = (to.0 - from.0).hypot(to.1 - from.1).max(1e-9);
            let (dx, dy) = ((to.0 - from.0) / length, (to.1 - from.1) / length);
            let back =
                |along: f64, aside: f64| (to.0 - along * dx - aside * dy, to.1 - along * dy + aside * dx);
            self.body += &format!(
                "<path class=\"{}\" d=\"{}Z\" fill=\"{}\"/>\n",
                ink.class(),
                path(&[*to, back(7., 3.5), back(7., -3.5)]),
                ink.light()
            );
        }
    }

    /// A line along the places; its corners are rounded.
    pub(super) fn line(&mut self, places: &[(f64, f64)], ink: Ink, dashed: bool) {
        let dashes = if dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        self.body += &format!(
            "<path class=\"{}-stroke\" d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.4\"{dashes}/>\n",
            ink.class(),
            rounded(places),
            ink.light()
        );
    }

    /// A circle with a plus sign in it.
    pub(super) fn plus(&mut self, x: f64, y: f64) {
        let (x, y) = (number(x), number(y));
        self.body += &format!(
            "<circle class=\"{PAPER_CLASS} {0}-stroke\" cx=\"{x}\" cy=\"{y}\" r=\"8\" fill=\"#FFFFFF\" stroke=\"{1}\" stroke-width=\"1.4\"/>\n\
             <path class=\"{0}-stroke\" d=\"M{x} {y}m-4 0h8m-4 -4v8\" fill=\"none\" stroke=\"{1}\" stroke-width=\"1.4\"/>\n",
            Ink::Ink.class(),
            Ink::Ink.light()
        );
    }

    /// The whole SVG, of the given height.
    pub(super) fn finish(self, height: f64) -> String {
        let (width, height) = (number(self.width.ceil()), number(height.ceil()));
        let dark: String = INKS
            .iter()
            .map(|(_, class, _, dark)| format!(".{class}{{fill:{dark}}}.{class}-stroke{{stroke:{dark}}}"))
            .collect();
        format!(
            "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" xmlns=\"http://www.w3.org/2000/svg\" \
             font-family=\"Noto Sans, Helvetica, Arial, {family}\" role=\"img\">\n\
             <style>@media screen and (prefers-color-scheme: dark){{.{PAPER_CLASS}{{fill:#14171a}}{dark}}}</style>\n\
             <rect class=\"{PAPER_CLASS}\" x=\"0\" y=\"0\" width=\"{width}\" height=\"{height}\" fill=\"#FFFFFF\"/>\n{}</svg>\n",
            self.body,
            family = font::FAMILY
        )
    }
}

/// Width of a text of the given height.
pub(super) fn text_width(words: &str, size: f64, weight: Weight) -> f64 {
    crate::plot::text_width(words, size, weight)
}

fn path(places: &[(f64, f64)]) -> String {
    let mut text = String::new();
    for (index, (x, y)) in places.iter().enumerate() {
        text += &format!("{}{} {}", if index == 0 { "M" } else { "L" }, number(*x), number(*y));
    }
    text
}

/// A path whose corners are rounded off.
fn rounded(places: &[(f64, f64)]) -> String {
    const RADIUS: f64 = 8.;
    let [first, middle @ .., last] = places else { return String::new() };
    let mut text = format!("M{} {}", number(first.0), number(first.1));
    let mut before = *first;
    for (index, corner) in middle.iter().enumerate() {
        let after = middle.get(index + 1).unwrap_or(last);
        let toward = |other: (f64, f64)| {
            let length = (other.0 - corner.0).hypot(other.1 - corner.1).max(1e-9);
            let step = RADIUS.min(length / 2.) / length;
            (corner.0 + (other.0 - corner.0) * step, corner.1 + (other.1 - corner.1) * step)
        };
        let (enter, leave) = (toward(before), toward(*after));
        text += &format!(
            "L{} {}Q{} {} {} {}",
            number(enter.0),
            number(enter.1),
            number(corner.0),
            number(corner.1),
            number(leave.0),
            number(leave.1)
        );
        before = *corner;
    }
    text + &format!("L{} {}", number(last.0), number(last.1))
}

/// A coordinate, to a tenth.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::palette;

    #[test]
    fn words_can_be_read_on_light_and_on_dark_paper() {
        let parse = |text: &str| {
            let channel = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
            plotters::style::RGBColor(channel(1), channel(3), channel(5))
        };
        for (ink, _, light, dark) in INKS {
            if matches!(ink, Ink::Ink | Ink::Quiet | Ink::Accent) {
                assert!(palette::contrast(parse(light), palette::PAPER) > 4.5, "{ink:?}");
                assert!(palette::contrast(parse(dark), parse("#14171a")) > 4.5, "{ink:?}");
            }
        }
    }

    #[test]
    fn what_is_written_is_well_formed_whatever_the_words() {
        let mut paper = Paper::new(100.);
        paper.text(1., 2.25, 12., Weight::Bold, Anchor::Middle, Ink::Ink, "a < b & \"c\"");
        paper.arrow(&[(0., 0.), (10., 0.), (10., 10.)], Ink::Accent, true);
        paper.plus(5., 5.);
        let svg = paper.finish(50.);
        let tree = roxmltree::Document::parse(&svg).unwrap();
        assert!(tree.descendants().any(|node| node.text() == Some("a < b & \"c\"")));
    }
}
