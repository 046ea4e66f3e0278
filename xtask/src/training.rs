//! A run from beginning to end: open the data, train, measure, keep and draw what came out.

mod curve;
mod gap;
mod images;

use std::{
    collections::BTreeMap,
    fmt::Display,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use candle_core::{DType, Device, Tensor};
use plumage_data::{Batches, DataRoots, Dataset, fingerprint};
use plumage_models::weights;
use plumage_record::{
    Architecture, BestValidation, Checkpoint, EventPicture, Identity, ImageSet, Manifest, ModelSummary,
    Provenance, Purpose, RunFolder, SeenImage, Status, newest_checkpoint, read_manifest, sha256,
};
use plumage_reporting::{keep_figure, write_run};
use plumage_trainer::{Ending, Outcome, architecture, find_checkpoint, restore, validation::ValidationSet};

use self::curve::keep_curve;
use self::gap::keep_gap;
use self::images::{Images, baseline, validation_set};
use crate::{
    device, difference,
    evaluation::{Figure, Measure, Network},
    exit::ExitKind,
    experiment::{EvaluationConfig, RestoreExperiment},
    failure::Failure,
    interrupt::Interrupt,
    limits::{self, MemoryLimit},
    progress::Watch,
    say::{note, say},
    workspace::Workspace,
};

/// What the command line asks of a run.
pub(crate) struct Request<'a> {
    /// The experiment's name.
    pub(crate) name: &'a str,
    /// The run folder's name, which is what tables call the network.
    pub(crate) run: &'a str,
    /// Its whole config as one TOML file.
    pub(crate) resolved: &'a str,
    /// The changes of `--set`.
    pub(crate) set: &'a [String],
    /// The command that goes on when this one is stopped.
    pub(crate) again: &'a str,
    /// Whether to go on from a checkpoint.
    pub(crate) resume: bool,
    /// The most memory it may take.
    pub(crate) max_memory: MemoryLimit,
    /// The folder of all runs.
    pub(crate) results: &'a Path,
    /// Where data are.
    pub(crate) roots: &'a DataRoots,
}

/// The changes of `--set` that a run was begun with, those given now on top; a resume by name alone needs no more.
pub(crate) fn remembered_set(results: &Path, name: &str, given: &[String]) -> Result<Vec<String>, Failure> {
    let begun_with = read_manifest(&results.join(name))?.map(|manifest| manifest.set).unwrap_or_default();
    Ok(begun_with.iter().chain(given).cloned().collect())
}

/// Opens all that a run reads, and refuses what could only fail after hours of training; nothing is written.
pub(crate) fn open(request: &Request, experiment: &RestoreExperiment) -> Result<Opened, Failure> {
    let images = Images::open(experiment, request.roots)?;
    limits::check_disk(request.results, experiment, &images.sets)?;
    let batches = Batches::new(images.train.clone(), experiment.recipe())?;
    limits::check_training(
        request.max_memory,
        experiment,
        &batches,
        images.validation.as_ref(),
        &images.sets,
    )?;
    check_perceptual(experiment)?;
    let validation = validation_set(experiment, images.validation.clone())?;
    let identity = Identity {
        config_sha256: sha256(request.resolved.as_bytes()),
        data: ImageSet::all(&images.seen),
        seed: experiment.seed,
    };
    Ok(Opened { images, validation, batches, identity })
}

/// The images that a run learns from and is measured on.
pub(crate) fn seen(request: &Request, experiment: &RestoreExperiment) -> Result<Vec<SeenImage>, Failure> {
    Ok(Images::open(experiment, request.roots)?.seen)
}

/// Trains, evaluates and charts an experiment that is opened.
pub(crate) fn run(
    workspace: &Workspace,
    request: &Request,
    experiment: &RestoreExperiment,
    opened: &Opened,
    interrupt: &Interrupt,
) -> Result<ExitCode, Failure> {
    interrupt.training(request.again);
    let folder = open_folder(request).map_err(|failure| {
        let left = newest_checkpoint(&request.results.join(request.run));
        failure.with_checkpoint(left, request.again)
    })?;
    let folder = if experiment.has_events() { folder.with_events() } else { folder };
    run_in(&folder, workspace, request, experiment, opened, interrupt)
        .map_err(|failure| failure.with_checkpoint(folder.checkpoints().newest_step(), request.again))
}

/// Refuses a perceptual term whose network cannot be read, or does not take the patches.
fn check_perceptual(experiment: &RestoreExperiment) -> Result<(), Failure> {
    let adversary = experiment.adversarial.as_ref();
    let Some(perceptual) = adversary.and_then(|adversary| adversary.perceptual.as_ref()) else {
        return Ok(());
    };
    let features = perceptual.features.load(&Device::Cpu)?;
    let (channels, side) =
        (experiment.model.architecture().channels().count(), experiment.data.patches.hr_size());
    let patch = Tensor::zeros((1, channels, side, side), DType::F32, &Device::Cpu);
    patch.and_then(|patch| features.apply(&patch)).map(drop).map_err(|error| {
        let message = format!(
            "the network of adversarial.perceptual does not take patches of {channels} x {side} x {side}: {error}"
        );
        Failure::usage(message, "choose fewer convolutions, larger patches, or other channels")
    })
}

/// What a run reads, opened.
pub(crate) struct Opened {
    images: Images,
    validation: ValidationSet,
    batches: Batches,
    identity: Identity,
}

impl Opened {
    /// What tells the run from every other: its config, its images, its seed.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }
}

/// The run, once the folder is its own.
fn run_in(
    folder: &RunFolder,
    workspace: &Workspace,
    request: &Request,
    experiment: &RestoreExperiment,
    opened: &Opened,
    interrupt: &Interrupt,
) -> Result<ExitCode, Failure> {
    let Opened { images, validation, batches, identity } = opened;
    let mut manifest = describe(workspace, request, experiment, (images, validation), identity)?;
    if let Some(before) = read_manifest(folder.path())? {
        manifest.started = before.started;
        (manifest.steps_done, manifest.training_s, manifest.best) =
            (before.steps_done, before.training_s, before.best);
    }
    let device = device::best()?;
    let task = restore::Restore {
        model: &experiment.model,
        scale: experiment.scale,
        loss: &experiment.loss,
        trainer: &experiment.trainer,
        adversary: experiment.adversarial.as_ref(),
        seed: experiment.seed,
        batches,
        validation,
        device: &device,
        folder,
        identity,
    };
    let checkpoint = checkpoint_of(folder, request, identity, &images.seen)?;
    let done = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.step);
    if done > 0 {
        note!("resuming {} at step {done} of {}", request.run, experiment.trainer.steps);
    }
    folder.save(Purpose::Config, "config.toml", request.resolved.as_bytes())?;
    folder.write_seen(&images.seen)?;
    networks(experiment)?.save(folder)?;
    manifest.save(folder.path())?;

    let mut watch = Watch::new(experiment.trainer.steps, done, interrupt.clone());
    let trained = restore::train(&task, checkpoint, &mut watch);
    watch.finish();
    let outcome = trained.inspect_err(|_| {
        manifest.status = Status::Failed;
        manifest.steps_done = folder.checkpoints().newest_step().unwrap_or(0);
        // The error that is reported is the one that ended the training.
        let _ = manifest.save(folder.path());
        let _ = write_run(folder.path());
    })?;
    note_progress(&mut manifest, &outcome, experiment);
    manifest.save(folder.path())?;
    let step = outcome.steps;
    interrupt.finishing(format!("stopped at step {step}; the checkpoint is committed"));
    if outcome.ending == Ending::Stopped {
        write_run(folder.path())?;
        interrupt.check()?;
    }
    keep(request, experiment, &images.sets, folder, &outcome, interrupt)?;
    keep_gap(experiment, (&images.train, validation), folder, &outcome, interrupt)?;
    manifest.status = Status::Finished;
    manifest.save(folder.path())?;
    let written = write_run(folder.path())?;
    show_figures(folder, experiment, outcome.steps, &written)?;
    say!("{}", plumage_reporting::tables::evaluation_text(&plumage_record::read_evaluation(folder.path())?));
    say!("{} files in {}: begin with README.md", written.len(), folder.path().display());
    Ok(ExitKind::Ok.into())
}

/// The run folder: a new one, or the one to go on in.
pub(crate) fn open_folder(request: &Request) -> Result<RunFolder, Failure> {
    if request.resume && request.results.join(request.run).is_dir() {
        return Ok(RunFolder::reopen(request.results, request.run)?);
    }
    let (folder, moved) = RunFolder::begin(request.results, request.run)?;
    if let Some(moved) = moved {
        note!("the run that was here is now {}", moved.display());
    }
    Ok(folder)
}

/// The checkpoint to go on from, if there is one of this very run; those that are passed over are named.
///
/// # Errors
/// Config or images that changed; checkpoints that are all damaged, or gone from a run that got somewhere: to begin at
/// step 0 in its folder would be to write over it.
pub(crate) fn checkpoint_of(
    folder: &RunFolder,
    request: &Request,
    identity: &Identity,
    seen: &[SeenImage],
) -> Result<Option<Checkpoint>, Failure> {
    let (checkpoint, rejected) = find_checkpoint(folder, identity).map_err(|error| {
        Failure::from(error)
            .with_changes(difference::of_configs(folder.path(), request.resolved))
            .with_changes(difference::of_data(folder.path(), seen))
    })?;
    for rejected in &rejected {
        note!("passed over {}: {}", rejected.path.display(), rejected.reason);
    }
    if let (None, Some(Manifest { status, steps_done, steps, .. })) =
        (&checkpoint, read_manifest(folder.path())?)
        && (status == Status::Finished || steps_done > 0)
    {
        return Err(Failure::no_checkpoint(format!(
            "the run in {} is {status}, {steps_done} of {steps} steps, and has no checkpoint to go on from",
            folder.path().display()
        )));
    }
    Ok(checkpoint)
}

/// The manifest of a run that begins.
fn describe(
    workspace: &Workspace,
    request: &Request,
    experiment: &RestoreExperiment,
    (images, validation): (&Images, &ValidationSet),
    identity: &Identity,
) -> Result<Manifest, Failure> {
    let architecture = experiment.model.architecture();
    let (parameters, model) =
        experiment.model.init(experiment.scale, experiment.seed, &Device::Cpu).map_err(Failure::internal)?;
    Ok(Manifest {
        format: Manifest::FORMAT,
        name: request.name.to_owned(),
        about: experiment.about.clone(),
        status: Status::Running,
        set: request.set.to_vec(),
        seed: experiment.seed,
        scale: experiment.scale,
        model: ModelSummary {
            name: architecture.name().to_owned(),
            parameters: parameters.count() as u64,
            macs_per_hr_pixel: model.macs_per_hr_pixel(),
        },
        config_sha256: identity.config_sha256.clone(),
        data_sha256: fingerprint(images.train.as_ref())?,
        training_images: images.train.len() as u64,
        validation_images: validation.len() as u64,
        threads: rayon::current_num_threads(),
        provenance: Provenance::of(workspace.root()),
        started: Manifest::now(),
        updated: Manifest::now(),
        steps_done: 0,
        steps: experiment.trainer.steps,
        training_s: 0.,
        bicubic: Some(baseline(validation)?),
        best: None,
    })
}

/// The networks of a run, for those who draw them.
fn networks(experiment: &RestoreExperiment) -> Result<Architecture, Failure> {
    let (scale, patch_px) = (experiment.scale, experiment.data.patches.hr_size());
    let upscaler = architecture::of_upscaler(&experiment.model, scale, patch_px);
    let channels = experiment.model.architecture().channels().count();
    let adversary = experiment
        .adversarial
        .as_ref()
        .map(|adversary| architecture::of_discriminator(&adversary.discriminator, channels, scale, patch_px));
    let networks = [upscaler].into_iter().chain(adversary).collect::<candle_core::Result<_>>();
    Ok(Architecture { networks: networks.map_err(Failure::internal)? })
}

/// Shows the comparison figures among the files of the run in TensorBoard, if it is to be there.
fn show_figures(
    folder: &RunFolder,
    experiment: &RestoreExperiment,
    step: u64,
    written: &[PathBuf],
) -> Result<(), Failure> {
    if !experiment.has_events() {
        return Ok(());
    }
    let is_figure = |path: &&PathBuf| {
        path.parent().is_some_and(|folder| folder.ends_with("images"))
            && path.extension().is_some_and(|end| end == "png")
    };
    let picture = |path: &PathBuf| {
        let unreadable = |error: &dyn Display| Failure::unreadable(path, &error);
        let (width, height) = image::image_dimensions(path).map_err(|error| unreadable(&error))?;
        let png = fs::read(path).map_err(|error| unreadable(&error))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(EventPicture { name, width, height, png })
    };
    let pictures = written.iter().filter(is_figure).map(picture).collect::<Result<Vec<_>, Failure>>()?;
    Ok(folder.append_pictures(step, &pictures)?)
}

/// Notes in the manifest how far the run got.
fn note_progress(manifest: &mut Manifest, outcome: &Outcome, experiment: &RestoreExperiment) {
    manifest.status = Status::Stopped;
    manifest.steps_done = outcome.steps;
    manifest.training_s = outcome.elapsed_s;
    let protocol = experiment.evaluation.protocol.as_str().to_owned();
    manifest.best =
        outcome.best.map(|best| BestValidation { step: best.step, psnr_y_db: best.psnr_y_db, protocol });
}

/// Writes the weights, and what they are worth on every set.
fn keep(
    request: &Request,
    experiment: &RestoreExperiment,
    sets: &[(String, Arc<dyn Dataset>)],
    folder: &RunFolder,
    outcome: &Outcome,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let about = BTreeMap::from([
        ("experiment".to_owned(), request.name.to_owned()),
        ("model".to_owned(), experiment.model.architecture().name().to_owned()),
        ("scale".to_owned(), experiment.scale.to_string()),
    ]);
    folder.save(Purpose::Weights, "weights.safetensors", &weights::to_bytes(&outcome.weights, &about)?)?;
    let network = Network::new(&experiment.model, experiment.scale, &outcome.weights)?;
    let EvaluationConfig { protocol, figures, .. } = experiment.evaluation;
    let how = Measure { method: request.run, protocol, figures };
    let mut rows = Vec::new();
    for (name, set) in sets {
        let mut keep = |figure: Option<Figure>| {
            if let Some(Figure { name, title, panels }) = figure {
                keep_figure(folder.path(), &name, &title, &panels, Figure::REFERENCE, Figure::BASELINE)?;
            }
            interrupt.check()
        };
        rows.extend(network.measure(name, set.as_ref(), how, &mut keep)?);
    }
    folder.write_evaluation(&rows)?;
    keep_curve(experiment, sets, folder, interrupt)
}
