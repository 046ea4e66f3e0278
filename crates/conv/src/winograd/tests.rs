use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::epilogue::Then;
use crate::{Activation, portable};

/// Of the largest value. Over 1,000 random shapes at least as wide as a tile the worst was 1.2e-5, and few were
/// above 9e-6; the bound leaves room, for a test must not fail by chance.
const MOST_ERROR: f64 = 1.5e-5;

fn shape(kernel: usize, batch: usize, (height, width): (usize, usize), channels: (usize, usize)) -> Shape {
    padded(kernel, batch, (height, width), channels, kernel / 2)
}

fn padded(
    kernel: usize,
    batch: usize,
    (height, width): (usize, usize),
    (channels_in, channels_out): (usize, usize),
    pad: usize,
) -> Shape {
    let (input, weight) = ((batch, height, width, channels_in), (channels_out, channels_in, kernel, kernel));
    Shape::new(input, weight, 1, (pad, Border::Zeros)).unwrap()
}

/// Shapes that this method is used for.
fn shapes() -> impl Strategy<Value = Shape> {
    let sides = (5_usize..30, 5_usize..30);
    (prop_oneof![Just(3_usize), Just(5)], 1_usize..4, sides, (1_usize..=130, 1_usize..=130), 0_usize..=2)
        .prop_map(|(kernel, batch, sides, channels, pad)| padded(kernel, batch, sides, channels, pad))
        .prop_filter("narrower than a tile", computes)
}

fn random(seed: u64, len: usize) -> Vec<f32> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    (0..len).map(|_| generator.random_range(-1.0..1.0)).collect()
}

fn doubles(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// Input, weight, bias, gradient of the output.
fn operands(shape: &Shape) -> [Vec<f32>; 4] {
    let lens = [shape.input_len(), shape.weight_len(), shape.channels_out, shape.output_len()];
    let mut seed = 0;
    lens.map(|len| {
        seed += 1;
        random(seed, len)
    })
}

/// The largest difference, of the largest value.
fn error(values: &[f32], expected: &[f64]) -> f64 {
    let largest = expected.iter().fold(0_f64, |largest, value| largest.max(value.abs()));
    let differences =
        values.iter().zip(expected).map(|(&value, expected)| (f64::from(value) - expected).abs());
    differences.fold(0., f64::max) / largest.max(f64::MIN_POSITIVE)
}

/// Output and gradients of input and weight.
fn results(instructions: Instructions, shape: &Shape, activation: Activation) -> [Vec<f32>; 3] {
    let [xs, weight, bias, grad_ys] = operands(shape);
    // Values that must not be left over.
    let mut ys = vec![f32::NAN; shape.output_len()];
    let prepared = Prepared::on(instructions, shape, &weight, &bias);
    forward(shape, &xs, &prepared, Epilogue { plus: None, then: Then::Activate(activation) }, &mut ys);
    let mut grad_xs = vec![f32::NAN; shape.input_len()];
    grad_input_on(instructions, shape, &grad_ys, &weight, Epilogue::NONE, &mut grad_xs);
    let mut grad_weight = vec![f32::NAN; shape.weight_len()];
    grad_weight::grad_weight(instructions, shape, &xs, &grad_ys, &mut grad_weight);
    [ys, grad_xs, grad_weight]
}

/// The same by the definition, in f64.
fn expected(shape: &Shape, activation: Activation) -> [Vec<f64>; 3] {
    let [xs, weight, bias, grad_ys] = operands(shape).map(|values| doubles(&values));
    let mut ys = vec![0.; shape.output_len()];
    let prepared = portable::Prepared::new(shape, &weight, &bias);
    let epilogue = Epilogue { plus: None, then: Then::Activate(activation) };
    portable::forward(shape, &xs, &prepared, epilogue, &mut ys);
    let mut grad_xs = vec![0.; shape.input_len()];
    portable::grad_input(shape, &grad_ys, &weight, Epilogue::NONE, &mut grad_xs);
    let mut grad_weight = vec![0.; shape.weight_len()];
    portable::grad_weight(shape, &xs, &grad_ys, &mut grad_weight);
    [ys, grad_xs, grad_weight]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_error_is_small_beside_the_largest_value(shape in shapes()) {
        let expected = expected(&shape, Activation::LeakyRelu(0.2));
        for instructions in Instructions::all() {
            let results = results(instructions, &shape, Activation::LeakyRelu(0.2));
            for (what, (values, expected)) in results.iter().zip(&expected).enumerate() {
                let error = error(values, expected);
                prop_assert!(error <= MOST_ERROR, "result {} on {:?}: {}", what, instructions, error);
            }
        }
    }
}

#[test]
fn all_instructions_that_round_alike_give_the_same_bits() {
    let shapes =
        [shape(3, 2, (23, 37), (20, 33)), shape(5, 1, (9, 13), (130, 24)), shape(3, 3, (40, 31), (12, 16))];
    for shape in shapes {
        let of = |instructions| results(instructions, &shape, Activation::Relu);
        assert!(of(Instructions::PlainTwelve) == of(Instructions::Plain), "by twelve rows");
        let fused: Vec<_> = Instructions::all().filter(|one| !matches!(one, Instructions::Plain)).collect();
        let expected = fused.first().map(|&first| of(first));
        for &instructions in &fused {
            assert!(Some(of(instructions)) == expected, "{instructions:?}");
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let shape = shape(5, 3, (23, 37), (20, 33));
    let on_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| results(Instructions::best(), &shape, Activation::Relu))
    };
    let one = on_threads(1);
    for threads in [2, 3, 4, 8] {
        assert!(on_threads(threads) == one, "{threads} threads");
    }
}

#[test]
fn strips_that_begin_at_a_tile_give_the_same_bits() {
    for (kernel, side) in [(3, 6), (5, 4)] {
        let whole = padded(kernel, 1, (31, 40), (9, 17), 0);
        let [xs, weight, bias, _] = operands(&whole);
        let run = |shape: &Shape, xs: &[f32]| {
            let mut ys = vec![0.; shape.output_len()];
            forward(shape, xs, &Prepared::new(shape, &weight, &bias), Epilogue::NONE, &mut ys);
            ys
        };
        let ys = run(&whole, &xs);
        for first in (0..whole.out_height()).step_by(2 * side) {
            let strip = Shape { height: (whole.height - first).min(2 * side + kernel - 1), ..whole };
            let row_len = whole.width * whole.channels_in;
            let of_strip = run(&strip, &xs[first * row_len..][..strip.height * row_len]);
            let from = first * whole.out_width() * whole.channels_out;
            assert!(of_strip == ys[from..from + of_strip.len()], "rows from {first} on");
        }
    }
}

#[test]
fn an_image_has_the_same_bits_in_any_batch() {
    let batch = shape(3, 3, (14, 11), (12, 20));
    let one = Shape { batch: 1, ..batch };
    let [xs, weight, bias, _] = operands(&batch);
    let run = |shape: &Shape, xs: &[f32]| {
        let mut ys = vec![0.; shape.output_len()];
        forward(shape, xs, &Prepared::new(shape, &weight, &bias), Epilogue::NONE, &mut ys);
        ys
    };
    let ys = run(&batch, &xs);
    for (xs, ys) in xs.chunks(one.input_len()).zip(ys.chunks(one.output_len())) {
        assert!(run(&one, xs) == ys);
    }
}
