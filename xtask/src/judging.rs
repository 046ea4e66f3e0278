//! A study of judges from beginning to end: open the runs and the images, make every version of them, train the judges,
//! keep and draw what they say.

mod images;
mod methods;
mod pictures;

use std::process::ExitCode;

use candle_core::Device;
use plumage_data::fingerprint;
use plumage_metrics::Protocol;
use plumage_models::judge as network;
use plumage_record::{
    Architecture, Checkpoint, Claim, Identity, ImageSet, JudgeRecords, JudgeStudy, Manifest, ModelSummary,
    Provenance, Purpose, RunFolder, SeenImage, Status, newest_checkpoint, read_manifest, sha256,
};
use plumage_reporting::write_run;
use plumage_trainer::{
    architecture,
    judge::{self, CONTROLS, Findings, Judged, Judging},
};

use self::{
    images::Images,
    methods::Method,
    pictures::{Shots, Studio},
};
use crate::{
    device,
    exit::ExitKind,
    experiment::JudgeExperiment,
    failure::Failure,
    interrupt::Interrupt,
    limits,
    progress::Watch,
    say::{note, say},
    training::{Request, checkpoint_of, open_folder},
    workspace::Workspace,
};

/// How images are degraded. Judges see Y alone, so that no chroma that a network was given can tell them anything.
const PROTOCOL: Protocol = Protocol::YMatlab;

/// Opens all that a study reads; nothing is written.
pub(crate) fn open(request: &Request, experiment: &JudgeExperiment) -> Result<Opened, Failure> {
    let methods = methods::open(experiment, request)?;
    let images = Images::open(experiment, &methods, request.roots)?;
    limits::check_judging_disk(request.results, experiment, images.test.as_ref())?;
    limits::check_judging(request.max_memory, experiment, &images.parts())?;
    let seen = [images.seen.as_slice(), &methods.iter().map(Method::seen).collect::<Vec<_>>()].concat();
    let identity = Identity {
        config_sha256: sha256(request.resolved.as_bytes()),
        data: ImageSet::all(&seen),
        seed: experiment.seed,
    };
    Ok(Opened { methods, images, seen, identity })
}

/// Judges finished runs that are opened.
pub(crate) fn run(
    workspace: &Workspace,
    request: &Request,
    experiment: &JudgeExperiment,
    opened: &Opened,
    interrupt: &Interrupt,
) -> Result<ExitCode, Failure> {
    interrupt.finishing("stopped while preparing; judges that were trained before are committed".to_owned());
    let folder = open_folder(request).map_err(|failure| {
        let left = newest_checkpoint(&request.results.join(request.run));
        failure.with_checkpoint(left, request.again)
    })?;
    let study = Study { workspace, request, experiment, interrupt, opened, folder: &folder };
    study.run().map_err(|failure| failure.with_checkpoint(folder.checkpoints().newest_step(), request.again))
}

/// What a study reads, opened.
pub(crate) struct Opened {
    methods: Vec<Method>,
    images: Images,
    seen: Vec<SeenImage>,
    identity: Identity,
}

impl Opened {
    /// What tells the study from every other: its config, its images and networks, its seed.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The images it learns from and is measured on, and those of the networks.
    pub(crate) fn seen(&self) -> &[SeenImage] {
        &self.seen
    }
}

/// A study, once the folder is its own.
struct Study<'a> {
    workspace: &'a Workspace,
    request: &'a Request<'a>,
    experiment: &'a JudgeExperiment,
    interrupt: &'a Interrupt,
    opened: &'a Opened,
    folder: &'a RunFolder,
}

impl Study<'_> {
    fn run(&self) -> Result<ExitCode, Failure> {
        let Opened { seen, identity, .. } = self.opened;
        let checkpoint = checkpoint_of(self.folder, self.request, identity, seen)?;
        let mut manifest = self.describe()?;
        self.folder.save(Purpose::Config, "config.toml", self.request.resolved.as_bytes())?;
        self.folder.write_seen(seen)?;
        self.networks()?.save(self.folder)?;
        manifest.save(self.folder.path())?;
        self.conduct(checkpoint, &mut manifest).inspect_err(|failure| {
            let stopped = matches!(failure.exit(), ExitKind::Interrupted | ExitKind::Terminated);
            manifest.status = if stopped { Status::Stopped } else { Status::Failed };
            // The error that is reported is the one that ended the study.
            let _ = manifest.save(self.folder.path());
            let _ = write_run(self.folder.path());
        })?;
        manifest.status = Status::Finished;
        manifest.save(self.folder.path())?;
        let written = write_run(self.folder.path())?;
        if let Some(records) = JudgeRecords::read(self.folder.path())? {
            say!("{}", plumage_reporting::verdict_text(&records));
        }
        say!("{} files in {}: begin with README.md", written.len(), self.folder.path().display());
        Ok(ExitKind::Ok.into())
    }

    /// Makes the pictures, trains the judges, and keeps what they say.
    fn conduct(&self, checkpoint: Option<Checkpoint>, manifest: &mut Manifest) -> Result<(), Failure> {
        let done = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.step);
        // Pictures are made again by a resume: until they are all there, nothing is lost at any moment.
        self.interrupt
            .finishing(format!("stopped while pictures are made; {done} trained judges are committed"));
        let Opened { methods, images, .. } = self.opened;
        let studio =
            Studio { experiment: self.experiment, methods, folder: self.folder, interrupt: self.interrupt };
        let shots = studio.shoot(images)?;
        let (names, device) = (self.experiment.methods(), device::best()?);
        let task = self.task(&names, &shots, &device);
        let judged = self.train(&task, checkpoint, manifest)?;
        self.keep(&task, judged, &shots)
    }

    fn task<'t>(&'t self, names: &'t [String], shots: &'t Shots, device: &'t Device) -> Judging<'t> {
        let config = &self.experiment.judge;
        Judging {
            methods: names,
            patches_px: &config.patches_px,
            widths: &config.widths,
            seeds: config.seeds,
            seed: self.experiment.seed,
            crops_per_image: config.crops_per_image,
            trainer: &self.experiment.trainer,
            train: &shots.train,
            validation: &shots.validation,
            test: &shots.test,
            device,
            folder: self.folder,
            identity: &self.opened.identity,
        }
    }

    /// Trains the judges that the checkpoint lacks.
    fn train(
        &self,
        task: &Judging,
        checkpoint: Option<Checkpoint>,
        manifest: &mut Manifest,
    ) -> Result<Judged, Failure> {
        let (all, steps) = (task.judges(), self.experiment.trainer.steps);
        let done = checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.step);
        if done > 0 {
            note!("resuming {} with {done} of {all} judges trained", self.request.run);
        }
        self.interrupt.training(self.request.again);
        let mut watch = Watch::new(all * steps, done * steps, self.interrupt.clone());
        let trained = judge::train(task, checkpoint, &mut watch);
        watch.finish();
        let judged = trained.inspect_err(|_| {
            manifest.steps_done = self.folder.checkpoints().newest_step().unwrap_or(0) * steps;
        })?;
        (manifest.steps_done, manifest.training_s) = (judged.judges * steps, judged.elapsed_s);
        manifest.status = Status::Stopped;
        manifest.save(self.folder.path())?;
        let left = format!("stopped with {} of {all} judges trained and committed", judged.judges);
        self.interrupt.finishing(left);
        self.interrupt.check()?;
        note!("{all} judges are trained; drawing intervals");
        Ok(judged)
    }

    /// Writes the verdicts, and what they come to.
    fn keep(&self, task: &Judging, judged: Judged, shots: &Shots) -> Result<(), Failure> {
        let statistics = &self.experiment.judge.statistics;
        let Findings { cells, differences, roc } = judge::findings(task, &judged.verdicts, statistics)?;
        let (methods, spectra) = judge::method_rows(&shots.numbers, statistics, self.experiment.seed)?;
        let verdicts = task.verdicts_file(&judged.verdicts)?;
        self.folder.save(Purpose::Judge, "verdicts.safetensors", &verdicts)?;
        let study = self.study();
        let records =
            JudgeRecords { study, cells, differences, roc, curves: judged.curves, methods, spectra };
        Ok(records.save(self.folder)?)
    }

    /// What is judged, and how, for those who read the records.
    fn study(&self) -> JudgeStudy {
        let config = &self.experiment.judge;
        let claim = config.claim.as_ref();
        JudgeStudy {
            methods: self.experiment.methods(),
            controls: CONTROLS.map(str::to_owned).into(),
            claim: claim
                .map(|claim| Claim { fools_more: claim.fools_more.clone(), than: claim.than.clone() }),
            patches_px: config.patches_px.clone(),
            seeds: config.seeds,
            images: self.opened.images.parts().map(|part| part.len() as u64),
            left_out: self.opened.images.left_out,
            crops_per_image: config.crops_per_image,
            border_px: config.border_px,
            protocol: PROTOCOL.as_str().to_owned(),
            confidence: config.statistics.confidence,
        }
    }

    /// A judge of the largest crops.
    fn judge(&self) -> network::JudgeConfig {
        let config = &self.experiment.judge;
        let patch_px = config.patches_px.iter().copied().max().unwrap_or_default();
        network::JudgeConfig { patch_px, widths: config.widths.clone() }
    }

    /// The judge, for those who draw it.
    fn networks(&self) -> Result<Architecture, Failure> {
        let network = architecture::of_judge(&self.judge(), 1, self.experiment.scale);
        Ok(Architecture { networks: vec![network.map_err(Failure::internal)?] })
    }

    /// The manifest of a study that begins, or goes on.
    fn describe(&self) -> Result<Manifest, Failure> {
        let Self { workspace, request, experiment, opened, folder, .. } = self;
        let config = &experiment.judge;
        let judge = self.judge();
        let (parameters, _) = judge.init(1, experiment.seed, &Device::Cpu).map_err(Failure::internal)?;
        let before = read_manifest(folder.path())?;
        let images = &opened.images;
        Ok(Manifest {
            format: Manifest::FORMAT,
            name: request.name.to_owned(),
            about: experiment.about.clone(),
            status: Status::Running,
            set: request.set.to_vec(),
            seed: experiment.seed,
            scale: experiment.scale,
            model: ModelSummary {
                name: Manifest::JUDGE.to_owned(),
                parameters: parameters.count() as u64,
                macs_per_hr_pixel: judge.macs_per_pixel(1),
            },
            config_sha256: opened.identity.config_sha256.clone(),
            data_sha256: fingerprint(images.train.as_ref())?,
            training_images: images.train.len() as u64,
            validation_images: images.validation.len() as u64,
            threads: rayon::current_num_threads(),
            provenance: Provenance::of(workspace.root()),
            started: before.as_ref().map_or_else(Manifest::now, |before| before.started.clone()),
            updated: Manifest::now(),
            steps_done: before.as_ref().map_or(0, |before| before.steps_done),
            steps: judge::judges(config.methods.len() + 1, config.patches_px.len(), config.seeds)
                * experiment.trainer.steps,
            training_s: before.as_ref().map_or(0., |before| before.training_s),
            bicubic: None,
            best: None,
        })
    }
}
