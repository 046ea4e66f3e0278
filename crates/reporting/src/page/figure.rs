//! A picture with a caption, and where it comes from.

use maud::{Markup, html};

use super::{Graphic, Origin, prose};

/// A picture in a page.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The picture.
    pub graphic: Graphic,
    /// What those who do not see it are told.
    pub alt: String,
    /// What is said below it, in Markdown.
    pub caption: String,
    /// Where it comes from.
    pub origin: Origin,
}

impl Figure {
    pub(super) fn markup(&self) -> Markup {
        html! {
            figure {
                (self.graphic.markup(&self.alt))
                (caption(&self.caption, &self.origin))
            }
        }
    }
}

/// What stands below a figure of any kind.
pub(super) fn caption(text: &str, origin: &Origin) -> Markup {
    html! {
        @if !text.is_empty() || !origin.facts.is_empty() {
            figcaption {
                (prose::markup(text))
                (origin.markup())
            }
        }
    }
}
