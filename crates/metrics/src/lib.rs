//! PSNR, SSIM and the evaluation protocols of super-resolution.
//!
//! A number without its protocol means nothing: [`TestImage`] prepares a picture the way a [`Protocol`] says, and scores
//! what a network makes of it. This crate knows pictures and nothing about how they were made.

mod protocol;
mod test_image;

mod psnr;
mod ssim;

mod error;

pub use error::MetricsError;
pub use protocol::Protocol;
pub use psnr::psnr_db;
pub use ssim::ssim;
pub use test_image::{Score, TestImage, check_size};
