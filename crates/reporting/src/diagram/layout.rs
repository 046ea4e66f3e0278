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
        }
        parts.push(part);
    }
    let arcs = arcs(network, &steps);
    let bracket = repeat.map(|Repeat { from, period, times }| Bracket {
        from: from + 1,
        to: from + period,
        label: format!("{times} times"),
    });
    let mut x = 4.;
    for (index, part) in parts.iter_mut().enumerate() {
        let does = part.does.iter().map(|line| text_width(line, 12., Weight::Regular));
        let arrow = if index == 0 { 0. } else { does.fold(ARROW, |most, width| most.max(width + 16.)) };
        let below = part.words.iter().map(|line| text_width(line, 11.5, Weight::Regular));
        let around = below.fold(0f64, f64::max) / 2. - part.body.length / 2.;
        // The words below must not run into those of the body before.
        let least = if index == 0 { around.max(0.) } else { arrow.max(around + 34.) };
        part.x = x + least;
        x = part.x + part.body.width();
    }
    let levels = arcs.iter().map(|arc| arc.level + 1).max().unwrap_or(0);
    let words = parts.iter().map(|part| part.words.len()).max().unwrap_or(0) as f64;
    let above = levels as f64 * LEVEL + if bracket.is_some() { 22. } else { 10. };
    Row { width: x + 40., height: above + BODIES + words * WORDS + 18., parts, arcs, bracket }
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
    if network.noise && !steps.is_empty() {
        arcs.push(Arc { from: 1, to: 1, label: "noise × a weight a map".to_owned(), level: 0 });
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
        let levels = self.arcs.iter().map(|arc| arc.level + 1).max().unwrap_or(0) as f64;
        let roof = top + levels * LEVEL + if self.bracket.is_some() { 22. } else { 10. };
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
        let (from, to) = (left + first.x - 52., left + last.x + last.body.width() + 6.);
        let high = first.body.height.max(last.body.height) / 2. + 26.;
        let (roof, floor) = (middle - high, middle + high - 14.);
        paper.line(
            &[(from + 10., roof), (to, roof), (to, floor), (from, floor), (from, roof), (from + 10., roof)],
            Ink::Line,
            true,
        );
        paper.text(from + 8., roof - 5., 12., Weight::Bold, Anchor::Start, Ink::Ink, &bracket.label);
    }

    fn draw_arc(&self, paper: &mut Paper, arc: &Arc, left: f64, middle: f64, roof: f64) {
        let (Some(from), Some(to)) = (self.parts.get(arc.from), self.parts.get(arc.to)) else { return };
        let y = roof - LEVEL * arc.level as f64 - if self.bracket.is_some() { 18. } else { 4. };
        let plus_x = left + to.x - 16.;
        if arc.from == arc.to {
            // Noise comes from outside.
            let start = plus_x - 6.;
            paper.arrow(&[(start, y), (plus_x, y), (plus_x, middle - 9.)], Ink::Accent, true);
            paper.plus(plus_x, middle);
            paper.text(start - 4., y + 4., 12., Weight::Regular, Anchor::Start, Ink::Accent, "");
            let width = text_width(&arc.label, 12., Weight::Regular);
            paper.text(
                start - width - 6.,
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
            - if from.label.is_some() { 20. } else { 3. };
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
    fn draw_arrow(&self, paper: &mut Paper, left: f64, middle: f64, before: &Part) {
        let (from, to) = (left + before.x + before.body.width() + 4., left + self.x - 3.);
        paper.arrow(&[(from, middle), (to, middle)], Ink::Line, false);
        let room = if self.has_plus { 26. } else { 6. };
        let centre = (from + to - room) / 2.;
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
            let y = middle - self.body.height / 2. - self.body.depth * 0.75 - 6.;
            paper.text(centre + self.body.depth / 2., y, 12., Weight::Bold, Anchor::Middle, Ink::Ink, label);
        }
        for (number, words) in self.words.iter().enumerate() {
            let y = middle + self.body.height / 2. + 16. + WORDS * number as f64;
            paper.text(centre, y, 11.5, Weight::Regular, Anchor::Middle, Ink::Quiet, words);
        }
    }
}
