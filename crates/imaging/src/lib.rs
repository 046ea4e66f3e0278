//! Pixels: decode and encode with limits, colour, MATLAB-compatible resize, crop.
//!
//! Everything that computes does so on [`Planes`], planar `f64` pictures `[C, H, W]` in [0, 1]; everything that comes
//! from a file or goes to one is an [`image::DynamicImage`], or rows of a [`picture`]. This crate knows nothing about networks or training.

mod planes;

pub mod colour;
pub mod crop;
pub mod decode;
pub mod encode;
pub mod flat;
pub mod invisible;
pub mod notes;
pub mod picture;
pub mod resize;

mod channels;
mod error;

pub use channels::Channels;
pub use error::{ImagingError, readable};
pub use planes::Planes;
