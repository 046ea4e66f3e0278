//! Convolution to one to four output channels, as the last layer of a network: too few to fill vectors, so vectors lie
//! along a window's runs of `k * C_in` contiguous values instead, and an output is a dot product.

mod forward;
mod grad_weight;

pub(crate) use self::forward::{Taps, forward};
pub(crate) use self::grad_weight::grad_weight;

use std::arch::x86_64::*;

/// Output channels that this method is for, at most.
pub(crate) const MOST_CHANNELS: usize = 4;

/// Floats in a vector.
const LANES: usize = 8;

/// The mask of the first `lanes` lanes.
#[target_feature(enable = "avx2,fma")]
fn mask(lanes: usize) -> __m256i {
    let lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    _mm256_cmpgt_epi32(_mm256_set1_epi32(lanes as i32), lane)
}
