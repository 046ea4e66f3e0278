//! The judge: what it looks at, and that its gradients are right.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{VarBuilder, VarMap};
use plumage_conv::{chain, to_nhwc};
use plumage_models::judge::{Judge, JudgeConfig, PATCHES_PX};
use plumage_random::{Stream, fill_normal, generator};

fn config(patch_px: usize) -> JudgeConfig {
    JudgeConfig { patch_px, widths: vec![4, 6, 5] }
}

fn noise(shape: &[usize], index: u64, dtype: DType) -> Tensor {
    let mut values = vec![0f32; shape.iter().product()];
    fill_normal(&mut generator(7, Stream::Noise, 0, index), 0.1, 0.3, &mut values);
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap().to_dtype(dtype).unwrap()
}

/// What the last convolution of the judge says of images.
fn features(judge: &Judge, images: &Tensor) -> Tensor {
    chain(&to_nhwc(images).unwrap(), judge.layers()).unwrap()
}

fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn every_patch_has_a_verdict_and_other_sizes_are_errors() {
    for patch_px in PATCHES_PX {
        assert!(config(patch_px).validate().is_empty());
        let (_, judge) = config(patch_px).init(3, 1, &Device::Cpu).unwrap();
        let patches = noise(&[5, 3, patch_px, patch_px], 0, DType::F32);
        assert_eq!(judge.forward(&patches).unwrap().dims(), [5]);
        assert_eq!(features(&judge, &patches).dims(), [5, patch_px / 4, patch_px / 4, 5]);
        let wrong = judge.forward(&patches.narrow(2, 0, patch_px - 1).unwrap()).unwrap_err().to_string();
        assert!(wrong.contains(&format!("patches of {patch_px} x {patch_px} pixels")), "{wrong}");
    }
    assert_eq!(
        config(24).validate(),
        [("patch_px".to_owned(), "patches are of 16, 32 or 64: got 24".to_owned())]
    );
}

#[test]
fn gradients_agree_with_central_differences() {
    let map = VarMap::new();
    let judge = Judge::new(&config(16), 1, &VarBuilder::from_varmap(&map, DType::F64, &Device::Cpu)).unwrap();
    let mut variables: Vec<(String, Var)> = map.data().lock().unwrap().clone().into_iter().collect();
    variables.sort_by(|a, b| a.0.cmp(&b.0));
    for (index, (_, variable)) in variables.iter().enumerate() {
        variable.set(&noise(variable.dims(), 10 + index as u64, DType::F64)).unwrap();
    }
    let patches = Var::from_tensor(&noise(&[2, 1, 16, 16], 0, DType::F64)).unwrap();
    variables.push(("patches".to_owned(), patches.clone()));
    let loss = || {
        let logits = judge.forward(&patches).unwrap();
        let features = features(&judge, &patches).sqr().unwrap().mean_all().unwrap();
        (logits.sqr().unwrap().sum_all().unwrap() + features).unwrap()
    };
    let grads = loss().backward().unwrap();
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
                loss().to_scalar::<f64>().unwrap()
            };
            let numeric = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            moved(0.);
            let error = (gradient[at] - numeric).abs() / largest;
            assert!(error <= 1e-6, "{name}[{at}]: {} and {numeric}", gradient[at]);
        }
    }
}

#[test]
fn a_detached_judge_says_the_same_and_learns_nothing() {
    let (parameters, judge) = config(16).init(1, 1, &Device::Cpu).unwrap();
    let patches = Var::from_tensor(&noise(&[2, 1, 16, 16], 0, DType::F32)).unwrap();
    let logits = judge.detached().forward(&patches).unwrap();
    assert_eq!(values(&logits), values(&judge.forward(&patches).unwrap()));
    let grads = logits.sum_all().unwrap().backward().unwrap();
    assert!(grads.get(&patches).is_some());
    assert!(parameters.iter().all(|(_, variable)| grads.get(variable).is_none()));
}

#[test]
fn it_learns_to_tell_blurred_patches() {
    let (parameters, judge) = config(16).init(1, 1, &Device::Cpu).unwrap();
    let sharp = noise(&[8, 1, 16, 16], 0, DType::F32);
    let blurred = sharp.avg_pool2d(2).unwrap().upsample_nearest2d(16, 16).unwrap();
    let loss = || {
        let apart = (judge.forward(&blurred).unwrap() - judge.forward(&sharp).unwrap()).unwrap();
        (apart.exp().unwrap() + 1.).unwrap().log().unwrap().mean_all().unwrap()
    };
    let first = values(&loss())[0];
    for _ in 0..40 {
        let grads = loss().backward().unwrap();
        for (_, variable) in parameters.iter() {
            let Some(gradient) = grads.get(variable) else { continue };
            variable.set(&(variable.as_tensor() - (gradient * 0.3).unwrap()).unwrap()).unwrap();
        }
    }
    let last = values(&loss())[0];
    assert!(last < 0.5 * first, "{first} to {last}");
}

#[test]
fn work_and_memory_of_a_pixel_are_those_counted_by_hand() {
    // 1 to 4 at every pixel, 4 to 6 at every fourth, 6 to 5 at every sixteenth.
    assert_eq!(config(16).macs_per_pixel(1), 9 * 4 + 9 * 24 / 4 + 9 * 30 / 16);
    assert_eq!(config(16).features_per_pixel(1), 1 + 4 + 2 + 1);
}
