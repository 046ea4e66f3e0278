//! All images below a folder.

use std::path::{Component, Path, PathBuf};

use plumage_imaging::decode::Limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    DataError, DataRoots,
    files::{Demands, FileSet},
};

/// `[data.train.folder]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FolderConfig {
    /// The folder. A relative path is looked for below the data root, then below the working directory; `..` is not
    /// allowed in it.
    pub path: PathBuf,
    /// Use the first so many images, ordered by path; without it, all of them.
    #[schemars(range(min = 1))]
    pub images: Option<usize>,
    /// An image whose smaller side has fewer HR pixels is an error.
    #[schemars(range(min = 1, max = 65_536))]
    pub min_side: usize,
    /// HR is the file at `1 / shrink` of its size, by the bicubic resize: this averages the traces of JPEG away.
    #[schemars(range(min = 2, max = 16))]
    pub shrink: Option<usize>,
}

impl FolderConfig {
    /// The rules between several values, each broken one as its key and a message.
    pub fn validate(&self) -> Vec<(String, String)> {
        climbing(&self.path)
    }
}

/// The broken rule of a path that climbs out of the root that it belongs to.
pub(crate) fn climbing(path: &Path) -> Vec<(String, String)> {
    let upward = path.components().any(|part| part == Component::ParentDir);
    let message = || "`..` is not allowed in the path of a folder; give an absolute path instead".to_owned();
    if upward { vec![("path".to_owned(), message())] } else { Vec::new() }
}

/// Opens the folder of `config`; every image in it decodes when this returns.
pub(crate) fn open(config: &FolderConfig, roots: &DataRoots, limits: &Limits) -> Result<FileSet, DataError> {
    if let Some((path, message)) = config.validate().into_iter().next() {
        return Err(DataError::Config { path: format!("folder.{path}"), message });
    }
    let folder = resolve(&config.path, roots)?;
    let demands =
        Demands { images: config.images, min_side: config.min_side, shrink: config.shrink, recursive: true };
    FileSet::open(&folder, &demands, limits)
}

/// The folder that a configured path means: below the data root if it is there, else from the working directory.
pub(crate) fn resolve(path: &Path, roots: &DataRoots) -> Result<PathBuf, DataError> {
    let below_root = roots.data_root.iter().map(|root| root.join(path));
    let mut looked: Vec<PathBuf> = below_root.chain([path.to_owned()]).collect();
    looked.dedup();
    match looked.iter().find(|place| place.is_dir()) {
        Some(folder) => Ok(folder.clone()),
        None => Err(DataError::NoFolder { path: path.to_owned(), looked }),
    }
}
