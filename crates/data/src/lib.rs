//! Data sets, splits, degradation, patches, augmentation and batches.
//!
//! An image comes from a [`Dataset`], which reads or draws it when asked.

pub mod aviary;
mod dataset;
mod error;

pub use dataset::Dataset;
pub use error::{DataError, ErrorKind};
