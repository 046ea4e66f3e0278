//! data.csv: the images that a run sees, to learn from and to be measured on, so that a change of one can be named.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};

use crate::{RecordError, disk::Purpose, provenance, rows};

const FILE: &str = "data.csv";

/// A row of data.csv.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenImage {
    /// What it is for: `train`, `validation` or `evaluation.NAME`.
    pub set: String,
    /// Its name.
    pub image: String,
    /// SHA-256 of what makes its content.
    pub sha256: String,
}

impl SeenImage {
    /// An image with the SHA-256 of what makes its content.
    pub fn new(set: &str, image: String, sha256: &[u8]) -> Self {
        Self { set: set.to_owned(), image, sha256: provenance::hexadecimal(sha256) }
    }
}

/// A number of images as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageSet {
    /// How many there are.
    pub images: u64,
    /// SHA-256 over their contents, in their order.
    pub sha256: String,
}

impl ImageSet {
    /// The sets that the images make, by what they are for.
    pub fn all(seen: &[SeenImage]) -> BTreeMap<String, Self> {
        let mut contents: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for image in seen {
            contents.entry(image.set.clone()).or_default().push(&image.sha256);
        }
        let set = |all: Vec<&str>| Self {
            images: all.len() as u64,
            sha256: provenance::sha256(all.concat().as_bytes()),
        };
        contents.into_iter().map(|(name, all)| (name, set(all))).collect()
    }
}

impl std::fmt::Display for ImageSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} images with SHA-256 {}", self.images, self.sha256)
    }
}

/// The rows of data.csv in the run folder `run`; none where there is no such file.
///
/// # Errors
/// A file that cannot be read; [`RecordError::Row`] for a line that is no row.
pub fn read_seen(run: &Path) -> Result<Vec<SeenImage>, RecordError> {
    rows::read(Purpose::Data, &run.join(FILE))
}

pub(crate) fn write_seen(run: &Path, seen: &[SeenImage]) -> Result<(), RecordError> {
    rows::write(Purpose::Data, &run.join(FILE), seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(set: &str, contents: &[u8]) -> Vec<SeenImage> {
        contents.iter().map(|&byte| SeenImage::new(set, format!("{byte}.png"), &[byte; 32])).collect()
    }

    #[test]
    fn a_set_is_another_one_when_a_content_or_the_order_is() {
        let set = |contents: &[u8]| ImageSet::all(&seen("train", contents))["train"].clone();
        assert_eq!(set(&[1, 2]), set(&[1, 2]));
        for other in [&[2, 1][..], &[1, 3], &[1], &[1, 2, 2]] {
            assert_ne!(set(&[1, 2]), set(other), "{other:?}");
        }
        let both = ImageSet::all(&[seen("train", &[1]), seen("validation", &[2])].concat());
        assert_eq!(both.keys().collect::<Vec<_>>(), ["train", "validation"]);
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let run = tempfile::tempdir().unwrap();
        let rows = [seen("train", &[1, 2]), seen("evaluation.a, \"b\"", &[3])].concat();
        assert_eq!(read_seen(run.path()).unwrap(), []);
        write_seen(run.path(), &rows).unwrap();
        assert_eq!(read_seen(run.path()).unwrap(), rows);
    }
}
