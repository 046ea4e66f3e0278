//! Every fast method against its portable twin, whether or not a shape is dispatched to it.

use candle_core::Result;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::epilogue::{Epilogue, Then};
use crate::shape::{Border, Shape};
use crate::{Activation, blocks, direct, narrow, portable, replicate, winograd};

type Gradient = fn(&Shape, &[f32], &[f32], &mut [f32]);
type InputGradient = fn(&Shape, &[f32], &[f32], Epilogue<f32>, &mut [f32]);

/// A method's forward pass, from the weight and the bias as they come.
type Forward = fn(&Shape, [&[f32]; 3], Epilogue<f32>, &mut [f32]);

fn direct_forward(shape: &Shape, [xs, weight, bias]: [&[f32]; 3], epilogue: Epilogue<f32>, ys: &mut [f32]) {
    direct::forward(shape, xs, &direct::Panels::forward(shape, weight, bias), epilogue, ys);
}

fn narrow_forward(shape: &Shape, [xs, weight, bias]: [&[f32]; 3], epilogue: Epilogue<f32>, ys: &mut [f32]) {
    narrow::forward(shape, xs, &narrow::Taps::new(shape, weight, bias), epilogue, ys);
}

fn blocks_forward(shape: &Shape, [xs, weight, bias]: [&[f32]; 3], epilogue: Epilogue<f32>, ys: &mut [f32]) {
    blocks::forward(shape, xs, &blocks::prepare(shape, weight, bias), epilogue, ys);
}

fn winograd_forward(shape: &Shape, [xs, weight, bias]: [&[f32]; 3], epilogue: Epilogue<f32>, ys: &mut [f32]) {
    winograd::forward(shape, xs, &winograd::Prepared::new(shape, weight, bias), epilogue, ys);
}

/// Sizes that fill neither tiles nor panels nor tasks, and one that has several tasks.
fn shapes(channels: [(usize, usize); 4], kernels: &[usize], strides: &[usize]) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for (channels_in, channels_out) in channels {
        for &kernel in kernels {
            for &stride in strides {
                for pad in [(0, Border::Zeros), (kernel / 2, Border::Zeros), (kernel / 2, Border::Replicate)]
                {
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

/// All that an epilogue can be, for outputs of this length.
fn epilogues<'a>(plus: &'a [f32], outputs: &'a [f32]) -> [Epilogue<'a, f32>; 5] {
    let leaky = Activation::LeakyRelu(0.2);
    [
        Epilogue::NONE,
        Epilogue { plus: Some(plus), then: Then::Activate(Activation::Relu) },
        Epilogue { plus: None, then: Then::Activate(leaky) },
        Epilogue { plus: Some(plus), then: Then::Back(leaky, outputs) },
        Epilogue { plus: None, then: Then::Back(Activation::Relu, outputs) },
    ]
}

fn assert_forward(method: Forward, shapes: &[Shape]) {
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    for shape in shapes {
        let [xs, weight, bias, plus, outputs] = [
            shape.input_len(),
            shape.weight_len(),
            shape.channels_out,
            shape.output_len(),
            shape.output_len(),
        ]
        .map(|len| noise(&mut generator, len));
        for epilogue in epilogues(&plus, &outputs) {
            // What was in the output before must not matter.
            let [mut ours, mut twin] = [vec![f32::NAN; shape.output_len()], vec![0.; shape.output_len()]];
            method(shape, [&xs, &weight, &bias], epilogue, &mut ours);
            let prepared = portable::Prepared::new(shape, &weight, &bias);
            portable::forward(shape, &xs, &prepared, epilogue, &mut twin);
            assert_close(&ours, &twin, shape, "output");
        }
    }
}

fn assert_input_gradient(method: InputGradient, shape: &Shape) {
    let mut generator = ChaCha8Rng::seed_from_u64(3);
    let lens = [shape.output_len(), shape.weight_len(), shape.input_len(), shape.input_len()];
    let [grad_ys, weight, plus, outputs] = lens.map(|len| noise(&mut generator, len));
    for epilogue in epilogues(&plus, &outputs) {
        let [mut ours, mut twin] = [vec![f32::NAN; shape.input_len()], vec![0.; shape.input_len()]];
        method(shape, &grad_ys, &weight, epilogue, &mut ours);
        portable::grad_input(shape, &grad_ys, &weight, epilogue, &mut twin);
        assert_close(&ours, &twin, shape, "gradient of the input");
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
    assert_forward(direct_forward, &shapes);
    for shape in &shapes {
        let [xs, weight, ys] = [shape.input_len(), shape.weight_len(), shape.output_len()];
        let method = if shape.border == Border::Zeros { direct::grad_input } else { replicate::grad_input };
        assert_input_gradient(method, shape);
        assert_gradient(direct::grad_weight, portable::grad_weight, [xs, ys], weight, shape);
    }
}

#[test]
fn narrow_is_its_twin() {
    let shapes = shapes([(32, 1), (9, 2), (40, 3), (33, 4)], &[1, 3, 5], &[1, 2]);
    assert_forward(narrow_forward, &shapes);
    for shape in &shapes {
        let [xs, weight, ys] = [shape.input_len(), shape.weight_len(), shape.output_len()];
        assert_gradient(narrow::grad_weight, portable::grad_weight, [xs, ys], weight, shape);
    }
}

#[test]
fn blocks_are_their_twin() {
    let shapes = shapes([(1, 64), (2, 9), (3, 16), (4, 20)], &[9], &[1]);
    assert_forward(blocks_forward, &shapes);
    for shape in &shapes {
        let [xs, weight, ys] = [shape.input_len(), shape.weight_len(), shape.output_len()];
        assert_gradient(blocks::grad_weight, portable::grad_weight, [xs, ys], weight, shape);
    }
}

#[test]
fn winograd_is_its_twin() {
    let shapes = shapes([(8, 8), (9, 20), (20, 33), (17, 40)], &[3, 5], &[1]);
    assert_forward(winograd_forward, &shapes);
    for shape in &shapes {
        let [xs, weight, ys] = [shape.input_len(), shape.weight_len(), shape.output_len()];
        let method = if shape.border == Border::Zeros { winograd::grad_input } else { replicate::grad_input };
        assert_input_gradient(method, shape);
        assert_gradient(winograd::grad_weight, portable::grad_weight, [xs, ys], weight, shape);
    }
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let shape = |input, weight, stride, pad| -> Result<Shape> {
        Shape::new(input, weight, stride, (pad, Border::Zeros))
    };
    let message = |shape: Result<Shape>| shape.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(message(shape((1, 9, 9, 3), (4, 2, 3, 3), 1, 1)).contains("weight is for 2 channels"));
    assert!(message(shape((1, 9, 9, 3), (4, 3, 3, 5), 1, 1)).contains("not square"));
    assert!(message(shape((1, 2, 9, 3), (4, 3, 5, 5), 1, 1)).contains("does not fit"));
    assert!(message(shape((1, 9, 9, 3), (4, 3, 3, 3), 0, 1)).contains("stride"));
    assert!(message(shape((0, 9, 9, 3), (4, 3, 3, 3), 1, 1)).contains("empty"));
}
