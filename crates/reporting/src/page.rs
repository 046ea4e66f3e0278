//! One HTML file that explains a result: it holds its pictures, asks for nothing from anywhere, opens from disk, and
//! shows all it has to say without its script too.
//!
//! A [`Page`] is sections of [`Part`]s. Text given to it is text, or Markdown where that is said, and never HTML.

mod part;

mod chart;
mod figure;
mod graphic;
mod origin;
mod prose;
mod views;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

pub use chart::Chart;
pub use figure::Figure;
pub use graphic::Graphic;
pub use origin::Origin;
pub use part::{Part, Verdict};
pub use views::{Look, View, Views};

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// What it is about.
    pub title: String,
    /// The most important things first, in Markdown.
    pub lead: String,
    /// From top to bottom; the beginning of the page links to each.
    pub sections: Vec<Section>,
    /// How it was made, in Markdown.
    pub footer: String,
}

/// A section of a page.
#[derive(Clone, Debug)]
pub struct Section {
    /// What a link to it ends in: small letters, digits and `-`, once in a page.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// From top to bottom.
    pub parts: Vec<Part>,
}

impl Page {
    /// The whole file.
    pub fn html(&self) -> String {
        // The browser itself sees to it that nothing is fetched, and that no script runs but the page's own.
        let policy = format!(
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{}'",
            graphic::base64(&Sha256::digest(SCRIPT))
        );
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { (self.title) }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#content" { "To the content" }
                    header {
                        h1 { (self.title) }
                        div.lead { (prose::markup(&self.lead)) }
                        (self.contents())
                    }
                    main id="content" {
                        @for section in &self.sections { (section.markup()) }
                    }
                    footer { (prose::markup(&self.footer)) }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        page.into_string() + "\n"
    }

    fn contents(&self) -> Markup {
        html! {
            @if self.sections.len() > 1 {
                nav aria-label="Contents" {
                    ol {
                        @for section in &self.sections {
                            li { a href={ "#" (section.id) } { (section.title) } }
                        }
                    }
                }
            }
        }
    }
}

impl Section {
    /// A section; `id` is what a link to it ends in.
    pub fn new(id: impl Into<String>, title: impl Into<String>, parts: Vec<Part>) -> Self {
        Self { id: id.into(), title: title.into(), parts }
    }

    fn markup(&self) -> Markup {
        let heading = format!("{}-heading", self.id);
        html! {
            section id=(self.id) aria-labelledby=(heading) {
                h2 id=(heading) { (self.title) }
                @for part in &self.parts { (part.markup()) }
            }
        }
    }
}
