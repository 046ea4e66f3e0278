//! The two sides of adversarial training: losses of generator and discriminator, and who pulls how hard.

use plumage_record::AdversaryRow;

use super::{smooth, step_axis};
use crate::{
    ReportError,
    plot::{self, Axis, Heading, Line, Lines, Mark, Picture, Spacing, palette},
    records::Records,
};

/// The adversarial training of a generator, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Adversarial {
    /// What stands above both charts; each adds to the title what it shows.
    pub heading: Heading,
    /// The names of the terms of the generator's loss, in the order of every row.
    pub terms: Vec<String>,
    /// In the order of steps.
    pub rows: Vec<AdversarialStep>,
}

/// What a row says of adversarial training.
#[derive(Clone, Debug, PartialEq)]
pub struct AdversarialStep {
    /// Steps made.
    pub step: u64,
    /// The discriminator's loss.
    pub d_loss: f64,
    /// Each term of the generator's loss, with its weight.
    pub g_terms: Vec<f64>,
    /// The norm of each term's gradient at the generator's output, as a share in [0, 1] of the sum of all.
    pub g_shares: Vec<f64>,
    /// What the monitor found wrong, each by its name.
    pub signs: Vec<String>,
}

impl Adversarial {
    /// That of a run; none where it has no adversary.
    pub(super) fn of(records: &Records) -> Option<Self> {
        let rows = || records.metrics.iter().filter_map(|row| Some((row.step, row.adversary.as_ref()?)));
        let (_, first) = rows().next()?;
        let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let step = |(step, row): (u64, &AdversaryRow)| AdversarialStep {
            step,
            d_loss: number(row.d_loss),
            g_terms: row.terms.iter().map(|term| number(term.value)).collect(),
            g_shares: row.terms.iter().map(|term| number(term.share)).collect(),
            signs: row.signs.clone(),
        };
        Some(Self {
            heading: Heading { title: records.name.clone(), subtitle: records.in_a_line() },
            terms: first.terms.iter().map(|term| term.name.replace('_', " ")).collect(),
            rows: rows().map(step).collect(),
        })
    }

    /// The losses: the discriminator's, the generator's sum and its terms, on a logarithmic axis, since terms with their
    /// weights are far apart. Of one that falls below 0, as hinge losses do, the magnitude is shown, and the legend says
    /// so.
    ///
    /// # Errors
    /// [`ReportError::Draw`] when it cannot be drawn.
    pub fn losses(&self) -> Result<Picture, ReportError> {
        plot::picture("losses_g_d", &self.loss_lines())
    }

    /// The share of each term in the gradient.
    ///
    /// # Errors
    /// [`ReportError::Draw`] when it cannot be drawn.
    pub fn shares(&self) -> Result<Picture, ReportError> {
        plot::picture("gradient_shares", &self.share_lines())
    }

    fn loss_lines(&self) -> Lines {
        let sum = self.curve(|row| row.g_terms.iter().filter(|term| !term.is_nan()).sum());
        let mut curves = vec![("D".to_owned(), self.curve(|row| row.d_loss)), ("G, sum".to_owned(), sum)];
        for (index, term) in self.terms.iter().enumerate() {
            let of_row = |row: &AdversarialStep| row.g_terms.get(index).copied().unwrap_or(f64::NAN);
            curves.push((format!("G, {term}"), self.curve(of_row)));
        }
        for (label, points) in &mut curves {
            if points.iter().any(|(_, loss)| *loss < 0.) {
                *label = format!("|{label}|");
                points.iter_mut().for_each(|(_, loss)| *loss = loss.abs());
            }
        }
        let values = curves.iter().flat_map(|(_, points)| points).map(|(_, loss)| *loss);
        let y = Axis::around("loss, terms with their weights", Spacing::Log, values);
        let colours = [palette::VERMILION, palette::INK].into_iter().chain((0..).map(colour_of_term));
        let lines = curves.into_iter().zip(colours);
        let lines =
            lines.flat_map(|((label, points), colour)| smooth::lines(&label, points, Spacing::Log, colour));
        let marks = self.marks();
        Lines { marks, ..self.chart("losses of generator and discriminator", y, raw_first(lines)) }
    }

    fn share_lines(&self) -> Lines {
        let of_term = |(index, term): (usize, &String)| {
            let share = |row: &AdversarialStep| row.g_shares.get(index).copied().unwrap_or(f64::NAN);
            let points = self.curve(|row| 100. * share(row));
            smooth::lines(term, points, Spacing::Linear, colour_of_term(index))
        };
        let lines = raw_first(self.terms.iter().enumerate().flat_map(of_term));
        let y = Axis::between("share at G's output, per cent", Spacing::Linear, 0., 100.);
        self.chart("shares of the generator's gradient", y, lines)
    }

    /// A dot on the discriminator's loss where something first went wrong.
    fn marks(&self) -> Vec<Mark> {
        let mut marks: Vec<Mark> = Vec::new();
        for row in self.rows.iter().filter(|row| row.d_loss.is_finite()) {
            for sign in &row.signs {
                let label = format!("{} at step {}", sign.replace('_', " "), row.step);
                let is_known = marks.iter().any(|mark| mark.label.starts_with(&sign.replace('_', " ")));
                if !is_known {
                    let colour = colour_of_term(marks.len() + 2);
                    marks.push(Mark { label, point: (row.step as f64, row.d_loss.abs()), colour });
                }
            }
        }
        marks
    }

    fn curve(&self, value: impl Fn(&AdversarialStep) -> f64) -> Vec<(f64, f64)> {
        self.rows.iter().map(|row| (row.step as f64, value(row))).collect()
    }

    fn chart(&self, what: &str, y: Axis, lines: Vec<Line>) -> Lines {
        let x = step_axis(self.rows.iter().map(|row| row.step as f64));
        Lines { heading: self.heading.of(what), x, y, lines, levels: Vec::new(), marks: Vec::new() }
    }
}

/// A term has one colour in both charts, which is not the discriminator's.
fn colour_of_term(index: usize) -> plotters::style::RGBColor {
    const TERMS: [plotters::style::RGBColor; 5] =
        [palette::BLUE, palette::GREEN, palette::PURPLE, palette::ORANGE, palette::SKY];
    TERMS[index % TERMS.len()]
}

/// All faint lines under all others.
fn raw_first(lines: impl Iterator<Item = Line>) -> Vec<Line> {
    let (named, raw): (Vec<Line>, Vec<Line>) = lines.partition(|line| line.label.is_some());
    [raw, named].concat()
}
