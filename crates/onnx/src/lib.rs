//! Networks as ONNX files, which other programs run: <https://onnx.ai>.
//!
//! The crate knows the steps of a network. It knows nothing of pictures, of training, or of how such a file is run.

mod nodes;

mod export;
pub mod messages;

pub use export::{Description, to_bytes};
