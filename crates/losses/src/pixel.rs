//! Losses that compare pixels at the same place.

use candle_core::{Result, Tensor};

/// Mean squared error.
///
/// # Shapes
/// `sr` and `hr`: `[B, C, H, W]` in [0, 1]. Returns a scalar in units of the squared range.
///
/// # Errors
/// Shapes that differ.
pub fn mse(sr: &Tensor, hr: &Tensor) -> Result<Tensor> {
    (sr - hr)?.sqr()?.mean_all()
}

/// Mean absolute error; its gradient at equal pixels is zero.
///
/// # Shapes
/// `sr` and `hr`: `[B, C, H, W]` in [0, 1]. Returns a scalar in units of the range.
///
/// # Errors
/// Shapes that differ.
pub fn l1(sr: &Tensor, hr: &Tensor) -> Result<Tensor> {
    // Candle's `abs` has a gradient of 1 at zero; PyTorch's and ours is 0.
    let difference = (sr - hr)?;
    (&difference * difference.detach().sign()?)?.mean_all()
}

/// The Charbonnier loss, mean of sqrt(d^2 + epsilon^2): an L1 that is smooth at zero.
///
/// P. Charbonnier et al., "Two deterministic half-quadratic regularization algorithms for computed imaging", ICIP
/// 1994; in super-resolution since LapSRN (W.-S. Lai et al. 2017, <https://arxiv.org/abs/1704.03915>).
///
/// # Shapes
/// `sr` and `hr`: `[B, C, H, W]` in [0, 1]. Returns a scalar in units of the range, at least `epsilon`.
///
/// # Errors
/// Shapes that differ.
pub fn charbonnier(sr: &Tensor, hr: &Tensor, epsilon: f64) -> Result<Tensor> {
    ((sr - hr)?.sqr()? + epsilon * epsilon)?.sqrt()?.mean_all()
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Var};

    use super::*;

    type Loss = fn(&Tensor, &Tensor) -> Result<Tensor>;
    const LOSSES: [(&str, Loss); 3] =
        [("mse", mse), ("l1", l1), ("charbonnier", |a, b| charbonnier(a, b, 0.01))];

    /// Differences of 0.3, -0.1, 0.02 and 0.5.
    fn pair() -> (Vec<f64>, Vec<f64>) {
        (vec![0.5, 0.2, 0.62, 1.0], vec![0.2, 0.3, 0.6, 0.5])
    }

    fn tensor(values: &[f64]) -> Tensor {
        Tensor::from_slice(values, (1, 1, 2, 2), &Device::Cpu).unwrap()
    }

    #[test]
    fn values_are_those_worked_by_hand() {
        let (sr, hr) = pair();
        let value = |loss: Loss| loss(&tensor(&sr), &tensor(&hr)).unwrap().to_scalar::<f64>().unwrap();
        assert!((value(LOSSES[0].1) - 0.3504 / 4.).abs() < 1e-12);
        assert!((value(LOSSES[1].1) - 0.92 / 4.).abs() < 1e-12);
        let smooth: f64 = [0.3f64, 0.1, 0.02, 0.5].iter().map(|d| (d * d + 1e-4).sqrt()).sum();
        assert!((value(LOSSES[2].1) - smooth / 4.).abs() < 1e-12);
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let (sr, hr) = pair();
        let step = 1e-6;
        for (name, loss) in LOSSES {
            let variable = Var::from_tensor(&tensor(&sr)).unwrap();
            let grads = loss(&variable, &tensor(&hr)).unwrap().backward().unwrap();
            let gradient = grads.get(&variable).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();
            for index in 0..sr.len() {
                let moved = |by: f64| {
                    let mut values = sr.clone();
                    values[index] += by;
                    loss(&tensor(&values), &tensor(&hr)).unwrap().to_scalar::<f64>().unwrap()
                };
                let numeric = (moved(step) - moved(-step)) / (2. * step);
                assert!(
                    (gradient[index] - numeric).abs() <= 1e-6 * numeric.abs().max(1e-3),
                    "{name} at {index}"
                );
            }
        }
    }

    #[test]
    fn equal_images_cost_nothing_and_pull_nowhere() {
        let (sr, _) = pair();
        for (name, loss) in &LOSSES[..2] {
            let variable = Var::from_tensor(&tensor(&sr)).unwrap();
            let value = loss(&variable, &tensor(&sr)).unwrap();
            assert_eq!(value.to_scalar::<f64>().unwrap(), 0., "{name}");
            let grads = value.backward().unwrap();
            let pull = grads.get(&variable).unwrap().abs().unwrap().sum_all().unwrap();
            assert_eq!(pull.to_dtype(DType::F64).unwrap().to_scalar::<f64>().unwrap(), 0., "{name}");
        }
    }
}
