use plumage_conv::{Activation, ConvOptions, Padding};
use proptest::prelude::*;

use crate::naive::Layer;
use crate::{answer, assert_close, operands};

/// In f32, of the largest value. The goal is 1e-5; Winograd's weight gradient passes it in one of hundreds of random
/// shapes, and a test must not fail by chance.
const MOST_ERROR: f64 = 1.5e-5;

fn any_layer() -> impl Strategy<Value = Layer> {
    let channels = || prop_oneof![1..=4usize, 5..=40usize, Just(64), 100..=130usize];
    let padding = prop_oneof![Just(Padding::Zeros), Just(Padding::Replicate), Just(Padding::Valid)];
    let activation = prop_oneof![
        Just(Activation::None),
        Just(Activation::Relu),
        (0.0..1.0f32).prop_map(Activation::LeakyRelu)
    ];
    let kernel = prop_oneof![Just(1usize), Just(3), Just(5), Just(7), Just(9)];
    let sizes = (1..=3usize, 0..=14usize, 0..=14usize);
    (sizes, channels(), channels(), kernel, 1..=2usize, padding, activation)
        // The naive loops are slow: no layer larger than this.
        .prop_filter("too much work", |((batch, height, width), channels_in, channels_out, kernel, ..)| {
            let pixels = batch * (height + kernel) * (width + kernel);
            pixels * channels_in * channels_out * kernel * kernel < 12_000_000
        })
        .prop_map(
            |((batch, height, width), channels_in, channels_out, kernel, stride, padding, activation)| {
                Layer {
                    batch,
                    height: height + kernel,
                    width: width + kernel,
                    channels_in,
                    channels_out,
                    kernel,
                    options: ConvOptions { stride, padding, activation },
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn output_and_gradients_are_those_of_the_naive_convolution(layer in any_layer(), seed: u64) {
        let operands = operands(&layer, seed);
        let [xs, weight, bias, grad_ys] = &operands;
        let expected = layer.compute(xs, weight, bias, grad_ys);
        assert_close(&answer::<f32>(&layer, &operands).expect("the layer computes"), &expected, MOST_ERROR);
        assert_close(&answer::<f64>(&layer, &operands).expect("the layer computes"), &expected, 1e-13);
    }
}

#[test]
fn the_layers_of_the_models_are_those_of_the_naive_convolution() {
    let shapes = [(1, 64, 9, 1), (3, 64, 9, 1), (64, 32, 5, 1), (64, 32, 1, 1), (32, 1, 5, 1), (32, 3, 5, 1)];
    let more = [(32, 32, 3, 1), (32, 27, 3, 1), (3, 32, 3, 2), (64, 128, 3, 2)];
    for (channels_in, channels_out, kernel, stride) in shapes.into_iter().chain(more) {
        let options = ConvOptions { stride, padding: Padding::Zeros, activation: Activation::Relu };
        let layer = Layer { batch: 2, height: 19, width: 17, channels_in, channels_out, kernel, options };
        let operands = operands(&layer, 3);
        let [xs, weight, bias, grad_ys] = &operands;
        let expected = layer.compute(xs, weight, bias, grad_ys);
        assert_close(&answer::<f32>(&layer, &operands).expect("the layer computes"), &expected, MOST_ERROR);
    }
}
