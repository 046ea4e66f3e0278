//! The networks of the perceptual term against PyTorch's numbers; `fixtures/features.py` made them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{collections::BTreeMap, path::Path};

use candle_core::{DType, Device, Tensor, Var};
use plumage_conv::{chain, to_nhwc};
use plumage_models::{
    features::{FeaturesConfig, FeaturesFile},
    judge::JudgeConfig,
    weights::{Tensors, to_bytes},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Deserialize)]
struct Fixture {
    vgg16: Expected,
    alexnet: Expected,
}

#[derive(Deserialize)]
struct Expected {
    features: Vec<f32>,
    gradient: Vec<f32>,
}

/// `size * sin(step * i)`, as the script has it.
fn wave(shape: &[usize], step: f64, size: f64) -> Tensor {
    let count = shape.iter().product::<usize>();
    let values: Vec<f64> = (0..count).map(|i| size * (step * i as f64).sin()).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap().to_dtype(DType::F32).unwrap()
}

/// The weights of convolutions by torchvision's numbers: channels out, channels in, kernel.
fn weights(convolutions: &[(usize, [usize; 3])]) -> Tensors {
    let mut tensors = Tensors::new();
    for &(number, [out, channels_in, kernel]) in convolutions {
        let size = ((channels_in * kernel * kernel) as f64).powf(-0.5);
        let weight = wave(&[out, channels_in, kernel, kernel], 0.7 + number as f64, size);
        tensors.insert(format!("features.{number}.weight"), weight);
        tensors.insert(format!("features.{number}.bias"), wave(&[out], 1.3 + number as f64, 0.1));
    }
    tensors
}

/// Writes the weights; returns what a config says of them.
fn file(folder: &Path, tensors: &Tensors, convolutions: usize) -> FeaturesFile {
    let bytes = to_bytes(tensors, &BTreeMap::new()).unwrap();
    let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let weights = folder.join("weights.safetensors");
    std::fs::write(&weights, bytes).unwrap();
    FeaturesFile { weights, sha256, convolutions }
}

fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

fn assert_near(what: &str, ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let most = theirs.iter().fold(0f32, |most, value| most.max(value.abs()));
    let worst = ours.iter().zip(theirs).fold(0f32, |worst, (a, b)| worst.max((a - b).abs()));
    assert!(worst < 1e-5 * most, "{what}: {worst} of {most}");
}

fn assert_same(config: &FeaturesConfig, side: usize, expected: &Expected) {
    let network = config.load(&Device::Cpu).unwrap();
    let image = Var::from_tensor(&(wave(&[1, 3, side, side], 0.37, 0.5) + 0.5).unwrap()).unwrap();
    let ys = network.apply(&image).unwrap().permute((0, 3, 1, 2)).unwrap().contiguous().unwrap();
    let every_16th: Vec<u32> = (0..ys.dim(1).unwrap() as u32).step_by(16).collect();
    let shown = ys.index_select(&Tensor::new(every_16th, &Device::Cpu).unwrap(), 1).unwrap();
    assert_near("features", &flat(&shown), &expected.features);
    let loss = (&ys * wave(ys.dims(), 0.11, 1.)).unwrap().sum_all().unwrap();
    assert_near("gradient", &flat(loss.backward().unwrap().get(&image).unwrap()), &expected.gradient);
}

#[test]
fn features_and_gradients_are_those_of_pytorch() {
    let fixture: Fixture = serde_json::from_str(include_str!("fixtures/features.json")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vgg16 = weights(&[(0, [64, 3, 3]), (2, [64, 64, 3]), (5, [128, 64, 3])]);
    assert_same(&FeaturesConfig::Vgg16(file(folder.path(), &vgg16, 3)), 9, &fixture.vgg16);
    let alexnet = weights(&[(0, [64, 3, 11]), (3, [192, 64, 5])]);
    assert_same(&FeaturesConfig::Alexnet(file(folder.path(), &alexnet, 2)), 35, &fixture.alexnet);
}

#[test]
fn a_judge_sees_what_its_last_convolution_sees() {
    let folder = tempfile::tempdir().unwrap();
    let config = JudgeConfig { patch_px: 16, widths: vec![4, 6] };
    let (parameters, judge) = config.init(1, 3, &Device::Cpu).unwrap();
    let file = file(folder.path(), &parameters.tensors().unwrap(), 2);
    let images = wave(&[2, 1, 16, 16], 0.37, 1.);
    let ours = FeaturesConfig::Judge(file).load(&Device::Cpu).unwrap().apply(&images).unwrap();
    let theirs = chain(&to_nhwc(&images).unwrap(), judge.layers()).unwrap();
    assert_eq!(flat(&ours), flat(&theirs));
}

#[test]
fn a_file_that_is_another_or_too_short_or_lacks_a_layer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let good = file(folder.path(), &weights(&[(0, [4, 3, 3]), (2, [4, 4, 3])]), 2);
    let refused = |config: FeaturesConfig| config.load(&Device::Cpu).err().unwrap().to_string();
    let other = FeaturesFile { sha256: "0".repeat(64), ..good.clone() };
    assert!(refused(FeaturesConfig::Vgg16(other)).contains("the config wants 0000"));
    let deeper = FeaturesFile { convolutions: 3, ..good.clone() };
    assert!(refused(FeaturesConfig::Vgg16(deeper)).contains("missing features.5.weight"));
    let said = refused(FeaturesConfig::Alexnet(FeaturesFile { convolutions: 1, ..good.clone() }));
    assert!(said.contains("features.0.weight should be [4, 3, 11, 11] and is [4, 3, 3, 3]"), "{said}");
    let said = refused(FeaturesConfig::Judge(good));
    assert!(said.contains("2 convolutions were asked for, and there are 0"), "{said}");
}
