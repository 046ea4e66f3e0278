//! The transforms, by the construction of Toom and Cook: a convolution is a product of polynomials, and a polynomial is
//! known from its values at eight points, here 0, 1, -1, 2, -2, 1/2, -1/2 and infinity. With V the values of a
//! polynomial of n coefficients at these points, N its normaliser and B^T the coefficients of the Lagrange polynomials,
//!
//! `y[i] = sum of g[j] d[i + j] = V^T [N (V g) * (B^T d)]`
//!
//! where g has r coefficients and y has 9 - r, so that the one B^T serves every kernel and its gradients. In exact
//! arithmetic, row i of B^T is the product of (x - p) over all finite points p but the i-th, the last row the product over
//! all of them, and N is 1 over the i-th product at the i-th point; every entry but N's ninetieths is a binary fraction.

use std::mem::MaybeUninit;

use super::lanes::Lanes;

/// Points, and side of a transformed tile.
pub(super) const POINTS: usize = 8;

/// Values of a transformed tile, each of which is one plane of all tiles.
pub(super) const PLANES: usize = POINTS * POINTS;

/// The normaliser N, times 90.
pub(super) const NINETIETHS: [f32; POINTS] = [-90., -20., -20., 1., 1., 64., 64., 90.];

/// A linear map of `FROM` to `TO` values.
pub(super) trait Transform<const FROM: usize, const TO: usize> {
    fn apply<L: Lanes>(lanes: L, values: &[L::Vector; FROM]) -> [L::Vector; TO];
}

/// V: the values at the points of the polynomial with the given coefficients.
pub(super) enum Evaluate {}

/// V^T: the moments of the points with the given weights.
pub(super) enum Moments {}

/// B^T.
pub(super) enum Input {}

/// The finite points other than 0, of which each comes with its negative.
const PAIRS: [f32; 3] = [1., 2., 0.5];

impl<const N: usize> Transform<N, POINTS> for Evaluate {
    #[inline(always)]
    fn apply<L: Lanes>(lanes: L, values: &[L::Vector; N]) -> [L::Vector; POINTS] {
        let mut at = [values[0]; POINTS];
        for (pair, point) in PAIRS.into_iter().enumerate() {
            // Horner's rule for the even and the odd coefficients: the two points of a pair differ in one sign.
            let square = lanes.splat(point * point);
            let mut sums = [lanes.splat(0.); 2];
            for k in (0..N).rev() {
                sums[k % 2] =
                    if k + 2 < N { lanes.mul_add(sums[k % 2], square, values[k]) } else { values[k] };
            }
            let odd = lanes.mul(sums[1], lanes.splat(point));
            at[2 * pair + 1] = lanes.add(sums[0], odd);
            at[2 * pair + 2] = lanes.sub(sums[0], odd);
        }
        at[POINTS - 1] = values[N - 1];
        at
    }
}

impl<const N: usize> Transform<POINTS, N> for Moments {
    #[inline(always)]
    fn apply<L: Lanes>(lanes: L, values: &[L::Vector; POINTS]) -> [L::Vector; N] {
        let [zero, one, minus_one, two, minus_two, half, minus_half, infinity] = *values;
        let sums = [lanes.add(one, minus_one), lanes.add(two, minus_two), lanes.add(half, minus_half)];
        let differences = [lanes.sub(one, minus_one), lanes.sub(two, minus_two), lanes.sub(half, minus_half)];
        let mut moments = [zero; N];
        let mut power = 1.;
        for (k, moment) in moments.iter_mut().enumerate() {
            let [ones, twos, halves] = if k % 2 == 0 { sums } else { differences };
            *moment = lanes.mul_add(twos, lanes.splat(power), ones);
            *moment = lanes.mul_add(halves, lanes.splat(1. / power), *moment);
            power *= 2.;
        }
        moments[0] = lanes.add(moments[0], zero);
        moments[N - 1] = lanes.add(moments[N - 1], infinity);
        moments
    }
}

impl Transform<POINTS, POINTS> for Input {
    #[inline(always)]
    fn apply<L: Lanes>(lanes: L, values: &[L::Vector; POINTS]) -> [L::Vector; POINTS] {
        let [d0, d1, d2, d3, d4, d5, d6, d7] = *values;
        let scaled = |factor: f32, a, b| lanes.mul_add(lanes.splat(factor), a, b);
        let ends = [
            scaled(5.25, lanes.sub(d2, d4), lanes.sub(d6, d0)),
            scaled(5.25, lanes.sub(d3, d5), lanes.sub(d7, d1)),
        ];
        let even = [
            scaled(-4.25, d4, lanes.add(d2, d6)),
            scaled(-1.25, d4, scaled(0.25, d2, d6)),
            scaled(-5., d4, scaled(4., d2, d6)),
        ];
        let twos = lanes.splat(2.);
        let halves = lanes.splat(0.5);
        let odd = [
            scaled(-4.25, d3, lanes.add(d1, d5)),
            scaled(-2.5, d3, scaled(0.5, d1, lanes.mul(twos, d5))),
            scaled(-2.5, d3, scaled(2., d1, lanes.mul(halves, d5))),
        ];
        [
            ends[0],
            lanes.add(even[0], odd[0]),
            lanes.sub(even[0], odd[0]),
            lanes.add(even[1], odd[1]),
            lanes.sub(even[1], odd[1]),
            lanes.add(even[2], odd[2]),
            lanes.sub(even[2], odd[2]),
            ends[1],
        ]
    }
}

/// Transforms the columns and then the rows of a square: `load(y, x)` gives its values, `store(y, x, value)` takes the
/// transformed ones.
#[inline(always)]
pub(super) fn transform_square<L, T, const FROM: usize, const TO: usize>(
    lanes: L,
    load: impl Fn(usize, usize) -> L::Vector,
    mut store: impl FnMut(usize, usize, L::Vector),
) where
    L: Lanes,
    T: Transform<FROM, TO>,
{
    // Not closures over arrays, which would not be compiled for the instructions that they run on; and not zeros at first,
    // which would take as long as the transform of a column.
    let mut half = [[MaybeUninit::uninit(); FROM]; TO];
    for x in 0..FROM {
        let mut column = [lanes.splat(0.); FROM];
        for (y, value) in column.iter_mut().enumerate() {
            *value = load(y, x);
        }
        for (row, &value) in half.iter_mut().zip(&T::apply(lanes, &column)) {
            row[x].write(value);
        }
    }
    for (y, half) in half.iter().enumerate() {
        let mut row = [lanes.splat(0.); FROM];
        for (value, half) in row.iter_mut().zip(half) {
            // SAFETY: every column of every row was written above.
            *value = unsafe { half.assume_init() };
        }
        for (x, &value) in T::apply(lanes, &row).iter().enumerate() {
            store(y, x, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::winograd::lanes::LANES;

    /// One f64, in which all that follows is exact.
    #[derive(Clone, Copy)]
    struct Exact;

    impl Lanes for Exact {
        type Vector = f64;

        fn splat(self, value: f32) -> f64 {
            f64::from(value)
        }

        fn load(self, from: &[f32; LANES]) -> f64 {
            f64::from(from[0])
        }

        fn store(self, value: f64, to: &mut [f32; LANES]) {
            to[0] = value as f32;
        }

        fn add(self, a: f64, b: f64) -> f64 {
            a + b
        }

        fn sub(self, a: f64, b: f64) -> f64 {
            a - b
        }

        fn mul(self, a: f64, b: f64) -> f64 {
            a * b
        }

        fn mul_add(self, a: f64, b: f64, c: f64) -> f64 {
            a * b + c
        }
    }

    /// Ninety times the convolution, for every pair of unit vectors, and for one long sum.
    fn is_exact<const R: usize, const M: usize>() {
        let check = |g: [f64; R], d: [f64; POINTS]| {
            let values = <Evaluate as Transform<R, POINTS>>::apply(Exact, &g);
            let inputs = Input::apply(Exact, &d);
            let products: [f64; POINTS] =
                std::array::from_fn(|i| f64::from(NINETIETHS[i]) * values[i] * inputs[i]);
            let ys: [f64; M] = Moments::apply(Exact, &products);
            let expected: [f64; M] =
                std::array::from_fn(|i| 90. * (0..R).map(|j| g[j] * d[i + j]).sum::<f64>());
            assert_eq!(ys, expected);
        };
        for tap in 0..R {
            for at in 0..POINTS {
                let unit = |i: usize, j: usize| f64::from(u8::from(i == j));
                check(std::array::from_fn(|i| unit(i, tap)), std::array::from_fn(|i| unit(i, at)));
            }
        }
        check(std::array::from_fn(|i| i as f64 - 1.5), std::array::from_fn(|i| (i * i) as f64 - 20.));
    }

    #[test]
    fn the_transforms_convolve_exactly() {
        is_exact::<3, 6>();
        is_exact::<5, 4>();
        is_exact::<6, 3>();
        is_exact::<4, 5>();
    }

    #[test]
    fn a_square_is_transformed_along_both_sides() {
        // A square that is a column times a row becomes the transformed column times the transformed row.
        let [column, row] = [[1., -2., 3.], [0.5, 4., -1.]];
        let evaluate = |values: [f64; 3]| <Evaluate as Transform<3, POINTS>>::apply(Exact, &values);
        let mut stored = 0;
        transform_square::<_, Evaluate, 3, POINTS>(
            Exact,
            |y, x| column[y] * row[x],
            |y, x, value| {
                assert_eq!(value, evaluate(column)[y] * evaluate(row)[x]);
                stored += 1;
            },
        );
        assert_eq!(stored, PLANES);
    }
}
