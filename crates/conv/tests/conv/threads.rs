use plumage_conv::{Activation, ConvOptions, Padding};
use rayon::ThreadPoolBuilder;

use crate::naive::Layer;
use crate::{answer, operands};

#[test]
fn every_bit_is_the_same_for_any_number_of_threads() {
    for (channels_in, channels_out, kernel, stride) in
        [(1, 64, 9, 1), (64, 32, 5, 1), (64, 32, 1, 1), (32, 1, 5, 1), (16, 16, 3, 1), (5, 20, 3, 2)]
    {
        let options = ConvOptions { stride, padding: Padding::Zeros, activation: Activation::LeakyRelu(0.2) };
        let layer = Layer { batch: 3, height: 33, width: 31, channels_in, channels_out, kernel, options };
        let operands = operands(&layer, 7);
        let answers = [1, 2, 3, 4, 8].map(|threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
            pool.install(|| answer::<f32>(&layer, &operands)).expect("the layer computes")
        });
        for other in &answers[1..] {
            assert_eq!(other.ys, answers[0].ys);
            assert_eq!(other.grad_xs, answers[0].grad_xs);
            assert_eq!(other.grad_weight, answers[0].grad_weight);
            assert_eq!(other.grad_bias, answers[0].grad_bias);
        }
    }
}
