//! Sets of images that papers use: a folder below the data root, described by a manifest `data/NAME.toml`.

use std::{collections::BTreeMap, fs, io, path::Path};

use plumage_imaging::decode::Limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    DataError, DataRoots, Dataset,
    files::{Demands, FileSet},
    fingerprint::hexadecimal,
};

/// `[data.train.benchmark]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BenchmarkConfig {
    /// The name of a manifest in `data/`, without `.toml`.
    pub set: String,
    /// Use the first so many images, ordered by path; without it, all of them.
    #[schemars(range(min = 1))]
    pub images: Option<usize>,
    /// HR is the file at `1 / shrink` of its size, by the bicubic resize: this averages the traces of JPEG away.
    #[schemars(range(min = 2, max = 16))]
    pub shrink: Option<usize>,
}

impl BenchmarkConfig {
    /// The rules between several values, each broken one as its key and a message.
    pub fn validate(&self) -> Vec<(String, String)> {
        let message = || format!("a set's name is made of a-z, 0-9, _ and -, got {:?}", self.set);
        if is_name(&self.set) { Vec::new() } else { vec![("set".to_owned(), message())] }
    }
}

/// What a file `data/NAME.toml` says of a set.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The set's name for people.
    pub title: String,
    /// What is in it.
    pub about: String,
    /// Its folder below the data root.
    pub folder: String,
    /// How many images it has.
    pub images: usize,
    /// Whether images also lie in folders below the folder.
    pub recursive: bool,
    /// The terms under which people may use it.
    pub terms: String,
    /// Where people get it.
    pub source: String,
    /// SHA-256 of files, by path below the folder, as far as known.
    #[serde(default)]
    pub sha256: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads the manifest of the set `set`.
    ///
    /// # Errors
    /// When there is no such set, and when the file cannot be understood.
    pub fn read(set: &str, manifests: &Path) -> Result<Self, DataError> {
        let unknown = || DataError::UnknownSet {
            set: set.to_owned(),
            manifests: manifests.to_owned(),
            known: known(manifests),
        };
        if !is_name(set) || set == SCORES_OF_PAPERS {
            return Err(unknown());
        }
        let path = manifests.join(format!("{set}.toml"));
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(unknown()),
            Err(source) => return Err(DataError::Read { path, source }),
        };
        toml::from_str(&text).map_err(|error| DataError::Manifest { path, message: error.to_string() })
    }
}

/// What lies beside the manifests and is none: the scores of papers.
const SCORES_OF_PAPERS: &str = "papers";

/// The names of the sets that have a manifest, in order.
pub fn known(manifests: &Path) -> Vec<String> {
    let entries = fs::read_dir(manifests).into_iter().flatten().flatten();
    let files =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "toml"));
    let mut names: Vec<String> =
        files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.retain(|name| name != SCORES_OF_PAPERS);
    names.sort();
    names
}

/// Opens the set of `config`, after comparing it with its manifest.
pub(crate) fn open(
    config: &BenchmarkConfig,
    roots: &DataRoots,
    limits: &Limits,
) -> Result<FileSet, DataError> {
    let set = &config.set;
    let manifest = Manifest::read(set, &roots.manifests)?;
    let looked = roots.data_root.as_ref().map(|root| root.join(&manifest.folder));
    let Some(folder) = looked.clone().filter(|folder| folder.is_dir()) else {
        return Err(DataError::MissingSet { set: set.clone(), manifest: Box::new(manifest), looked });
    };
    let differs = |message| DataError::SetDiffers { set: set.clone(), folder: folder.clone(), message };
    let count = FileSet::count(&folder, manifest.recursive);
    if count != manifest.images {
        return Err(differs(format!("it has {} images, found {count}", manifest.images)));
    }
    let demands =
        Demands { images: config.images, min_side: 1, shrink: config.shrink, recursive: manifest.recursive };
    let files = FileSet::open(&folder, &demands, limits)?;
    let wrong = differing(&files, &manifest)?;
    if wrong.is_empty() { Ok(files) } else { Err(differs(format!("other contents in {}", wrong.join(", ")))) }
}

/// The files whose hash the manifest knows, and knows as another one.
fn differing(files: &FileSet, manifest: &Manifest) -> Result<Vec<String>, DataError> {
    let mut wrong = Vec::new();
    for index in 0..files.len() {
        let name = files.name(index);
        if let Some(expected) = manifest.sha256.get(&name)
            && *expected != hexadecimal(&files.content_key(index)?)
        {
            wrong.push(name);
        }
    }
    Ok(wrong)
}

/// Whether `set` can be the name of a manifest, and never a path out of the folder of manifests.
fn is_name(set: &str) -> bool {
    (1..=128).contains(&set.len())
        && set.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}
