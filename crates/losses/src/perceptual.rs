//! A perceptual loss: the distance of images as a network sees them.

use candle_core::{Result, Tensor};

use crate::mse;

/// The mean squared difference of the features of SR and HR.
///
/// J. Johnson, A. Alahi, L. Fei-Fei, "Perceptual Losses for Real-Time Style Transfer and Super-Resolution", ECCV 2016,
/// <https://arxiv.org/abs/1603.08155>. The papers take VGG features; `features` is any network, whose parameters should be
/// detached: only the SR images are to learn from it.
///
/// # Shapes
/// `sr` and `hr`: `[B, C, H, W]` in [0, 1]; `features` makes any shape of them. Returns a scalar in units of the squared
/// features; `hr` gets no gradient.
///
/// # Errors
/// What `features` reports.
pub fn perceptual(sr: &Tensor, hr: &Tensor, features: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    mse(&features(sr)?, &features(&hr.detach())?.detach())
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    fn image(values: &[f64]) -> Var {
        Var::from_tensor(&Tensor::from_slice(values, (1, 1, 2, 2), &Device::Cpu).unwrap()).unwrap()
    }

    /// Squares and the mean: not linear, and of another shape than the image.
    fn features(image: &Tensor) -> Result<Tensor> {
        image.flatten_all()?.sqr()?.pad_with_zeros(0, 0, 1)?.broadcast_add(&image.mean_all()?)
    }

    #[test]
    fn gradients_agree_with_central_differences_and_reach_sr_alone() {
        let (values, hr) = ([0.3, 0.8, 0.1, 0.6], image(&[0.2, 0.9, 0.4, 0.5]));
        let sr = image(&values);
        let grads = perceptual(&sr, &hr, features).unwrap().backward().unwrap();
        assert!(grads.get(&hr).is_none());
        let gradient = grads.get(&sr).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();
        for at in 0..values.len() {
            let moved = |by: f64| {
                let mut values = values;
                values[at] += by;
                perceptual(&image(&values), &hr, features).unwrap().to_scalar::<f64>().unwrap()
            };
            let numeric = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            assert!((gradient[at] - numeric).abs() <= 1e-6 * numeric.abs().max(1e-2), "{at}");
        }
    }

    #[test]
    fn the_features_of_the_network_are_what_is_compared() {
        let (sr, hr) = (image(&[0.1, 0.2, 0.3, 0.4]), image(&[0.4, 0.3, 0.2, 0.1]));
        let mean = |image: &Tensor| image.mean_all();
        let loss = perceptual(&sr, &hr, mean).unwrap().to_scalar::<f64>().unwrap();
        assert!(loss.abs() < 1e-30, "images of the same mean look the same to it");
        assert!(perceptual(&sr, &hr, |image| Ok(image.clone())).unwrap().to_scalar::<f64>().unwrap() > 0.01);
    }
}
