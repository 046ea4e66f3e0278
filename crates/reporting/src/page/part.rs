//! What a section is made of.

use maud::{Markup, html};

use super::{Chart, Figure, Views, prose};
use crate::tables::Table;

/// A part of a section.
#[derive(Clone, Debug)]
pub enum Part {
    /// A heading within the section.
    Heading(String),
    /// Paragraphs and lists, in Markdown.
    Prose(String),
    /// What somebody else said, word for word, and where.
    Quote {
        /// Their words.
        words: String,
        /// Who, and where.
        source: String,
    },
    /// What a claim came to.
    Verdict {
        /// In a word.
        verdict: Verdict,
        /// In a sentence or two, in Markdown.
        words: String,
    },
    /// Names and what they stand for.
    Facts(Vec<(String, String)>),
    /// Commands for a shell, a line each.
    Commands(Vec<String>),
    /// A picture.
    Figure(Figure),
    /// A chart of lines, whose values can be read.
    Chart(Chart),
    /// The same picture by several methods.
    Views(Views),
    /// A table that can be sorted.
    Table(Table),
    /// Parts that are read by those who want to know more.
    Details {
        /// What is inside.
        summary: String,
        /// From top to bottom.
        parts: Vec<Part>,
    },
}

/// What a claim came to, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is so.
    Holds,
    /// It is not so.
    Fails,
    /// It is so under some conditions.
    Depends,
    /// It cannot be tested, or not yet.
    Untested,
}

impl Verdict {
    /// As it stands on the page.
    pub fn words(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "does not hold",
            Self::Depends => "depends",
            Self::Untested => "cannot be tested",
        }
    }

    /// A sign for readers who do not see the colour.
    fn sign(self) -> &'static str {
        match self {
            Self::Holds => "✓",
            Self::Fails => "✗",
            Self::Depends => "±",
            Self::Untested => "?",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Holds => "verdict holds",
            Self::Fails => "verdict fails",
            Self::Depends => "verdict depends",
            Self::Untested => "verdict untested",
        }
    }
}

impl Part {
    pub(super) fn markup(&self) -> Markup {
        match self {
            Self::Heading(text) => html! { h3 { (text) } },
            Self::Prose(text) => prose::markup(text),
            Self::Quote { words, source } => html! {
                figure.quote {
                    blockquote { p { (words) } }
                    figcaption { (source) }
                }
            },
            Self::Verdict { verdict, words } => html! {
                div class=(verdict.class()) {
                    p.word { span aria-hidden="true" { (verdict.sign()) } " " (verdict.words()) }
                    div { (prose::markup(words)) }
                }
            },
            Self::Facts(facts) => html! {
                dl.facts {
                    @for (name, value) in facts {
                        div { dt { (name) } dd { (value) } }
                    }
                }
            },
            Self::Commands(lines) => html! {
                pre.commands { code { (lines.join("\n")) } }
            },
            Self::Figure(figure) => figure.markup(),
            Self::Chart(chart) => chart.markup(),
            Self::Views(views) => views.markup(),
            // It may be wider than a telephone: then it is moved, and not the page.
            Self::Table(table) => html! {
                div.table role="region" aria-label=(table.caption) tabindex="0" { (table.markup(true)) }
            },
            Self::Details { summary, parts } => html! {
                details {
                    summary { (summary) }
                    @for part in parts { (part.markup()) }
                }
            },
        }
    }
}
