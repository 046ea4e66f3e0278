//! Every kind of experiment made tiny: the shipped ones, and one for each network.

use std::{fs, path::Path};

use super::{Outcome, Wrong};
use crate::{experiment::Experiment, failure::Failure, workspace::Workspace};

/// What makes an experiment tiny, by the beginning of its name; the first that fits counts. A kind of experiment whose TOML has
/// other tables has a line here.
const TINY: [(&str, &[&str]); 2] = [("srgan", &[RESTORE, ADVERSARIAL]), ("", &[RESTORE])];

const RESTORE: &str = r#"
[data.train.aviary]
images = 8
side = 64
seed = 1

[data.validation.aviary]
images = 1
side = 64
seed = 2

[data.split]
validation = 0.0
test = 0.25

[data.patches.random]
hr_size = 24
per_image = 4

[trainer]
steps = 6
record_every = 1
validate_every = 3
checkpoint_every = 3

[evaluation]
on = ["test"]
figures = 0
"#;

const ADVERSARIAL: &str = r#"
[adversarial]
pretraining_steps = 2
ramp_steps = 2
"#;

/// Networks, whether a shipped experiment trains them or not; SRCNN is that of `tiny`.
const NETWORKS: [(&str, &str); 4] = [
    ("espcn", "channels = \"y\"\nwidths = [17, 8]\nresidual = true"),
    ("fsrcnn", "channels = \"y\"\nn_feats = 14\nn_shrunk = 5\nn_mappings = 2\nresidual = true"),
    ("plain", "channels = \"rgb\"\nn_feats = 12\nn_layers = 4"),
    ("srresnet", "channels = \"rgb\"\nn_feats = 16\nn_blocks = 2\nnoise = true"),
];

/// Their names begin so.
const PREFIX: &str = "variant_";

/// What makes `tiny` still shorter.
const SHORTER: [&str; 5] = [
    "trainer.steps=6",
    "trainer.record_every=1",
    "trainer.validate_every=3",
    "trainer.checkpoint_every=3",
    "evaluation.figures=0",
];

/// Writes a tiny variant of each shipped experiment that trains a network into the folder `experiments`, and one for each
/// network. Judges look at runs that have to be there first: a test of their own has them.
pub(super) fn write(experiments: &Path, shipped: &Workspace) -> Outcome {
    let said = |failure: Failure| Wrong::from(format!("{failure:?}"));
    for name in Experiment::names(shipped).map_err(said)? {
        // Made tiny, a twin on drawn birds is the same experiment; judges judge runs that are not there.
        let loaded = Experiment::load(shipped, &name, &[]).map_err(said)?;
        if name.ends_with("_aviary") || matches!(loaded.value, Experiment::Judge(_)) {
            continue;
        }
        let tiny = TINY.iter().find(|(beginning, _)| name.starts_with(beginning));
        let tiny = tiny.map_or(String::new(), |(_, parts)| parts.concat());
        let text = format!("extends = \"{name}\"\nabout = \"a tiny {name}\"\n{tiny}");
        fs::write(experiments.join(format!("{PREFIX}{name}.toml")), text)?;
    }
    let base = Experiment::load(shipped, "tiny", &SHORTER.map(str::to_owned)).map_err(said)?.resolved;
    for (name, config) in NETWORKS {
        let mut whole: toml::Table = base.parse()?;
        let network = toml::Table::from_iter([(name.to_owned(), config.parse::<toml::Table>()?.into())]);
        whole.insert("model".to_owned(), network.into());
        // They name layers of another network.
        whole.get_mut("trainer").and_then(|trainer| trainer.as_table_mut()?.remove("learning_rate_factors"));
        fs::write(experiments.join(format!("{PREFIX}network_{name}.toml")), whole.to_string())?;
    }
    Ok(())
}

/// The names of all that were written.
pub(super) fn names(experiments: &Path) -> Result<Vec<String>, Wrong> {
    let mut names = Vec::new();
    for entry in fs::read_dir(experiments)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".toml").filter(|name| name.starts_with(PREFIX)).map(str::to_owned));
    }
    names.sort_unstable();
    Ok(names)
}
