//! What networks on the LR grid are made of, against other people's numbers: the bicubic skip, the pixel shuffle, residual
//! blocks, and noise.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor, Var, backprop::GradStore};
use plumage_conv::{pixel_shuffle, to_nchw, to_nhwc};
use plumage_imaging::{
    Channels, Planes,
    resize::{Ratio, resize},
};
use plumage_models::{
    Draw, ModelConfig, Parameters, Upscaler, plain::PlainConfig, srresnet::SrresnetConfig, weights::Tensors,
};
use plumage_random::{Stream, fill_normal, generator};
use serde::Deserialize;

const SCALES: [usize; 3] = [2, 3, 4];

fn noise(shape: &[usize], index: u64, mean: f32, std: f32) -> Tensor {
    let mut values = vec![0f32; shape.iter().product()];
    fill_normal(&mut generator(7, Stream::Noise, 0, index), mean, std, &mut values);
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

fn assert_near(ours: &[f64], theirs: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!((ours - theirs).abs() <= tolerance, "{what}: {ours} and {theirs}");
    }
}

/// The bicubic enlargement of every image, by `imaging`.
fn enlarged(lr: &Tensor, scale: usize) -> Tensor {
    let (batch, channels, height, width) = lr.dims4().unwrap();
    let images: Vec<Tensor> = (0..batch)
        .map(|image| {
            let picture = Planes::new(channels, height, width, values(&lr.get(image).unwrap()));
            let picture = resize(&picture, Ratio::enlarge(scale));
            let shape = (1, channels, scale * height, scale * width);
            let values: Vec<f64> =
                (0..channels).flat_map(|channel| picture.plane(channel).to_vec()).collect();
            Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
        })
        .collect();
    Tensor::cat(&images, 0).unwrap().to_dtype(lr.dtype()).unwrap()
}

/// A network whose parameters are of a size that makes every layer count.
fn srresnet(scale: usize, noise_maps: bool) -> (Parameters, Box<dyn Upscaler>) {
    let config = SrresnetConfig {
        channels: Channels::Rgb,
        n_feats: 8,
        n_blocks: 2,
        hr_feats: None,
        noise: noise_maps,
    };
    let (parameters, model) = ModelConfig::Srresnet(config).init(scale, 3, &Device::Cpu).unwrap();
    let tensors = parameters.iter().enumerate().map(|(index, (name, variable))| {
        (name.to_owned(), noise(variable.dims(), 100 + index as u64, 0., 0.2))
    });
    parameters.load(&tensors.collect()).unwrap();
    (parameters, model)
}

#[test]
fn a_network_that_adds_nothing_returns_the_bicubic_enlargement_to_its_borders() {
    for scale in SCALES {
        for (channels, height, width) in [(Channels::Y, 7, 11), (Channels::Rgb, 9, 6), (Channels::Y, 1, 2)] {
            let config = ModelConfig::Plain(PlainConfig { channels, n_feats: 3, n_layers: 2 });
            let (parameters, model) = config.init(scale, 1, &Device::Cpu).unwrap();
            let zeros: Tensors = parameters.tensors().unwrap();
            let zeros =
                zeros.into_iter().map(|(name, tensor)| (name, tensor.zeros_like().unwrap())).collect();
            parameters.load(&zeros).unwrap();
            let lr = noise(&[2, channels.count(), height, width], 0, 0.5, 0.3);
            let expected = values(&enlarged(&lr, scale));
            assert_near(&values(&model.forward(&lr).unwrap()), &expected, 2e-6, &format!("x{scale}"));
            let one = lr.narrow(0, 0, 1).unwrap();
            let expected = &expected[..expected.len() / 2];
            assert_near(&values(&model.infer(&one).unwrap()), expected, 2e-6, &format!("x{scale}"));
        }
    }
}

#[test]
fn the_pixel_shuffle_is_pytorchs_in_both_directions() {
    #[derive(Deserialize)]
    struct Fixture {
        shuffle: BTreeMap<usize, Shuffle>,
    }
    #[derive(Deserialize)]
    struct Shuffle {
        output: Vec<f64>,
        gradient: Vec<f64>,
    }
    // As the script, `fixtures/gan_parts.py`, has it.
    let wave = |shape: &[usize], step: f64| {
        let count = shape.iter().product::<usize>();
        let values: Vec<f64> = (0..count).map(|i| (step * i as f64).sin()).collect();
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    };
    let fixture: Fixture = serde_json::from_str(include_str!("fixtures/gan_parts.json")).unwrap();
    for (scale, expected) in fixture.shuffle {
        let xs = Var::from_tensor(&wave(&[2, 3 * scale * scale, 4, 5], 0.37)).unwrap();
        let ys = to_nchw(&pixel_shuffle(&to_nhwc(&xs).unwrap(), scale).unwrap()).unwrap();
        assert_near(&values(&ys), &expected.output, 1e-12, "output");
        let loss = (&ys * wave(ys.dims(), 0.11)).unwrap().sum_all().unwrap();
        let grads = loss.backward().unwrap();
        assert_near(&values(grads.get(&xs).unwrap()), &expected.gradient, 1e-12, "gradient");
    }
}

/// SRResNet in stock candle, with the noise added after the head.
fn by_candle(parameters: &Parameters, lr: &Tensor, scale: usize, noise: Option<&Tensor>) -> Tensor {
    let get =
        |name: String| parameters.iter().find(|(other, _)| *other == name).unwrap().1.as_tensor().clone();
    let conv = |name: &str, xs: &Tensor| {
        let bias = get(format!("{name}.bias"));
        let bias = bias.reshape((1, bias.elem_count(), 1, 1)).unwrap();
        xs.conv2d(&get(format!("{name}.weight")), 1, 1, 1, 1).unwrap().broadcast_add(&bias).unwrap()
    };
    let mut xs = conv("head", lr);
    if let Some(noise) = noise {
        let weight = get("noise.weight".into());
        let weight = weight.reshape((1, weight.elem_count(), 1, 1)).unwrap();
        xs = (xs + noise.broadcast_mul(&weight).unwrap()).unwrap();
    }
    for block in 0..2 {
        let ys = conv(&format!("body.{block}.conv1"), &xs).relu().unwrap();
        xs = (conv(&format!("body.{block}.conv2"), &ys) + xs).unwrap();
    }
    (candle_nn::ops::pixel_shuffle(&conv("tail", &xs), scale).unwrap() + enlarged(lr, scale)).unwrap()
}

#[test]
fn sr_images_and_gradients_of_srresnet_are_those_of_stock_candle() {
    for scale in SCALES {
        let draw = Draw { seed: 5, step: 11 };
        let (parameters, model) = srresnet(scale, true);
        let lr = noise(&[2, 3, 9, 8], 0, 0.5, 0.3);
        let hr = noise(&[2, 3, 9 * scale, 8 * scale], 1, 0.5, 0.3);
        let maps: Vec<Tensor> = (0..2)
            .map(|image| {
                let mut values = vec![0f32; 9 * 8];
                let rng = &mut generator(draw.seed, Stream::Noise, draw.step, image);
                fill_normal(rng, 0., 1., &mut values);
                Tensor::from_vec(values, (1, 1, 9, 8), &Device::Cpu).unwrap()
            })
            .collect();
        let maps = Tensor::cat(&maps, 0).unwrap();
        let noisy = model.with_noise(draw).unwrap();
        let pairs = [
            (model.forward(&lr).unwrap(), by_candle(&parameters, &lr, scale, None)),
            (noisy.forward(&lr).unwrap(), by_candle(&parameters, &lr, scale, Some(&maps))),
        ];
        for (number, (ours, theirs)) in pairs.into_iter().enumerate() {
            let what = format!("x{scale}, {number}");
            let largest = values(&theirs).iter().fold(0f64, |m, v| m.max(v.abs()));
            assert_near(&values(&ours), &values(&theirs), 1e-5 * largest, &what);
            let backward = |sr: Tensor| -> GradStore {
                (sr - &hr).unwrap().sqr().unwrap().mean_all().unwrap().backward().unwrap()
            };
            let (ours, theirs) = (backward(ours), backward(theirs));
            for (name, variable) in parameters.iter() {
                let Some(theirs) = theirs.get(variable) else {
                    assert!(
                        number == 0 && name == "noise.weight" && ours.get(variable).is_none(),
                        "{what}: {name}"
                    );
                    continue;
                };
                let theirs = values(theirs);
                let largest = theirs.iter().fold(0f64, |m, g| m.max(g.abs()));
                let ours = values(ours.get(variable).unwrap());
                assert_near(&ours, &theirs, 1e-4 * largest, &format!("{what}: {name}"));
            }
        }
    }
}

#[test]
fn noise_is_a_function_of_seed_step_and_image() {
    let (parameters, model) = srresnet(3, true);
    let lr = noise(&[2, 3, 8, 8], 0, 0.5, 0.3);
    let drawn = |seed, step, lr: &Tensor| {
        values(&model.with_noise(Draw { seed, step }).unwrap().forward(lr).unwrap())
    };
    let here = drawn(1, 2, &lr);
    assert_eq!(here, drawn(1, 2, &lr));
    assert_ne!(here, drawn(2, 2, &lr));
    assert_ne!(here, drawn(1, 3, &lr));
    assert_ne!(here, values(&model.forward(&lr).unwrap()));
    // An image alone has the noise that it has as the first of many; two equal images of a batch differ.
    let one = lr.narrow(0, 0, 1).unwrap();
    let alone = drawn(1, 2, &one);
    assert_near(&alone, &here[..here.len() / 2], 1e-6, "alone");
    let twice = drawn(1, 2, &Tensor::cat(&[&one, &one], 0).unwrap());
    assert_ne!(twice[..alone.len()], twice[alone.len()..]);
    let inferred = model.with_noise(Draw { seed: 1, step: 2 }).unwrap().infer(&one).unwrap();
    assert_near(&values(&inferred), &alone, 1e-5, "inferred");
    // The weights are what lets it in.
    let mut tensors = parameters.tensors().unwrap();
    let silent = tensors["noise.weight"].zeros_like().unwrap();
    tensors.insert("noise.weight".into(), silent);
    parameters.load(&tensors).unwrap();
    assert_near(&drawn(1, 2, &lr), &values(&model.forward(&lr).unwrap()), 1e-6, "silent");
}

#[test]
fn a_network_without_noise_has_none_to_draw() {
    let (parameters, model) = srresnet(2, false);
    assert!(model.with_noise(Draw { seed: 0, step: 0 }).is_none());
    assert!(parameters.iter().all(|(name, _)| name != "noise.weight"));
}

#[test]
fn a_new_network_draws_no_checkerboard() {
    // What it adds to the bicubic enlargement is the same all over every block of pixels.
    for scale in SCALES {
        let config =
            SrresnetConfig { channels: Channels::Rgb, n_feats: 8, n_blocks: 2, hr_feats: None, noise: false };
        let (_, model) = ModelConfig::Srresnet(config).init(scale, 3, &Device::Cpu).unwrap();
        let lr = noise(&[1, 3, 6, 5], 0, 0.5, 0.3);
        let added = (model.forward(&lr).unwrap() - enlarged(&lr, scale)).unwrap();
        let blocks = added.reshape(&[3, 6, scale, 5, scale][..]).unwrap();
        let first = blocks.narrow(2, 0, 1).unwrap().narrow(4, 0, 1).unwrap();
        let apart = values(&blocks.broadcast_sub(&first).unwrap());
        let size = values(&added).iter().fold(0f64, |m, v| m.max(v.abs()));
        assert!(size > 1e-4, "x{scale}: it adds something");
        assert!(apart.iter().all(|difference| difference.abs() < 3e-6), "x{scale}");
    }
}

#[test]
fn the_generator_of_the_benchmarks_is_srresnet() {
    let config =
        SrresnetConfig { channels: Channels::Rgb, n_feats: 32, n_blocks: 6, hr_feats: None, noise: false };
    let (parameters, model) = ModelConfig::Srresnet(config).init(3, 0, &Device::Cpu).unwrap();
    let weights = 9 * (3 * 32 + 12 * 32 * 32 + 32 * 27);
    assert_eq!(parameters.count(), weights + 13 * 32 + 27);
    assert_eq!(model.macs_per_hr_pixel(), weights as u64 / 9);
}
