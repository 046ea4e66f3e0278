//! What was made against what should have been: rows against the whole picture, and the picture scaled down again against
//! its input.

use plumage_imaging::picture;
use plumage_models::enlarger::{Enlarger, difference_after_shrinking};
use serde::Serialize;

use super::{Job, job::Way};
use crate::failure::Failure;

/// The largest differences, in levels of 255, whatever the depth.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Proof {
    /// Between what was made by rows and what the whole picture becomes at once; 0 where every bit is the same.
    pub(crate) rows_and_whole: f64,
    /// Between the colours of the input and of the output scaled down to its size.
    pub(crate) input_and_shrunk: f64,
}

/// Enlarges the picture of `job` once more, as a whole, and compares; `made` are the samples that were written.
///
/// # Errors
/// A file that can no longer be read, and what the network reports.
pub(crate) fn prove(job: &Job, enlarger: &Enlarger, made: &[u16]) -> Result<Proof, Failure> {
    let (picture, mut reader) = picture::open(&job.task.input)?;
    let mut samples = vec![0; picture.height * picture.row_len()];
    for row in samples.chunks_exact_mut(picture.row_len()) {
        reader.read(row)?;
    }
    drop(reader);
    let shape = job.shape();
    let whole =
        enlarger.whole(&samples, shape, job.way == Way::Ensemble).map_err(Failure::internal)?.compose();
    if whole.len() != made.len() {
        return Err(Failure::internal("a picture has more samples as a whole than by rows"));
    }
    let largest = whole.iter().zip(made).map(|(whole, made)| whole.abs_diff(*made)).max().unwrap_or(0);
    let level = 255. / f64::from(picture.pixel.white);
    Ok(Proof {
        rows_and_whole: f64::from(largest) * level,
        input_and_shrunk: difference_after_shrinking(&samples, &whole, shape, enlarger.scale()) * 255.,
    })
}
