//! Scratch memory that a thread keeps, so that a step after the first allocates none.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

use rayon::prelude::*;

/// Sixteen floats that fill a cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// Buffers that a thread keeps at most: a deep chain of layers has as many outputs.
const KEPT: usize = 64;

thread_local! {
    static FREE: RefCell<Vec<Vec<Line>>> = const { RefCell::new(Vec::new()) };
}

/// Floats that begin at a cache line, and return to the pool of the thread that drops them.
pub(crate) struct Scratch {
    lines: Vec<Line>,
    len: usize,
}

impl Scratch {
    /// `len` floats with any values, left by an earlier use: for what is written before it is read.
    pub(crate) fn stale(len: usize) -> Self {
        let lines_wanted = len.div_ceil(16);
        let mut lines = FREE.with_borrow_mut(|free| {
            let fits = |lines: &Vec<Line>| lines.capacity() >= lines_wanted;
            let best = (0..free.len()).min_by_key(|&index| (!fits(&free[index]), free[index].capacity()));
            best.map_or_else(Vec::new, |index| free.swap_remove(index))
        });
        if lines.len() < lines_wanted {
            lines.resize(lines_wanted, Line([0.; 16]));
        }
        Self { lines, len }
    }

    /// `len` zeros.
    pub(crate) fn zeros(len: usize) -> Self {
        let mut scratch = Self::stale(len);
        scratch.fill(0.);
        scratch
    }
}

impl Deref for Scratch {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: a `Line` is sixteen floats without padding, and `len` floats fit the lines.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.len) }
    }
}

impl DerefMut for Scratch {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as above, and the lines are borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        // A thread that ends may have dropped its pool already: then the buffer is simply freed.
        let _ = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            if free.len() < KEPT {
                free.push(lines);
            }
        });
    }
}

/// `len` zeros, written by all threads, for a tensor that outlives the pass.
pub(crate) fn zeros<T: Copy + Default + Send>(len: usize) -> Vec<T> {
    let mut values = Vec::with_capacity(len);
    values.spare_capacity_mut()[..len].par_chunks_mut(1 << 16).for_each(|values| {
        values.iter_mut().for_each(|value| _ = value.write(T::default()));
    });
    // SAFETY: the capacity is at least `len`, and the first `len` values have been written.
    unsafe { values.set_len(len) };
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_given_out_again_and_zeros_are_zeros() {
        let mut scratch = Scratch::stale(100);
        scratch.fill(1.);
        let address = scratch.as_ptr();
        assert_eq!(address as usize % 64, 0);
        drop(scratch);
        let scratch = Scratch::zeros(70);
        assert_eq!(scratch.as_ptr(), address);
        assert!(scratch.len() == 70 && scratch.iter().all(|&value| value == 0.));
    }
}
