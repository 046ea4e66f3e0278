//! `pack`: a run's network in one file that says what it is.

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

use plumage_models::{Packed, weights};
use plumage_record::{EvaluationRow, ImageSet, Purpose, commit, read_evaluation, read_seen};

use crate::{exit::ExitKind, experiment::Experiment, failure::Failure, say::say, workspace::Workspace};

/// Arguments of `pack`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A finished run in results/.
    name: String,
    /// The file: safetensors with the network, what it was trained on, and its scores.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The folder that takes the place of results/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    plumage_record::check_name(&args.name)?;
    let run = Workspace::find()?.results(args.out.as_deref()).join(&args.name);
    let file = run.join("weights.safetensors");
    if !file.is_file() {
        let message = format!("there is no finished run in {}", run.display());
        return Err(Failure::usage(message, format!("cargo xtask experiment {} makes one", args.name)));
    }
    let experiment = Experiment::read_restore(&run.join("config.toml"), &[])?;
    let data = serde_json::to_string(&experiment.data.train).map_err(Failure::internal)?;
    let images = ImageSet::all(&read_seen(&run)?).get("train").map_or(0, |set| set.images);
    let packed = Packed {
        model: experiment.model,
        scale: experiment.scale,
        tensors: weights::read(&file)?,
        about: BTreeMap::from([
            ("experiment".to_owned(), args.name.clone()),
            (
                "trained_on".to_owned(),
                format!("{images} images of {data}, {} steps", experiment.trainer.steps),
            ),
            ("protocol".to_owned(), experiment.evaluation.protocol.as_str().to_owned()),
            ("scores".to_owned(), scores(&read_evaluation(&run)?)),
        ]),
    };
    commit::file(Purpose::Weights, &args.to, &packed.to_bytes().map_err(Failure::internal)?)?;
    say!("{}: {}", args.to.display(), packed.about["scores"]);
    Ok(ExitKind::Ok.into())
}

/// Means over the images of every set, as `set5 32.10 dB (bicubic 30.39 dB)`.
fn scores(rows: &[EvaluationRow]) -> String {
    let mut sets: Vec<&str> = rows.iter().map(|row| row.set.as_str()).collect();
    sets.dedup();
    let mean = |set: &str, is_bicubic: bool| {
        let of_set = rows.iter().filter(|row| row.set == set && (row.method == "bicubic") == is_bicubic);
        let db: Vec<f64> = of_set.filter_map(|row| row.psnr_y_db.or(row.psnr_rgb_db)).collect();
        db.iter().sum::<f64>() / db.len() as f64
    };
    let score = |set: &str| format!("{set} {:.2} dB (bicubic {:.2} dB)", mean(set, false), mean(set, true));
    sets.into_iter().map(score).collect::<Vec<_>>().join(", ")
}
