//! What is found where Plumage works, and what to do about it: one finding a thing that was looked at.

mod data;
mod machine;
mod results;

use std::fmt::Display;

use serde::Serialize;

pub(crate) use self::{data::of_folder, data::of_sets, machine::of_machine, results::of_results};
use crate::exit::ExitKind;

/// How a thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Health {
    /// Nothing is to be done.
    Fine,
    /// Nothing is wrong, and something can be done.
    Note,
    /// Something is wrong.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    /// Which part of the whole: `machine`, `disk`, `data`, `results`.
    pub(crate) area: &'static str,
    /// How it was found.
    pub(crate) health: Health,
    /// What was found.
    pub(crate) message: String,
    /// Every bad part of it, one a line.
    pub(crate) details: Vec<String>,
    /// What to do.
    pub(crate) help: Option<String>,
    /// The exit code that it asks for.
    #[serde(skip)]
    pub(crate) exit: ExitKind,
}

impl Finding {
    fn new(area: &'static str, health: Health, message: impl Display) -> Self {
        let (message, details) = (message.to_string(), Vec::new());
        Self { area, health, message, details, help: None, exit: ExitKind::Ok }
    }

    fn fine(area: &'static str, message: impl Display) -> Self {
        Self::new(area, Health::Fine, message)
    }

    fn note(area: &'static str, message: impl Display, help: impl Display) -> Self {
        Self { help: Some(help.to_string()), ..Self::new(area, Health::Note, message) }
    }

    fn bad(area: &'static str, exit: ExitKind, message: impl Display, help: impl Display) -> Self {
        Self { help: Some(help.to_string()), exit, ..Self::new(area, Health::Bad, message) }
    }

    fn with_details(self, details: Vec<String>) -> Self {
        Self { details, ..self }
    }
}
