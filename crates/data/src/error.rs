//! What can go wrong with data, and whose fault it is.

use std::{fmt, io, path::PathBuf};

use plumage_imaging::{ImagingError, readable};

use crate::Manifest;

/// Who has to change something: the person who wrote the config, or the one who keeps the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Data are missing, unreadable or corrupt.
    Input,
    /// The config asks for something that does not exist or does not fit.
    Config,
}

/// One file that cannot be used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadFile {
    /// The file's name below the folder that was read.
    pub name: String,
    /// What is wrong with it, with its name.
    pub reason: String,
}

/// Everything that can go wrong between a config and a batch.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file or folder could not be read.
    #[error("failed to read {}", readable(path))]
    Read {
        /// What was read.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// An image could not be decoded, or has a form that the batches cannot take.
    #[error("failed to use the image {name}")]
    Image {
        /// The image's name in its data set.
        name: String,
        /// What the decoder says.
        source: ImagingError,
    },

    /// Some files of a folder cannot be used; all of them are named.
    #[error("{} of {total} images in {} cannot be used; repair or remove them:{}", bad.len(), readable(folder), Listing(bad))]
    BadFiles {
        /// The folder.
        folder: PathBuf,
        /// How many images were looked at.
        total: usize,
        /// Every bad one, in the order of the folder.
        bad: Vec<BadFile>,
    },

    /// An image is not what it was when the data set was opened.
    #[error(
        "the image {name} changed while it was in use: it was {expected_width}x{expected_height}, now {width}x{height}"
    )]
    Changed {
        /// The image's name in its data set.
        name: String,
        /// Width in pixels when the data set was opened.
        expected_width: u32,
        /// Height in pixels when the data set was opened.
        expected_height: u32,
        /// Width in pixels now.
        width: u32,
        /// Height in pixels now.
        height: u32,
    },

    /// The folder of a config does not exist.
    #[error("found no folder {}; looked in {}", readable(path), Places(looked))]
    NoFolder {
        /// The path as configured.
        path: PathBuf,
        /// Every place that was tried.
        looked: Vec<PathBuf>,
    },

    /// A folder without a single image.
    #[error(
        "found no image in {} or below; images end in .png, .jpg, .bmp, .webp, .tif, .ppm and the like",
        readable(folder)
    )]
    NoImages {
        /// The folder.
        folder: PathBuf,
    },

    /// A config asks for more images than there are.
    #[error("images = {asked}, but {place} holds only {found}")]
    TooFewImages {
        /// Where the images are.
        place: String,
        /// How many were asked for.
        asked: usize,
        /// How many there are.
        found: usize,
    },

    /// A config names a benchmark set that has no manifest.
    #[error("found no set named {set:?} in {}; the sets are {}", readable(manifests), known.join(", "))]
    UnknownSet {
        /// The name.
        set: String,
        /// The folder of the manifests.
        manifests: PathBuf,
        /// The sets that have one.
        known: Vec<String>,
    },

    /// The manifest of a benchmark set cannot be understood.
    #[error("failed to understand the manifest {}: {message}", readable(path))]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },

    /// The images of a benchmark set are not on this machine.
    #[error(
        "the set {set} ({}) is not here: {}; name the folder that holds {}/ with --data-root or PLUMAGE_DATA. \
         People get it from {}",
        manifest.title,
        MissingPlace(looked),
        manifest.folder,
        manifest.source
    )]
    MissingSet {
        /// The set.
        set: String,
        /// What its manifest says, where people get it included.
        manifest: Box<Manifest>,
        /// The folder that does not exist, or nothing when no data root was named.
        looked: Option<PathBuf>,
    },

    /// The images of a benchmark set are others than its manifest says.
    #[error("the set {set} in {} is not the one its manifest describes: {message}", readable(folder))]
    SetDiffers {
        /// The set.
        set: String,
        /// Its folder.
        folder: PathBuf,
        /// What differs.
        message: String,
    },

    /// CIFAR-10 was asked of a program that was built without its reader.
    #[error(
        "cifar10 needs a program built with its reader, which is left out for its long build; add --features hub"
    )]
    NeedsHub,

    /// CIFAR-10 could not be read.
    #[error("failed to read CIFAR-10 from {place}: {message}")]
    Cifar10 {
        /// The folder, or the hub.
        place: String,
        /// What its reader says.
        message: String,
    },

    /// A part of a split has a share but got no image.
    #[error(
        "the {part} part of the split got none of {images} images; raise its share of {share} or use more images"
    )]
    EmptyPart {
        /// The part.
        part: String,
        /// Its share of the images, from 0 to 1.
        share: f64,
        /// How many images were split.
        images: usize,
    },

    /// No image is large enough for one patch.
    #[error(
        "none of {images} images holds a patch of {size_px} HR pixels; the largest is {largest_width}x{largest_height}"
    )]
    NoPatches {
        /// How many images there are.
        images: usize,
        /// The side of a patch in HR pixels.
        size_px: usize,
        /// Width in pixels of the image with the largest smaller side.
        largest_width: u32,
        /// Height in pixels of the image with the largest smaller side.
        largest_height: u32,
    },

    /// Values of the config do not fit together.
    #[error("{path}: {message}")]
    Config {
        /// The key, as a dotted path below the part of the config that was opened.
        path: String,
        /// What does not fit.
        message: String,
    },

    /// A worker thread ended without a word, which only a bug or a lack of threads brings about.
    #[error(
        "a worker that prepares batches stopped; if the system is short of threads or memory, lower data.batches.workers"
    )]
    WorkerStopped,
}

impl DataError {
    /// Whose fault it is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            DataError::TooFewImages { .. }
            | DataError::UnknownSet { .. }
            | DataError::NeedsHub
            | DataError::EmptyPart { .. }
            | DataError::NoPatches { .. }
            | DataError::Config { .. } => ErrorKind::Config,
            _ => ErrorKind::Input,
        }
    }
}

/// Bad files as an indented list, one a line.
struct Listing<'a>(&'a [BadFile]);

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|file| write!(f, "\n  {}", file.reason))
    }
}

/// Folders joined by "and".
struct Places<'a>(&'a [PathBuf]);

impl fmt::Display for Places<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<String> = self.0.iter().map(|place| readable(place)).collect();
        f.write_str(&places.join(" and "))
    }
}

/// Where a benchmark set was looked for.
struct MissingPlace<'a>(&'a Option<PathBuf>);

impl fmt::Display for MissingPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(folder) => write!(f, "there is no folder {}", readable(folder)),
            None => f.write_str("no data root is named"),
        }
    }
}
