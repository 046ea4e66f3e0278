//! A network of every kind, and pictures for them.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use plumage_imaging::Channels::{self, Rgb, Y};
use plumage_models::{
    ModelConfig, Parameters, Upscaler,
    bicubic::BicubicConfig,
    espcn::EspcnConfig,
    fsrcnn::FsrcnnConfig,
    plain::PlainConfig,
    srcnn::{BorderRule, SrcnnConfig, SrcnnInit},
    srresnet::SrresnetConfig,
};
use plumage_onnx::{Description, to_bytes};
use plumage_random::{Stream, fill_normal, generator};

/// A network, ready, and its file.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) channels: usize,
    pub(crate) model: Box<dyn Upscaler>,
    pub(crate) file: Vec<u8>,
}

/// N(0, std) values that depend on `index`.
fn noise(shape: &[usize], index: u64, mean: f32, std: f32) -> Tensor {
    let mut values = vec![0f32; shape.iter().product()];
    fill_normal(&mut generator(7, Stream::Noise, 0, index), mean, std, &mut values);
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

/// A picture of noise, `[1, channels, height, width]`.
pub(crate) fn picture(channels: usize, height: usize, width: usize) -> Tensor {
    noise(&[1, channels, height, width], 1, 0.5, 0.3).clamp(0f32, 1f32).unwrap()
}

impl Case {
    /// Its parameters are of a size that makes every layer count.
    fn new(name: String, config: &ModelConfig, scale: usize) -> Self {
        let (parameters, model) = config.init(scale, 1, &Device::Cpu).unwrap();
        let tensors = parameters.iter().enumerate().map(|(index, (name, variable))| {
            let per_output = variable.dims()[1..].iter().product::<usize>() as f32;
            (name.to_owned(), noise(variable.dims(), 100 + index as u64, 0., 0.7 * per_output.powf(-0.5)))
        });
        parameters.load(&tensors.collect()).unwrap();
        Self::of(name, config, (&parameters, model))
    }

    fn of(name: String, config: &ModelConfig, (parameters, model): (&Parameters, Box<dyn Upscaler>)) -> Self {
        let channels = config.architecture().channels().count();
        let properties = BTreeMap::from([("model".to_owned(), name.clone())]);
        let description =
            Description { name: &name, channels, doc: "a test", input: "a picture", properties: &properties };
        let file = to_bytes(&model.graph().unwrap(), parameters, &description).unwrap();
        Self { name, channels, model, file }
    }
}

fn srcnn(channels: Channels, kernels: [usize; 3], padding: BorderRule, residual: bool) -> ModelConfig {
    let (init, mean) = (SrcnnInit::He, if residual { 0.45 } else { 0. });
    ModelConfig::Srcnn(SrcnnConfig { channels, kernels, widths: [8, 6], padding, residual, init, mean })
}

fn srresnet(channels: Channels, hr_feats: Option<usize>, noise: bool) -> ModelConfig {
    ModelConfig::Srresnet(SrresnetConfig { channels, n_feats: 8, n_blocks: 2, hr_feats, noise })
}

/// Every network with every option that changes its layers, at scales 2 to 4, and the weights that come with Plumage.
pub(crate) fn all() -> Vec<Case> {
    let mut configs = vec![("bicubic", ModelConfig::Bicubic(BicubicConfig { channels: Rgb }))];
    for (name, padding) in
        [("zeros", BorderRule::Zeros), ("replicate", BorderRule::Replicate), ("valid", BorderRule::Valid)]
    {
        configs.push((name, srcnn(Y, [9, 5, 5], padding, true)));
        configs.push((name, srcnn(Rgb, [5, 1, 3], padding, false)));
    }
    for (channels, residual) in [(Y, true), (Rgb, false)] {
        configs.push(("espcn", ModelConfig::Espcn(EspcnConfig { channels, widths: [8, 6], residual })));
        let (n_feats, n_shrunk, n_mappings) = (8, 4, 2);
        configs.push((
            "fsrcnn",
            ModelConfig::Fsrcnn(FsrcnnConfig { channels, n_feats, n_shrunk, n_mappings, residual }),
        ));
        configs.push(("plain", ModelConfig::Plain(PlainConfig { channels, n_feats: 8, n_layers: 4 })));
        for hr_feats in [None, Some(4)] {
            configs.push(("srresnet", srresnet(channels, hr_feats, !residual)));
        }
    }
    let scales = [2, 3, 4].into_iter().cycle();
    let numbered = configs.iter().enumerate().zip(scales);
    let mut cases: Vec<Case> = numbered
        .map(|((index, (name, config)), scale)| {
            Case::new(format!("{index:02}_{name}_x{scale}"), config, scale)
        })
        .collect();
    for one in plumage_models::pretrained::ALL {
        let packed = one.load().unwrap();
        let (parameters, model) = packed.model.init(one.scale, 0, &Device::Cpu).unwrap();
        parameters.load(&packed.tensors).unwrap();
        cases.push(Case::of(format!("{}_x{}", one.name, one.scale), &packed.model, (&parameters, model)));
    }
    cases
}
