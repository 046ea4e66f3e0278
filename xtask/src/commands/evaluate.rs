//! `evaluate`: a trained network, a set of images, a protocol.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use plumage_metrics::{Protocol, Score};
use plumage_models::weights;
use plumage_record::EvaluationRow;
use serde::Serialize;

use crate::{
    evaluation::{Measure, Network, open_set},
    exit::ExitKind,
    experiment::Experiment,
    failure::Failure,
    limits::{MemoryLimit, check_evaluation},
    say::say,
    workspace::Workspace,
};

/// Arguments of `evaluate`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A run in results/, whose config and best weights are used.
    #[arg(required_unless_present = "weights", conflicts_with = "weights")]
    name: Option<String>,
    /// Weights from elsewhere; `--config` says of which network.
    #[arg(long, value_name = "FILE", requires = "config")]
    weights: Option<PathBuf>,
    /// The experiment, a TOML file, that the weights of `--weights` belong to.
    #[arg(long, value_name = "FILE", requires = "weights")]
    config: Option<PathBuf>,
    /// A set of data/, such as set5, or a folder of images.
    #[arg(long, value_name = "SET_OR_DIR")]
    on: String,
    /// HR size over LR size.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=8))]
    scale: u8,
    /// How images are degraded and measured: `y_matlab` is that of SRCNN, VDSR and most tables on Y, `rgb_basicsr` that
    /// of EDSR and the SRGAN family.
    #[arg(long, value_parser = protocols())]
    protocol: Protocol,
    /// Change one key of the config, as in `model.srcnn.padding=replicate`.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
    /// The most memory to take, in MiB; without it: what is free. It is estimated before anything is begun.
    #[arg(long, value_name = "MIB")]
    max_memory: Option<u64>,
    /// The folder that takes the place of results/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The folder that holds named image sets; without it the variable PLUMAGE_DATA names it.
    #[arg(long, value_name = "DIR")]
    data_root: Option<PathBuf>,
}

/// The protocols by the names that configs and records have.
fn protocols() -> impl TypedValueParser<Value = Protocol> {
    let names = PossibleValuesParser::new(Protocol::ALL.map(Protocol::as_str));
    names.try_map(|name| {
        Protocol::ALL.into_iter().find(|protocol| protocol.as_str() == name).ok_or("no protocol")
    })
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let (config, weights_file, method) = match (&args.name, &args.weights, &args.config) {
        (None, Some(weights), Some(config)) => (config.clone(), weights.clone(), "sr".to_owned()),
        (name, ..) => {
            let name = name.clone().unwrap_or_default();
            plumage_record::check_name(&name)?;
            let run = workspace.results(args.out.as_deref()).join(&name);
            if !run.join("config.toml").is_file() {
                return Err(unfinished(&run));
            }
            (run.join("config.toml"), run.join("weights.safetensors"), name)
        }
    };
    let experiment = Experiment::read_restore(&config, &args.set)?;
    if let Some(run) = weights_file.parent().filter(|_| args.name.is_some() && !weights_file.is_file()) {
        return Err(unfinished(run));
    }
    let scale = usize::from(args.scale);
    if scale != experiment.scale && !Network::works_at_any_scale(&experiment.model) {
        let message = format!("the network enlarges by {}, not by {scale}", experiment.scale);
        return Err(Failure::usage(message, format!("--scale {}", experiment.scale)));
    }
    let set = open_set(&args.on, &workspace.data_roots(args.data_root.as_deref()))?;
    check_evaluation(MemoryLimit(args.max_memory), &experiment.model, scale, (&args.on, set.as_ref()))?;
    let network = Network::new(&experiment.model, scale, &weights::read(&weights_file)?)?;
    let protocol = args.protocol;
    let how = Measure { method: &method, protocol, figures: 0 };
    let rows = network.measure(&args.on, set.as_ref(), how, &mut |_| Ok(()))?;
    if args.json {
        let report = Report::new(&args.on, protocol, scale, &method, &rows);
        say!("{}", serde_json::to_string_pretty(&report).map_err(Failure::internal)?);
    } else {
        say!("{}", plumage_reporting::tables::evaluation_text(&rows));
    }
    Ok(ExitKind::Ok.into())
}

fn unfinished(run: &Path) -> Failure {
    let name = run.file_name().unwrap_or_default().to_string_lossy();
    let message = format!("there is no finished run in {}", run.display());
    Failure::usage(message, format!("cargo xtask experiment {name} makes one"))
}

/// The object of `--json`.
#[derive(Serialize)]
struct Report<'a> {
    protocol: &'static str,
    scale: usize,
    on: &'a str,
    method: &'a str,
    mean: Entry<'a>,
    bicubic_mean: Entry<'a>,
    images: Vec<Entry<'a>>,
}

/// The scores of an image, or of all.
#[derive(Serialize)]
struct Entry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "decibels")]
    psnr_y_db: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "decibels")]
    psnr_rgb_db: Option<f64>,
    ssim: f64,
}

/// JSON has no infinity, which is the PSNR of equal images: it is written as the string `"inf"`.
fn decibels<S: serde::Serializer>(db: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match db {
        Some(db) if db.is_infinite() => serializer.serialize_str("inf"),
        db => db.serialize(serializer),
    }
}

impl<'a> Report<'a> {
    fn new(
        on: &'a str,
        protocol: Protocol,
        scale: usize,
        method: &'a str,
        rows: &'a [EvaluationRow],
    ) -> Self {
        let of = |method: &'a str| rows.iter().filter(move |row| row.method == method);
        let scores = |method| of(method).map(score).collect::<Vec<_>>();
        Self {
            protocol: protocol.as_str(),
            scale,
            on,
            method,
            mean: Entry::new(None, Score::mean(&scores(method))),
            bicubic_mean: Entry::new(None, Score::mean(&scores("bicubic"))),
            images: of(method).map(|row| Entry::new(Some(&row.image), score(row))).collect(),
        }
    }
}

impl<'a> Entry<'a> {
    fn new(image: Option<&'a str>, score: Score) -> Self {
        let Score { psnr_y_db, psnr_rgb_db, ssim } = score;
        Self { image, psnr_y_db, psnr_rgb_db, ssim }
    }
}

fn score(row: &EvaluationRow) -> Score {
    Score { psnr_y_db: row.psnr_y_db, psnr_rgb_db: row.psnr_rgb_db, ssim: row.ssim }
}
