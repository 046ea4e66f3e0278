//! Total variation: how much neighbouring pixels differ.

use candle_core::{Result, Tensor};

use crate::l1;

/// The mean absolute difference of vertical neighbours plus that of horizontal ones.
///
/// L. I. Rudin, S. Osher, E. Fatemi, "Nonlinear total variation based noise removal algorithms", Physica D 1992, in its
/// anisotropic form, and as means where the paper has sums.
///
/// # Shapes
/// `sr: [B, C, H, W]` in [0, 1], at least two pixels high and wide. Returns a scalar in units of the range.
///
/// # Errors
/// Images without neighbours.
pub fn total_variation(sr: &Tensor) -> Result<Tensor> {
    let along = |dim: usize| {
        let pairs = sr.dim(dim)?.saturating_sub(1);
        if pairs == 0 {
            candle_core::bail!("total variation needs images of at least 2 x 2 pixels, got {:?}", sr.dims());
        }
        l1(&sr.narrow(dim, 1, pairs)?, &sr.narrow(dim, 0, pairs)?)
    };
    sr.dims4()?;
    along(2)? + along(3)?
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    const VALUES: [f64; 6] = [0.1, 0.5, 0.2, 0.9, 0.4, 0.75];

    fn image(values: &[f64]) -> Tensor {
        Tensor::from_slice(values, (1, 1, 2, 3), &Device::Cpu).unwrap()
    }

    fn number(values: &[f64]) -> f64 {
        total_variation(&image(values)).unwrap().to_scalar().unwrap()
    }

    #[test]
    fn the_value_is_that_worked_by_hand() {
        let (vertical, horizontal) = ((0.8 + 0.1 + 0.55) / 3., (0.4 + 0.3 + 0.5 + 0.35) / 4.);
        assert!((number(&VALUES) - vertical - horizontal).abs() < 1e-12);
        assert_eq!(number(&[0.3; 6]), 0.);
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let variable = Var::from_tensor(&image(&VALUES)).unwrap();
        let grads = total_variation(&variable).unwrap().backward().unwrap();
        let gradient = grads.get(&variable).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();
        for at in 0..VALUES.len() {
            let moved = |by: f64| {
                let mut values = VALUES;
                values[at] += by;
                number(&values)
            };
            let numeric = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            assert!((gradient[at] - numeric).abs() <= 1e-6 * numeric.abs().max(1e-2), "{at}");
        }
    }

    #[test]
    fn an_image_without_neighbours_is_an_error() {
        assert!(total_variation(&image(&VALUES).narrow(2, 0, 1).unwrap()).is_err());
        assert!(total_variation(&image(&VALUES).flatten_all().unwrap()).is_err());
    }
}
