//! Files of every network: what stands in them, and what they make of pictures.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

mod networks;
mod reference;

mod files;
mod onnxruntime;
