//! Fast CPU convolution and fused layers as candle custom operations.
//!
//! Activations are `[B, H, W, C]` between the layers of a model; weights are `[C_out, C_in, k, k]`, as in files. This
//! crate knows nothing of models or images.

mod layout;
mod options;

mod chain;
mod layer;
mod op;
mod plan;
mod stream;
mod strips;

#[cfg(target_arch = "x86_64")]
mod blocks;
#[cfg(target_arch = "x86_64")]
mod direct;
mod dispatch;
mod epilogue;
#[cfg(target_arch = "x86_64")]
mod narrow;
mod portable;
mod real;
#[cfg(target_arch = "x86_64")]
mod replicate;
#[cfg(target_arch = "x86_64")]
mod winograd;

mod peak;
mod pool;
mod process;
mod rows;
mod shape;
#[cfg(target_arch = "x86_64")]
mod tasks;

pub use chain::{chain, conv2d};
pub use layer::Layer;
pub use layout::{pixel_shuffle, to_nchw, to_nhwc};
pub use options::{Activation, ConvOptions, Padding};
pub use peak::fma_peak_gflops;
pub use process::{CANDLE_THREADS, prepare_process};
pub use stream::RowStream;
pub use strips::infer_in_strips;

#[cfg(all(test, target_arch = "x86_64"))]
mod twins;
