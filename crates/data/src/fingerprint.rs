//! One hash for the data that a run saw.

use sha2::{Digest, Sha256};

use crate::{DataError, Dataset};

/// SHA-256 over the content keys of all images of `dataset` in order, in hexadecimal: what a run records as its data.
///
/// # Errors
/// When an image cannot be read.
pub fn fingerprint(dataset: &dyn Dataset) -> Result<String, DataError> {
    let mut hasher = Sha256::new();
    for index in 0..dataset.len() {
        hasher.update(dataset.content_key(index)?);
    }
    Ok(hexadecimal(&hasher.finalize()))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
