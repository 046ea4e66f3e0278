//! Sharpness as gradient energy, which needs no reference.
//!
//! The measure GRA2 of Pertuz, Puig, Garcia, "Analysis of focus measure operators for shape-from-focus", 2013,
//! <https://doi.org/10.1016/j.patcog.2012.11.011>, after Subbarao, Choi, Nikzad, 1992; a mean instead of a sum, so that
//! pictures of any size compare. It counts noise and ringing as sharpness too: read it beside a spectrum.

use plumage_imaging::Planes;

use crate::{MetricsError, spectrum::check_one_plane};

/// 8-bit levels in the range [0, 1] of a picture.
pub(crate) const LEVELS: f64 = 255.0;

/// The mean of dx^2 + dy^2 over `y: [1, H, W]` in [0, 1], where dx and dy are the differences of a pixel to the one right
/// of it and the one below it; in squared 8-bit levels. The last row and column, which lack a neighbour, are left out.
///
/// # Errors
/// When there is more than one plane, or a side is shorter than 2.
pub fn gradient_energy(y: &Planes) -> Result<f64, MetricsError> {
    check_one_plane(y, 2)?;
    let pixels = (0..y.height - 1).flat_map(|row| (0..y.width - 1).map(move |column| row * y.width + column));
    let square = |at: usize| {
        let (here, right, below) = (y.values[at], y.values[at + 1], y.values[at + y.width]);
        (right - here).powi(2) + (below - here).powi(2)
    };
    let sum: f64 = pixels.map(square).sum();
    Ok(LEVELS * LEVELS * sum / ((y.height - 1) * (y.width - 1)) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(level: impl Fn(usize, usize) -> f64) -> Planes {
        let values = (0..7).flat_map(|y| (0..9).map(move |x| (x, y))).map(|(x, y)| level(x, y) / LEVELS);
        Planes::new(1, 7, 9, values.collect())
    }

    #[test]
    fn a_ramp_has_the_squared_length_of_its_slope() {
        let energy = gradient_energy(&picture(|x, y| 3.0 * x as f64 + 4.0 * y as f64)).unwrap();
        assert!((energy - 25.0).abs() < 1e-9);
    }

    #[test]
    fn black_and_white_in_turn_are_as_sharp_as_can_be_and_grey_not_at_all() {
        let board = gradient_energy(&picture(|x, y| 255.0 * ((x + y) % 2) as f64)).unwrap();
        assert!((board - 2.0 * 255.0 * 255.0).abs() < 1e-6);
        assert_eq!(gradient_energy(&picture(|_, _| 100.0)), Ok(0.0));
    }

    #[test]
    fn a_single_row_has_no_gradient() {
        let error = gradient_energy(&Planes::new(1, 1, 5, vec![0.0; 5])).unwrap_err();
        assert_eq!(error.to_string(), "this measure needs sides of at least 2 pixels, got 5x1");
    }
}
