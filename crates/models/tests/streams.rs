//! A picture that goes through a network row by row comes out with the bits of the whole picture.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use candle_core::{Device, Tensor};
use plumage_imaging::Channels;
use plumage_models::{
    Grid, ModelConfig, PictureSize, Upscaler,
    bicubic::BicubicConfig,
    espcn::EspcnConfig,
    fsrcnn::FsrcnnConfig,
    plain::PlainConfig,
    srcnn::{BorderRule, SrcnnConfig, SrcnnInit},
    srresnet::SrresnetConfig,
};
use plumage_random::{Stream, fill_normal, generator};

fn networks(channels: Channels) -> Vec<ModelConfig> {
    let srcnn = |padding, residual| {
        let (kernels, widths, init) = ([9, 5, 5], [9, 8], SrcnnInit::He);
        let mean = if residual { 0.45 } else { 0. };
        ModelConfig::Srcnn(SrcnnConfig { channels, kernels, widths, padding, residual, init, mean })
    };
    let fsrcnn = FsrcnnConfig { channels, n_feats: 12, n_shrunk: 8, n_mappings: 3, residual: true };
    vec![
        ModelConfig::Bicubic(BicubicConfig { channels }),
        srcnn(BorderRule::Zeros, true),
        srcnn(BorderRule::Valid, false),
        ModelConfig::Espcn(EspcnConfig { channels, widths: [10, 9], residual: false }),
        ModelConfig::Espcn(EspcnConfig { channels, widths: [10, 9], residual: true }),
        ModelConfig::Fsrcnn(fsrcnn),
        ModelConfig::Plain(PlainConfig { channels, n_feats: 9, n_layers: 5 }),
        ModelConfig::Srresnet(SrresnetConfig {
            channels,
            n_feats: 8,
            n_blocks: 2,
            hr_feats: None,
            noise: false,
        }),
        ModelConfig::Srresnet(SrresnetConfig {
            channels,
            n_feats: 8,
            n_blocks: 1,
            hr_feats: Some(5),
            noise: false,
        }),
    ]
}

/// A network whose parameters are of a size that makes every layer count.
fn network(config: &ModelConfig, scale: usize) -> Box<dyn Upscaler> {
    let (parameters, model) = config.init(scale, 3, &Device::Cpu).unwrap();
    let tensors = parameters.iter().enumerate().map(|(index, (name, variable))| {
        let mut values = vec![0f32; variable.elem_count()];
        fill_normal(&mut generator(5, Stream::Noise, 0, index as u64), 0., 0.2, &mut values);
        (name.to_owned(), Tensor::from_vec(values, variable.dims(), &Device::Cpu).unwrap())
    });
    parameters.load(&tensors.collect()).unwrap();
    model
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn every_network_makes_the_same_bits_of_rows_as_of_the_whole_picture() {
    // The tall one is more than a strip of whole pictures; the small ones are less than any kernel.
    for (height, width) in [(53, 19), (16, 31), (1, 1), (1, 17), (13, 1), (2, 3)] {
        for channels in [Channels::Y, Channels::Rgb] {
            for config in networks(channels) {
                for scale in [2, 3, 4, 5] {
                    let model = network(&config, scale);
                    let on_hr = config.architecture().grid() == Grid::Hr;
                    let factor = if on_hr { scale } else { 1 };
                    let (height, width) = (height * factor, width * factor);
                    let count = channels.count();
                    let mut xs = vec![0f32; height * width * count];
                    fill_normal(&mut generator(9, Stream::Noise, 0, 0), 0.5, 0.3, &mut xs);
                    let whole = Tensor::from_slice(&xs, (1, height, width, count), &Device::Cpu).unwrap();
                    let whole = whole.permute((0, 3, 1, 2)).unwrap().contiguous().unwrap();
                    let whole = model.infer(&whole).unwrap().permute((0, 2, 3, 1)).unwrap();
                    let whole = whole.contiguous().unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
                    for rows_at_a_time in [1, 7] {
                        let size = PictureSize { height, width, rows_at_a_time };
                        let mut stream = model.stream(size).unwrap();
                        let mut sr = Vec::new();
                        for rows in xs.chunks(rows_at_a_time * width * count) {
                            stream.push(rows, &mut sr).unwrap();
                        }
                        let name = config.architecture().name();
                        assert!(
                            bits(&sr) == bits(&whole),
                            "{name} x{scale}, {channels:?}, {height}x{width}, {rows_at_a_time} rows at a time"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn more_rows_than_the_picture_has_are_refused() {
    let model = network(&networks(Channels::Y)[6], 2);
    let mut stream = model.stream(PictureSize { height: 2, width: 4, rows_at_a_time: 2 }).unwrap();
    let mut sr = Vec::new();
    assert!(stream.push(&[0.; 7], &mut sr).is_err());
    stream.push(&[0.; 8], &mut sr).unwrap();
    assert!(stream.push(&[0.; 4], &mut sr).is_err());
}
