//! Where a picture or a number comes from, in small letters below it.

use maud::{Markup, html};

/// Names and values, from the most to the least important.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// As `("commit", "1a2b3c4")`.
    pub facts: Vec<(String, String)>,
}

impl Origin {
    /// What a figure carries of where it comes from.
    pub fn of_figure(origin: &crate::Origin) -> Self {
        Self { facts: origin.facts().into_iter().map(|(name, value)| (name.to_owned(), value)).collect() }
    }

    pub(super) fn markup(&self) -> Markup {
        html! {
            @if !self.facts.is_empty() {
                p.origin {
                    @for (index, (name, value)) in self.facts.iter().enumerate() {
                        @if index > 0 { " · " }
                        span { span.name { (name) } " " (value) }
                    }
                }
            }
        }
    }
}
