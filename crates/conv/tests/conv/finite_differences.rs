use plumage_conv::{Activation, ConvOptions, Padding};

use crate::naive::Layer;
use crate::{answer, operands};

/// Half a central difference: small beside the distance of most sums to the activation's kink.
const STEP: f64 = 1e-5;

#[test]
fn the_gradients_are_the_slopes_of_the_layer() {
    for (padding, stride) in [(Padding::Zeros, 1), (Padding::Replicate, 2), (Padding::Valid, 2)] {
        let options = ConvOptions { stride, padding, activation: Activation::LeakyRelu(0.2) };
        let layer =
            Layer { batch: 2, height: 6, width: 5, channels_in: 2, channels_out: 3, kernel: 3, options };
        let operands = operands(&layer, 11);
        let loss = |operands: &[Vec<f64>; 4]| {
            let ys = answer::<f64>(&layer, operands).expect("the layer computes").ys;
            ys.iter().zip(&operands[3]).map(|(y, grad)| y * grad).sum::<f64>()
        };
        let gradients = answer::<f64>(&layer, &operands).expect("the layer computes");
        for (operand, gradients) in
            [gradients.grad_xs, gradients.grad_weight, gradients.grad_bias].into_iter().enumerate()
        {
            for (index, gradient) in gradients.into_iter().enumerate() {
                let moved = |by: f64| {
                    let mut operands = operands.clone();
                    operands[operand][index] += by;
                    loss(&operands)
                };
                let slope = (moved(STEP) - moved(-STEP)) / (2. * STEP);
                assert!(
                    (gradient - slope).abs() <= 1e-6,
                    "operand {operand}[{index}]: {gradient} or {slope}"
                );
            }
        }
    }
}
