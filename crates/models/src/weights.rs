//! Weights files: safetensors in and out, strictly.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use candle_core::{DType, Device, Tensor, safetensors::Load};
use safetensors::SafeTensors;

mod names;

/// Tensors by name, in the order of the names.
pub type Tensors = BTreeMap<String, Tensor>;

/// Largest weights file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 30;

/// Largest header: names and shapes of ten thousand tensors.
const MAX_HEADER_BYTES: u64 = 1 << 20;

/// A file begins with the length of its header, and that with a brace.
const START: usize = 9;

/// Names that a message lists of each kind.
const MAX_LISTED: usize = 16;

/// Why weights were refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The file could not be read.
    #[error("failed to read the weights {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not a safetensors file that can be trusted.
    #[error("{name} is not a valid safetensors file: {reason}")]
    Format {
        /// The file, or where the bytes came from.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The tensors are not those of the network.
    #[error("the weights do not fit the network: {0}")]
    Mismatch(Mismatch),
    /// The device failed.
    #[error(transparent)]
    Device(#[from] candle_core::Error),
}

/// How a set of tensors differs from what a network has.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// Parameters of the network that the file lacks.
    pub missing: Vec<String>,
    /// Tensors of the file that the network does not have.
    pub unexpected: Vec<String>,
    /// Tensors whose shape differs: name, shape in the network, shape in the file.
    pub misshapen: Vec<(String, Vec<usize>, Vec<usize>)>,
    /// Unexpected tensors with the missing parameter of the same shape that each may be.
    pub perhaps: Vec<(String, String)>,
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let listed = |names: &[String]| {
            let shown = names[..names.len().min(MAX_LISTED)].join(", ");
            let hidden = names.len().saturating_sub(MAX_LISTED);
            if hidden > 0 { format!("{shown} and {hidden} more") } else { shown }
        };
        let misshapen = |(name, expected, found): &(String, Vec<usize>, Vec<usize>)| {
            format!("{name} should be {expected:?} and is {found:?}")
        };
        let mut parts = Vec::new();
        for (what, names) in [("missing", &self.missing), ("unexpected", &self.unexpected)] {
            if !names.is_empty() {
                parts.push(format!("{what} {}", listed(names)));
            }
        }
        parts.extend(self.misshapen.iter().take(MAX_LISTED).map(misshapen));
        if !self.perhaps.is_empty() {
            let pairs: Vec<_> =
                self.perhaps.iter().map(|(found, missing)| format!("{found} is {missing}")).collect();
            parts.push(format!("by their shapes, perhaps {}", listed(&pairs)));
        }
        f.write_str(&parts.join("; "))
    }
}

/// Compares the tensors of a file with the parameters of a network.
///
/// # Errors
/// [`WeightsError::Mismatch`], with every difference.
pub(crate) fn check_names_and_shapes<'a>(
    expected: impl Iterator<Item = (&'a str, &'a [usize])>,
    tensors: &Tensors,
) -> Result<(), WeightsError> {
    let expected: BTreeMap<&str, &[usize]> = expected.collect();
    let mut mismatch = Mismatch::default();
    for (&name, &shape) in &expected {
        match tensors.get(name) {
            None => mismatch.missing.push(name.to_owned()),
            Some(tensor) if tensor.dims() != shape => {
                mismatch.misshapen.push((name.to_owned(), shape.to_vec(), tensor.dims().to_vec()));
            }
            Some(_) => {}
        }
    }
    mismatch.unexpected =
        tensors.keys().filter(|name| !expected.contains_key(name.as_str())).cloned().collect();
    let shape = |name: &String| expected.get(name.as_str()).copied().or(tensors.get(name).map(Tensor::dims));
    mismatch.perhaps = names::nearest(&mismatch.unexpected, &mismatch.missing, |found, missing| {
        shape(found) == shape(missing)
    });
    if mismatch == Mismatch::default() { Ok(()) } else { Err(WeightsError::Mismatch(mismatch)) }
}

/// Writes tensors and a few words about them as the bytes of a safetensors file; equal input gives equal bytes.
///
/// # Errors
/// [`WeightsError::Format`] for words with a line break, and what the device reports.
pub fn to_bytes(tensors: &Tensors, about: &BTreeMap<String, String>) -> Result<Vec<u8>, WeightsError> {
    if let Some((key, _)) = about.iter().find(|(key, value)| format!("{key}{value}").contains(['\n', '\r'])) {
        let reason = format!("what is said of them as {key:?} has a line break");
        return Err(WeightsError::Format { name: "the weights".into(), reason });
    }
    // The crate writes metadata in the order of a hash map, so one entry holds it all.
    let about = (!about.is_empty()).then(|| {
        let lines: Vec<_> = about.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        HashMap::from([("about".to_owned(), lines.join("\n"))])
    });
    safetensors::serialize(tensors.iter(), about)
        .map_err(|error| WeightsError::Format { name: "the weights".into(), reason: error.to_string() })
}

/// The few words that [`to_bytes`] wrote into a file beside its tensors; none for a file without them.
///
/// # Errors
/// [`WeightsError::Format`] for what is no safetensors file.
pub fn about(bytes: &[u8], name: &str) -> Result<BTreeMap<String, String>, WeightsError> {
    let refused = |reason: String| WeightsError::Format { name: name.to_owned(), reason };
    check_start(bytes, bytes.len() as u64).map_err(refused)?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| refused(error.to_string()))?;
    let lines = header.metadata().as_ref().and_then(|words| words.get("about"));
    let pair = |line: &str| line.split_once(": ").map(|(key, value)| (key.to_owned(), value.to_owned()));
    Ok(lines.map_or_else(BTreeMap::new, |lines| lines.lines().filter_map(pair).collect()))
}

/// Reads a safetensors file.
///
/// # Errors
/// An unreadable or oversized file, and all that [`from_bytes`] refuses.
pub fn read(path: &Path) -> Result<Tensors, WeightsError> {
    from_bytes(&read_bytes(path)?, &path.display().to_string())
}

/// Reads the bytes of a safetensors file, for [`from_bytes`] and [`about`].
///
/// # Errors
/// An unreadable or oversized file, and one that does not begin as such a file does.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, WeightsError> {
    let unreadable = |source| WeightsError::Read { path: path.to_owned(), source };
    let refused = |reason: String| WeightsError::Format { name: path.display().to_string(), reason };
    let meta = fs::metadata(path).map_err(unreadable)?;
    if !meta.is_file() {
        return Err(refused("it is not a regular file".into()));
    }
    if meta.len() > MAX_BYTES {
        return Err(refused(format!("{} bytes are more than the limit of {MAX_BYTES}", meta.len())));
    }
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    (&file).take(START as u64).read_to_end(&mut bytes).map_err(unreadable)?;
    check_start(&bytes, meta.len()).map_err(refused)?;
    file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// Reads the bytes of a safetensors file that came from `name`. What other tools write before all names, `module.`, `params.`
/// and `params_ema.`, is taken off; of the two latter in one file the averaged weights, `params_ema.`, are taken.
///
/// # Errors
/// [`WeightsError::Format`] for anything but floating-point tensors of finite numbers, and for pickle files, which
/// are never parsed.
pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Tensors, WeightsError> {
    let refused = |reason: String| WeightsError::Format { name: name.to_owned(), reason };
    check_start(bytes, bytes.len() as u64).map_err(refused)?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| refused(error.to_string()))?;
    let mut tensors = Tensors::new();
    for (key, view) in file.iter() {
        // Types that the engine does not know at all, as BOOL, fail here.
        let tensor = view.load(&Device::Cpu).map_err(|error| refused(format!("{key}: {error}")))?;
        if !tensor.dtype().is_float() {
            return Err(refused(format!("{key} holds {:?}, not floating-point numbers", tensor.dtype())));
        }
        let tensor = tensor.to_dtype(DType::F32)?;
        let values = tensor.flatten_all()?.to_vec1::<f32>()?;
        if values.iter().any(|value| !value.is_finite()) {
            return Err(refused(format!("{key} holds NaN or infinity")));
        }
        tensors.insert(key.to_owned(), tensor);
    }
    Ok(names::without_prefixes(tensors))
}

/// Whether a file of `len` bytes that begins with `bytes` can be a safetensors file; else why not.
///
/// Nothing of a pickle is parsed. Its first bytes alone do not tell it from a safetensors file: `\x80\x02` begins a pickle,
/// and also a header of 640 bytes.
fn check_start(bytes: &[u8], len: u64) -> Result<(), String> {
    let header = bytes.first_chunk().map(|length| u64::from_le_bytes(*length));
    if let Some(header) = header
        && bytes.get(START - 1) == Some(&b'{')
        && header <= len - 8
    {
        return match header {
            0..=MAX_HEADER_BYTES => Ok(()),
            _ => Err(format!("its header of {header} bytes is more than the limit of {MAX_HEADER_BYTES}")),
        };
    }
    // A pickle of protocol 2 to 5, or the zip around one that `torch.save` writes.
    let is_pickle = matches!(bytes, [0x80, 2..=5, ..]) || bytes.starts_with(b"PK\x03\x04");
    Err(if is_pickle {
        "it is a pickle, as `torch.save` writes, which can run code when it is read; convert it with \
         crates/models/scripts/pth_to_safetensors.py first"
            .to_owned()
    } else {
        "it does not begin with the length and the brace of a header".to_owned()
    })
}
