//! Images in files: found below a folder, read once to know that they decode, and decoded again when asked.

use std::{
    error::Error,
    fs,
    io::{self, BufRead, BufReader, Seek},
    path::{Path, PathBuf},
};

use image::DynamicImage;
use plumage_imaging::{
    Planes,
    decode::{self, Limits},
    readable,
    resize::{Ratio, resize},
};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::{BadFile, DataError, Dataset};

/// What is asked of every file of a [`FileSet`].
pub(crate) struct Demands {
    /// The first so many files are used; all of them when there is no number.
    pub(crate) images: Option<usize>,
    /// The smaller side of an HR image has at least so many pixels.
    pub(crate) min_side: usize,
    /// An HR image is its file shrunk so many times.
    pub(crate) shrink: Option<usize>,
    /// Whether files in folders below the folder count.
    pub(crate) recursive: bool,
}

/// A data set of image files.
pub(crate) struct FileSet {
    files: Vec<File>,
    shrink: Option<usize>,
    limits: Limits,
}

/// A file that decoded when the data set was opened.
struct File {
    path: PathBuf,
    name: String,
    key: [u8; 32],
    width: u32,
    height: u32,
}

impl FileSet {
    /// Finds the images below `folder`, ordered by the bytes of their relative paths, and decodes each of them once.
    ///
    /// # Errors
    /// When there are no images or too few, and when files cannot be used: all of those are named at once.
    pub(crate) fn open(folder: &Path, demands: &Demands, limits: &Limits) -> Result<Self, DataError> {
        let mut found = find(folder, demands.recursive);
        if found.is_empty() {
            return Err(DataError::NoImages { folder: folder.to_owned() });
        }
        if let Some(asked) = demands.images {
            if asked > found.len() {
                let place = readable(folder);
                return Err(DataError::TooFewImages { place, asked, found: found.len() });
            }
            found.truncate(asked);
        }
        let total = found.len();
        let inspected: Vec<Result<File, BadFile>> =
            found.into_par_iter().map(|found| found.inspect(demands, limits)).collect();
        let (mut files, mut bad) = (Vec::with_capacity(total), Vec::new());
        for file in inspected {
            match file {
                Ok(file) => files.push(file),
                Err(file) => bad.push(file),
            }
        }
        if !bad.is_empty() {
            return Err(DataError::BadFiles { folder: folder.to_owned(), total, bad });
        }
        Ok(FileSet { files, shrink: demands.shrink, limits: *limits })
    }

    /// How many images are below `folder`, readable or not.
    pub(crate) fn count(folder: &Path, recursive: bool) -> usize {
        find(folder, recursive).len()
    }
}

impl Dataset for FileSet {
    fn len(&self) -> usize {
        self.files.len()
    }

    fn name(&self, index: usize) -> String {
        self.files[index].name.clone()
    }

    fn image(&self, index: usize) -> Result<DynamicImage, DataError> {
        let file = &self.files[index];
        let image = decode::open(&file.path, &self.limits)
            .map_err(|source| DataError::Image { name: file.name.clone(), source })?;
        Ok(match self.shrink {
            Some(times) => shrunk(&image, times),
            None => image,
        })
    }

    /// The hash of the file's bytes. `shrink` has no part in it: an image and its smaller self stay together in a split.
    fn content_key(&self, index: usize) -> Result<[u8; 32], DataError> {
        Ok(self.files[index].key)
    }

    fn size(&self, index: usize) -> Result<(u32, u32), DataError> {
        let file = &self.files[index];
        Ok((file.width, file.height))
    }

    /// The file that is shrunk: its pixels, of 16 bits at most, and its planes in double precision.
    fn making_bytes(&self, index: usize) -> u64 {
        const BYTES_PER_PIXEL: u64 = 8 + 24;
        let File { width, height, .. } = self.files[index];
        let Some(times) = self.shrink.map(|times| times as u64) else { return 0 };
        let pixels = (u64::from(width) * times).saturating_mul(u64::from(height) * times);
        pixels.saturating_mul(BYTES_PER_PIXEL)
    }
}

/// The image at `1 / times` of its size, by the bicubic resize, rounded to 8 bits.
fn shrunk(image: &DynamicImage, times: usize) -> DynamicImage {
    resize(&Planes::from_image(image), Ratio::shrink(times)).to_image8()
}

/// A file that looks like an image by its name.
struct Found {
    /// Path below the folder: the order of a data set is that of its bytes, whatever the system's encoding.
    relative: PathBuf,
    path: PathBuf,
    problem: Option<String>,
}

/// The images below `folder`, ordered by the bytes of their relative paths.
///
/// Links are followed. One that leads back to a folder above it adds nothing new and is passed over; pipes and sockets
/// are kept as problems, never opened.
fn find(folder: &Path, recursive: bool) -> Vec<Found> {
    let depth = if recursive { usize::MAX } else { 1 };
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).min_depth(1).max_depth(depth) {
        let (path, problem) = match entry {
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) => {
                let problem = (!entry.file_type().is_file()).then(|| "is not a regular file".to_owned());
                (entry.into_path(), problem)
            }
            Err(error) if error.loop_ancestor().is_some() => continue,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                // A folder that cannot be listed may hide images; any other broken entry matters only if it is one.
                if !decode::is_image_path(&path) && !path.is_dir() {
                    continue;
                }
                let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                found.push(Found::new(folder, path, Some(format!("cannot be read: {reason}"))));
                continue;
            }
        };
        if decode::is_image_path(&path) {
            found.push(Found::new(folder, path, problem));
        }
    }
    found.sort_by(|a, b| {
        a.relative.as_os_str().as_encoded_bytes().cmp(b.relative.as_os_str().as_encoded_bytes())
    });
    found
}

impl Found {
    fn new(folder: &Path, path: PathBuf, problem: Option<String>) -> Self {
        Found { relative: path.strip_prefix(folder).unwrap_or(&path).to_owned(), path, problem }
    }

    /// Reads and decodes the file once.
    fn inspect(self, demands: &Demands, limits: &Limits) -> Result<File, BadFile> {
        let name = readable(&self.relative);
        let bad = |reason: String| BadFile { name: name.clone(), reason };
        if let Some(problem) = self.problem {
            return Err(bad(format!("{name} {problem}")));
        }
        let unreadable = |error: io::Error| bad(format!("{name} cannot be read: {error}"));
        let length = fs::metadata(&self.path).map_err(unreadable)?.len();
        if length > limits.max_bytes {
            return Err(bad(format!(
                "{name} has {length} bytes, more than the limit of {}",
                limits.max_bytes
            )));
        }
        // Decoded and hashed as it is read: a file that is no picture costs no memory, however long it is.
        let mut reader = BufReader::new(fs::File::open(&self.path).map_err(unreadable)?);
        let image = decode::from_reader(&mut reader, Path::new(&name), limits)
            .map_err(|error| bad(with_causes(&error)))?;
        let key = content_hash(&mut reader).map_err(unreadable)?;
        let times = u32::try_from(demands.shrink.unwrap_or(1)).unwrap_or(u32::MAX);
        let (width, height) = (image.width().div_ceil(times), image.height().div_ceil(times));
        if (width.min(height) as usize) < demands.min_side {
            return Err(bad(format!(
                "{name} is {width}x{height}, smaller than min_side = {}",
                demands.min_side
            )));
        }
        Ok(File { name, path: self.path, key, width, height })
    }
}

/// SHA-256 of all that `file` holds, from its beginning.
fn content_hash(file: &mut (impl BufRead + Seek)) -> io::Result<[u8; 32]> {
    file.rewind()?;
    let mut hasher = Sha256::new();
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return Ok(hasher.finalize().into());
        }
        hasher.update(bytes);
        let len = bytes.len();
        file.consume(len);
    }
}

/// An error and what caused it, in one line.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
