//! Structural similarity, the mean over windows that lie wholly in the picture.
//!
//! Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity", 2004,
//! <https://doi.org/10.1109/TIP.2003.819861>: gaussian windows of 11x11 with sigma 1.5, K1 = 0.01, K2 = 0.03, population
//! covariance.

use plumage_imaging::Planes;
use rayon::prelude::*;

use crate::{MetricsError, error::check_same_shape};

/// Side of the window in pixels.
pub(crate) const WINDOW_PX: usize = 11;

/// SSIM of two pictures `[C, H, W]` in [0, 1], in [-1, 1]; the mean over channels. Equal pictures have 1.
///
/// # Errors
/// When the shapes differ or a side is shorter than the window.
pub fn ssim(picture: &Planes, reference: &Planes) -> Result<f64, MetricsError> {
    check_same_shape(picture, reference)?;
    let Planes { channels, height, width, .. } = *reference;
    if height < WINDOW_PX || width < WINDOW_PX {
        return Err(MetricsError::SmallerThanWindow { width, height, window_px: WINDOW_PX });
    }
    let sum: f64 = (0..channels).map(|c| of_planes(picture.plane(c), reference.plane(c), width)).sum();
    Ok(sum / channels as f64)
}

/// SSIM of two planes whose rows have `width` pixels.
fn of_planes(a: &[f64], b: &[f64], width: usize) -> f64 {
    let weights = gaussian();
    let (rows, columns) = (a.len() / width - WINDOW_PX + 1, width - WINDOW_PX + 1);
    // Each row of windows has its own sum and they are added in order: threads cannot change the result.
    let sums: Vec<f64> = (0..rows)
        .into_par_iter()
        .map_init(
            || vec![Moments::default(); width],
            |moments, row| {
                combine_rows(&a[row * width..], &b[row * width..], &weights, moments);
                moments
                    .windows(WINDOW_PX)
                    .map(|window| Moments::combined(window, &weights).similarity())
                    .sum()
            },
        )
        .collect();
    sums.iter().sum::<f64>() / (rows * columns) as f64
}

/// Weighted means over a window of two pictures a and b: all that SSIM needs of it.
#[derive(Clone, Copy, Default)]
struct Moments {
    a: f64,
    b: f64,
    /// Of a^2 + b^2: their variances only ever appear as a sum.
    squares: f64,
    /// Of a b.
    product: f64,
}

impl Moments {
    /// The weighted sum of neighbours.
    fn combined(neighbours: &[Self], weights: &[f64; WINDOW_PX]) -> Self {
        let mut sum = Self::default();
        for (moments, weight) in neighbours.iter().zip(weights) {
            sum.a += weight * moments.a;
            sum.b += weight * moments.b;
            sum.squares += weight * moments.squares;
            sum.product += weight * moments.product;
        }
        sum
    }

    fn similarity(self) -> f64 {
        const C1: f64 = 0.01 * 0.01;
        const C2: f64 = 0.03 * 0.03;
        let means = self.a * self.b;
        let squared_means = self.a * self.a + self.b * self.b;
        let covariance = self.product - means;
        let variances = self.squares - squared_means;
        (2.0 * means + C1) * (2.0 * covariance + C2) / ((squared_means + C1) * (variances + C2))
    }
}

/// The moments of each column of the first [`WINDOW_PX`] rows of `a` and `b`.
fn combine_rows(a: &[f64], b: &[f64], weights: &[f64; WINDOW_PX], columns: &mut [Moments]) {
    let width = columns.len();
    columns.fill(Moments::default());
    for ((a, b), weight) in a.chunks_exact(width).zip(b.chunks_exact(width)).zip(weights) {
        for (column, (a, b)) in columns.iter_mut().zip(a.iter().zip(b)) {
            column.a += weight * a;
            column.b += weight * b;
            column.squares += weight * (a * a + b * b);
            column.product += weight * (a * b);
        }
    }
}

/// One side of the window, of sum 1; the window is its outer product with itself.
fn gaussian() -> [f64; WINDOW_PX] {
    const SIGMA_PX: f64 = 1.5;
    let middle = (WINDOW_PX / 2) as f64;
    let weights: [f64; WINDOW_PX] =
        std::array::from_fn(|i| (-(i as f64 - middle).powi(2) / (2.0 * SIGMA_PX * SIGMA_PX)).exp());
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Reference {
        gauss11: Vec<f64>,
    }

    #[test]
    fn the_window_has_the_reference_weights() {
        let reference: Reference =
            serde_json::from_str(include_str!("../tests/fixtures/metrics.json")).unwrap();
        for (weight, expected) in gaussian().into_iter().zip(reference.gauss11) {
            assert!((weight - expected).abs() < 1e-15);
        }
    }

    #[test]
    fn two_flat_pictures_differ_by_their_means_alone() {
        let flat = |level| Planes::new(1, 12, 13, vec![level; 156]);
        let (a, b) = (0.2, 0.6);
        let expected = (2.0 * a * b + 1e-4) / (a * a + b * b + 1e-4);
        assert!((ssim(&flat(a), &flat(b)).unwrap() - expected).abs() < 1e-9);
    }

    #[test]
    fn a_side_shorter_than_the_window_is_an_error() {
        let strip = Planes::new(1, 10, 40, vec![0.5; 400]);
        assert_eq!(
            ssim(&strip, &strip).unwrap_err().to_string(),
            "SSIM needs sides of at least 11 pixels, got 40x10"
        );
    }
}
