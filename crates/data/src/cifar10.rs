//! One class of CIFAR-10 (Krizhevsky 2009, <https://www.cs.toronto.edu/~kriz/cifar.html>): 32x32 photographs, 5,000 of
//! a class to train on and 1,000 to test on, read by candle-datasets from a local copy or fetched from its hub.

use std::{path::PathBuf, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DataError, DataRoots, Dataset, folder};

/// `[data.train.cifar10]`. Needs a program built with `--features hub`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cifar10Config {
    /// The images of this class are used.
    pub class: Cifar10Class,
    /// Which images.
    pub part: Cifar10Part,
    /// A folder with the six `.bin` files of the binary version, below the data root or the working directory. Without
    /// it, the images are fetched from the hub once and kept in the hub's cache.
    pub path: Option<PathBuf>,
}

impl Cifar10Config {
    /// The rules between several values, each broken one as its key and a message.
    pub fn validate(&self) -> Vec<(String, String)> {
        self.path.as_deref().map(folder::climbing).unwrap_or_default()
    }
}

/// The classes, in the order of their labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Cifar10Class {
    Airplane,
    Automobile,
    Bird,
    Cat,
    Deer,
    Dog,
    Frog,
    Horse,
    Ship,
    Truck,
}

/// The data set's own two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cifar10Part {
    /// 50,000 images, 5,000 of every class.
    Train,
    /// 10,000 images, 1,000 of every class.
    Test,
}

/// Opens CIFAR-10, unless the program was built without its reader.
#[cfg(not(feature = "hub"))]
pub(crate) fn open(_: &Cifar10Config, _: &DataRoots) -> Result<Arc<dyn Dataset>, DataError> {
    Err(DataError::NeedsHub)
}

/// Opens CIFAR-10 and keeps the images of one class in memory: 15 MB of 5,000 birds.
#[cfg(feature = "hub")]
pub(crate) fn open(config: &Cifar10Config, roots: &DataRoots) -> Result<Arc<dyn Dataset>, DataError> {
    if let Some((path, message)) = config.validate().into_iter().next() {
        return Err(DataError::Config { path: format!("cifar10.{path}"), message });
    }
    reader::open(config, roots).map(|images| Arc::new(images) as Arc<dyn Dataset>)
}

#[cfg(feature = "hub")]
mod reader;
