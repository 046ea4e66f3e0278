//! Weights out and in again, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use plumage_imaging::Channels;
use plumage_models::{
    ModelConfig, Parameters,
    srcnn::{BorderRule, SrcnnConfig, SrcnnInit},
    weights::{self, Tensors, WeightsError},
};

fn parameters(seed: u64) -> Parameters {
    let config = ModelConfig::Srcnn(SrcnnConfig {
        channels: Channels::Y,
        kernels: [3, 1, 3],
        widths: [4, 2],
        padding: BorderRule::Zeros,
        residual: true,
        init: SrcnnInit::He,
        mean: 0.,
    });
    Parameters::init(seed, &Device::Cpu, |vb| config.architecture().build(2, vb)).unwrap().0
}

fn bytes(parameters: &Parameters) -> Vec<u8> {
    let about =
        BTreeMap::from([("model".to_owned(), "srcnn".to_owned()), ("scale".to_owned(), "2".to_owned())]);
    weights::to_bytes(&parameters.tensors().unwrap(), &about).unwrap()
}

fn tensor(shape: &[usize]) -> Tensor {
    Tensor::zeros(shape, candle_core::DType::F32, &Device::Cpu).unwrap()
}

#[test]
fn weights_come_back_bit_for_bit_and_equal_weights_give_equal_bytes() {
    let (saved, other) = (parameters(1), parameters(2));
    assert_eq!(bytes(&saved), bytes(&parameters(1)));
    assert_ne!(bytes(&saved), bytes(&other));
    other.load(&weights::from_bytes(&bytes(&saved), "test").unwrap()).unwrap();
    assert_eq!(bytes(&saved), bytes(&other));
}

#[test]
fn a_loader_names_everything_that_does_not_fit() {
    let target = parameters(1);
    let mut tensors = target.tensors().unwrap();
    tensors.remove("conv1.bias");
    tensors.insert("conv2.weight".into(), tensor(&[2, 4, 3, 3]));
    tensors.insert("fc.weight".into(), tensor(&[1]));
    let before = bytes(&target);
    let error = target.load(&tensors).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the weights do not fit the network: missing conv1.bias; unexpected fc.weight; \
         conv2.weight should be [2, 4, 1, 1] and is [2, 4, 3, 3]"
    );
    assert_eq!(bytes(&target), before, "nothing is replaced when something does not fit");
}

#[test]
fn names_of_other_tools_lose_their_prefixes() {
    let ours = parameters(1);
    let named = |prefix: &str, of: &Parameters| -> Tensors {
        of.tensors().unwrap().into_iter().map(|(name, tensor)| (format!("{prefix}{name}"), tensor)).collect()
    };
    let (averaged, last) = (named("params_ema.", &ours), named("params.", &parameters(2)));
    let both = averaged.clone().into_iter().chain(last.clone()).collect();
    for tensors in [named("module.", &ours), averaged, both, named("params.module.", &ours)] {
        let bytes = weights::to_bytes(&tensors, &BTreeMap::new()).unwrap();
        let target = parameters(3);
        target.load(&weights::from_bytes(&bytes, "test").unwrap()).unwrap();
        assert_eq!(self::bytes(&target), self::bytes(&ours), "{:?}", tensors.keys());
    }
    // A name that merely lies among others is left alone, and so refused.
    let mut mixed = named("module.", &ours);
    mixed.insert("step".into(), tensor(&[1]));
    let bytes = weights::to_bytes(&mixed, &BTreeMap::new()).unwrap();
    assert!(ours.load(&weights::from_bytes(&bytes, "test").unwrap()).is_err());
    assert!(last.contains_key("params.conv1.bias"));
}

#[test]
fn a_name_that_does_not_fit_is_set_beside_the_nearest_of_its_shape() {
    let target = parameters(1);
    let rename = |(name, tensor): (String, Tensor)| match name.as_str() {
        "conv1.weight" => ("features.0.weight".to_owned(), tensor),
        "conv3.bias" => ("conv_3.bias".to_owned(), tensor),
        _ => (name, tensor),
    };
    let renamed = target.tensors().unwrap().into_iter().map(rename).collect();
    let error = target.load(&renamed).unwrap_err().to_string();
    assert!(
        error.ends_with(
            "; by their shapes, perhaps conv_3.bias is conv3.bias, features.0.weight is conv1.weight"
        ),
        "{error}"
    );
}

#[test]
fn a_file_that_cannot_be_trusted_is_refused_with_a_reason() {
    let mut nan = Tensors::new();
    nan.insert("a".into(), Tensor::new(&[1f32, f32::NAN], &Device::Cpu).unwrap());
    let mut integers = Tensors::new();
    integers.insert("a".into(), Tensor::new(&[1u32], &Device::Cpu).unwrap());
    let good = bytes(&parameters(1));
    let mut huge_header = good.clone();
    huge_header[..8].copy_from_slice(&(1u64 << 63).to_le_bytes());
    for (file, reason) in [
        (weights::to_bytes(&nan, &BTreeMap::new()).unwrap(), "NaN"),
        (weights::to_bytes(&integers, &BTreeMap::new()).unwrap(), "not floating-point"),
        (b"\x80\x02}q\x00.".to_vec(), "pickle"),
        (b"\x80\x05\x95rest".to_vec(), "pickle"),
        (b"\x80\x05\x95\x10\0\0\0\0\0\0\0}q\0.".to_vec(), "pickle"),
        (b"PK\x03\x04rest of a zip".to_vec(), "pickle"),
        (b"cos\nsystem\n(S'true'\ntR.".to_vec(), "not a valid safetensors file"),
        (header_of(2 << 20), "more than the limit of 1048576"),
        (good[..good.len() - 1].to_vec(), "not a valid safetensors file"),
        (huge_header, "not a valid safetensors file"),
        (Vec::new(), "not a valid safetensors file"),
    ] {
        let error = weights::from_bytes(&file, "them.safetensors").unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        assert!(error.to_string().contains("them.safetensors"), "{error}");
    }
}

/// A file with a header of so many bytes, all of them spaces within braces.
fn header_of(bytes: usize) -> Vec<u8> {
    let header = format!("{{{}}}", " ".repeat(bytes - 2));
    [&(bytes as u64).to_le_bytes()[..], header.as_bytes()].concat()
}

#[test]
fn a_header_whose_length_looks_like_a_pickle_is_none() {
    for pickle in [0x0280, 0x0380, 0x0480, 0x0580] {
        assert!(weights::from_bytes(&header_of(pickle), "them").unwrap().is_empty(), "{pickle}");
    }
}

#[test]
fn a_folder_or_a_missing_file_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(weights::read(folder.path()), Err(WeightsError::Format { .. })));
    let missing = folder.path().join("none.safetensors");
    let error = weights::read(&missing).unwrap_err();
    assert!(error.to_string().contains("none.safetensors"), "{error}");
}

#[test]
fn a_file_whose_header_has_such_a_length_is_read() {
    // 640 is 0x80 0x02 in the file, as a pickle begins.
    let entry = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
    let header = format!("{entry:640}");
    let file = [&640u64.to_le_bytes()[..], header.as_bytes(), &1f32.to_le_bytes()].concat();
    assert_eq!(weights::from_bytes(&file, "test").unwrap().len(), 1);
}

#[test]
fn words_about_weights_have_no_line_breaks() {
    for words in ["two\nlines", "two\rlines"] {
        let about = BTreeMap::from([("trained_on".to_owned(), words.to_owned())]);
        let error = weights::to_bytes(&Tensors::new(), &about).unwrap_err().to_string();
        assert!(error.contains("what is said of them as \"trained_on\" has a line break"), "{error}");
    }
}
