//! Networks with their weights: those that come along, those of runs, and those of files.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use plumage_imaging::{Channels, readable};
use plumage_models::{
    ModelConfig, Packed, PackedError,
    bicubic::BicubicConfig,
    pretrained,
    weights::{self, Tensors},
};
use plumage_record::{EvaluationRow, ImageSet, Status, read_evaluation, read_manifest, read_seen};

use crate::{
    evaluation::Network,
    experiment::{Experiment, RestoreExperiment},
    failure::Failure,
    names::training_images,
    workspace::Workspace,
};

/// The network that `--model` names, for `--scale`: one that comes along, `bicubic`, a run in `results`, or a file of
/// weights, which says itself what network it belongs to, unless `config` does.
///
/// # Errors
/// A name of nothing, a scale that no network of that name is for, a file that is no good.
pub(crate) fn find(
    model: Option<&Path>,
    config: Option<&Path>,
    scale: Option<usize>,
    results: Option<&Path>,
) -> Result<Packed, Failure> {
    let name = model.map_or_else(|| pretrained::DEFAULT.to_owned(), readable);
    let is_weights = |file: &Path| file.is_file() || file.extension().is_some_and(|end| end == "safetensors");
    let file = model.filter(|file| is_weights(file));
    if config.is_some() && file.is_none() {
        let message = format!("--config is for a file of weights, and {name} is none");
        return Err(Failure::usage(message, "leave --config out, or name the file"));
    }
    let packed = match file {
        Some(file) => read(file, config)?,
        None if name == "bicubic" => Packed {
            model: ModelConfig::Bicubic(BicubicConfig { channels: Channels::Rgb }),
            scale: scale.unwrap_or(2),
            tensors: Tensors::new(),
            about: BTreeMap::new(),
        },
        None => match come_along(&name, scale)? {
            Some(packed) => packed,
            None => named(&name, results)?,
        },
    };
    let own = packed.scale;
    let scale = scale.unwrap_or(own);
    if scale != own && !Network::works_at_any_scale(&packed.model) {
        return Err(Failure::usage(
            format!("{name} enlarges {own} times, not {scale} times"),
            format!("--scale {own}"),
        ));
    }
    Ok(Packed { scale, ..packed })
}

/// A network that comes with Plumage; none if none has that name.
fn come_along(name: &str, scale: Option<usize>) -> Result<Option<Packed>, Failure> {
    let scales: Vec<usize> =
        pretrained::ALL.iter().filter(|one| one.name == name).map(|one| one.scale).collect();
    let Some(&first) = scales.first() else { return Ok(None) };
    let Some(one) = pretrained::find(name, scale.unwrap_or(first)) else {
        let known: Vec<String> = scales.iter().map(|scale| format!("--scale {scale}")).collect();
        return Err(Failure::usage(format!("{name} does not enlarge so many times"), known.join(" or ")));
    };
    Ok(Some(one.load().map_err(Failure::internal)?))
}

fn read(file: &Path, config: Option<&Path>) -> Result<Packed, Failure> {
    let bytes = weights::read_bytes(file)?;
    let name = readable(file);
    match config {
        None => Packed::from_bytes(&bytes, &name).map_err(|error| match error {
            PackedError::Weights(error) => error.into(),
            error @ PackedError::Impossible { .. } => {
                Failure::input(error, "the file was changed, or is of another version")
            }
            error => Failure::usage(error, "say it with --config EXPERIMENT.toml"),
        }),
        Some(config) => {
            let RestoreExperiment { model, scale, .. } = Experiment::read_restore(config, &[])?;
            let tensors = weights::from_bytes(&bytes, &name)?;
            Ok(Packed { model, scale, tensors, about: Default::default() })
        }
    }
}

/// A finished run in results/.
fn named(name: &str, results: Option<&Path>) -> Result<Packed, Failure> {
    let run = match results {
        Some(results) => results.join(name),
        None => Workspace::find()?.results(None).join(name),
    };
    if plumage_record::check_name(name).is_err() || !fs::exists(run.join("config.toml")).unwrap_or(false) {
        let mut known: Vec<&str> = pretrained::ALL.iter().map(|one| one.name).collect();
        known.dedup();
        return Err(Failure::usage(
            format!("there is no network, file or finished run {name}"),
            format!(
                "known are {} and bicubic, the runs in {}, and files of weights",
                known.join(", "),
                run.parent().unwrap_or(&run).display()
            ),
        ));
    }
    of_run(&run, name)
}

/// The weights of a finished run.
const WEIGHTS: &str = "weights.safetensors";

/// The file of weights in the run folder `run`.
///
/// # Errors
/// A run without: one that is not finished, or was copied without them, as most of results/gallery.
pub(crate) fn weights_file(run: &Path) -> Result<PathBuf, Failure> {
    let file = run.join(WEIGHTS);
    if file.is_file() {
        return Ok(file);
    }
    let message = format!("there are no weights in {}", run.display());
    Err(Failure::input(message, "make the run anew; `light`, `srcnn` and `srgan` come along with theirs"))
}

/// The network of the run `name` in the folder `run`, with what it was trained on and what it is worth.
///
/// # Errors
/// No finished run; one that cannot be read.
pub(crate) fn of_run(run: &Path, name: &str) -> Result<Packed, Failure> {
    // A run that is stopped while it is measured has its weights already, and not all that they are worth.
    let manifest = read_manifest(run)?;
    let is_finished = manifest.as_ref().is_some_and(|manifest| manifest.status == Status::Finished);
    if !is_finished {
        let message = format!("there is no finished run in {}", run.display());
        let help = match manifest.map(|manifest| manifest.name) {
            None => format!("cargo xtask experiment {name} makes one"),
            Some(experiment) if experiment == name => {
                format!("cargo xtask experiment {name} --resume goes on with it")
            }
            // One that was moved aside stays as it is.
            Some(_) => "the report that began it goes on with it".to_owned(),
        };
        return Err(Failure::usage(message, help));
    }
    let file = weights_file(run)?;
    let experiment = Experiment::read_restore(&run.join("config.toml"), &[])?;
    let data = training_images(&experiment.data.train, &Workspace::find()?.data_roots(None));
    let images = ImageSet::all(&read_seen(run)?).get("train").map_or(0, |set| set.images);
    let trained_on = format!("{data}, {images} images, {} steps", experiment.trainer.steps);
    Ok(Packed {
        model: experiment.model,
        scale: experiment.scale,
        tensors: weights::read(&file)?,
        about: BTreeMap::from([
            ("experiment".to_owned(), name.to_owned()),
            ("trained_on".to_owned(), trained_on),
            ("protocol".to_owned(), experiment.evaluation.protocol.as_str().to_owned()),
            ("scores".to_owned(), scores(&read_evaluation(run)?)),
        ]),
    })
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
