use std::fmt;

use serde_json::{Value, json};

use crate::{Place, source::printable};

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// The full path of the key, as `trainer.steps`; empty where no key is to blame.
    pub key: String,
    /// What is wrong, naming the key.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where it is written; none where there is nothing to show, such as a file that does not exist.
    pub place: Option<Place>,
}

impl Mistake {
    pub(crate) fn new(key: &str, message: impl Into<String>) -> Self {
        Self { key: key.to_owned(), message: printable(&message.into()), help: None, place: None }
    }

    pub(crate) fn key(self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        self.help_if(Some(help.into()))
    }

    pub(crate) fn help_if(self, help: Option<String>) -> Self {
        Self { help: help.as_deref().map(printable), ..self }
    }

    pub(crate) fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    fn to_json(&self) -> Value {
        json!({
            "file": self.place.as_ref().map(|place| place.source.name()),
            "line": self.place.as_ref().map(Place::line),
            "column": self.place.as_ref().map(Place::column),
            "key": self.key,
            "message": self.message,
            "help": self.help,
        })
    }
}

/// Everything that is wrong with a configuration; never empty.
#[derive(Clone, Debug)]
pub struct ConfigErrors {
    entry: String,
    mistakes: Vec<Mistake>,
}

impl ConfigErrors {
    /// The mistakes of the configuration that begins at the file `entry`.
    pub(crate) fn new(entry: &str, mut mistakes: Vec<Mistake>) -> Self {
        // File by file and from top to bottom, the arguments last.
        mistakes.sort_by_key(|mistake| {
            mistake
                .place
                .as_ref()
                .map(|at| (at.source.is_argument(), at.source.name().to_owned(), at.span.start))
        });
        Self { entry: entry.to_owned(), mistakes }
    }

    /// Every mistake.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// An array with an object for each mistake: `file`, `line`, `column` (all null where there is no place), `key`,
    /// `message` and `help` (null where there is none).
    pub fn to_json(&self) -> Value {
        self.mistakes.iter().map(Mistake::to_json).collect()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mistakes.len() {
            1 => write!(f, "1 mistake in {}", self.entry),
            count => write!(f, "{count} mistakes in {}", self.entry),
        }
    }
}

impl std::error::Error for ConfigErrors {}
