//! One training step against PyTorch's numbers; `fixtures/srcnn_step.py` made them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};
use plumage_imaging::Channels;
use plumage_models::{
    ModelConfig, Parameters,
    srcnn::{BorderRule, SrcnnConfig, SrcnnInit},
    weights::Tensors,
};
use serde::Deserialize;

const SIDE: usize = 17;
const BATCH: usize = 2;

#[derive(Deserialize)]
struct Fixture {
    zeros: Step,
    replicate: Step,
    valid: Step,
}

#[derive(Deserialize)]
struct Step {
    loss: f64,
    gradients: BTreeMap<String, Vec<f64>>,
}

/// `size * sin(step * i)`, as the script has it.
fn wave(shape: &[usize], step: f64, size: f64) -> Tensor {
    let count = shape.iter().product::<usize>();
    let values: Vec<f64> = (0..count).map(|i| size * (step * i as f64).sin()).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap().to_dtype(DType::F32).unwrap()
}

fn weights(parameters: &Parameters) -> Tensors {
    let made = parameters.iter().map(|(name, variable)| {
        let number = f64::from(name.as_bytes()[4] - b'0');
        let shape = variable.dims();
        let tensor = match shape {
            [_, channels_in, kernel, _] => {
                wave(shape, 0.7 + number, ((channels_in * kernel * kernel) as f64).powf(-0.5))
            }
            _ => wave(shape, 1.3 + number, 0.1),
        };
        (name.to_owned(), tensor)
    });
    made.collect()
}

#[test]
fn loss_and_gradients_are_those_of_pytorch() {
    let fixture: Fixture = serde_json::from_str(include_str!("fixtures/srcnn_step.json")).unwrap();
    let steps = [
        (BorderRule::Zeros, fixture.zeros),
        (BorderRule::Replicate, fixture.replicate),
        (BorderRule::Valid, fixture.valid),
    ];
    for (padding, expected) in steps {
        let config = ModelConfig::Srcnn(SrcnnConfig {
            channels: Channels::Y,
            kernels: [9, 5, 5],
            widths: [16, 8],
            padding,
            residual: true,
            init: SrcnnInit::He,
            mean: 0.,
        });
        let build = |vb: candle_nn::VarBuilder| config.architecture().build(3, vb);
        let (parameters, model) = Parameters::init(0, &Device::Cpu, build).unwrap();
        parameters.load(&weights(&parameters)).unwrap();
        let shape = [BATCH, 1, SIDE, SIDE];
        let xs = (wave(&shape, 0.37, 0.5) + 0.5).unwrap();
        let hr = (wave(&shape, 0.11, 0.5) + 0.5).unwrap();
        let sr = model.forward(&xs).unwrap();
        let (border, inner) = (model.border_px(), SIDE - 2 * model.border_px());
        let hr = hr.narrow(2, border, inner).unwrap().narrow(3, border, inner).unwrap();
        let loss = (sr - hr).unwrap().sqr().unwrap().mean_all().unwrap();
        let grads = loss.backward().unwrap();
        let loss = f64::from(loss.to_scalar::<f32>().unwrap());
        assert!(
            (loss - expected.loss).abs() <= 1e-6 * expected.loss,
            "{padding:?}: {loss} and {}",
            expected.loss
        );
        let largest = expected.gradients.values().flatten().fold(0f64, |largest, g| largest.max(g.abs()));
        for (name, variable) in parameters.iter() {
            let ours = grads.get(variable).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let theirs = &expected.gradients[name];
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(theirs) {
                let error = (f64::from(*ours) - theirs).abs() / largest;
                assert!(error <= 1e-5, "{padding:?} {name}: {ours} and {theirs}");
            }
        }
    }
}
