//! `export`: a network as an ONNX file.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use candle_core::Device;
use plumage_imaging::{Channels, readable};
use plumage_models::{Grid, ModelConfig, Packed};
use plumage_onnx::{Description, to_bytes};
use plumage_record::{Purpose, commit};

use crate::{exit::ExitKind, failure::Failure, packed, say::say};

/// Arguments of `export`.
#[derive(clap::Args)]
#[command(after_help = INSIDE)]
pub(crate) struct Args {
    /// The network: `light`, `srcnn` or `srgan`, which come along, a run in results/, or a file of weights.
    #[arg(value_name = "NAME|FILE")]
    model: PathBuf,
    /// The file, such as model.onnx.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The experiment, a TOML file, that a file of weights belongs to, if it does not say so itself.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Which of the networks that come along under one name; without it: that for the smallest scale.
    #[arg(long, value_parser = clap::value_parser!(u8).range(2..=8))]
    scale: Option<u8>,
    /// The folder that takes the place of results/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

const INSIDE: &str = "\
The file takes `picture`, [batch, channels, height, width] of any size, and makes `sr`; both are floats in [0, 1], the latter
about so and not clamped. Networks on Y take the Y of MATLAB's rgb2ycbcr alone; SRCNN takes what bicubic interpolation has enlarged.
The file says which of these its network is, and what it was trained on. Noise is no part of it.";

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let scale = args.scale.map(usize::from);
    let packed = packed::find(Some(&args.model), args.config.as_deref(), scale, args.out.as_deref())?;
    let bytes = onnx(&packed, &name(&args.model))?;
    commit::file(Purpose::Weights, &args.to, &bytes)?;
    say!(
        "{}: {}; {}",
        args.to.display(),
        what_it_does(&packed.model, packed.scale),
        input(&packed.model, packed.scale)
    );
    Ok(ExitKind::Ok.into())
}

/// A name without folders and ending.
fn name(model: &Path) -> String {
    model.file_stem().map_or_else(|| readable(model), |stem| readable(Path::new(stem)))
}

/// The bytes of the file.
fn onnx(packed: &Packed, name: &str) -> Result<Vec<u8>, Failure> {
    let Packed { model: config, scale, tensors, about } = packed;
    let (parameters, model) = config.init(*scale, 0, &Device::Cpu).map_err(Failure::internal)?;
    parameters.load(tensors)?;
    let architecture = config.architecture();
    let mut properties = about.clone();
    properties.extend(BTreeMap::from([
        ("model".to_owned(), architecture.name().to_owned()),
        ("config".to_owned(), serde_json::to_string(config).map_err(Failure::internal)?),
        ("scale".to_owned(), scale.to_string()),
        ("channels".to_owned(), architecture.channels().as_str().to_owned()),
    ]));
    let description = Description {
        name,
        channels: architecture.channels().count(),
        doc: &what_it_does(config, *scale),
        input: &input(config, *scale),
        properties: &properties,
    };
    let graph = model.graph().map_err(Failure::internal)?;
    to_bytes(&graph, &parameters, &description).map_err(Failure::internal)
}

/// What the network does, in a line.
fn what_it_does(config: &ModelConfig, scale: usize) -> String {
    format!("{} for enlarging {scale} times", config.architecture().name())
}

/// What the network takes, in a line.
fn input(config: &ModelConfig, scale: usize) -> String {
    let architecture = config.architecture();
    let channels = match architecture.channels() {
        Channels::Y => "Y of BT.601, as MATLAB's rgb2ycbcr makes it,",
        Channels::Rgb => "RGB",
    };
    let grid = match architecture.grid() {
        Grid::Lr => "as it is".to_owned(),
        Grid::Hr => format!("enlarged {scale} times by MATLAB's bicubic interpolation"),
    };
    format!("its input is {channels} in [0, 1], {grid}")
}
