//! The discriminator against PyTorch's numbers, which `fixtures/gan_parts.py` made, and in finite differences.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{VarBuilder, VarMap};
use plumage_models::{
    Parameters,
    discriminator::{Discriminator, DiscriminatorConfig, VerdictOn},
    weights::{self, Tensors},
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    discriminator: BTreeMap<String, Vec<Pass>>,
}

#[derive(Deserialize)]
struct Pass {
    logits: Vec<f64>,
    gradients: BTreeMap<String, Vec<f64>>,
    vectors: BTreeMap<String, Vec<f64>>,
}

fn config(spectral_norm: bool) -> DiscriminatorConfig {
    DiscriminatorConfig { widths: vec![4, 6], first_stride: 2, verdict_on: VerdictOn::Image, spectral_norm }
}

/// `size * sin(step * i)`, as the script has it.
fn wave(shape: &[usize], step: f64, size: f64) -> Tensor {
    let count = shape.iter().product::<usize>();
    let values: Vec<f64> = (0..count).map(|i| size * (step * i as f64).sin()).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn images() -> Tensor {
    (wave(&[2, 3, 9, 7], 0.37, 0.5) + 0.5).unwrap()
}

fn start(name: &str, shape: &[usize]) -> Tensor {
    let (layer, kind) = name.split_once('.').unwrap();
    let number = match layer {
        "conv1" => 0.,
        "conv2" => 1.,
        _ => 2.,
    };
    match kind {
        "weight" => {
            let fan_in = shape[1..].iter().product::<usize>() as f64;
            wave(shape, 0.7 + number, fan_in.powf(-0.5))
        }
        "bias" => wave(shape, 1.3 + number, 0.1),
        // Of another length than PyTorch's: only the direction counts.
        _ => (wave(shape, 2.1 + number, 1.) + 0.5).unwrap(),
    }
}

fn build(spectral_norm: bool) -> (Parameters, Discriminator) {
    let (parameters, network) = config(spectral_norm).init(3, 0, &Device::Cpu).unwrap();
    let tensors: Tensors = parameters
        .iter()
        .map(|(name, variable)| (name.to_owned(), start(name, variable.dims()).to_dtype(DType::F32).unwrap()))
        .collect();
    parameters.load(&tensors).unwrap();
    (parameters, network)
}

fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// A number that depends on both images.
fn verdict(network: &Discriminator, images: &Tensor) -> Tensor {
    let logits = network.forward(images).unwrap();
    let weights = Tensor::new(&[0.7, -0.4], &Device::Cpu).unwrap().to_dtype(logits.dtype()).unwrap();
    (logits * weights).unwrap().sum_all().unwrap()
}

fn assert_near(ours: &[f64], theirs: &[f64], largest: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        assert!((ours - theirs).abs() <= 1e-5 * largest, "{what}: {ours} and {theirs}");
    }
}

#[test]
fn logits_gradients_and_vectors_are_those_of_pytorch() {
    let fixture: Fixture = serde_json::from_str(include_str!("fixtures/gan_parts.json")).unwrap();
    for (name, spectral_norm) in [("plain", false), ("spectral_norm", true)] {
        let (parameters, network) = build(spectral_norm);
        let images = images().to_dtype(DType::F32).unwrap();
        for (number, pass) in fixture.discriminator[name].iter().enumerate() {
            assert_near(&values(&network.forward(&images).unwrap()), &pass.logits, 1., name);
            let grads = verdict(&network, &images).backward().unwrap();
            network.iterate().unwrap();
            let largest = pass.gradients.values().flatten().fold(0f64, |m, g| m.max(g.abs()));
            for (parameter, variable) in parameters.iter() {
                let what = format!("{name}, pass {number}, {parameter}");
                match pass.vectors.get(parameter) {
                    Some(vector) => {
                        assert!(grads.get(variable).is_none(), "{what}");
                        assert_near(&values(variable), vector, 1., &what);
                    }
                    None => {
                        let ours = values(grads.get(variable).unwrap());
                        assert_near(&ours, &pass.gradients[parameter], largest, &what);
                    }
                }
            }
        }
    }
}

#[test]
fn gradients_agree_with_central_differences() {
    for spectral_norm in [false, true] {
        let map = VarMap::new();
        let vb = VarBuilder::from_varmap(&map, DType::F64, &Device::Cpu);
        let network = Discriminator::new(&config(spectral_norm), 3, &vb).unwrap();
        let mut variables: Vec<(String, Var)> = map.data().lock().unwrap().clone().into_iter().collect();
        variables.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, variable) in &variables {
            variable.set(&start(name, variable.dims())).unwrap();
        }
        // The gradient takes the vectors for those of the weights: they have to be.
        (0..1000).for_each(|_| network.iterate().unwrap());
        variables.retain(|(name, _)| !name.ends_with(".u"));
        let input = Var::from_tensor(&images()).unwrap();
        variables.push(("images".to_owned(), input.clone()));
        let grads = verdict(&network, &input).backward().unwrap();
        for (name, variable) in &variables {
            let gradient = values(grads.get(variable).unwrap());
            let start = values(variable);
            let largest = gradient.iter().fold(0f64, |m, g| m.max(g.abs()));
            assert!(largest > 0., "no gradient reaches {name}");
            for at in [0, start.len() / 3, start.len() - 1] {
                let moved = |by: f64| {
                    let mut values = start.clone();
                    values[at] += by;
                    variable.set(&Tensor::from_vec(values, variable.shape(), &Device::Cpu).unwrap()).unwrap();
                    verdict(&network, &input).to_scalar::<f64>().unwrap()
                };
                let numeric = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                moved(0.);
                let error = (gradient[at] - numeric).abs() / largest;
                assert!(error <= 1e-6, "{name}[{at}]: {} and {numeric}, {spectral_norm}", gradient[at]);
            }
        }
    }
}

#[test]
fn normalised_weights_stretch_nothing_after_some_iterations() {
    let (parameters, network) = build(true);
    let louder = |factor: f64| {
        let tensors = parameters.tensors().unwrap().into_iter().map(|(name, tensor)| {
            let factor = if name.ends_with("weight") { factor } else { 1. };
            (name, (tensor * factor).unwrap())
        });
        parameters.load(&tensors.collect()).unwrap();
    };
    let images = images().to_dtype(DType::F32).unwrap();
    let before = values(&network.forward(&images).unwrap());
    louder(100.);
    assert_near(&values(&network.forward(&images).unwrap()), &before, 1., "weights of any size do the same");
    louder(0.01);
    for _ in 0..200 {
        network.iterate().unwrap();
    }
    // Converged: one more iteration changes nothing.
    let settled = values(&network.forward(&images).unwrap());
    network.iterate().unwrap();
    assert_near(&values(&network.forward(&images).unwrap()), &settled, 1., "settled");
}

#[test]
fn the_vectors_are_saved_and_loaded_with_the_weights() {
    let (saved, network) = build(true);
    (0..3).for_each(|_| network.iterate().unwrap());
    let bytes = weights::to_bytes(&saved.tensors().unwrap(), &BTreeMap::new()).unwrap();
    let (loaded, other) = config(true).init(3, 9, &Device::Cpu).unwrap();
    loaded.load(&weights::from_bytes(&bytes, "test").unwrap()).unwrap();
    let images = images().to_dtype(DType::F32).unwrap();
    for _ in 0..2 {
        assert_eq!(values(&network.forward(&images).unwrap()), values(&other.forward(&images).unwrap()));
        network.iterate().unwrap();
        other.iterate().unwrap();
    }
}

#[test]
fn a_detached_discriminator_says_the_same_and_learns_nothing() {
    for spectral_norm in [false, true] {
        let (parameters, network) = build(spectral_norm);
        let images = Var::from_tensor(&images().to_dtype(DType::F32).unwrap()).unwrap();
        let detached = network.detached();
        let loss = verdict(&detached, &images);
        assert_eq!(values(&loss), values(&verdict(&network, &images)));
        let grads = loss.backward().unwrap();
        assert!(parameters.iter().all(|(_, variable)| grads.get(variable).is_none()));
        let expected = verdict(&network, &images).backward().unwrap();
        assert_eq!(values(grads.get(&images).unwrap()), values(expected.get(&images).unwrap()));
    }
}

#[test]
fn one_network_judges_patches_of_any_size() {
    let (_, network) = build(true);
    for (height, width) in [(72, 72), (33, 48), (3, 3)] {
        let images = wave(&[2, 3, height, width], 0.37, 0.5).to_dtype(DType::F32).unwrap();
        assert_eq!(network.forward(&images).unwrap().dims(), [2]);
    }
    assert!(network.forward(&images().to_dtype(DType::F32).unwrap().narrow(1, 0, 1).unwrap()).is_err());
}

#[test]
fn the_mean_of_the_verdicts_on_windows_is_the_verdict_on_the_image() {
    for (first_stride, places) in [(1, 5 * 4), (2, 3 * 2)] {
        for spectral_norm in [false, true] {
            let of_image = DiscriminatorConfig { first_stride, ..config(spectral_norm) };
            let of_windows = DiscriminatorConfig { verdict_on: VerdictOn::Window, ..of_image.clone() };
            let verdicts = [of_image, of_windows].map(|config| {
                let (_, network) = config.init(3, 7, &Device::Cpu).unwrap();
                network.forward(&images().to_dtype(DType::F32).unwrap()).unwrap()
            });
            let [image, windows] = verdicts;
            let windows = windows.flatten_all().unwrap().reshape((2, places)).unwrap().mean(1).unwrap();
            let apart = (image - windows).unwrap().abs().unwrap().to_vec1::<f32>().unwrap();
            assert!(apart.iter().all(|apart| *apart < 1e-6), "stride {first_stride}: {apart:?}");
        }
    }
}
