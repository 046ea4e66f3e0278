//! Floats side by side: on AVX-512, or on AVX2 and FMA, where the machine has them, else as a plain array, which is the
//! twin that the vector code is tested against. All run the same algorithm, which is written once. The two with fused
//! multiply-adds give the same bits: no lane depends on another.

use std::arch::x86_64::*;

/// Floats of a vector.
pub(super) const LANES: usize = 8;

/// Channels of a panel of weights: two vectors, or one of the widest.
pub(super) const PANEL: usize = 2 * LANES;

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

/// What the transforms, with vectors of eight floats, and the products, with panels of sixteen, need of `N` floats. A value
/// of such a type is the permission to use its instructions.
pub(super) trait Lanes<const N: usize = LANES>: Copy {
    type Vector: Copy;

    fn splat(self, value: f32) -> Self::Vector;
    fn load(self, from: &[f32; N]) -> Self::Vector;
    fn store(self, value: Self::Vector, to: &mut [f32; N]);
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b + c`.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
}

/// Lanes for products.
pub(super) trait Panels: Lanes<PANEL> {
    /// Whether twelve panels of sums are in registers at a time, and not six.
    const TWELVE: bool;
}

/// A piece of work that is written for any lanes. Its `run`, and all that it calls, is `inline(always)`, so that it is
/// compiled for the instructions it runs on.
pub(super) trait Work {
    fn run<L: Lanes + Panels>(self, lanes: L);
}

/// The lanes that work runs on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instructions {
    Avx512(Avx512),
    Avx2(Avx2),
    Plain,
    /// Plain, in the order of the widest registers.
    #[cfg(test)]
    PlainTwelve,
}

impl Instructions {
    /// Those that this machine has, the fastest first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let avx512 = avx2 && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
        let vectors = [avx512.then_some(Self::Avx512(Avx512(()))), avx2.then_some(Self::Avx2(Avx2(())))];
        vectors.into_iter().flatten().chain([Self::Plain])
    }

    /// The fastest that this machine has.
    pub(super) fn best() -> Self {
        Self::all().next().unwrap_or(Self::Plain)
    }

    pub(super) fn run(self, work: impl Work) {
        match self {
            // SAFETY: an `Avx512` is only made after all of these have been detected.
            Self::Avx512(lanes) => unsafe { run_with_avx512(lanes, work) },
            // SAFETY: an `Avx2` is only made after AVX2 and FMA have been detected.
            Self::Avx2(lanes) => unsafe { run_with_avx2(lanes, work) },
            Self::Plain => work.run(Plain::<false>),
            #[cfg(test)]
            Self::PlainTwelve => work.run(Plain::<true>),
        }
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
fn run_with_avx512(lanes: Avx512, work: impl Work) {
    work.run(lanes);
}

#[target_feature(enable = "avx2,fma")]
fn run_with_avx2(lanes: Avx2, work: impl Work) {
    work.run(lanes);
}

/// AVX-512 of all lengths, AVX2 and FMA. Its field is private, so that only [`Instructions::all`] makes one, after the
/// detection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx512(());

/// AVX2 and FMA. Its field is private, so that only [`Instructions::all`] makes one, after the detection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Avx2(());

/// The lanes of one register, for each of the types that may use it.
macro_rules! register {
    ([$($lanes:ty),+], $len:expr, $vector:ty, $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident, $mul:ident, $mul_add:ident) => {
        $(impl Lanes<{ $len }> for $lanes {
            type Vector = $vector;

            #[inline(always)]
            fn splat(self, value: f32) -> $vector {
                // SAFETY: the instructions were detected before `self` was made.
                unsafe { $splat(value) }
            }

            #[inline(always)]
            fn load(self, from: &[f32; $len]) -> $vector {
                // SAFETY: the instructions were detected before `self` was made; so many floats can be read.
                unsafe { $load(from.as_ptr()) }
            }

            #[inline(always)]
            fn store(self, value: $vector, to: &mut [f32; $len]) {
                // SAFETY: the instructions were detected before `self` was made; so many floats can be written.
                unsafe { $store(to.as_mut_ptr(), value) }
            }

            #[inline(always)]
            fn add(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: the instructions were detected before `self` was made.
                unsafe { $add(a, b) }
            }

            #[inline(always)]
            fn sub(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: the instructions were detected before `self` was made.
                unsafe { $sub(a, b) }
            }

            #[inline(always)]
            fn mul(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: the instructions were detected before `self` was made.
                unsafe { $mul(a, b) }
            }

            #[inline(always)]
            fn mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: the instructions were detected before `self` was made.
                unsafe { $mul_add(a, b, c) }
            }
        })+
    };
}

register!(
    [Avx512],
    PANEL,
    __m512,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_fmadd_ps
);

register!(
    [Avx512, Avx2],
    LANES,
    __m256,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_fmadd_ps
);

impl Panels for Avx512 {
    const TWELVE: bool = true;
}

impl Panels for Avx2 {
    const TWELVE: bool = false;
}

impl<const TWELVE: bool> Panels for Plain<TWELVE> {
    const TWELVE: bool = TWELVE;
}

/// Two registers.
impl Lanes<PANEL> for Avx2 {
    type Vector = [__m256; 2];

    #[inline(always)]
    fn splat(self, value: f32) -> [__m256; 2] {
        [Lanes::<LANES>::splat(self, value); 2]
    }

    #[inline(always)]
    fn load(self, from: &[f32; PANEL]) -> [__m256; 2] {
        let (from, _) = from.as_chunks::<LANES>();
        [self.load(&from[0]), self.load(&from[1])]
    }

    #[inline(always)]
    fn store(self, [low, high]: [__m256; 2], to: &mut [f32; PANEL]) {
        let (to, _) = to.as_chunks_mut::<LANES>();
        self.store(low, &mut to[0]);
        self.store(high, &mut to[1]);
    }

    #[inline(always)]
    fn add(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        [Lanes::<LANES>::add(self, a[0], b[0]), Lanes::<LANES>::add(self, a[1], b[1])]
    }

    #[inline(always)]
    fn sub(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        [Lanes::<LANES>::sub(self, a[0], b[0]), Lanes::<LANES>::sub(self, a[1], b[1])]
    }

    #[inline(always)]
    fn mul(self, a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
        [Lanes::<LANES>::mul(self, a[0], b[0]), Lanes::<LANES>::mul(self, a[1], b[1])]
    }

    #[inline(always)]
    fn mul_add(self, a: [__m256; 2], b: [__m256; 2], c: [__m256; 2]) -> [__m256; 2] {
        let half = |index: usize| Lanes::<LANES>::mul_add(self, a[index], b[index], c[index]);
        [half(0), half(1)]
    }
}

/// Any machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain<const TWELVE: bool>;

impl<const N: usize, const TWELVE: bool> Lanes<N> for Plain<TWELVE> {
    type Vector = [f32; N];

    #[inline(always)]
    fn splat(self, value: f32) -> [f32; N] {
        [value; N]
    }

    #[inline(always)]
    fn load(self, from: &[f32; N]) -> [f32; N] {
        *from
    }

    #[inline(always)]
    fn store(self, value: [f32; N], to: &mut [f32; N]) {
        *to = value;
    }

    #[inline(always)]
    fn add(self, a: [f32; N], b: [f32; N]) -> [f32; N] {
        std::array::from_fn(|lane| a[lane] + b[lane])
    }

    #[inline(always)]
    fn sub(self, a: [f32; N], b: [f32; N]) -> [f32; N] {
        std::array::from_fn(|lane| a[lane] - b[lane])
    }

    #[inline(always)]
    fn mul(self, a: [f32; N], b: [f32; N]) -> [f32; N] {
        std::array::from_fn(|lane| a[lane] * b[lane])
    }

    /// Rounded twice: without FMA a fused product is a slow call.
    #[inline(always)]
    fn mul_add(self, a: [f32; N], b: [f32; N], c: [f32; N]) -> [f32; N] {
        std::array::from_fn(|lane| a[lane] * b[lane] + c[lane])
    }
}
