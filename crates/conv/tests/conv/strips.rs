use candle_core::{DType, Device, Module, Tensor};
use plumage_conv::{Activation, ConvOptions, Layer, Padding, infer_in_strips};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::noise;

fn tensor(generator: &mut ChaCha8Rng, dims: &[usize]) -> Tensor {
    let values = noise(generator, dims.iter().product());
    Tensor::from_vec(values, dims, &Device::Cpu)
        .and_then(|values| values.to_dtype(DType::F32))
        .expect("a tensor")
}

#[test]
fn a_layer_so_deep_that_the_first_strip_never_reaches_it_still_has_its_upper_border() {
    let mut generator = ChaCha8Rng::seed_from_u64(6);
    for (kernel, padding) in [(3, Padding::Zeros), (5, Padding::Replicate)] {
        let layers: Vec<_> = (0..8)
            .map(|_| Layer {
                weight: tensor(&mut generator, &[8, 8, kernel, kernel]),
                bias: Some(tensor(&mut generator, &[8])),
                options: ConvOptions { stride: 1, padding, activation: Activation::LeakyRelu(0.1) },
                plus: None,
            })
            .collect();
        let xs = tensor(&mut generator, &[2, 200, 13, 8]);
        let whole = layers.iter().try_fold(xs.clone(), |xs, layer| layer.forward(&xs)).expect("whole");
        let strips = infer_in_strips(&xs, &layers).expect("strips");
        let bits =
            |tensor: &Tensor| tensor.flatten_all().and_then(|values| values.to_vec1::<f32>()).expect("bits");
        assert_eq!(bits(&strips), bits(&whole), "{padding:?}");
    }
}

#[test]
fn strips_make_the_same_bits_as_the_whole_image() {
    let mut generator = ChaCha8Rng::seed_from_u64(5);
    for padding in [Padding::Zeros, Padding::Replicate, Padding::Valid] {
        let mut layer = |channels_in, channels_out, kernel, stride, activation| Layer {
            weight: tensor(&mut generator, &[channels_out, channels_in, kernel, kernel]),
            bias: Some(tensor(&mut generator, &[channels_out])),
            options: ConvOptions { stride, padding, activation },
            plus: None,
        };
        let networks = [
            vec![
                layer(1, 64, 9, 1, Activation::Relu),
                layer(64, 32, 5, 1, Activation::Relu),
                layer(32, 1, 5, 1, Activation::None),
            ],
            vec![
                layer(3, 20, 3, 1, Activation::LeakyRelu(0.1)),
                layer(20, 16, 3, 2, Activation::Relu),
                layer(16, 16, 1, 1, Activation::Relu),
                layer(16, 27, 3, 1, Activation::None),
            ],
        ];
        for (layers, channels) in networks.into_iter().zip([1, 3]) {
            for height in [31, 48, 113] {
                let xs = tensor(&mut generator, &[2, height, 29, channels]);
                let whole =
                    layers.iter().try_fold(xs.clone(), |xs, layer| layer.forward(&xs)).expect("whole");
                let strips = infer_in_strips(&xs, &layers).expect("strips");
                assert_eq!(strips.dims(), whole.dims());
                let bits = |tensor: &Tensor| {
                    tensor.flatten_all().and_then(|values| values.to_vec1::<f32>()).expect("bits")
                };
                assert_eq!(bits(&strips), bits(&whole), "{padding:?}, {height} rows");
            }
        }
    }
}
