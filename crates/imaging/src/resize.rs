//! MATLAB's `imresize` with the bicubic kernel, the one resize that the tables of super-resolution papers are made with.
//!
//! Keys, "Cubic convolution interpolation for digital image processing", 1981,
//! <https://doi.org/10.1109/TASSP.1981.1163711>, with a = -0.5, stretched when shrinking so that it does not alias.
//! The picture is mirrored at its edges, edge pixel included. Rows are combined first, then columns, in `f64` with no
//! rounding between (but for [`RowEnlarger`], in `f32`). Pillow and OpenCV differ from it by up to 11 grey levels.

mod contributions;
mod rows;

use rayon::prelude::*;

use self::contributions::Contributions;
pub use self::contributions::mirror;
pub use self::rows::RowEnlarger;
use crate::Planes;

/// The factor `num / den` by which both sides grow (above 1) or shrink (below 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Numerator, not 0.
    pub num: usize,
    /// Denominator, not 0.
    pub den: usize,
}

impl Ratio {
    /// The factor `scale`: from LR to HR.
    pub fn enlarge(scale: usize) -> Self {
        Self { num: scale, den: 1 }
    }

    /// The factor `1 / scale`: from HR to LR.
    pub fn shrink(scale: usize) -> Self {
        Self { num: 1, den: scale }
    }

    /// The length that a side of `len` pixels gets: `len * num / den`, rounded up.
    pub fn output_len(self, len: usize) -> usize {
        (len * self.num).div_ceil(self.den)
    }
}

/// `[C, H, W]` resized to `[C, ceil(H * ratio), ceil(W * ratio)]`. The values may overshoot their range.
///
/// # Panics
/// When a part of `ratio` is 0.
pub fn resize(picture: &Planes, ratio: Ratio) -> Planes {
    resize_to(picture, ratio, ratio.output_len(picture.height), ratio.output_len(picture.width))
}

/// `[C, H, W]` resized by `ratio` and ended at `height` x `width`: what is beyond the edge is the mirrored picture.
///
/// # Panics
/// When a part of `ratio` or a side is 0.
pub fn resize_to(picture: &Planes, ratio: Ratio, height: usize, width: usize) -> Planes {
    assert!(ratio.num > 0 && ratio.den > 0, "no picture is resized by {}/{}", ratio.num, ratio.den);
    let rows = Contributions::new(picture.height, height, ratio);
    let columns = Contributions::new(picture.width, width, ratio);
    let mut values = vec![0.0; picture.channels * height * width];
    // Every output row is made on its own, always in the same order of operations: the number of threads cannot change a
    // bit of it.
    values.par_chunks_exact_mut(width).with_min_len(rows_per_job(width)).enumerate().for_each_init(
        || vec![0.0; columns.mirrored_len()],
        |mirrored, (index, out)| {
            let plane = picture.plane(index / height);
            let middle = &mut mirrored[columns.margin_before()..][..picture.width];
            combine_rows(plane, &rows, index % height, middle);
            columns.mirror(mirrored);
            combine_columns(mirrored, &columns, out);
        },
    );
    Planes::new(picture.channels, height, width, values)
}

/// Rows that one job makes at least, so that small pictures are not cut into jobs smaller than their overhead.
fn rows_per_job(width: usize) -> usize {
    const VALUES_PER_JOB: usize = 1 << 14;
    VALUES_PER_JOB.div_ceil(width)
}

/// The weighted sum of the rows of `plane` that make up row `y` of the output.
fn combine_rows(plane: &[f64], rows: &Contributions, y: usize, sum: &mut [f64]) {
    sum.fill(0.0);
    for (source, &weight) in rows.sources(y).zip(rows.weights(y)) {
        if weight != 0.0 {
            let row = &plane[source * sum.len()..][..sum.len()];
            for (sum, value) in sum.iter_mut().zip(row) {
                *sum += weight * value;
            }
        }
    }
}

/// The weighted sums of neighbours in `mirrored` that make up the pixels of `out`.
fn combine_columns(mirrored: &[f64], columns: &Contributions, out: &mut [f64]) {
    // Enlarging by a whole number always takes four neighbours, and a loop of known length is twice as fast.
    match columns.taps() {
        4 => combine_neighbours(mirrored, columns, out, 4),
        taps => combine_neighbours(mirrored, columns, out, taps),
    }
}

#[inline(always)]
fn combine_neighbours(mirrored: &[f64], columns: &Contributions, out: &mut [f64], taps: usize) {
    for (x, out) in out.iter_mut().enumerate() {
        let neighbours = &mirrored[columns.mirrored_start(x)..][..taps];
        let weights = &columns.weights(x)[..taps];
        *out = neighbours.iter().zip(weights).map(|(value, weight)| value * weight).sum();
    }
}
