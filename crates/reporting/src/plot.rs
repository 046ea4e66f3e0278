//! Drawing with plotters: axes, lines and bars in the look that all charts share. What the numbers mean is not known
//! here.

mod axis;
mod bars;
mod canvas;
mod frame;
mod heat_map;
mod lines;
pub(crate) mod palette;
mod sheet;

pub(crate) use axis::{Axis, Spacing};
pub(crate) use bars::{Bar, Bars, Group};
pub use canvas::Picture;
pub use frame::Heading;

pub(crate) use canvas::{WIDTH, picture, text_width};
pub(crate) use heat_map::{HeatCell, HeatMap};
pub(crate) use lines::{Level, Line, Lines, Mark};
