//! Networks as records of their steps, made from the networks themselves, so that a drawing cannot say what is not there.

use candle_core::{Device, Result};
use plumage_conv::{Activation, Layer};
use plumage_models::{
    Graph, ModelConfig, Parameters,
    discriminator::{DiscriminatorConfig, VerdictOn},
    graph::{Step, Value},
    judge::JudgeConfig,
};
use plumage_record::{NetworkRecord, Role, StepKind, StepRecord};

/// A network that upscales by `scale` and is trained on patches of `patch_px` HR pixels.
///
/// # Errors
/// What the network reports of its config.
pub fn of_upscaler(config: &ModelConfig, scale: usize, patch_px: usize) -> Result<NetworkRecord> {
    let (parameters, model) = config.init(scale, 0, &Device::Cpu)?;
    let architecture = config.architecture();
    let input_hr_px = match architecture.grid() {
        plumage_models::Grid::Lr => scale,
        plumage_models::Grid::Hr => 1,
    };
    let channels = architecture.channels().count();
    let input = Made { channels, hr_px: Some(input_hr_px) };
    Ok(NetworkRecord {
        name: architecture.name().to_owned(),
        role: Role::Upscaler,
        channels,
        scale,
        input_hr_px,
        patch_px,
        noise: parameters.iter().any(|(name, _)| name == "noise.weight"),
        spectral_norm: false,
        parameters: parameters.count() as u64,
        macs_per_hr_pixel: model.macs_per_hr_pixel(),
        steps: of_graph(&model.graph()?, input, &parameters)?,
    })
}

/// A discriminator of pictures of `channels` channels.
///
/// # Errors
/// Only what the device reports.
pub fn of_discriminator(
    config: &DiscriminatorConfig,
    channels: usize,
    scale: usize,
    patch_px: usize,
) -> Result<NetworkRecord> {
    let (parameters, network) = config.init(channels, 0, &Device::Cpu)?;
    let is_whole = config.verdict_on == VerdictOn::Image;
    let steps = of_classifier(network.layers(), channels, is_whole, &parameters)?;
    Ok(NetworkRecord {
        name: "discriminator".to_owned(),
        role: Role::Discriminator,
        spectral_norm: config.spectral_norm,
        ..classifier(steps, channels, scale, patch_px, &parameters)
    })
}

/// A judge of pictures of `channels` channels.
///
/// # Errors
/// Only what the device reports.
pub fn of_judge(config: &JudgeConfig, channels: usize, scale: usize) -> Result<NetworkRecord> {
    let (parameters, network) = config.init(channels, 0, &Device::Cpu)?;
    let steps = of_classifier(network.layers(), channels, true, &parameters)?;
    Ok(NetworkRecord {
        name: "judge".to_owned(),
        role: Role::Judge,
        ..classifier(steps, channels, scale, config.patch_px, &parameters)
    })
}

/// What a step makes.
#[derive(Clone, Copy)]
struct Made {
    channels: usize,
    hr_px: Option<usize>,
}

impl Made {
    /// The share of an HR pixel that one of its pixels is.
    fn per_hr_pixel(self) -> f64 {
        self.hr_px.map_or(0., |side| 1. / (side * side) as f64)
    }
}

/// The steps of a graph whose input is `input`.
fn of_graph(graph: &Graph, input: Made, parameters: &Parameters) -> Result<Vec<StepRecord>> {
    let (mut made, mut steps): (Vec<Made>, Vec<StepRecord>) = (Vec::new(), Vec::new());
    for step in graph.steps() {
        let of = |value: Value| match value {
            Value::Input => (None, input),
            Value::Step(index) => (Some(index), made.get(index).copied().unwrap_or(input)),
        };
        let plain = |does, xs: &[Value], makes| {
            let reads = xs.iter().map(|value| of(*value).0).collect();
            let Made { channels, hr_px } = makes;
            StepRecord { name: None, does, reads, channels, hr_px, parameters: 0, macs_per_hr_pixel: 0. }
        };
        let record = match step {
            Step::Convolution { xs, plus, layer } => {
                let reads = [Some(*xs), *plus].into_iter().flatten().map(|value| of(value).0).collect();
                of_layer(layer, of(*xs).1, reads, parameters)?
            }
            Step::Mirror { xs, .. } => plain(StepKind::Mirror, &[*xs], of(*xs).1),
            Step::PixelShuffle { xs, scale } => {
                let Made { channels, hr_px } = of(*xs).1;
                let makes =
                    Made { channels: channels / (scale * scale), hr_px: hr_px.map(|side| side / scale) };
                plain(StepKind::PixelShuffle, &[*xs], makes)
            }
            Step::Shift { xs, by } => plain(StepKind::Shift { by: *by }, &[*xs], of(*xs).1),
            Step::Sum(xs) => plain(StepKind::Sum, xs, of(xs[0]).1),
        };
        made.push(Made { channels: record.channels, hr_px: record.hr_px });
        steps.push(record);
    }
    Ok(steps)
}

/// The steps of a classifier on the HR grid: its convolutions, then the mean over a whole picture or not, then a linear layer.
fn of_classifier(
    layers: &[Layer],
    channels: usize,
    is_whole: bool,
    parameters: &Parameters,
) -> Result<Vec<StepRecord>> {
    let mut made = Made { channels, hr_px: Some(1) };
    let mut steps: Vec<StepRecord> = Vec::new();
    for layer in layers {
        let reads = vec![steps.len().checked_sub(1)];
        let step = of_layer(layer, made, reads, parameters)?;
        made = Made { channels: step.channels, hr_px: step.hr_px };
        steps.push(step);
    }
    let width = made.channels;
    if is_whole {
        made.hr_px = None;
        let (does, reads) = (StepKind::Mean, vec![steps.len().checked_sub(1)]);
        let hr_px = None;
        steps.push(StepRecord {
            name: None,
            does,
            reads,
            channels: width,
            hr_px,
            parameters: 0,
            macs_per_hr_pixel: 0.,
        });
    }
    steps.push(StepRecord {
        name: Some("head".to_owned()),
        does: StepKind::Linear,
        reads: vec![steps.len().checked_sub(1)],
        channels: 1,
        hr_px: made.hr_px,
        parameters: width as u64 + 1,
        macs_per_hr_pixel: width as f64 * made.per_hr_pixel(),
    });
    Ok(steps)
}

/// What all classifiers have in common.
fn classifier(
    steps: Vec<StepRecord>,
    channels: usize,
    scale: usize,
    patch_px: usize,
    parameters: &Parameters,
) -> NetworkRecord {
    let macs = steps.iter().map(|step| step.macs_per_hr_pixel).sum::<f64>().ceil() as u64;
    // The vectors of the spectral normalisation are no weights.
    let learnt = parameters.iter().filter(|(name, _)| !name.ends_with(".u"));
    NetworkRecord {
        name: String::new(),
        role: Role::Judge,
        channels,
        scale,
        input_hr_px: 1,
        patch_px,
        noise: false,
        spectral_norm: false,
        parameters: learnt.map(|(_, variable)| variable.elem_count() as u64).sum(),
        macs_per_hr_pixel: macs,
        steps,
    }
}

/// A convolution; one whose weights are nobody's parameters learns nothing.
fn of_layer(
    layer: &Layer,
    from: Made,
    reads: Vec<Option<usize>>,
    parameters: &Parameters,
) -> Result<StepRecord> {
    let (channels, _, kernel, _) = layer.weight.dims4()?;
    let stride = layer.options.stride;
    let hr_px = from.hr_px.map(|side| side * stride);
    let weights = layer.weight.elem_count();
    let name = name_of(layer, parameters);
    let own = parameters.iter().filter(|(parameter, _)| {
        name.as_ref().is_some_and(|name| {
            [".weight", ".bias"].iter().any(|end| parameter.strip_suffix(end) == Some(name))
        })
    });
    let learnt: Vec<_> = own.map(|(_, variable)| variable).collect();
    let learnt_kernel = learnt.iter().find_map(|variable| match variable.dims() {
        [_, _, _, side] => Some(*side),
        _ => None,
    });
    let activation = match layer.options.activation {
        Activation::None => None,
        Activation::Relu => Some("ReLU".to_owned()),
        Activation::LeakyRelu(slope) => Some(format!("leaky ReLU {slope}")),
    };
    Ok(StepRecord {
        name,
        does: StepKind::Convolution {
            kernel: learnt_kernel.unwrap_or(kernel),
            computed_kernel: kernel,
            stride,
            activation,
        },
        reads,
        channels,
        hr_px,
        parameters: learnt.iter().map(|variable| variable.elem_count() as u64).sum(),
        macs_per_hr_pixel: weights as f64 * Made { channels, hr_px }.per_hr_pixel(),
    })
}

/// What the parameters of a layer are called; none where its weights are nobody's. Those of a layer that something was folded into
/// are found by its bias.
fn name_of(layer: &Layer, parameters: &Parameters) -> Option<String> {
    let ids = [Some(layer.weight.id()), layer.bias.as_ref().map(|bias| bias.id())];
    let is_own = |id| ids.contains(&Some(id));
    let (name, _) = parameters.iter().find(|(_, variable)| is_own(variable.as_tensor().id()))?;
    name.rsplit_once('.').map(|(layer, _)| layer.to_owned())
}

#[cfg(test)]
mod tests {
    use plumage_imaging::Channels;
    use plumage_models::{
        fsrcnn::FsrcnnConfig,
        srcnn::{BorderRule, SrcnnConfig, SrcnnInit},
        srresnet::SrresnetConfig,
    };

    use super::*;

    fn srcnn() -> ModelConfig {
        ModelConfig::Srcnn(SrcnnConfig {
            channels: Channels::Y,
            kernels: [9, 5, 5],
            widths: [64, 32],
            padding: BorderRule::Zeros,
            residual: true,
            init: SrcnnInit::He,
            mean: 0.,
        })
    }

    fn srresnet(noise: bool, hr_feats: Option<usize>) -> ModelConfig {
        let channels = Channels::Y;
        ModelConfig::Srresnet(SrresnetConfig { channels, n_feats: 8, n_blocks: 3, hr_feats, noise })
    }

    #[test]
    fn srcnn_has_its_three_layers_and_the_sum_with_what_went_in() {
        let record = of_upscaler(&srcnn(), 3, 48).unwrap();
        let lines: Vec<String> = record
            .steps
            .iter()
            .map(|step| {
                format!(
                    "{:?} {:?} {:?} -> {} on {:?}, {} weights, {} MACs",
                    step.name,
                    step.does,
                    step.reads,
                    step.channels,
                    step.hr_px,
                    step.parameters,
                    step.macs_per_hr_pixel
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                "Some(\"conv1\") Convolution { kernel: 9, computed_kernel: 9, stride: 1, activation: Some(\"ReLU\") } [None] -> 64 on Some(1), 5248 weights, 5184 MACs",
                "Some(\"conv2\") Convolution { kernel: 5, computed_kernel: 5, stride: 1, activation: Some(\"ReLU\") } [Some(0)] -> 32 on Some(1), 51232 weights, 51200 MACs",
                "Some(\"conv3\") Convolution { kernel: 5, computed_kernel: 5, stride: 1, activation: None } [Some(1)] -> 1 on Some(1), 801 weights, 800 MACs",
                "None Sum [Some(2), None] -> 1 on Some(1), 0 weights, 0 MACs",
            ]
        );
    }

    #[test]
    fn the_steps_of_every_network_add_up_to_the_network() {
        let fsrcnn =
            FsrcnnConfig { channels: Channels::Rgb, n_feats: 12, n_shrunk: 5, n_mappings: 2, residual: true };
        for config in [srcnn(), srresnet(false, None), srresnet(false, Some(4)), ModelConfig::Fsrcnn(fsrcnn)]
        {
            for scale in [2, 3, 4] {
                let record = of_upscaler(&config, scale, 48).unwrap();
                let learnt: u64 = record.steps.iter().map(|step| step.parameters).sum();
                assert_eq!(learnt, record.parameters, "{} x{scale}", record.name);
                // The bicubic enlargement is not counted.
                let own = record.steps.iter().filter(|step| step.parameters > 0);
                let macs: f64 = own.map(|step| step.macs_per_hr_pixel).sum();
                assert!(
                    (macs - record.macs_per_hr_pixel as f64).abs() < 1.,
                    "{} x{scale}: {macs}",
                    record.name
                );
                let last = record.steps.last().unwrap();
                assert_eq!((last.channels, last.hr_px), (record.channels, Some(1)));
            }
        }
    }

    #[test]
    fn noise_is_no_step_and_is_said() {
        let [with, without] = [true, false].map(|noise| of_upscaler(&srresnet(noise, None), 3, 72).unwrap());
        assert!(with.noise && !without.noise);
        assert_eq!(with.steps, without.steps);
        assert_eq!(with.parameters, without.parameters + 8);
    }

    #[test]
    fn a_discriminator_halves_the_picture_and_ends_in_one_number_a_window_or_an_image() {
        let config = |verdict_on| DiscriminatorConfig {
            widths: vec![4, 8, 8],
            first_stride: 1,
            verdict_on,
            spectral_norm: true,
        };
        let window = of_discriminator(&config(VerdictOn::Window), 1, 3, 72).unwrap();
        let sides: Vec<_> = window.steps.iter().map(|step| step.hr_px).collect();
        assert_eq!(sides, [Some(1), Some(2), Some(4), Some(4)]);
        let image = of_discriminator(&config(VerdictOn::Image), 1, 3, 72).unwrap();
        assert_eq!(image.steps.last().unwrap().hr_px, None);
        let learnt: u64 = image.steps.iter().map(|step| step.parameters).sum();
        assert_eq!(learnt, image.parameters);
    }

    #[test]
    fn a_judge_costs_what_its_config_says() {
        let config = JudgeConfig { patch_px: 32, widths: vec![16, 32, 64] };
        let record = of_judge(&config, 1, 3).unwrap();
        assert_eq!(record.macs_per_hr_pixel, config.macs_per_pixel(1));
    }
}
