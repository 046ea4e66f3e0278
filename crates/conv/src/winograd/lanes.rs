//! Eight floats at a time: on AVX2 and FMA where the machine has them, else as a plain array, which is the twin that the
//! vector code is tested against. Both run the same algorithm, which is written once.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Floats of a vector.
pub(super) const LANES: usize = 8;

/// The `N` values from an index on.
///
/// # Safety
/// `at + N <= values.len()`. The innermost loops read so few values at a place that a check of each would take as long
/// as their arithmetic; they check once, before.
#[inline(always)]
pub(super) unsafe fn values_at<const N: usize>(values: &[f32], at: usize) -> &[f32; N] {
    debug_assert!(at + N <= values.len());
    // SAFETY: as the caller promises.
    unsafe { &*values.as_ptr().add(at).cast() }
}

/// The `N` values from an index on.
///
/// # Safety
/// As for [`values_at`].
#[inline(always)]
pub(super) unsafe fn values_at_mut<const N: usize>(values: &mut [f32], at: usize) -> &mut [f32; N] {
    debug_assert!(at + N <= values.len());
    // SAFETY: as the caller promises.
    unsafe { &mut *values.as_mut_ptr().add(at).cast() }
}

/// What the transforms and products need of a vector of eight floats. A value of such a type is the permission to use
/// its instructions.
pub(super) trait Lanes: Copy {
    type Vector: Copy;

    fn splat(self, value: f32) -> Self::Vector;
    fn load(self, from: &[f32; LANES]) -> Self::Vector;
    fn store(self, value: Self::Vector, to: &mut [f32; LANES]);
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b + c`.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
}

/// A piece of work that is written for any lanes. Its `run`, and all that it calls, is `inline(always)`, so that it is
/// compiled for the instructions it runs on.
pub(super) trait Work {
    fn run<L: Lanes>(self, lanes: L);
}

/// The lanes that work runs on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instructions {
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    Plain,
}

impl Instructions {
    /// The fastest that this machine has.
    pub(super) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            return Self::Avx2(Avx2(()));
        }
        Self::Plain
    }

    pub(super) fn run(self, work: impl Work) {
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: an `Avx2` is only made after AVX2 and FMA have been detected.
            Self::Avx2(lanes) => unsafe { run_with_avx2(lanes, work) },
            Self::Plain => work.run(Plain),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_with_avx2(lanes: Avx2, work: impl Work) {
    work.run(lanes);
}

/// AVX2 and FMA. Its field is private, so that only [`Instructions::best`] makes one, after the detection.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx2(());

#[cfg(target_arch = "x86_64")]
impl Lanes for Avx2 {
    type Vector = __m256;

    #[inline(always)]
    fn splat(self, value: f32) -> __m256 {
        // SAFETY: AVX2 was detected before `self` was made.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> __m256 {
        // SAFETY: AVX2 was detected before `self` was made; eight floats can be read.
        unsafe { _mm256_loadu_ps(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, value: __m256, to: &mut [f32; LANES]) {
        // SAFETY: AVX2 was detected before `self` was made; eight floats can be written.
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), value) }
    }

    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: AVX2 was detected before `self` was made.
        unsafe { _mm256_add_ps(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: AVX2 was detected before `self` was made.
        unsafe { _mm256_sub_ps(a, b) }
    }

    #[inline(always)]
    fn mul(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: AVX2 was detected before `self` was made.
        unsafe { _mm256_mul_ps(a, b) }
    }

    #[inline(always)]
    fn mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        // SAFETY: FMA was detected before `self` was made.
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }
}

/// Any machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain;

impl Lanes for Plain {
    type Vector = [f32; LANES];

    #[inline(always)]
    fn splat(self, value: f32) -> [f32; LANES] {
        [value; LANES]
    }

    #[inline(always)]
    fn load(self, from: &[f32; LANES]) -> [f32; LANES] {
        *from
    }

    #[inline(always)]
    fn store(self, value: [f32; LANES], to: &mut [f32; LANES]) {
        *to = value;
    }

    #[inline(always)]
    fn add(self, a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        std::array::from_fn(|lane| a[lane] + b[lane])
    }

    #[inline(always)]
    fn sub(self, a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        std::array::from_fn(|lane| a[lane] - b[lane])
    }

    #[inline(always)]
    fn mul(self, a: [f32; LANES], b: [f32; LANES]) -> [f32; LANES] {
        std::array::from_fn(|lane| a[lane] * b[lane])
    }

    /// Rounded twice: without FMA a fused product is a slow call.
    #[inline(always)]
    fn mul_add(self, a: [f32; LANES], b: [f32; LANES], c: [f32; LANES]) -> [f32; LANES] {
        std::array::from_fn(|lane| a[lane] * b[lane] + c[lane])
    }
}
