//! Data sets, splits, degradation, patches, augmentation and batches.
//!
//! An image comes from a [`Dataset`], which reads or draws it when asked. A [`Split`] puts it into a part by its
//! content. A [`Recipe`] says how it becomes pairs of an HR patch and what a network sees of it, and [`Batches`] turns
//! the recipe into a function from the step of a run to its batch.
//!
//! Nothing here knows of models: a batch is a plain vector of numbers and its shape.

pub mod aviary;
mod dataset;
mod error;

mod config;

mod benchmark;
mod cifar10;
mod files;
mod fingerprint;
mod folder;
mod split;
mod union;

mod augment;
mod degrade;
mod patches;
mod recipe;

mod batches;
mod epoch;
mod pair;
mod source;
mod variants;

pub use augment::AugmentConfig;
pub use batches::{Batch, BatchStream, Batches};
pub use benchmark::{BenchmarkConfig, Manifest, known as known_benchmarks};
pub use cifar10::{Cifar10Class, Cifar10Config, Cifar10Part};
pub use config::{DataRoots, DatasetConfig, open};
pub use dataset::Dataset;
pub use degrade::{BlurConfig, DegradationConfig, DegradationStep, JpegConfig, NoiseConfig};
pub use error::{BadFile, DataError, ErrorKind};
pub use fingerprint::fingerprint;
pub use folder::FolderConfig;
pub use patches::{GridConfig, PatchConfig, RandomConfig};
pub use recipe::{BatchConfig, InputGrid, Recipe};
pub use split::{Part, Split, SplitConfig, SplitFor, partition};
