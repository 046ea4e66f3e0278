//! A configuration in the manner of an experiment, and folders to load it from.

use std::{collections::BTreeMap, fs, path::PathBuf};

use plumage_config::{ConfigErrors, Loaded, Look, load};
use schemars::JsonSchema;
use serde::Deserialize;
use tempfile::TempDir;

/// What a run needs to know.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    /// Every random number follows from it.
    pub(crate) seed: u64,
    /// How many times larger SR is than LR. More is harder.
    #[schemars(range(min = 2, max = 4))]
    pub(crate) scale: usize,
    pub(crate) model: Model,
    pub(crate) loss: Loss,
    pub(crate) trainer: Trainer,
    #[schemars(length(min = 1))]
    pub(crate) degradations: Vec<Degradation>,
    #[serde(default)]
    pub(crate) weights: BTreeMap<String, f32>,
    pub(crate) note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Model {
    Bicubic(Bicubic),
    Srcnn(Srcnn),
}

#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bicubic {}

#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Srcnn {
    /// Sides of the three kernels in pixels.
    pub(crate) kernels: [u32; 3],
    pub(crate) channels: Channels,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channels {
    Y,
    Rgb,
}

#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Loss {
    /// Mean squared error.
    Mse,
    L1,
    Charbonnier {
        #[schemars(range(max = 1.0), extend("exclusiveMinimum" = 0))]
        epsilon: f64,
    },
}

#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trainer {
    /// Optimizer steps.
    #[schemars(range(min = 1))]
    pub(crate) steps: u32,
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(crate) learning_rate: f64,
    pub(crate) ema: bool,
}

#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Degradation {
    Blur {
        #[schemars(range(min = 0.1, max = 10.0))]
        sigma_px: f64,
    },
    Jpeg {
        #[schemars(range(min = 1, max = 100))]
        quality: u8,
    },
    Flip,
}

pub(crate) const GOOD: &str = r#"# A sample without mistakes.
seed = 7
scale = 3
loss = { charbonnier = { epsilon = 1e-3 } }
degradations = [{ blur = { sigma_px = 1 } }, "flip", { jpeg = { quality = 90 } }]
note = "for people"

[model.srcnn]
kernels = [9, 1, 5]
channels = "y"

[trainer]
steps = 100
learning_rate = 1e-4
ema = true

[weights]
fine = 0.5
"#;

/// A folder of experiments, gone when it is dropped.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// A folder with `good.toml` and the given files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a folder");
        for (name, text) in files.iter().chain(&[("good", GOOD)]) {
            fs::write(folder.path().join(format!("{name}.toml")), text).expect("a file");
        }
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(format!("{name}.toml"))
    }

    pub(crate) fn load(&self, name: &str, overrides: &[&str]) -> Result<Loaded<Sample>, ConfigErrors> {
        let overrides: Vec<String> = overrides.iter().map(|&argument| argument.to_owned()).collect();
        load(&self.path(name), &overrides)
    }

    /// What is printed to a pipe, without the folder's own path.
    pub(crate) fn printed(&self, name: &str, overrides: &[&str]) -> String {
        let text = self.load(name, overrides).expect_err("a mistake").render(Look::Plain);
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}
