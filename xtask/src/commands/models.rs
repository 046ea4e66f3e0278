//! `models`: the networks that come along.

use std::{process::ExitCode, time::Instant};

use candle_core::{DType, Device, Tensor};
use plumage_models::{Grid, Packed, Upscaler, pretrained};
use serde::Serialize;

use crate::{exit::ExitKind, failure::Failure, say::say};

/// Arguments of `models`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Measure on this machine, too, how fast each is.
    #[arg(long)]
    time: bool,
    /// Print one JSON array instead of a table.
    #[arg(long)]
    json: bool,
}

/// A network that comes along.
#[derive(Serialize)]
struct Entry {
    /// What `--model` takes.
    name: &'static str,
    scale: usize,
    /// Which network it is.
    network: &'static str,
    channels: &'static str,
    parameters: usize,
    macs_per_hr_pixel: u64,
    /// Size of its file.
    bytes: usize,
    trained_on: String,
    protocol: String,
    scores: String,
    /// How its weights differ from those that were measured, if they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    rounded: Option<String>,
    /// Pixels that it makes in a second, in millions, with all threads.
    #[serde(skip_serializing_if = "Option::is_none")]
    hr_megapixels_per_s: Option<f64>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let entries = pretrained::ALL.iter().map(|one| entry(one, args.time));
    let entries = entries.collect::<Result<Vec<_>, _>>()?;
    if args.json {
        say!("{}", serde_json::to_string_pretty(&entries).map_err(Failure::internal)?);
        return Ok(ExitKind::Ok.into());
    }
    for entry in &entries {
        let speed = entry.hr_megapixels_per_s.map(|speed| format!(", {speed:.1} HR megapixels a second"));
        say!(
            "{} --scale {}: {} on {}, {} parameters, {} MACs per HR pixel, {} kB{}",
            entry.name,
            entry.scale,
            entry.network,
            entry.channels,
            entry.parameters,
            entry.macs_per_hr_pixel,
            entry.bytes.div_ceil(1000),
            speed.unwrap_or_default()
        );
        say!("  {}: {}", entry.protocol, entry.scores);
        say!("  trained on {}", entry.trained_on);
        if let Some(rounded) = &entry.rounded {
            say!("  rounded {rounded}");
        }
    }
    Ok(ExitKind::Ok.into())
}

fn entry(one: &pretrained::Pretrained, is_timed: bool) -> Result<Entry, Failure> {
    let Packed { model: config, scale, tensors, about } = one.load().map_err(Failure::internal)?;
    let (parameters, model) = config.init(scale, 0, &Device::Cpu).map_err(Failure::internal)?;
    parameters.load(&tensors)?;
    let said = |key: &str| about.get(key).cloned().unwrap_or_default();
    let architecture = config.architecture();
    let side = match architecture.grid() {
        Grid::Lr => HR_SIDE / scale,
        Grid::Hr => HR_SIDE,
    };
    let input = (1, architecture.channels().count(), side, side);
    Ok(Entry {
        name: one.name,
        scale,
        network: architecture.name(),
        channels: architecture.channels().as_str(),
        parameters: parameters.count(),
        macs_per_hr_pixel: model.macs_per_hr_pixel(),
        bytes: one.size_bytes(),
        trained_on: said("trained_on"),
        protocol: said("protocol"),
        scores: said("scores"),
        rounded: about.get("rounded").cloned(),
        hr_megapixels_per_s: is_timed.then(|| speed(model.as_ref(), input)).transpose()?,
    })
}

/// Side of the picture that a network is timed on, about.
const HR_SIDE: usize = 1024;

/// How often it is; the best time counts, as anything else on the machine only makes it longer.
const TRIALS: usize = 5;

/// Pixels that the network makes of a picture of the shape `input` in a second, in millions.
fn speed(model: &dyn Upscaler, input: (usize, usize, usize, usize)) -> Result<f64, Failure> {
    let xs = Tensor::zeros(input, DType::F32, &Device::Cpu).map_err(Failure::internal)?;
    let mut best = 0f64;
    for _ in 0..TRIALS {
        let start = Instant::now();
        let (_, _, height, width) = model.infer(&xs).and_then(|sr| sr.dims4()).map_err(Failure::internal)?;
        best = best.max((height * width) as f64 / 1e6 / start.elapsed().as_secs_f64());
    }
    Ok(best)
}
