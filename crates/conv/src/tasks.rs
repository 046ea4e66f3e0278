//! How the gradient of the weights is divided among threads without its sums depending on them.

use rayon::prelude::*;

use crate::pool::Scratch;
use crate::rows::Rows;
use crate::shape::Shape;

/// How a weight gradient is divided: into tasks of output rows, with sums of their own, and those into blocks that stay
/// in cache.
pub(crate) struct Tasks {
    /// Output rows of a task, those of all images one after the other.
    pub(crate) rows_per_task: usize,
    /// Output pixels of a block, about.
    pub(crate) pixels: usize,
    /// Length of the sums.
    pub(crate) sums_len: usize,
}

impl Tasks {
    /// What `add` adds for every block, given its windows, its output gradients and the sums of its task. The tasks' sums
    /// are added in their order, so that the number of threads changes no bit.
    pub(crate) fn sum(
        &self,
        shape: &Shape,
        xs: &[f32],
        grad_ys: &[f32],
        add: impl Fn(&Rows, &[f32], &mut [f32]) + Sync,
    ) -> Scratch {
        let &Self { rows_per_task, pixels, sums_len } = self;
        let out_row_len = shape.out_width() * shape.channels_out;
        let rows = shape.batch * shape.out_height();
        let mut sums = Scratch::zeros(rows.div_ceil(rows_per_task) * sums_len);
        sums.par_chunks_mut(sums_len).enumerate().for_each(|(task, sums)| {
            let mut row = task * rows_per_task;
            let end = (row + rows_per_task).min(rows);
            while row < end {
                let (image, out_y) = (row / shape.out_height(), row % shape.out_height());
                let block = pixels.div_ceil(shape.out_width()).min(end - row).min(shape.out_height() - out_y);
                let xs = &xs[image * shape.image_len()..][..shape.image_len()];
                let windows = Rows::under(shape, xs, out_y, block);
                add(&windows, &grad_ys[row * out_row_len..][..block * out_row_len], sums);
                row += block;
            }
        });
        let (first, others) = sums.split_at_mut(sums_len);
        first.par_chunks_mut(1 << 12).enumerate().for_each(|(chunk, first)| {
            for sums in others.chunks_exact(sums_len) {
                first.iter_mut().zip(&sums[chunk << 12..]).for_each(|(first, sum)| *first += sum);
            }
        });
        sums
    }
}
