//! Networks that upscale images and networks that judge them: one file a network, its config beside it, and weights in
//! and out.
//!
//! Models know tensors and convolutions. They know nothing of data sets, losses, or files other than weights.

mod upscaler;

mod stream;

pub mod graph;

pub mod enlarger;

mod config;

pub mod bicubic;
pub mod espcn;
pub mod fsrcnn;
pub mod plain;
pub mod srcnn;
pub mod srresnet;

pub mod discriminator;
pub mod features;
pub mod judge;

mod lr_network;

mod classifier;
mod spectral_norm;

mod layers;
mod packed;
pub mod parameters;
pub mod pretrained;
pub mod weights;

pub use config::ModelConfig;
pub use graph::Graph;
pub use packed::{Packed, PackedError};
pub use parameters::Parameters;
pub use stream::{PictureSize, PictureStream};
pub use upscaler::{Draw, Grid, Upscaler};
