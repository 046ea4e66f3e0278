//! The layer against a convolution as the textbook has it, for all methods that dispatch to it.

mod naive;

mod chains;
mod finite_differences;
mod refusals;
mod shapes;
mod strips;
mod threads;

use candle_core::{Device, Result, Tensor, Var, WithDType};
use naive::{Answer, Layer};
use plumage_conv::conv2d;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Values in [-1, 1).
fn noise(generator: &mut ChaCha8Rng, len: usize) -> Vec<f64> {
    (0..len).map(|_| generator.random_range(-1.0..1.0)).collect()
}

/// Input, weight, bias and the output's gradient, all noise that f32 holds exactly. The gradient is zero where the
/// activation's input is so near to its kink that rounding may put it on the other side.
fn operands(layer: &Layer, seed: u64) -> [Vec<f64>; 4] {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let input_len = layer.batch * layer.height * layer.width * layer.channels_in;
    let weight_len = layer.channels_out * layer.channels_in * layer.kernel * layer.kernel;
    let [xs, weight, bias, mut grad_ys] = [input_len, weight_len, layer.channels_out, layer.output_len()]
        .map(|len| {
            noise(&mut generator, len).into_iter().map(|value| f64::from(value as f32)).collect::<Vec<_>>()
        });
    let sums = layer.sums(&xs, &weight, &bias);
    for (grad, sum) in grad_ys.iter_mut().zip(sums) {
        if sum.abs() < 1e-3 {
            *grad = 0.;
        }
    }
    [xs, weight, bias, grad_ys]
}

/// Output and gradients through the layer under test.
fn answer<T: WithDType>(layer: &Layer, operands: &[Vec<f64>; 4]) -> Result<Answer> {
    let Layer { batch, height, width, channels_in, channels_out, kernel, .. } = *layer;
    let make = |values: &[f64], dims: &[usize]| {
        let values: Vec<T> = values.iter().map(|&value| T::from_f64(value)).collect();
        Tensor::from_vec(values, dims, &Device::Cpu)
    };
    let [xs, weight, bias, grad_ys] = operands;
    // The input is a transposed view, so that it is not contiguous.
    let xs =
        Var::from_tensor(&make(xs, &[batch, height, width, channels_in])?.transpose(1, 2)?.contiguous()?)?;
    let weight = Var::from_tensor(&make(weight, &[channels_out, channels_in, kernel, kernel])?)?;
    let bias = Var::from_tensor(&make(bias, &[channels_out])?)?;
    let ys = conv2d(&xs.transpose(1, 2)?, &weight, Some(&bias), &layer.options)?;
    let grads = (&ys * make(grad_ys, ys.dims())?)?.sum_all()?.backward()?;
    let values = |tensor: &Tensor| tensor.flatten_all()?.to_dtype(candle_core::DType::F64)?.to_vec1::<f64>();
    let grad =
        |var: &Var| grads.get(var).cloned().ok_or_else(|| candle_core::Error::Msg("no gradient".into()));
    Ok(Answer {
        ys: values(&ys)?,
        grad_xs: values(&grad(&xs)?.transpose(1, 2)?)?,
        grad_weight: values(&grad(&weight)?)?,
        grad_bias: values(&grad(&bias)?)?,
        bias_terms: 0.,
    })
}

/// The largest difference, relative to the largest value.
fn error(ours: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(ours.len(), expected.len());
    let largest = expected.iter().fold(f64::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
    ours.iter().zip(expected).fold(0., |error: f64, (ours, expected)| error.max((ours - expected).abs()))
        / largest
}

fn bias_error(ours: &Answer, expected: &Answer) -> f64 {
    let errors =
        ours.grad_bias.iter().zip(&expected.grad_bias).map(|(ours, expected)| (ours - expected).abs());
    errors.fold(0., f64::max) / expected.bias_terms.max(f64::MIN_POSITIVE)
}

fn assert_close(ours: &Answer, expected: &Answer, tolerance: f64) {
    let errors = [
        ("output", error(&ours.ys, &expected.ys)),
        ("gradient of the input", error(&ours.grad_xs, &expected.grad_xs)),
        ("gradient of the weight", error(&ours.grad_weight, &expected.grad_weight)),
        ("gradient of the bias", bias_error(ours, expected)),
    ];
    for (what, error) in errors {
        assert!(error <= tolerance, "{what} is off by {error:.1e} of its largest value");
    }
}
