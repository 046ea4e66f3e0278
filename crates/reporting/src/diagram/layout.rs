//! A network from left to right: bodies, the arrows between them with what is done, and the arcs over them.

use plumage_record::{NetworkRecord, Role, StepKind, StepRecord};

use super::{
    body::Body,
    paper::{Anchor, Ink, Paper, text_width},
    path::{Line, OnLine, Plus, Repeat, line},
};
use crate::{font::Weight, number::grouped};

/// A network that has a place for everything.
pub(super) struct Row {
    pub(super) width: f64,
    pub(super) height: f64,
    parts: Vec<Part>,
    arcs: Vec<Arc>,
    bracket: Option<Bracket>,
}

/// Where a row begins and ends, for what joins two of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ends {
    pub(super) input: (f64, f64),
    pub(super) output: (f64, f64),
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// A body with the arrow before it and the words around it.
struct Part {
    x: f64,
    body: Body,
    /// Over the arrow.
    does: Vec<String>,
    /// Below the body.
    words: Vec<String>,
    /// Over the body.
    label: Option<String>,
    has_plus: bool,
    /// Whether a frame's side crosses the arrow.
    is_at_border: bool,
}

/// A line over the row, from one body to the plus before another.
struct Arc {
    from: usize,
    to: usize,
    label: String,
    level: usize,
}

/// A frame around the bodies that stand for several.
struct Bracket {
    from: usize,
    to: usize,
    label: String,
}

const ARROW: f64 = 58.;
/// What a plus takes of an arrow.
const PLUS: f64 = 26.;
/// The width that a row may take without making the drawing wider, and the most that an arrow grows to fill it.
const ROOM: f64 = 864.;
const MOST_EXTRA: f64 = 70.;
const LEVEL: f64 = 24.;
const WORDS: f64 = 15.;
/// The highest body, with its back.
const BODIES: f64 = 118.;

/// Finds a place for every step of a network.
pub(super) fn row(network: &NetworkRecord) -> Row {
    let Line { steps, repeat } = line(network);
    let ink = if network.role == Role::Upscaler { Ink::Maps } else { Ink::Verdict };
    let mut parts = vec![input(network)];
    for (index, one) in steps.iter().enumerate() {
        let is_last = index + 1 == steps.len();
        let mut part = part(one, network, ink);
        if is_last && network.role == Role::Upscaler {
            part.body.ink = Ink::Picture;
            part.label = Some("SR".to_owned());
        } else if is_last {
            part.label = Some("HR or SR?".to_owned());
        }
        parts.push(part);
    }
    if let Some(first) = parts.get_mut(1).filter(|_| network.noise) {
        first.has_plus = true;
    }
    let arcs = arcs(network, &steps);
    let bracket = repeat.map(|Repeat { from, period, times }| Bracket {
        from: from + 1,
        to: from + period,
        label: format!("{times} times"),
    });
    let plain = placed(&mut parts, bracket.as_ref(), 0.);
    // A short network takes the width there is, as far as its arrows do not get long.
    let arrows = parts.len().saturating_sub(1).max(1) as f64;
    let width = placed(&mut parts, bracket.as_ref(), ((ROOM - plain) / arrows).clamp(0., MOST_EXTRA));
    let words = parts.iter().map(|part| part.words.len()).max().unwrap_or(0) as f64;
    let height = above(&arcs) + BODIES + words * WORDS + if bracket.is_some() { 26. } else { 14. };
    Row { width, height, parts, arcs, bracket }
}

/// Gives every part its place, arrows `extra` longer than they have to be; returns the width.
fn placed(parts: &mut [Part], bracket: Option<&Bracket>, extra: f64) -> f64 {
    let mut x = 4.;
    for (index, part) in parts.iter_mut().enumerate() {
        let plus = if part.has_plus { PLUS } else { 0. };
        let does = part.does.iter().map(|line| text_width(line, 12., Weight::Regular));
        let arrow = does.fold(ARROW, |most, width| most.max(width + 18. + plus));
        let below = part.words.iter().map(|line| text_width(line, 11.5, Weight::Regular));
        let label = part.label.iter().map(|label| text_width(label, 12., Weight::Bold) - part.body.depth);
        let around = below.chain(label).fold(0f64, f64::max) / 2. - part.body.length / 2.;
        // The words below must not run into those of the body before.
        let at_border = bracket.is_some_and(|bracket| index == bracket.from || index == bracket.to + 1);
        part.is_at_border = at_border;
        let extra = extra + if at_border { 16. } else { 0. };
        part.x = x + if index == 0 { around.max(0.) } else { arrow.max(around + 34.) + extra };
        x = part.x + part.body.width();
    }
    x + 24.
}

/// What lies over the bodies: the arcs, and the labels of pictures.
fn above(arcs: &[Arc]) -> f64 {
    let levels = arcs.iter().map(|arc| arc.level + 1).max().unwrap_or(0);
    levels as f64 * LEVEL + 26.
}

/// The picture that goes in.
fn input(network: &NetworkRecord) -> Part {
    let side = network.patch_px / network.input_hr_px.max(1);
    let label = match network.role {
        Role::Upscaler if network.input_hr_px > 1 => "LR".to_owned(),
        Role::Upscaler => format!("LR, bicubic ×{}", network.scale),
        Role::Discriminator | Role::Judge => "HR or SR".to_owned(),
    };
    Part {
        x: 0.,
        body: Body::new(network.channels, Some(network.input_hr_px), Ink::Picture),
        does: Vec::new(),
        words: vec![maps(network.channels), format!("{side} × {side}")],
        label: Some(label),
        has_plus: false,
        is_at_border: false,
    }
}

fn part(one: &OnLine, network: &NetworkRecord, ink: Ink) -> Part {
    let OnLine { step, plus } = one;
    let side = step.hr_px.map(|hr_px| network.patch_px.div_ceil(hr_px.max(1)));
    let mut words = vec![maps(step.channels)];
    words.push(side.map_or("1 number".to_owned(), |side| format!("{side} × {side}")));
    if step.parameters > 0 {
        words.push(format!("{} weights", grouped(step.parameters)));
    }
    if step.does == StepKind::Linear {
        words[0] = "verdict".to_owned();
    }
    Part {
        x: 0.,
        body: Body::new(step.channels, step.hr_px, ink),
        does: does(step),
        words,
        label: None,
        has_plus: plus.is_some(),
        is_at_border: false,
    }
}

/// What is done, in a line or two.
fn does(step: &StepRecord) -> Vec<String> {
    match &step.does {
        StepKind::Convolution { kernel, computed_kernel, stride, activation } => {
            let stride = if *stride > 1 { format!(" / {stride}") } else { String::new() };
            let conv = format!("conv {kernel}×{kernel}{stride}");
            let behind = (computed_kernel > kernel).then(|| "over a mean".to_owned());
            [Some(conv), activation.clone().or(behind)].into_iter().flatten().collect()
        }
        StepKind::Mirror => vec!["mirrored border".to_owned()],
        StepKind::PixelShuffle => vec!["pixel".to_owned(), "shuffle".to_owned()],
        StepKind::Shift { by } if *by < 0. => vec![format!("− {}", -by)],
        StepKind::Shift { by } => vec![format!("+ {by}")],
        StepKind::Sum => Vec::new(),
        StepKind::Mean => vec!["mean".to_owned()],
        StepKind::Linear => vec!["linear".to_owned()],
    }
}

fn maps(channels: usize) -> String {
    if channels == 1 { "1 map".to_owned() } else { format!("{} maps", grouped(channels as u64)) }
}

/// What is added along the way; long arcs lie over short ones.
fn arcs(network: &NetworkRecord, steps: &[OnLine]) -> Vec<Arc> {
    let mut arcs: Vec<Arc> = Vec::new();
    for (index, one) in steps.iter().enumerate() {
        let (from, label) = match one.plus {
            Some(Plus::Step(place)) => (place + 1, String::new()),
            Some(Plus::Input) => (0, "the input itself".to_owned()),
            Some(Plus::Bicubic) => (0, format!("bicubic ×{}", network.scale)),
            None => continue,
        };
        arcs.push(Arc { from, to: index + 1, label, level: 0 });
    }
    // The noise is added to what the first step makes.
    if network.noise && !steps.is_empty() {
        arcs.push(Arc { from: 1, to: 1, label: "noise".to_owned(), level: 0 });
    }
    arcs.sort_by_key(|arc| arc.to - arc.from);
    for index in 1..arcs.len() {
        let (shorter, longer) = arcs.split_at_mut(index);
        let Some(arc) = longer.first_mut() else { continue };
        let under = shorter.iter().filter(|other| other.from <= arc.to && arc.from <= other.to);
        arc.level = under.map(|other| other.level + 1).max().unwrap_or(0);
    }
    arcs
}

impl Row {
    /// Draws it with its upper left corner at that place.
    pub(super) fn draw(&self, paper: &mut Paper, left: f64, top: f64) -> Ends {
        let roof = top + above(&self.arcs);
        let middle = roof + BODIES / 2. + 8.;
        let mut before: Option<&Part> = None;
        for part in &self.parts {
            if let Some(before) = before {
                part.draw_arrow(paper, left, middle, before);
            }
            before = Some(part);
        }
        for part in &self.parts {
            part.draw(paper, left, middle);
        }
        if let Some(bracket) = &self.bracket {
            self.draw_bracket(paper, bracket, left, middle);
        }
        for arc in &self.arcs {
            self.draw_arc(paper, arc, left, middle, roof);
        }
        let end = |part: Option<&Part>, is_right: bool| {
            let part_x = part.map_or(0., |part| part.x + if is_right { part.body.width() + 2. } else { -2. });
            (left + part_x, middle)
        };
        Ends {
            input: end(self.parts.first(), false),
            output: end(self.parts.last(), true),
            top,
            bottom: top + self.height,
        }
    }

    fn draw_bracket(&self, paper: &mut Paper, bracket: &Bracket, left: f64, middle: f64) {
        let (Some(first), Some(last)) = (self.parts.get(bracket.from), self.parts.get(bracket.to)) else {
            return;
        };
        let before = self.parts.get(bracket.from.wrapping_sub(1)).map_or(0., Part::end);
        let (from, to) = (left + before + 5., left + last.end() + 6.);
        let high = first.body.height.max(last.body.height) / 2.;
        let words = first.words.len().max(last.words.len()) as f64;
        let (roof, floor) = (middle - high - 26., middle + high + 10. + words * WORDS);
        paper.line(
            &[(from + 10., roof), (to, roof), (to, floor), (from, floor), (from, roof), (from + 10., roof)],
            Ink::Line,
            true,
        );
        paper.text(from + 8., roof - 5., 12., Weight::Bold, Anchor::Start, Ink::Ink, &bracket.label);
    }

    fn draw_arc(&self, paper: &mut Paper, arc: &Arc, left: f64, middle: f64, roof: f64) {
        let (Some(from), Some(to)) = (self.parts.get(arc.from), self.parts.get(arc.to)) else { return };
        let y = roof - 20. - LEVEL * arc.level as f64;
        let plus_x = left + to.x - 16.;
        if arc.from == arc.to {
            // Noise comes from outside.
            let start = plus_x - 14.;
            paper.arrow(&[(start, y), (plus_x, y), (plus_x, middle - 9.)], Ink::Accent, true);
            paper.plus(plus_x, middle);
            let width = text_width(&arc.label, 12., Weight::Regular);
            paper.text(
                start - width - 4.,
                y + 4.,
                12.,
                Weight::Regular,
                Anchor::Start,
                Ink::Accent,
                &arc.label,
            );
            return;
        }
        let start_x = left + from.x + from.body.length / 2. + from.body.depth / 2.;
        let start_y = middle
            - from.body.height / 2.
            - from.body.depth * 0.75
            - if from.label.is_some() { 18. } else { 3. };
        paper.arrow(
            &[(start_x, start_y), (start_x, y), (plus_x, y), (plus_x, middle - 9.)],
            Ink::Line,
            false,
        );
        if !arc.label.is_empty() {
            let x = (start_x + plus_x) / 2.;
            paper.text(x, y - 5., 12., Weight::Regular, Anchor::Middle, Ink::Quiet, &arc.label);
        }
    }
}

impl Part {
    /// Where it and its words end.
    fn end(&self) -> f64 {
        let words =
            self.words.iter().map(|line| text_width(line, 11.5, Weight::Regular)).fold(0f64, f64::max);
        self.x + self.body.width().max((self.body.length + words) / 2.)
    }

    fn draw_arrow(&self, paper: &mut Paper, left: f64, middle: f64, before: &Part) {
        let (from, to) = (left + before.x + before.body.width() + 4., left + self.x - 3.);
        paper.arrow(&[(from, middle), (to, middle)], Ink::Line, false);
        let room = if self.has_plus { PLUS } else { 6. };
        let centre = (from + to - room) / 2. + if self.is_at_border { 8. } else { 0. };
        for (number, words) in self.does.iter().enumerate() {
            let y = if number == 0 { middle - 7. } else { middle + 16. };
            paper.text(centre, y, 12., Weight::Regular, Anchor::Middle, Ink::Ink, words);
        }
        if self.has_plus {
            paper.plus(left + self.x - 16., middle);
        }
    }

    fn draw(&self, paper: &mut Paper, left: f64, middle: f64) {
        let x = left + self.x;
        self.body.draw(paper, x, middle);
        let centre = x + self.body.length / 2.;
        if let Some(label) = &self.label {
            let roof = middle - self.body.height / 2. - self.body.depth * 0.75;
            let y = (roof - 6.).min(middle - 28.);
            paper.text(centre + self.body.depth / 2., y, 12., Weight::Bold, Anchor::Middle, Ink::Ink, label);
        }
        for (number, words) in self.words.iter().enumerate() {
            let y = middle + self.body.height / 2. + 16. + WORDS * number as f64;
            paper.text(centre, y, 11.5, Weight::Regular, Anchor::Middle, Ink::Quiet, words);
        }
    }
}
