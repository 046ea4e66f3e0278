//! Every fast method against its portable twin, whether or not a shape is dispatched to it.

use candle_core::Result;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::shape::Shape;
use crate::{Activation, blocks, direct, narrow, portable};

type Forward = fn(&Shape, &[f32], &[f32], &[f32], Activation, &mut [f32]);
type Gradient = fn(&Shape, &[f32], &[f32], &mut [f32]);

/// Sizes that fill neither tiles nor panels nor tasks, and one that has several tasks.
fn shapes(channels: [(usize, usize); 4], kernels: &[usize], strides: &[usize]) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for (channels_in, channels_out) in channels {
        for &kernel in kernels {
            for &stride in strides {
                for pad in [0, kernel / 2] {
                    let input = (2, 19 + kernel, 14 + kernel, channels_in);
                    let weight = (channels_out, channels_in, kernel, kernel);
                    shapes.extend(Shape::new(input, weight, stride, pad));
                }
            }
        }
    }
    shapes
}

fn noise(generator: &mut ChaCha8Rng, len: usize) -> Vec<f32> {
    (0..len).map(|_| generator.random_range(-1.0..1.0)).collect()
}

fn assert_close(ours: &[f32], twin: &[f32], shape: &Shape, what: &str) {
    let largest = twin.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
    for (ours, twin) in ours.iter().zip(twin) {
        assert!((ours - twin).abs() <= 1e-5 * largest, "{what} of {shape:?}: {ours} or {twin}");
    }
}

fn assert_forward(method: Forward, shapes: &[Shape]) {
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    for shape in shapes {
        let [xs, weight, bias] =
            [shape.input_len(), shape.weight_len(), shape.channels_out].map(|len| noise(&mut generator, len));
        for activation in [Activation::None, Activation::Relu, Activation::LeakyRelu(0.2)] {
            // What was in the output before must not matter.
            let [mut ours, mut twin] = [vec![f32::NAN; shape.output_len()], vec![0.; shape.output_len()]];
            method(shape, &xs, &weight, &bias, activation, &mut ours);
            portable::forward(shape, &xs, &weight, &bias, activation, &mut twin);
            assert_close(&ours, &twin, shape, "output");
        }
    }
}

/// `operands` and `result` are lengths; the twin has the same arguments.
fn assert_gradient(method: Gradient, twin: Gradient, operands: [usize; 2], result: usize, shape: &Shape) {
    let mut generator = ChaCha8Rng::seed_from_u64(2);
    let [first, second] = operands.map(|len| noise(&mut generator, len));
    let [mut ours, mut expected] = [vec![f32::NAN; result], vec![0.; result]];
    method(shape, &first, &second, &mut ours);
    twin(shape, &first, &second, &mut expected);
    assert_close(&ours, &expected, shape, "gradient");
}

#[test]
fn direct_is_its_twin() {
    let shapes = shapes([(1, 64), (3, 5), (20, 33), (40, 1)], &[1, 2, 3, 5, 9], &[1, 2, 3]);
    assert_forward(direct::forward, &shapes);
    for shape in &shapes {
        let [xs, weight, ys] = [shape.input_len(), shape.weight_len(), shape.output_len()];
        assert_gradient(direct::grad_input, portable::grad_input, [ys, weight], xs, shape);
        assert_gradient(direct::grad_weight, portable::grad_weight, [xs, ys], weight, shape);
    }
}

#[test]
fn narrow_is_its_twin() {
    let shapes = shapes([(32, 1), (9, 2), (40, 3), (33, 4)], &[1, 3, 5], &[1, 2]);
    assert_forward(narrow::forward, &shapes);
    for shape in &shapes {
        let [xs, weight, ys] = [shape.input_len(), shape.weight_len(), shape.output_len()];
        assert_gradient(narrow::grad_weight, portable::grad_weight, [xs, ys], weight, shape);
    }
}

#[test]
fn blocks_are_their_twin() {
    let shapes = shapes([(1, 64), (2, 9), (3, 16), (4, 20)], &[9], &[1]);
    assert_forward(blocks::forward, &shapes);
    for shape in &shapes {
        let [xs, weight, ys] = [shape.input_len(), shape.weight_len(), shape.output_len()];
        assert_gradient(blocks::grad_weight, portable::grad_weight, [xs, ys], weight, shape);
    }
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let shape = |input, weight, stride, pad| -> Result<Shape> { Shape::new(input, weight, stride, pad) };
    let message = |shape: Result<Shape>| shape.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(message(shape((1, 9, 9, 3), (4, 2, 3, 3), 1, 1)).contains("weight is for 2 channels"));
    assert!(message(shape((1, 9, 9, 3), (4, 3, 3, 5), 1, 1)).contains("not square"));
    assert!(message(shape((1, 2, 9, 3), (4, 3, 5, 5), 1, 1)).contains("does not fit"));
    assert!(message(shape((1, 9, 9, 3), (4, 3, 3, 3), 0, 1)).contains("stride"));
    assert!(message(shape((0, 9, 9, 3), (4, 3, 3, 3), 1, 1)).contains("empty"));
}
