//! Peak signal-to-noise ratio.

use plumage_imaging::Planes;

use crate::{MetricsError, error::check_same_shape};

/// PSNR in dB of two pictures `[C, H, W]` in [0, 1], over all channels together; white is 1. Equal pictures are
/// infinitely alike: `+inf`.
///
/// # Errors
/// When the shapes differ.
pub fn psnr_db(picture: &Planes, reference: &Planes) -> Result<f64, MetricsError> {
    check_same_shape(picture, reference)?;
    let squares = picture.values.iter().zip(&reference.values).map(|(a, b)| (a - b) * (a - b));
    let mse = squares.sum::<f64>() / picture.values.len() as f64;
    Ok(if mse == 0.0 { f64::INFINITY } else { -10.0 * mse.log10() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(values: [f64; 4]) -> Planes {
        Planes::new(1, 2, 2, values.to_vec())
    }

    #[test]
    fn one_level_off_everywhere_is_48_db() {
        let level = 1.0 / 255.0;
        let psnr_db = psnr_db(&grey([level; 4]), &grey([0.0; 4])).unwrap();
        assert!((psnr_db - 48.130_803_608_679_1).abs() < 1e-9);
    }

    #[test]
    fn black_against_white_is_0_db() {
        assert_eq!(psnr_db(&grey([0.0; 4]), &grey([1.0; 4])), Ok(0.0));
    }

    #[test]
    fn equal_pictures_are_infinitely_alike() {
        assert_eq!(psnr_db(&grey([0.1, 0.2, 0.3, 0.4]), &grey([0.1, 0.2, 0.3, 0.4])), Ok(f64::INFINITY));
    }

    #[test]
    fn pictures_of_different_shapes_are_not_compared() {
        let row = Planes::new(1, 1, 4, vec![0.0; 4]);
        let error = psnr_db(&row, &grey([0.0; 4])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected a picture of [channels, height, width] = [1, 2, 2], got [1, 1, 4]"
        );
    }
}
