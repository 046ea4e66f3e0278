//! Pictures of every kind through every kind of network, whole and row by row.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use candle_core::{Device, Tensor};
use plumage_imaging::{
    Channels, Planes,
    picture::Pixel,
    resize::{Ratio, resize},
};
use plumage_models::{
    ModelConfig, Upscaler,
    bicubic::BicubicConfig,
    enlarger::{Enlarger, Shape},
    espcn::EspcnConfig,
    fsrcnn::FsrcnnConfig,
    plain::PlainConfig,
    srcnn::{BorderRule, SrcnnConfig, SrcnnInit},
    srresnet::SrresnetConfig,
};
use plumage_random::{Stream, fill_normal, generator};

/// Small networks of every kind.
fn configs(channels: Channels) -> Vec<ModelConfig> {
    let padding = BorderRule::Replicate;
    let (kernels, widths, init) = ([5, 1, 3], [8, 4], SrcnnInit::He);
    vec![
        ModelConfig::Bicubic(BicubicConfig { channels }),
        ModelConfig::Srcnn(SrcnnConfig {
            channels,
            kernels,
            widths,
            padding,
            residual: true,
            init,
            mean: 0.45,
        }),
        ModelConfig::Espcn(EspcnConfig { channels, widths: [8, 8], residual: true }),
        ModelConfig::Fsrcnn(FsrcnnConfig {
            channels,
            n_feats: 8,
            n_shrunk: 8,
            n_mappings: 2,
            residual: true,
        }),
        ModelConfig::Plain(PlainConfig { channels, n_feats: 8, n_layers: 3 }),
        ModelConfig::Srresnet(SrresnetConfig {
            channels,
            n_feats: 8,
            n_blocks: 1,
            hr_feats: None,
            noise: false,
        }),
    ]
}

/// A network that adds something to the bicubic enlargement, everywhere.
fn model(config: &ModelConfig, scale: usize) -> Box<dyn Upscaler> {
    let (parameters, model) = config.init(scale, 3, &Device::Cpu).unwrap();
    let tensors = parameters.iter().enumerate().map(|(index, (name, variable))| {
        let mut values = vec![0f32; variable.elem_count()];
        fill_normal(&mut generator(5, Stream::Noise, 0, index as u64), 0.01, 0.08, &mut values);
        (name.to_owned(), Tensor::from_vec(values, variable.dims(), &Device::Cpu).unwrap())
    });
    parameters.load(&tensors.collect()).unwrap();
    model
}

fn pixels() -> impl Iterator<Item = Pixel> {
    [(1, false), (1, true), (3, false), (3, true)]
        .into_iter()
        .flat_map(|(colours, alpha)| [255, 65_535].map(|white| Pixel { colours, alpha, white }))
}

/// Samples in which some pixels are flat, some invisible, some white.
fn picture(shape: Shape) -> Vec<u16> {
    let Shape { height, width, pixel } = shape;
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let is_flat = y > 9 && x < 8;
            for colour in 0..pixel.colours {
                let wave = (0.9 * x as f64 + 1.3 * y as f64 + colour as f64).sin().abs();
                samples.push(if is_flat { pixel.white } else { (wave * f64::from(pixel.white)) as u16 });
            }
            if pixel.alpha {
                samples.push(if (x / 5 + y / 7) % 2 == 0 { pixel.white } else { 0 });
            }
        }
    }
    samples
}

fn by_rows(enlarger: &Enlarger, samples: &[u16], shape: Shape, rows_at_a_time: usize) -> Vec<u16> {
    let mut enlargement = enlarger.rows(shape, rows_at_a_time).unwrap();
    let mut enlarged = Vec::new();
    for rows in samples.chunks(rows_at_a_time * shape.width * shape.pixel.samples()) {
        enlargement.push(rows).unwrap();
        while let Some(band) = enlargement.next_band() {
            enlarged.extend(band.compose());
        }
    }
    enlarged
}

#[test]
fn every_kind_of_picture_has_the_same_samples_by_rows_as_whole() {
    for (channels, scale) in [(Channels::Y, 3), (Channels::Rgb, 2)] {
        for config in configs(channels) {
            let model = model(&config, scale);
            let enlarger = Enlarger::new(&config, model.as_ref(), scale);
            for pixel in pixels() {
                for (height, width) in [(1, 1), (1, 13), (11, 1), (2, 2), (29, 17)] {
                    let shape = Shape { height, width, pixel };
                    let samples = picture(shape);
                    let whole = enlarger.whole(&samples, shape, false).unwrap().compose();
                    assert_eq!(whole.len(), samples.len() * scale * scale);
                    for rows_at_a_time in [1, 6] {
                        assert!(
                            by_rows(&enlarger, &samples, shape, rows_at_a_time) == whole,
                            "{} x{scale}, {shape:?}, {rows_at_a_time} rows at a time",
                            config.architecture().name()
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn bicubic_pictures_are_those_of_the_planes_in_f64() {
    // Wider than what is painted at a time, and nowhere flat.
    let (height, width, scale) = (5, 301, 2);
    for pixel in pixels() {
        let shape = Shape { height, width, pixel };
        let white = f64::from(pixel.white);
        let samples: Vec<u16> = (0..height * width * pixel.samples())
            .map(|i| {
                let (sample, place) = (i % pixel.samples(), i / pixel.samples());
                let wave = (0.05 * place as f64 + 1.7 * sample as f64).sin() + (0.9 * place as f64).sin();
                let is_alpha = sample == pixel.colours;
                if is_alpha { pixel.white } else { ((0.5 + 0.2 * wave) * white) as u16 }
            })
            .collect();
        let plane = |sample: usize| samples.iter().skip(sample).step_by(pixel.samples());
        let values = (0..pixel.colours).flat_map(|sample| plane(sample).map(|&v| f64::from(v) / white));
        let planes = Planes::new(pixel.colours, height, width, values.collect());
        let enlarged = resize(&planes, Ratio::enlarge(scale));
        // Bicubic interpolation is linear, so that of Y, Cb and Cr is that of R, G and B.
        for channels in [Channels::Y, Channels::Rgb] {
            let config = ModelConfig::Bicubic(BicubicConfig { channels });
            let (_, model) = config.init(scale, 0, &Device::Cpu).unwrap();
            let ours = Enlarger::new(&config, model.as_ref(), scale).whole(&samples, shape, false).unwrap();
            for (place, ours) in ours.compose().chunks_exact(pixel.samples()).enumerate() {
                for (sample, &ours) in ours.iter().enumerate() {
                    let expected = if sample == pixel.colours { 1. } else { enlarged.plane(sample)[place] };
                    let error = f64::from(ours) - expected.clamp(0., 1.) * white;
                    assert!(
                        error.abs() < 0.52,
                        "{channels:?} {pixel:?}, sample {sample} of {place}: {error}"
                    );
                }
            }
        }
    }
}

#[test]
fn white_black_and_alpha_stay_what_they_are() {
    let config = &configs(Channels::Y)[3];
    let model = model(config, 2);
    let enlarger = Enlarger::new(config, model.as_ref(), 2);
    for pixel in pixels() {
        for colour in [0, pixel.white, pixel.white / 3] {
            for alpha in [0, pixel.white] {
                let shape = Shape { height: 9, width: 7, pixel };
                let mut one = vec![colour; pixel.colours];
                one.extend(pixel.alpha.then_some(alpha));
                let enlarged = enlarger.whole(&one.repeat(63), shape, false).unwrap().compose();
                assert!(
                    enlarged.chunks_exact(pixel.samples()).all(|pixel| pixel == one),
                    "{pixel:?} {one:?}"
                );
            }
        }
    }
}

#[test]
fn what_is_seen_has_no_fringe_of_the_colour_that_is_not() {
    // White on the left is seen, black on the right is not.
    let pixel = Pixel { colours: 3, alpha: true, white: 255 };
    let shape = Shape { height: 12, width: 24, pixel };
    let row: Vec<u16> =
        (0..24).flat_map(|x| if x < 12 { [255, 255, 255, 255] } else { [0, 0, 0, 0] }).collect();
    for config in configs(Channels::Y) {
        let model = model(&config, 3);
        let enlarger = Enlarger::new(&config, model.as_ref(), 3);
        let enlarged = enlarger.whole(&row.repeat(12), shape, false).unwrap().compose();
        let seen = enlarged.chunks_exact(4).filter(|pixel| pixel[3] > 0);
        assert!(seen.clone().all(|pixel| pixel[..3] == [255; 3]), "{}", config.architecture().name());
        let partly = seen.filter(|pixel| pixel[3] < 255);
        assert!(partly.count() > 0, "the edge of alpha is soft");
    }
}

#[test]
fn an_ensemble_of_a_network_that_adds_nothing_is_the_network() {
    let config = &configs(Channels::Rgb)[0];
    let model = model(config, 2);
    let enlarger = Enlarger::new(config, model.as_ref(), 2);
    let shape = Shape { height: 7, width: 9, pixel: Pixel { colours: 3, alpha: false, white: 65_535 } };
    let samples = picture(shape);
    let alone = enlarger.whole(&samples, shape, false).unwrap().compose();
    let ensemble = enlarger.whole(&samples, shape, true).unwrap().compose();
    assert!(alone.iter().zip(&ensemble).all(|(a, b)| a.abs_diff(*b) <= 1));
}

#[test]
fn an_ensemble_does_not_care_how_the_picture_lies() {
    let config = &configs(Channels::Y)[4];
    let model = model(config, 2);
    let enlarger = Enlarger::new(config, model.as_ref(), 2);
    let pixel = Pixel { colours: 1, alpha: false, white: 65_535 };
    let (height, width) = (8, 11);
    let samples = picture(Shape { height, width, pixel });
    let upright = enlarger.whole(&samples, Shape { height, width, pixel }, true).unwrap().compose();
    let turned: Vec<u16> = (0..width)
        .flat_map(|x| (0..height).rev().map(move |y| (x, y)))
        .map(|(x, y)| samples[y * width + x])
        .collect();
    let turned =
        enlarger.whole(&turned, Shape { height: width, width: height, pixel }, true).unwrap().compose();
    for y in 0..2 * height {
        for x in 0..2 * width {
            let other = turned[x * 2 * height + 2 * height - 1 - y];
            assert!(upright[y * 2 * width + x].abs_diff(other) <= 1, "{x} {y}");
        }
    }
}
