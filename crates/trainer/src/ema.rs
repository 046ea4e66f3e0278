//! An exponential moving average of a network's weights, which generalises better than the last step's.
//!
//! B. T. Polyak, A. B. Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992. The decay begins low
//! and rises to the configured one, as in TensorFlow's `ExponentialMovingAverage`, so that the random beginning is
//! forgotten.

use candle_core::{Result, Tensor};
use plumage_models::Parameters;

/// Moves `average` towards `parameters` after the `step`-th update, counted from 1.
///
/// # Errors
/// Only what the device reports.
pub fn update(average: &Parameters, parameters: &Parameters, decay: f64, step: u64) -> Result<()> {
    let decay = decay.min((1. + step as f64) / (10. + step as f64));
    let (keep, add) = (decay as f32, (1. - decay) as f32);
    for ((_, old), (_, new)) in average.iter().zip(parameters.iter()) {
        let mut values = old.flatten_all()?.to_vec1::<f32>()?;
        for (value, new) in values.iter_mut().zip(new.flatten_all()?.to_vec1::<f32>()?) {
            *value = keep * *value + add * new;
        }
        old.set(&Tensor::from_vec(values, old.shape(), old.device())?)?;
    }
    Ok(())
}
