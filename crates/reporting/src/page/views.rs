//! The same picture by several methods: beside one another, where a reader looks at the same detail of all, or one over
//! another with a border between them that can be moved.

use maud::{Markup, html};

use super::{Graphic, Origin, figure};

/// A picture by several methods.
#[derive(Clone, Debug)]
pub struct Views {
    /// What is to be seen, as `baby of Set5`.
    pub subject: String,
    /// The methods; pictures of another size than the largest one are shown as large as that.
    pub views: Vec<View>,
    /// Which two of them lie one over the other to begin with, by their places.
    pub pair: (usize, usize),
    /// What a reader can do with them.
    pub look: Look,
    /// What is said below them, in Markdown.
    pub caption: String,
    /// Where they come from.
    pub origin: Origin,
}

/// The picture by one method.
#[derive(Clone, Debug)]
pub struct View {
    /// The method.
    pub name: String,
    /// Its score, with unit and protocol, or its size.
    pub detail: String,
    /// The picture.
    pub graphic: Graphic,
}

/// What a reader can do with pictures, given a script; without one they stand beside one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Moves the border between two of them.
    Slider,
    /// Enlarges a detail of all of them at once.
    Zoom,
    /// Both.
    SliderAndZoom,
}

impl Views {
    pub(super) fn markup(&self) -> Markup {
        let sizes = self.views.iter().filter_map(|view| view.graphic.size());
        let (width, height) = sizes.max().unwrap_or((1, 1));
        let has_slider = self.look != Look::Zoom;
        let has_zoom = self.look != Look::Slider;
        html! {
            figure.views data-slider=[has_slider.then(|| format!("{} {}", self.pair.0, self.pair.1))] data-zoom[has_zoom]
                data-subject=(self.subject)
                style={ "--ratio: " (width) " / " (height) "; --natural: " (width) "px" } {
                div.grid {
                    @for view in &self.views {
                        @let small = view.graphic.size().is_some_and(|size| size.0 < width);
                        div.view data-name=(view.name) {
                            div.frame.coarse[small] {
                                (view.graphic.markup(&format!("{}, {}", self.subject, view.name)))
                            }
                            p { b { (view.name) } " " span { (view.detail) } }
                        }
                    }
                }
                (figure::caption(&self.caption, &self.origin))
            }
        }
    }
}
