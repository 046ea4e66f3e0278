//! All judges of a study, one after the other; a checkpoint holds those that are done.

use std::{collections::BTreeMap, time::Instant};

use candle_core::Device;
use plumage_models::weights::{self, Tensors};
use plumage_record::{Checkpoint, Clock, Identity, JudgeCurveRow, RunFolder, Spent, TimingRow};

use super::{
    Contest, JudgeTrainerConfig, Pictures, Verdicts,
    training::{self, Which},
};
use crate::{Ending, Progress, TrainError};

/// What is judged, by whom, and where it is recorded.
pub struct Judging<'a> {
    /// The methods, bicubic first.
    pub methods: &'a [String],
    /// Sides of the crops, a study for each.
    pub patches_px: &'a [usize],
    /// Feature maps of a judge's layers.
    pub widths: &'a [usize],
    /// Judges of every kind.
    pub seeds: u64,
    /// Everything random is a function of it.
    pub seed: u64,
    /// Crops of every image, where they do not change from step to step.
    pub crops_per_image: usize,
    /// How every judge is trained.
    pub trainer: &'a JudgeTrainerConfig,
    /// The images that judges learn from.
    pub train: &'a Pictures,
    /// The images that choose a judge's best step.
    pub validation: &'a Pictures,
    /// The images that judges are tested on.
    pub test: &'a Pictures,
    /// Where the computing happens.
    pub device: &'a Device,
    /// Where it is recorded.
    pub folder: &'a RunFolder,
    /// What a checkpoint must share with a run that resumes it.
    pub identity: &'a Identity,
}

/// What the judges say: how far they were trained, and their verdicts on the test images.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Whether all judges are trained.
    pub ending: Ending,
    /// How many are.
    pub judges: u64,
    /// Seconds of training, those before a resume included.
    pub elapsed_s: f64,
    /// How they came to it.
    pub curves: Vec<JudgeCurveRow>,
    /// By judge, in the order in which they are trained.
    pub verdicts: Vec<Verdicts>,
}

const VERDICTS: &str = "verdicts.safetensors";
const CURVES: &str = "curves.json";

/// Checkpoints kept: the newest, and one more should it be damaged.
const KEPT_CHECKPOINTS: usize = 2;

impl Judging<'_> {
    /// All judges, in the order in which they are trained.
    pub(super) fn all(&self) -> Vec<Which> {
        let mut all = Vec::new();
        for &patch_px in self.patches_px {
            for contest in Contest::all(self.methods.len()) {
                for seed in 0..self.seeds {
                    all.push(Which { patch_px, contest, seed, number: all.len() as u64 });
                }
            }
        }
        all
    }

    /// How many judges there are to train.
    pub fn judges(&self) -> u64 {
        judges(self.methods.len(), self.patches_px.len(), self.seeds)
    }

    /// What was not finite in the making of a step of a judge, counted from 0.
    pub(super) fn diverged(&self, term: String, which: Which, step: u64) -> TrainError {
        let name = which.contest.name(self.methods);
        let term = format!("{term} of the judge of {name} at {} px, seed {},", which.patch_px, which.seed);
        let checkpoint = self.folder.checkpoints().newest_step();
        TrainError::Diverged { term, step: step + 1, images: Vec::new(), checkpoint }
    }

    /// The name of a judge's verdicts in a file.
    fn key(&self, which: Which) -> String {
        format!("{}px.{}.{}", which.patch_px, which.contest.name(self.methods), which.seed)
    }

    /// The verdicts as a safetensors file: `[images, crops, versions]` of each judge.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn verdicts_file(&self, verdicts: &[Verdicts]) -> Result<Vec<u8>, TrainError> {
        let named = self.all().into_iter().zip(verdicts);
        let tensors: Tensors = named
            .map(|(which, verdicts)| Ok((self.key(which), verdicts.to_tensor()?)))
            .collect::<Result<_, TrainError>>()?;
        let versions = [&["hr".to_owned()], self.methods].concat().join(", ");
        let about = BTreeMap::from([
            ("scores".to_owned(), "the higher, the more a crop is taken for generated".to_owned()),
            ("shape".to_owned(), "test images of data.csv, crops, versions".to_owned()),
            ("versions".to_owned(), versions),
        ]);
        Ok(weights::to_bytes(&tensors, &about)?)
    }
}

/// How many judges a study of so many methods, bicubic among them, has for crops of so many sizes.
pub fn judges(methods: usize, sizes: usize, seeds: u64) -> u64 {
    (Contest::all(methods).len() * sizes) as u64 * seeds
}

/// Trains all judges that the checkpoint lacks, and commits one after each. The judge in hand is given up when it is asked
/// to stop: a resume trains it anew, to the same bytes.
///
/// # Errors
/// [`TrainError::Diverged`]; a checkpoint that is none of this study; a folder that cannot be written.
pub fn train(
    run: &Judging,
    checkpoint: Option<Checkpoint>,
    progress: &mut dyn Progress,
) -> Result<Judged, TrainError> {
    let (mut curves, mut verdicts) = match &checkpoint {
        Some(checkpoint) => restored(run, checkpoint)?,
        None => Default::default(),
    };
    let done = verdicts.len();
    let clock = Clock::resume(run.folder.cut_records(done as u64)?);
    let mut ending = Ending::Finished;
    for which in run.all().into_iter().skip(done) {
        let judge_started = Instant::now();
        let Some(trained) = training::train(run, which, progress)? else {
            ending = Ending::Stopped;
            break;
        };
        curves.extend(trained.curve);
        verdicts.push(trained.verdicts);
        let crops = (2 * run.trainer.pairs) as f64 * run.trainer.steps as f64;
        let images_per_s = Some(crops / judge_started.elapsed().as_secs_f64().max(1e-9));
        let step = which.number + 1;
        let Spent { elapsed_s, cpu_s } = clock.spent();
        run.folder.append_timing(&TimingRow { step, elapsed_s, cpu_s, images_per_s })?;
        let files = [
            (VERDICTS, run.verdicts_file(&verdicts)?),
            (CURVES, serde_json::to_vec(&curves).map_err(TrainError::state)?),
        ];
        run.folder.checkpoints().save(step, &files, run.identity)?;
        run.folder.checkpoints().keep(KEPT_CHECKPOINTS, None)?;
    }
    Ok(Judged { ending, judges: verdicts.len() as u64, elapsed_s: clock.spent().elapsed_s, curves, verdicts })
}

/// What the judges of a checkpoint said.
fn restored(
    run: &Judging,
    checkpoint: &Checkpoint,
) -> Result<(Vec<JudgeCurveRow>, Vec<Verdicts>), TrainError> {
    let file = |name: &str| {
        let missing = || TrainError::state(format!("the checkpoint has no {name}"));
        checkpoint.files.get(name).ok_or_else(missing)
    };
    let curves = serde_json::from_slice(file(CURVES)?).map_err(TrainError::state)?;
    let tensors = weights::from_bytes(file(VERDICTS)?, VERDICTS)?;
    let of_judge = |which: Which| {
        let key = run.key(which);
        let missing = || TrainError::state(format!("the checkpoint has no verdicts {key}"));
        let tensor = tensors.get(&key).ok_or_else(missing)?;
        Verdicts::from_tensor(tensor, run.test, run.crops_per_image, run.methods.len())
    };
    let judges = run.all().into_iter().take(checkpoint.step as usize);
    Ok((curves, judges.map(of_judge).collect::<Result<_, _>>()?))
}
