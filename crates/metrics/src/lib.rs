//! PSNR, SSIM and the evaluation protocols of super-resolution; sharpness and spectra; statistics of judges.
//!
//! A number without its protocol means nothing: [`TestImage`] prepares a picture the way a [`Protocol`] says, and scores
//! what a network makes of it. This crate knows pictures and nothing about how they were made.

mod protocol;
mod test_image;

mod psnr;
mod ssim;

mod sharpness;
mod spectrum;

mod checkerboard;
mod colour_drift;

mod verdict;

mod bootstrap;
mod paired;

mod judgement;

mod error;

pub use bootstrap::{Bootstrap, Interval, mean_interval};
pub use checkerboard::checkerboard_db;
pub use colour_drift::{ColourDrift, colour_drift};
pub use error::MetricsError;
pub use judgement::{Measure, judged, judged_difference, of_each_seed};
pub use paired::{Difference, PValue, Permutation};
pub use protocol::Protocol;
pub use psnr::psnr_db;
pub use sharpness::gradient_energy;
pub use spectrum::{RadialSpectrum, Ring, radial_spectrum};
pub use ssim::ssim;
pub use test_image::{Score, TestImage, check_size};
pub use verdict::{RocPoint, Verdict, accuracy, auc, roc_curve};
