//! Which data set an experiment uses.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use plumage_imaging::{decode::Limits, readable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    DataError, Dataset,
    aviary::{Aviary, AviaryConfig},
    benchmark::{self, BenchmarkConfig},
    cifar10::{self, Cifar10Config},
    folder::{self, FolderConfig},
    union::Union,
};

/// `[data.train.aviary]`, `[data.train.folder]`, `[data.train.cifar10]`, `[data.train.benchmark]`, or several of them:
/// `[[data.train.union]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DatasetConfig {
    /// Birds drawn by the program: any number of them, on any machine.
    Aviary(AviaryConfig),
    /// All images below a folder.
    Folder(FolderConfig),
    /// One class of CIFAR-10.
    Cifar10(Cifar10Config),
    /// A set that papers use, described by a manifest in `data/`.
    Benchmark(BenchmarkConfig),
    /// Several data sets as one, such as T91 and BSDS200.
    Union(#[schemars(length(min = 1))] Vec<DatasetConfig>),
}

/// Where data are looked for.
#[derive(Clone, Debug)]
pub struct DataRoots {
    /// The folder below which benchmark sets and relative folders lie: `--data-root` or `PLUMAGE_DATA`.
    pub data_root: Option<PathBuf>,
    /// The workspace's `data/` folder, which holds the manifests of the benchmark sets.
    pub manifests: PathBuf,
}

impl DatasetConfig {
    /// The rules that hold between several values, each broken one as the path below the data set and a message.
    pub fn validate(&self) -> Vec<(String, String)> {
        let (name, broken) = match self {
            DatasetConfig::Aviary(config) => ("aviary", config.validate()),
            DatasetConfig::Folder(config) => ("folder", config.validate()),
            DatasetConfig::Cifar10(config) => ("cifar10", config.validate()),
            DatasetConfig::Benchmark(config) => ("benchmark", config.validate()),
            DatasetConfig::Union(sets) => {
                let of_set = |(index, set): (usize, &DatasetConfig)| {
                    let broken = set.validate().into_iter();
                    broken.map(|(path, message)| (format!("[{index}].{path}"), message)).collect::<Vec<_>>()
                };
                ("union", sets.iter().enumerate().flat_map(of_set).collect())
            }
        };
        let below = |path: String| {
            if path.starts_with('[') { name.to_owned() + &path } else { format!("{name}.{path}") }
        };
        broken.into_iter().map(|(path, message)| (below(path), message)).collect()
    }

    /// What the names of its images begin with, where it is one of several.
    fn label(&self) -> String {
        match self {
            DatasetConfig::Aviary(_) => "aviary".to_owned(),
            DatasetConfig::Folder(config) => readable(Path::new(config.path.file_name().unwrap_or_default())),
            DatasetConfig::Cifar10(_) => "cifar10".to_owned(),
            DatasetConfig::Benchmark(config) => config.set.clone(),
            DatasetConfig::Union(_) => "union".to_owned(),
        }
    }
}

/// Opens the data set of `config`: every image is known to be there and to decode when this returns.
///
/// # Errors
/// Data that are missing, unreadable or corrupt, all of them named at once.
pub fn open(
    config: &DatasetConfig,
    roots: &DataRoots,
    limits: &Limits,
) -> Result<Arc<dyn Dataset>, DataError> {
    Ok(match config {
        DatasetConfig::Aviary(config) => Arc::new(Aviary::new(config)),
        DatasetConfig::Folder(config) => Arc::new(folder::open(config, roots, limits)?),
        DatasetConfig::Cifar10(config) => cifar10::open(config, roots)?,
        DatasetConfig::Benchmark(config) => Arc::new(benchmark::open(config, roots, limits)?),
        DatasetConfig::Union(sets) => {
            let opened = sets.iter().map(|set| Ok((set.label(), open(set, roots, limits)?)));
            Arc::new(Union::new(opened.collect::<Result<_, DataError>>()?))
        }
    })
}
