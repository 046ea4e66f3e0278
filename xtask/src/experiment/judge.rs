//! An experiment that judges finished runs: can a classifier tell what they make from HR?

use plumage_data::{DatasetConfig, SplitConfig};
use plumage_models::judge::PATCHES_PX;
use plumage_trainer::judge::{BICUBIC, CONTROLS, JudgeTrainerConfig, MIX, StatisticsConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The whole of `experiments/NAME.toml`, where it judges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgeExperiment {
    /// What the experiment shows, in a line.
    pub(crate) about: String,
    /// Everything random in the run is a function of it.
    pub(crate) seed: u64,
    /// How much is enlarged: HR size over LR size. The scale of all runs that are judged.
    #[schemars(range(min = 2, max = 8))]
    pub(crate) scale: usize,
    /// Who is judged, and on what.
    pub(crate) judge: JudgeConfig,
    /// Where the pictures come from.
    pub(crate) data: JudgeDataConfig,
    /// How every judge is trained.
    pub(crate) trainer: JudgeTrainerConfig,
}

/// `[data]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgeDataConfig {
    /// The HR images. Those that a judged run was trained on or validated with are left out.
    pub(crate) images: DatasetConfig,
}

/// `[judge]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgeConfig {
    /// Finished runs, by name. Bicubic interpolation is always judged too.
    #[schemars(length(min = 1, max = 16))]
    pub(crate) methods: Vec<String>,
    /// What is looked into in particular; absent: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) claim: Option<ClaimConfig>,
    /// Feature maps after each layer of a judge, all but the first of stride 2.
    #[schemars(length(min = 1, max = 8), inner(range(min = 1, max = 1024)))]
    pub(crate) widths: Vec<usize>,
    /// Sides of the crops in HR pixels, a study for each: 16, 32 or 64.
    #[schemars(length(min = 1, max = 3), inner(range(min = 16, max = 64)))]
    pub(crate) patches_px: Vec<usize>,
    /// Judges of every kind, that differ in nothing but their seed.
    #[schemars(range(min = 1, max = 100))]
    pub(crate) seeds: u64,
    /// Crops of every validation and test image; training draws new ones at every step.
    #[schemars(range(min = 1, max = 1024))]
    pub(crate) crops_per_image: usize,
    /// HR pixels cut off every side of an image, where networks see beyond its edge; at least the scale.
    #[schemars(range(min = 2, max = 256))]
    pub(crate) border_px: usize,
    /// How often a network that takes noise makes each test image, to measure how far that changes it.
    #[schemars(range(min = 2, max = 64))]
    pub(crate) noise_draws: u64,
    /// For so many test images, a comparison figure is drawn.
    #[schemars(range(max = 10_000))]
    pub(crate) figures: usize,
    /// The parts of the images that choose a judge's best step and that it is tested on; from the rest it learns.
    pub(crate) split: SplitConfig,
    /// Fewer test images than this are an error: intervals would be too wide to say anything.
    #[schemars(range(min = 2))]
    pub(crate) min_test_images: usize,
    /// How intervals and p-values are drawn.
    pub(crate) statistics: StatisticsConfig,
}

/// `[judge.claim]`: that judges are worse at telling one method from HR than another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimConfig {
    /// The method that is said to fool judges more.
    pub(crate) fools_more: String,
    /// The one that is said to fool them less.
    pub(crate) than: String,
}

impl JudgeExperiment {
    /// The methods by name, bicubic first.
    pub(crate) fn methods(&self) -> Vec<String> {
        [&[BICUBIC.to_owned()], self.judge.methods.as_slice()].concat()
    }

    /// Rules across fields that the experiment breaks, as pairs of key path and message.
    pub(super) fn broken_rules(&self) -> Vec<(String, String)> {
        let below = |at: &'static str, broken: Vec<(String, String)>| {
            broken.into_iter().map(move |(path, message)| (format!("{at}.{path}"), message))
        };
        let mut broken: Vec<_> = below("data.images", self.data.images.validate()).collect();
        broken.extend(below("judge.split", self.judge.split.validate()));
        broken.extend(below("judge", self.judge.broken_rules()));
        broken.extend(below("trainer", self.trainer.validate()));
        if self.judge.border_px < self.scale {
            let message = format!("the border is at least the scale of {}", self.scale);
            broken.push(("judge.border_px".to_owned(), message));
        }
        broken
    }
}

impl JudgeConfig {
    fn broken_rules(&self) -> Vec<(String, String)> {
        let mut broken = Vec::new();
        for (index, method) in self.methods.iter().enumerate() {
            let key = format!("methods[{index}]");
            if let Err(error) = plumage_record::check_name(method) {
                broken.push((key, error.to_string()));
            } else if [&[BICUBIC, MIX], &CONTROLS[..]].concat().contains(&method.as_str()) {
                broken.push((key, format!("`{method}` is judged anyway, and no run")));
            } else if self.methods[..index].contains(method) {
                broken.push((key, format!("`{method}` is listed twice")));
            }
        }
        for (index, side) in self.patches_px.iter().enumerate() {
            let key = format!("patches_px[{index}]");
            if !PATCHES_PX.contains(side) {
                broken.push((key, format!("crops are of 16, 32 or 64 pixels: got {side}")));
            } else if self.patches_px[..index].contains(side) {
                broken.push((key, format!("{side} is listed twice")));
            }
        }
        let part = |share: f64| share > 0.;
        if !part(self.split.validation) || !part(self.split.test) {
            let key = if part(self.split.validation) { "test" } else { "validation" };
            broken.push((format!("split.{key}"), "a judge needs images of this part".to_owned()));
        }
        if let Some(claim) = &self.claim {
            for (key, method) in [("fools_more", &claim.fools_more), ("than", &claim.than)] {
                if method != BICUBIC && !self.methods.contains(method) {
                    let message = format!("`{method}` is none of judge.methods");
                    broken.push((format!("claim.{key}"), message));
                }
            }
            if claim.fools_more == claim.than {
                broken.push(("claim.than".to_owned(), "a method is not compared with itself".to_owned()));
            }
        }
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Experiment, Failure, Workspace};

    #[test]
    fn rules_across_fields_of_a_judge_point_at_the_key_that_breaks_them() {
        let workspace = Workspace::find().unwrap();
        for (change, key) in [
            ("judge.methods=[\"a/b\"]", "judge.methods[0]"),
            ("judge.methods=[\"mix\"]", "judge.methods[0]"),
            ("judge.methods=[\"srcnn_birds\", \"srcnn_birds\"]", "judge.methods[1]"),
            ("judge.patches_px=[16, 48]", "judge.patches_px[1]"),
            ("judge.patches_px=[16, 16]", "judge.patches_px[1]"),
            ("judge.split.validation=0.0", "judge.split.validation"),
            ("judge.split.test=0.99", "judge.split.validation"),
            ("judge.border_px=2", "judge.border_px"),
            ("judge.claim.than=\"srgan\"", "judge.claim.than"),
            ("judge.claim.than=\"srcnn_birds\"", "judge.claim.than"),
            ("trainer.schedule.warmup_steps=99999", "trainer.schedule.warmup_steps"),
            ("data.images.folder.path=\"../birds\"", "data.images.folder.path"),
        ] {
            let failure = Experiment::load(&workspace, "judge_birds", &[change.to_owned()]).unwrap_err();
            let Failure::Config(errors) = failure else { panic!("{change}: {failure:?}") };
            assert!(errors.mistakes().iter().any(|mistake| mistake.key == key), "{change}: {errors:?}");
        }
    }
}
