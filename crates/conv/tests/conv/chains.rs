use candle_core::{DType, Device, Module, Result, Tensor, Var};
use plumage_conv::{Activation, ConvOptions, Layer, Padding, chain, infer_in_strips, pixel_shuffle};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::noise;

fn tensor(generator: &mut ChaCha8Rng, dims: &[usize]) -> Tensor {
    Tensor::from_vec(noise(generator, dims.iter().product()), dims, &Device::Cpu).expect("a tensor")
}

/// A head, two residual blocks of which the second adds over three layers and its own input, and a tail.
fn residual(generator: &mut ChaCha8Rng, padding: Padding) -> Vec<Layer> {
    let mut layer = |channels_in, channels_out, activation, plus| Layer {
        weight: Var::from_tensor(&tensor(generator, &[channels_out, channels_in, 3, 3]))
            .expect("a variable")
            .as_tensor()
            .clone(),
        bias: Some(
            Var::from_tensor(&tensor(generator, &[channels_out])).expect("a variable").as_tensor().clone(),
        ),
        options: ConvOptions { stride: 1, padding, activation },
        plus,
    };
    let (none, relu, leaky) = (Activation::None, Activation::Relu, Activation::LeakyRelu(0.2));
    vec![
        layer(3, 8, leaky, None),
        layer(8, 8, relu, None),
        layer(8, 8, none, Some(0)),
        layer(8, 8, relu, Some(2)),
        layer(8, 8, leaky, Some(2)),
        layer(8, 8, none, Some(0)),
        layer(8, 12, none, None),
    ]
}

/// The chain as one operation after the other, with additions and activations by candle.
fn one_by_one(xs: &Tensor, layers: &[Layer]) -> Result<Tensor> {
    let mut outputs: Vec<Tensor> = Vec::new();
    for layer in layers {
        let plain = ConvOptions { activation: Activation::None, ..layer.options };
        let alone = Layer { options: plain, plus: None, ..layer.clone() };
        let mut ys = alone.forward(outputs.last().unwrap_or(xs))?;
        if let Some(plus) = layer.plus {
            ys = (ys + &outputs[plus])?;
        }
        outputs.push(match layer.options.activation {
            Activation::None => ys,
            Activation::Relu => ys.relu()?,
            Activation::LeakyRelu(slope) => (ys.relu()? - (ys.neg()?.relu()? * f64::from(slope))?)?,
        });
    }
    outputs.pop().ok_or_else(|| candle_core::Error::Msg("no layers".into()))
}

fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.flatten_all().and_then(|values| values.to_vec1()).expect("values")
}

#[test]
fn a_chain_is_its_layers_one_by_one_with_all_gradients() {
    for padding in [Padding::Zeros, Padding::Replicate] {
        let mut generator = ChaCha8Rng::seed_from_u64(9);
        let layers = residual(&mut generator, padding);
        let xs = Var::from_tensor(&tensor(&mut generator, &[2, 11, 9, 3])).expect("a variable");
        let grad_ys = tensor(&mut generator, &[2, 11, 9, 12]);
        let answer = |ys: Tensor| {
            let grads = (&ys * &grad_ys).and_then(|sum| sum.sum_all()?.backward()).expect("gradients");
            let parameters = layers.iter().flat_map(|layer| [Some(&layer.weight), layer.bias.as_ref()]);
            let wanted = parameters.flatten().chain([xs.as_tensor()]);
            let grads = wanted.map(|tensor| values(grads.get(tensor).expect("a gradient")));
            std::iter::once(values(&ys)).chain(grads).collect::<Vec<_>>()
        };
        let ours = answer(chain(&xs, &layers).expect("the chain computes"));
        let expected = answer(one_by_one(&xs, &layers).expect("the layers compute"));
        for (what, (ours, expected)) in ours.iter().zip(&expected).enumerate() {
            let largest = expected.iter().fold(0f64, |largest, value| largest.max(value.abs()));
            for (ours, expected) in ours.iter().zip(expected) {
                assert!((ours - expected).abs() <= 1e-12 * largest, "answer {what}, {padding:?}");
            }
        }
    }
}

#[test]
fn a_chain_in_f32_is_the_chain_in_f64() {
    let mut generator = ChaCha8Rng::seed_from_u64(13);
    let layers = residual(&mut generator, Padding::Replicate);
    let xs = tensor(&mut generator, &[2, 23, 19, 3]);
    let answer = |dtype: DType| {
        let var = |tensor: &Tensor| {
            Var::from_tensor(&tensor.to_dtype(dtype).expect("a float"))
                .expect("a variable")
                .as_tensor()
                .clone()
        };
        let layers: Vec<_> = layers
            .iter()
            .map(|layer| Layer { weight: var(&layer.weight), bias: layer.bias.as_ref().map(var), ..*layer })
            .collect();
        let ys = chain(&var(&xs), &layers).expect("the chain computes");
        let grads = ys.sum_all().and_then(|sum| sum.backward()).expect("gradients");
        let double = |tensor: &Tensor| values(&tensor.to_dtype(DType::F64).expect("f64"));
        let of_layers = layers.iter().map(|layer| double(grads.get(&layer.weight).expect("a gradient")));
        std::iter::once(double(&ys)).chain(of_layers).collect::<Vec<_>>()
    };
    for (what, (ours, expected)) in answer(DType::F32).iter().zip(answer(DType::F64)).enumerate() {
        let largest = expected.iter().fold(0f64, |largest, value| largest.max(value.abs()));
        for (ours, expected) in ours.iter().zip(&expected) {
            assert!((ours - expected).abs() <= 1e-4 * largest, "answer {what}: {ours} or {expected}");
        }
    }
}

#[test]
fn a_chain_without_gradients_has_the_same_bits_and_part_of_a_chain_can_be_frozen() {
    let mut generator = ChaCha8Rng::seed_from_u64(14);
    let layers = residual(&mut generator, Padding::Zeros);
    let detached: Vec<_> = layers.iter().map(Layer::detached).collect();
    let xs = Var::from_tensor(&tensor(&mut generator, &[1, 9, 8, 3])).expect("a variable");
    let ys = chain(&xs, &layers).expect("the chain computes");
    assert_eq!(values(&chain(&xs.detach(), &detached).expect("the chain computes")), values(&ys));
    let grads = |layers: &[Layer]| chain(&xs, layers).and_then(|ys| ys.backward()).expect("gradients");
    let of_input = |layers: &[Layer]| values(grads(layers).get(&xs).expect("a gradient"));
    assert_eq!(of_input(&detached), of_input(&layers));
    let mut partly = layers.clone();
    partly[3] = partly[3].detached();
    let grads = grads(&partly);
    assert!(grads.get(&partly[0].weight).is_some());
    assert_eq!(values(grads.get(&xs).expect("a gradient")), of_input(&layers));
}

#[test]
fn a_chain_goes_back_as_often_as_it_is_asked() {
    let mut generator = ChaCha8Rng::seed_from_u64(10);
    let layers = residual(&mut generator, Padding::Zeros);
    let xs = tensor(&mut generator, &[1, 7, 8, 3]);
    let ys = chain(&xs, &layers).expect("the chain computes");
    let grad = || values(ys.backward().expect("gradients").get(&layers[0].weight).expect("a gradient"));
    assert_eq!(grad(), grad());
}

#[test]
fn strips_of_a_residual_chain_have_the_bits_of_the_whole_image() {
    let mut generator = ChaCha8Rng::seed_from_u64(11);
    for padding in [Padding::Zeros, Padding::Replicate] {
        let single = |tensor: &Tensor| tensor.to_dtype(DType::F32).expect("f32");
        let layers: Vec<_> = residual(&mut generator, padding)
            .into_iter()
            .map(|layer| Layer {
                weight: single(&layer.weight),
                bias: layer.bias.as_ref().map(single),
                ..layer
            })
            .collect();
        for height in [5, 48, 49, 131] {
            let xs = single(&tensor(&mut generator, &[2, height, 21, 3]));
            let bits = |ys: Result<Tensor>| {
                ys.and_then(|ys| ys.flatten_all()?.to_vec1::<f32>()).expect("the chain computes")
            };
            assert!(bits(infer_in_strips(&xs, &layers)) == bits(chain(&xs, &layers)), "{height} rows");
        }
    }
}

#[test]
fn a_layer_adds_only_what_comes_before_it_and_fits() {
    let mut generator = ChaCha8Rng::seed_from_u64(12);
    let xs = tensor(&mut generator, &[1, 7, 8, 3]);
    let mut layers = residual(&mut generator, Padding::Zeros);
    let message =
        |layers: &[Layer]| chain(&xs, layers).err().map(|error| error.to_string()).unwrap_or_default();
    layers[1].plus = Some(1);
    assert!(message(&layers).contains("does not come before it"));
    layers[1].plus = None;
    layers[6].plus = Some(5);
    assert!(message(&layers).contains("cannot be added"));
    assert!(message(&[]).contains("at least one layer"));
}

#[test]
fn a_pixel_shuffle_puts_channels_where_pytorch_puts_them_and_comes_back() {
    let xs = Tensor::arange(0f32, 48., &Device::Cpu).and_then(|xs| xs.reshape((1, 2, 3, 8))).expect("values");
    let xs = Var::from_tensor(&xs).expect("a variable");
    let ys = pixel_shuffle(&xs, 2).expect("a shuffle");
    assert_eq!(ys.dims(), [1, 4, 6, 2]);
    let values: Vec<Vec<Vec<f32>>> = ys.get(0).and_then(|image| image.to_vec3()).expect("values");
    for (y, row) in values.iter().enumerate() {
        for (x, pixel) in row.iter().enumerate() {
            for (channel, &value) in pixel.iter().enumerate() {
                let from = (y / 2 * 3 + x / 2) * 8 + channel * 4 + y % 2 * 2 + x % 2;
                assert_eq!(value, from as f32);
            }
        }
    }
    // The gradient of half the sum of squares is the value itself, at its own place.
    let grads = ys.sqr().and_then(|squares| (squares.sum_all()? * 0.5)?.backward()).expect("gradients");
    let grad =
        grads.get(&xs).and_then(|grad| grad.flatten_all().ok()?.to_vec1::<f32>().ok()).expect("a gradient");
    assert_eq!(grad, (0..48).map(|value| value as f32).collect::<Vec<_>>());
}
