//! What every network of the project must do, whatever it is: a new network is a new line in `trainable()`.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{VarBuilder, VarMap};
use plumage_imaging::Channels;
use plumage_models::{
    Draw, Grid, ModelConfig, Parameters, Upscaler,
    bicubic::BicubicConfig,
    espcn::EspcnConfig,
    fsrcnn::FsrcnnConfig,
    plain::PlainConfig,
    srcnn::{BorderRule, SrcnnConfig, SrcnnInit},
    srresnet::SrresnetConfig,
};
use plumage_random::{Stream, fill_normal, generator};

const SCALES: [usize; 3] = [2, 3, 4];

fn srcnn(channels: Channels, kernels: [usize; 3], padding: BorderRule, residual: bool) -> ModelConfig {
    ModelConfig::Srcnn(SrcnnConfig {
        channels,
        kernels,
        widths: [5, 3],
        padding,
        residual,
        init: SrcnnInit::He,
        mean: 0.,
    })
}

fn fsrcnn(channels: Channels, sizes: [usize; 3], residual: bool) -> ModelConfig {
    let [n_feats, n_shrunk, n_mappings] = sizes;
    ModelConfig::Fsrcnn(FsrcnnConfig { channels, n_feats, n_shrunk, n_mappings, residual })
}

fn srresnet(channels: Channels, n_blocks: usize, noise: bool) -> ModelConfig {
    ModelConfig::Srresnet(SrresnetConfig { channels, n_feats: 4, n_blocks, hr_feats: None, noise })
}

/// Networks with something to learn.
fn trainable() -> Vec<ModelConfig> {
    vec![
        srcnn(Channels::Y, [9, 1, 5], BorderRule::Zeros, true),
        srcnn(Channels::Y, [9, 3, 5], BorderRule::Replicate, false),
        srcnn(Channels::Rgb, [5, 5, 3], BorderRule::Valid, true),
        ModelConfig::Espcn(EspcnConfig { channels: Channels::Rgb, widths: [5, 3], residual: false }),
        fsrcnn(Channels::Y, [5, 3, 2], true),
        fsrcnn(Channels::Rgb, [4, 2, 1], false),
        ModelConfig::Plain(PlainConfig { channels: Channels::Y, n_feats: 5, n_layers: 3 }),
        ModelConfig::Plain(PlainConfig { channels: Channels::Rgb, n_feats: 4, n_layers: 2 }),
        srresnet(Channels::Y, 2, false),
        srresnet(Channels::Rgb, 1, true),
        ModelConfig::Srresnet(SrresnetConfig {
            channels: Channels::Y,
            n_feats: 4,
            n_blocks: 1,
            hr_feats: Some(3),
            noise: false,
        }),
    ]
}

fn bicubic(channels: Channels) -> ModelConfig {
    ModelConfig::Bicubic(BicubicConfig { channels })
}

/// All networks: bicubic has no weights, so that gradients, seeds and a falling loss say nothing about it.
fn networks() -> Vec<ModelConfig> {
    let mut networks = trainable();
    networks.extend([bicubic(Channels::Y), bicubic(Channels::Rgb)]);
    networks
}

/// A batch for the network: noise on its grid, and a brighter HR target.
fn batch(config: &ModelConfig, scale: usize, lr: usize, dtype: DType) -> (Tensor, Tensor) {
    let channels = config.architecture().channels().count();
    let side = match config.architecture().grid() {
        Grid::Lr => lr,
        Grid::Hr => lr * scale,
    };
    let noise = |index, side: usize, mean| {
        let mut values = vec![0f32; 2 * channels * side * side];
        fill_normal(&mut generator(3, Stream::Noise, 0, index), mean, 0.2, &mut values);
        Tensor::from_vec(values, (2, channels, side, side), &Device::Cpu).unwrap().to_dtype(dtype).unwrap()
    };
    (noise(0, side, 0.5), noise(1, lr * scale, 0.9))
}

/// The loss in training, with noise where the network takes it.
fn loss(model: &dyn Upscaler, input: &Tensor, target: &Tensor) -> Tensor {
    let noisy = model.with_noise(Draw { seed: 1, step: 2 });
    let model = noisy.as_deref().unwrap_or(model);
    let sr = model.forward(input).unwrap();
    let (_, _, height, width) = sr.dims4().unwrap();
    let border = model.border_px();
    let hr = target.narrow(2, border, height).unwrap().narrow(3, border, width).unwrap();
    (sr - hr).unwrap().sqr().unwrap().mean_all().unwrap()
}

fn build(config: &ModelConfig, scale: usize) -> (Parameters, Box<dyn Upscaler>) {
    Parameters::init(1, &Device::Cpu, |vb| config.architecture().build(scale, vb)).unwrap()
}

fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn the_sr_image_has_the_hr_size_at_every_scale() {
    for config in networks() {
        for scale in SCALES {
            let (_, model) = build(&config, scale);
            let (input, target) = batch(&config, scale, 8, DType::F32);
            let (b, c, h, w) = target.dims4().unwrap();
            let border = 2 * model.border_px();
            assert_eq!(model.forward(&input).unwrap().dims(), [b, c, h - border, w - border], "{config:?}");
            let one = input.narrow(0, 0, 1).unwrap();
            assert_eq!(model.infer(&one).unwrap().dims(), [1, c, h, w], "{config:?}");
        }
    }
}

#[test]
fn training_and_inference_agree_inside_the_border() {
    for config in networks() {
        let (_, model) = build(&config, 3);
        let (input, _) = batch(&config, 3, 9, DType::F32);
        let input = input.narrow(0, 0, 1).unwrap();
        let (forward, infer) = (model.forward(&input).unwrap(), model.infer(&input).unwrap());
        let (_, _, height, width) = forward.dims4().unwrap();
        let border = model.border_px();
        let inner = infer.narrow(2, border, height).unwrap().narrow(3, border, width).unwrap();
        for (a, b) in values(&forward).iter().zip(values(&inner)) {
            assert!((a - b).abs() < 1e-5, "{config:?}");
        }
    }
}

#[test]
fn gradients_agree_with_central_differences() {
    for config in trainable() {
        let map = VarMap::new();
        let vb = VarBuilder::from_varmap(&map, DType::F64, &Device::Cpu);
        let model = config.architecture().build(2, vb).unwrap();
        let (input, target) = batch(&config, 2, 6, DType::F64);
        let mut variables: Vec<(String, Var)> = map.data().lock().unwrap().clone().into_iter().collect();
        variables.sort_by(|a, b| a.0.cmp(&b.0));
        for (index, (_, variable)) in variables.iter().enumerate() {
            let mut start = vec![0f32; variable.elem_count()];
            fill_normal(&mut generator(5, Stream::Weights, 0, index as u64), 0.05, 0.2, &mut start);
            let start = Tensor::from_vec(start, variable.shape(), &Device::Cpu).unwrap();
            variable.set(&start.to_dtype(DType::F64).unwrap()).unwrap();
        }
        let grads = loss(model.as_ref(), &input, &target).backward().unwrap();
        for (name, variable) in &variables {
            let gradient = values(grads.get(variable).unwrap());
            let start = values(variable);
            let largest = gradient.iter().fold(0f64, |m, g| m.max(g.abs()));
            assert!(largest > 0., "no gradient reaches {name} of {config:?}");
            for at in [0, start.len() / 3, start.len() - 1] {
                let moved = |by: f64| {
                    let mut values = start.clone();
                    values[at] += by;
                    variable.set(&Tensor::from_vec(values, variable.shape(), &Device::Cpu).unwrap()).unwrap();
                    loss(model.as_ref(), &input, &target).to_scalar::<f64>().unwrap()
                };
                let numeric = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                moved(0.);
                let error = (gradient[at] - numeric).abs() / largest;
                assert!(error <= 1e-6, "{name}[{at}] of {config:?}: {} and {numeric}", gradient[at]);
            }
        }
    }
}

#[test]
fn the_loss_of_one_batch_falls() {
    for config in trainable() {
        let (parameters, model) = build(&config, 2);
        let (input, target) = batch(&config, 2, 8, DType::F32);
        let first = values(&loss(model.as_ref(), &input, &target))[0];
        for _ in 0..20 {
            let grads = loss(model.as_ref(), &input, &target).backward().unwrap();
            for (_, variable) in parameters.iter() {
                let step = (grads.get(variable).unwrap() * 0.1).unwrap();
                variable.set(&(variable.as_tensor() - step).unwrap()).unwrap();
            }
        }
        let last = values(&loss(model.as_ref(), &input, &target))[0];
        assert!(last < 0.9 * first, "{config:?}: {first} to {last}");
    }
}

#[test]
fn the_same_seed_gives_the_same_network() {
    for config in trainable() {
        let weights = |seed| {
            let built = Parameters::init(seed, &Device::Cpu, |vb| config.architecture().build(2, vb));
            built.unwrap().0.iter().flat_map(|(_, variable)| values(variable)).collect::<Vec<_>>()
        };
        assert_eq!(weights(1), weights(1));
        assert_ne!(weights(1), weights(2));
    }
}

#[test]
fn noise_is_off_where_the_config_does_not_ask_for_it() {
    let read = |text| serde_json::from_str::<ModelConfig>(text);
    let silent = read(r#"{"srresnet": {"channels": "rgb", "n_feats": 4, "n_blocks": 1}}"#).unwrap();
    assert_eq!(silent, srresnet(Channels::Rgb, 1, false));
    let noisy = r#"{"srresnet": {"channels": "rgb", "n_feats": 4, "n_blocks": 1, "noise": true}}"#;
    assert_eq!(read(noisy).unwrap(), srresnet(Channels::Rgb, 1, true));
    assert!(read(r#"{"plain": {"channels": "y", "n_feats": 4, "n_layers": 3, "n_blocks": 1}}"#).is_err());
}

#[test]
fn bicubic_has_no_weights_and_returns_its_input() {
    for channels in [Channels::Y, Channels::Rgb] {
        for scale in SCALES {
            let config = bicubic(channels);
            let (parameters, model) = build(&config, scale);
            assert_eq!((parameters.count(), model.macs_per_hr_pixel(), model.border_px()), (0, 0, 0));
            let (input, _) = batch(&config, scale, 8, DType::F32);
            assert_eq!(values(&model.forward(&input).unwrap()), values(&input));
            let one = input.narrow(0, 0, 1).unwrap();
            assert_eq!(values(&model.infer(&one).unwrap()), values(&one));
        }
    }
}

#[test]
fn the_papers_networks_have_the_papers_number_of_weights() {
    for (kernels, weights) in [([9, 1, 5], 8_032), ([9, 3, 5], 24_416), ([9, 5, 5], 57_184)] {
        let config = ModelConfig::Srcnn(SrcnnConfig {
            channels: Channels::Y,
            kernels,
            widths: [64, 32],
            padding: BorderRule::Valid,
            residual: false,
            init: SrcnnInit::Paper,
            mean: 0.,
        });
        let (parameters, model) = build(&config, 3);
        assert_eq!(model.macs_per_hr_pixel(), weights);
        assert_eq!(parameters.count() as u64, weights + 64 + 32 + 1);
    }
    let espcn = EspcnConfig { channels: Channels::Y, widths: [64, 32], residual: false };
    for (config, weights, biases) in [
        (fsrcnn(Channels::Y, [56, 12, 4], false), 12_464, 56 + 12 + 4 * 12 + 56 + 9),
        (ModelConfig::Espcn(espcn), 22_624, 64 + 32 + 9),
    ] {
        let (parameters, model) = build(&config, 3);
        assert_eq!(parameters.count(), weights + biases);
        assert_eq!(model.macs_per_hr_pixel(), weights.div_ceil(9) as u64);
    }
}
