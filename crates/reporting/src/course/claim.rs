//! A claim of the report: its words, what was found, and how to find it again.

use super::rules::Ruling;
use crate::{
    page::{Part, Section},
    records::Records,
    summary::commands,
};

/// A claim of the report and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// `S1` and so on, in the order of the report's sentences.
    pub(super) id: &'static str,
    /// What it is about.
    pub(super) title: &'static str,
    /// The report's words.
    pub(super) quote: &'static str,
    /// Where they stand, as `Figure 2`.
    pub(super) place: &'static str,
    /// Our number with its interval, in words.
    pub(super) number: String,
    /// What it came to.
    pub(super) ruling: Ruling,
    /// Figures and words, after the verdict.
    pub(super) parts: Vec<Part>,
    /// The commands that find it again.
    pub(super) commands: Vec<String>,
}

/// Whose words are quoted.
const SOURCE: &str = "course report, APS360, University of Toronto";

impl Claim {
    pub(super) fn section(&self) -> Section {
        let mut parts = vec![
            Part::Quote { words: self.quote.to_owned(), source: format!("{SOURCE}, {}", self.place) },
            Part::Verdict { verdict: self.ruling.verdict, words: self.ruling.why.clone() },
            Part::Facts(vec![("our number".to_owned(), self.number.clone())]),
        ];
        parts.extend(self.parts.iter().cloned());
        parts.push(Part::Details {
            summary: "Run it again".to_owned(),
            parts: vec![Part::Commands(self.commands.clone())],
        });
        Section::new(self.id.to_lowercase(), format!("{}. {}", self.id, self.title), parts)
    }
}

/// The commands that make runs again.
pub(super) fn again(runs: &[&Records]) -> Vec<String> {
    let of = |run: &&Records| {
        let manifest = run.manifest.as_ref()?;
        let commands = commands(&run.name, manifest);
        Some(commands.lines().next()?.to_owned())
    };
    runs.iter().filter_map(of).collect()
}
