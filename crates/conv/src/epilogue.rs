//! What becomes of a sum before it is stored: while it is still in a register or the nearest cache this costs next to
//! nothing.

use std::ops::Range;

use crate::Activation;
use crate::real::Real;

/// Adds another image, then applies an activation or its derivative.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Epilogue<'a, T> {
    /// What is added to every sum: as long as the output, in the same order.
    pub(crate) plus: Option<&'a [T]>,
    pub(crate) then: Then<'a, T>,
}

/// What follows the sum.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Then<'a, T> {
    Activate(Activation),
    /// The way back through an activation, told from its outputs, which have the signs of its inputs and lie as the sums do.
    Back(Activation, &'a [T]),
}

impl<'a, T: Real> Epilogue<'a, T> {
    /// Sums that are stored as they are.
    pub(crate) const NONE: Self = Self { plus: None, then: Then::Activate(Activation::None) };

    /// The same for a part of the output.
    pub(crate) fn of_range(&self, range: Range<usize>) -> Self {
        let then = match self.then {
            Then::Activate(activation) => Then::Activate(activation),
            Then::Back(activation, outputs) => Then::Back(activation, &outputs[range.clone()]),
        };
        Self { plus: self.plus.map(|plus| &plus[range]), then }
    }

    /// The same for chunk `index` of `len` values, of which the last is shorter.
    pub(crate) fn of_chunk(&self, index: usize, len: usize, whole: usize) -> Self {
        self.of_range(index * len..whole.min((index + 1) * len))
    }

    /// What is stored at `at` for a sum.
    pub(crate) fn of(&self, at: usize, sum: T) -> T {
        let sum = match self.plus {
            Some(plus) => plus[at] + sum,
            None => sum,
        };
        match self.then {
            Then::Activate(activation) => activation.of(sum),
            Then::Back(activation, outputs) => activation.back(outputs[at], sum),
        }
    }
}

impl Epilogue<'_, f32> {
    /// What is stored from `at` on for some sums. Its loops are compiled for the instructions of its caller.
    #[inline(always)]
    pub(crate) fn finish(&self, at: usize, sums: &[f32], ys: &mut [f32]) {
        let (range, sums) = (at..at + ys.len(), &sums[..ys.len()]);
        let plus = self.plus.map(|plus| &plus[range.clone()]);
        match self.then {
            Then::Activate(Activation::None) | Then::Back(Activation::None, _) => {
                finish(plus, sums, ys, |sum| sum);
            }
            Then::Activate(Activation::Relu) => finish(plus, sums, ys, |sum| Activation::Relu.of(sum)),
            Then::Activate(activation) => finish(plus, sums, ys, |sum| activation.of(sum)),
            Then::Back(Activation::Relu, outputs) => {
                finish_back(plus, &outputs[range], sums, ys, |output, sum| {
                    Activation::Relu.back(output, sum)
                });
            }
            Then::Back(activation, outputs) => {
                finish_back(plus, &outputs[range], sums, ys, |output, sum| activation.back(output, sum));
            }
        }
    }
}

#[inline(always)]
fn finish(plus: Option<&[f32]>, sums: &[f32], ys: &mut [f32], then: impl Fn(f32) -> f32) {
    match plus {
        None => {
            for (y, &sum) in ys.iter_mut().zip(sums) {
                *y = then(sum);
            }
        }
        Some(plus) => {
            for ((y, &sum), &plus) in ys.iter_mut().zip(sums).zip(plus) {
                *y = then(plus + sum);
            }
        }
    }
}

#[inline(always)]
fn finish_back(
    plus: Option<&[f32]>,
    outputs: &[f32],
    sums: &[f32],
    ys: &mut [f32],
    then: impl Fn(f32, f32) -> f32,
) {
    match plus {
        None => {
            for ((y, &sum), &output) in ys.iter_mut().zip(sums).zip(outputs) {
                *y = then(output, sum);
            }
        }
        Some(plus) => {
            for (((y, &sum), &output), &plus) in ys.iter_mut().zip(sums).zip(outputs).zip(plus) {
                *y = then(output, plus + sum);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{Epilogue, Then};
    use crate::Activation;

    impl Epilogue<'_, f32> {
        /// [`Epilogue::of`] for eight neighbours.
        #[inline]
        #[target_feature(enable = "avx2,fma")]
        pub(crate) fn of_vector(&self, at: usize, sums: __m256) -> __m256 {
            let sums = match self.plus {
                Some(plus) => _mm256_add_ps(vector(plus, at), sums),
                None => sums,
            };
            match self.then {
                Then::Activate(activation) => through(activation, sums, sums),
                Then::Back(Activation::None, _) => sums,
                Then::Back(activation, outputs) => through(activation, vector(outputs, at), sums),
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn vector(values: &[f32], at: usize) -> __m256 {
        let eight = &values[at..at + 8];
        // SAFETY: eight values can be read.
        unsafe { _mm256_loadu_ps(eight.as_ptr()) }
    }

    /// The values where their signs are positive or no number, and what the activation leaves of them elsewhere.
    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn through(activation: Activation, signs: __m256, values: __m256) -> __m256 {
        let zero = _mm256_setzero_ps();
        let otherwise = match activation {
            Activation::None => return values,
            Activation::Relu => zero,
            Activation::LeakyRelu(slope) => _mm256_mul_ps(values, _mm256_set1_ps(slope)),
        };
        _mm256_blendv_ps(values, otherwise, _mm256_cmp_ps::<_CMP_LE_OQ>(signs, zero))
    }
}
