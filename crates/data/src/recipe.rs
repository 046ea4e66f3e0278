//! Everything that decides which numbers the batches hold.

use plumage_imaging::Channels;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AugmentConfig, DegradationConfig, PatchConfig};

/// `[data.batches]`. Only `size` and `pool` change the numbers; the other two change how fast and in how much memory they come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchConfig {
    /// Patches in a batch. The last batch of an epoch holds what is left.
    #[schemars(range(min = 1, max = 65_536))]
    pub size: usize,
    /// Threads that prepare batches ahead; with 0, every batch is prepared when it is asked for.
    #[schemars(range(min = 0, max = 64))]
    pub workers: usize,
    /// Images whose patches are shuffled together. About two pools are in memory at a time.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub pool: usize,
    /// Memory, in MiB, for prepared images that are kept from epoch to epoch. Those of a degradation with noise never
    /// are, for they are others in the next epoch.
    #[schemars(range(min = 0, max = 1_048_576))]
    pub cache_mib: usize,
}

/// Where a network's input lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputGrid {
    /// The LR patch itself.
    Lr,
    /// The patch of the LR image's bicubic enlargement, at HR size.
    Hr,
}

/// What the batches of a run are made of: the parts of a config that concern them, and what its model asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Seed of the run.
    pub seed: u64,
    /// HR pixels for one LR pixel along a side.
    pub scale: usize,
    /// What the network works on.
    pub channels: Channels,
    /// Where its input lives.
    pub input: InputGrid,
    /// How HR becomes LR.
    pub degradation: DegradationConfig,
    /// Where the patches lie.
    pub patches: PatchConfig,
    /// How they are varied.
    pub augment: AugmentConfig,
    /// How they are put together.
    pub batches: BatchConfig,
}

impl Recipe {
    /// The rules that hold between values, each broken one as a path (`patches.random.hr_size`) and a message.
    pub fn validate(&self) -> Vec<(String, String)> {
        let sections = [
            ("degradation", self.degradation.validate()),
            ("patches", self.patches.validate(self.step_px())),
            ("augment", self.augment.validate()),
        ];
        let below = |section: &str, key: &str| match key {
            "" => section.to_owned(),
            key => format!("{section}.{key}"),
        };
        let broken = sections.into_iter().flat_map(|(section, broken)| {
            broken.into_iter().map(move |(key, message)| (below(section, &key), message))
        });
        broken.collect()
    }

    /// HR pixels to which the corners of patches keep, so that a patch has whole input pixels.
    pub(crate) fn step_px(&self) -> usize {
        match self.input {
            InputGrid::Lr => self.scale,
            InputGrid::Hr => 1,
        }
    }

    /// Side of an input patch in input pixels.
    pub(crate) fn input_size(&self) -> usize {
        self.patches.hr_size() / self.step_px()
    }
}
