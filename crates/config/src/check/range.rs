//! Ranges of numbers, lengths of arrays and texts.

use super::Checker;
use crate::{
    schema::{Bound, Bounds, Lengths, Schema},
    tree::Node,
};

impl Checker {
    /// Refuses a number beyond its bounds, and NaN and infinity everywhere.
    pub(super) fn range(
        &mut self,
        schema: Schema<'_>,
        noun: &str,
        bounds: Bounds<'_>,
        number: f64,
        node: &Node,
    ) {
        let is_finite = if bounds.is_single { (number as f32).is_finite() } else { number.is_finite() };
        if !is_finite {
            let noun = noun.replacen("a ", "a finite ", 1);
            let message = format!("`{}`: expected {noun}, found {}", self.here(), node.value.describe());
            self.report(message, schema.doc(), &node.place);
        } else if !bounds.hold(number) {
            let (here, found) = (self.here(), node.value.describe());
            let message = format!("`{here}` is out of range: expected {noun} {bounds}, found {found}");
            self.report(message, schema.doc(), &node.place);
        }
    }

    /// Refuses what is too short or too long.
    pub(super) fn length(
        &mut self,
        schema: Schema<'_>,
        noun: &str,
        unit: &str,
        lengths: Lengths,
        length: usize,
        node: &Node,
    ) {
        let length = length as u64;
        if lengths.min.is_some_and(|min| length < min) || lengths.max.is_some_and(|max| length > max) {
            let message = format!("`{}`: expected {noun} of {lengths} {unit}, found {length}", self.here());
            self.report(message, schema.doc(), &node.place);
        }
    }
}

impl Bounds<'_> {
    fn hold(&self, number: f64) -> bool {
        let above =
            self.min.is_none_or(|min| number > min.number() || (min.inclusive && number == min.number()));
        let below =
            self.max.is_none_or(|max| number < max.number() || (max.inclusive && number == max.number()));
        above && below
    }
}

impl Bound<'_> {
    /// The limit itself; a limit beyond f64 limits nothing.
    pub(crate) fn number(&self) -> f64 {
        self.value.as_f64().unwrap_or(f64::NAN)
    }
}

impl std::fmt::Display for Bounds<'_> {
    /// "from 2 to 4", ">= 1", "> 0 and <= 1".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let min = self.min.map(|min| format!("{} {}", if min.inclusive { ">=" } else { ">" }, min.value));
        let max = self.max.map(|max| format!("{} {}", if max.inclusive { "<=" } else { "<" }, max.value));
        match (self.min, self.max, min, max) {
            (Some(min), Some(max), _, _) if min.inclusive && max.inclusive => {
                write!(f, "from {} to {}", min.value, max.value)
            }
            (_, _, Some(min), Some(max)) => write!(f, "{min} and {max}"),
            (_, _, min, max) => f.write_str(&min.or(max).unwrap_or_default()),
        }
    }
}

impl std::fmt::Display for Lengths {
    /// "3", "at least 1", "1 to 4".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.min, self.max) {
            (Some(min), Some(max)) if min == max => write!(f, "{min}"),
            (Some(min), Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), None) => write!(f, "at least {min}"),
            (None, Some(max)) => write!(f, "at most {max}"),
            (None, None) => f.write_str("any number of"),
        }
    }
}
