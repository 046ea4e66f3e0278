//! Training losses, one function each: SR and HR in, one number out.
//!
//! Losses know tensors. They know nothing of networks or data sets.

mod config;
mod pixel;

pub use config::LossConfig;
pub use pixel::{charbonnier, l1, mse};
