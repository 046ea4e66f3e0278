//! Which source pixels make up each output pixel along one side, and with what weights.

use super::Ratio;

/// For every output pixel of one side, a window of `taps` neighbouring source pixels and their weights.
///
/// A window may begin before the first source pixel and end after the last: there the side is mirrored, edge pixel
/// included, as often as it takes.
pub(super) struct Contributions {
    in_len: usize,
    taps: usize,
    /// The first source pixel of every window.
    starts: Vec<isize>,
    /// `taps` weights a window, of sum 1.
    weights: Vec<f64>,
    /// How far the windows reach before the first pixel, and after the last.
    margins: (usize, usize),
}

impl Contributions {
    /// The windows of `out_len` pixels made of `in_len` by the factor `ratio`.
    pub(super) fn new(in_len: usize, out_len: usize, ratio: Ratio) -> Self {
        // Shrinking stretches the kernel over the source, which keeps frequencies that the output cannot hold out of it.
        // Positions are whole numbers of 1 / (2 num) source pixels, so that what should weigh nothing weighs exactly 0.
        let (num, den) = (ratio.num as isize, ratio.den as isize);
        let half_support = 4 * num.max(den);
        let taps = (half_support as usize).div_ceil(ratio.num) + 2;
        let mut starts = Vec::with_capacity(out_len);
        let mut weights = Vec::with_capacity(out_len * taps);
        for x in 0..out_len as isize {
            // The centre of output pixel x among the source pixels, both counted from 0 at their centres.
            let centre = (2 * x + 1) * den - num;
            let start = (centre - half_support).div_euclid(2 * num);
            let window = weights.len();
            weights.extend((start..start + taps as isize).map(|source| {
                let distance = centre - source * 2 * num;
                cubic(distance as f64 / (2 * num.max(den)) as f64)
            }));
            let sum: f64 = weights[window..].iter().sum();
            weights[window..].iter_mut().for_each(|weight| *weight /= sum);
            starts.push(start);
        }
        Self { in_len, taps, starts, weights, margins: (0, 0) }.trimmed().with_margins()
    }

    /// The first source pixel in the window of output pixel `x`, which may lie before the side.
    pub(super) fn start(&self, x: usize) -> isize {
        self.starts[x]
    }

    /// Source pixels in a window.
    pub(super) fn taps(&self) -> usize {
        self.taps
    }

    /// The weights of the window of output pixel `x`.
    pub(super) fn weights(&self, x: usize) -> &[f64] {
        &self.weights[x * self.taps..][..self.taps]
    }

    /// The source pixels in the window of output pixel `x`.
    pub(super) fn sources(&self, x: usize) -> impl Iterator<Item = usize> {
        let start = self.starts[x];
        (start..start + self.taps as isize).map(|position| mirror(position, self.in_len))
    }

    /// Length of a side with the mirrored pixels that the windows reach on both ends.
    pub(super) fn mirrored_len(&self) -> usize {
        self.margins.0 + self.in_len + self.margins.1
    }

    /// Mirrored pixels before the first source pixel.
    pub(super) fn margin_before(&self) -> usize {
        self.margins.0
    }

    /// Where the window of output pixel `x` starts on a side with its mirrored pixels.
    pub(super) fn mirrored_start(&self, x: usize) -> usize {
        (self.starts[x] + self.margins.0 as isize) as usize
    }

    /// Fills the margins of `side`, whose middle holds the source pixels.
    pub(super) fn mirror(&self, side: &mut [f64]) {
        let before = self.margins.0;
        for position in (0..before).chain(before + self.in_len..side.len()) {
            side[position] = side[before + mirror(position as isize - before as isize, self.in_len)];
        }
    }

    /// Without the taps at either end that weigh nothing in any window.
    fn trimmed(mut self) -> Self {
        let weighs = |tap: &usize| self.weights.chunks_exact(self.taps).any(|window| window[*tap] != 0.0);
        let first = (0..self.taps).find(weighs).unwrap_or(0);
        let last = (0..self.taps).rfind(weighs).unwrap_or(0);
        let windows = self.weights.chunks_exact(self.taps);
        self.weights = windows.flat_map(|window| &window[first..=last]).copied().collect();
        self.starts.iter_mut().for_each(|start| *start += first as isize);
        self.taps = last + 1 - first;
        self
    }

    fn with_margins(mut self) -> Self {
        let first = self.starts.iter().copied().min().unwrap_or(0);
        let end = self.starts.iter().copied().max().unwrap_or(0) + self.taps as isize;
        self.margins = (first.min(0).unsigned_abs(), (end - self.in_len as isize).max(0) as usize);
        self
    }
}

/// The cubic convolution kernel with a = -0.5, which is 0 from 2 on.
fn cubic(x: f64) -> f64 {
    let x = x.abs();
    if x <= 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x <= 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

/// The pixel of a side of `len`, not 0, that is seen at `position` when the side is mirrored end to end:
/// `... 1 0 0 1 ... n-1 n-1 ...`.
pub fn mirror(position: isize, len: usize) -> usize {
    let position = position.rem_euclid(2 * len as isize) as usize;
    if position < len { position } else { 2 * len - 1 - position }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference numbers of `tests/fixtures`.
    #[derive(serde::Deserialize)]
    struct Reference {
        kernel: Kernel,
        contributions_12to4: Windows,
    }

    #[derive(serde::Deserialize)]
    struct Kernel {
        x: Vec<f64>,
        y: Vec<f64>,
    }

    #[derive(serde::Deserialize)]
    struct Windows {
        weights: Vec<Vec<f64>>,
        indices0: Vec<Vec<usize>>,
    }

    fn reference() -> Reference {
        serde_json::from_str(include_str!("../../tests/fixtures/imresize.json")).unwrap()
    }

    #[test]
    fn the_kernel_has_the_reference_values() {
        let Kernel { x, y } = reference().kernel;
        for (x, y) in x.into_iter().zip(y) {
            assert!((cubic(x) - y).abs() < 1e-15 && (cubic(-x) - y).abs() < 1e-15, "at {x}");
        }
    }

    #[test]
    fn twelve_pixels_become_four_with_the_reference_weights() {
        let contributions = Contributions::new(12, 4, Ratio::shrink(3));
        let Windows { weights, indices0 } = reference().contributions_12to4;
        for x in 0..4 {
            // The reference leaves out every tap that weighs nothing, also those between others.
            let ours =
                contributions.sources(x).zip(contributions.weights(x)).filter(|(_, weight)| **weight != 0.0);
            let (sources, ours): (Vec<usize>, Vec<f64>) = ours.unzip();
            assert_eq!(sources, indices0[x]);
            for (weight, expected) in ours.iter().zip(&weights[x]) {
                assert!((weight - expected).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_side_is_mirrored_with_its_edge_pixel_as_often_as_it_takes() {
        let seen: Vec<usize> = (-5..8).map(|position| mirror(position, 3)).collect();
        assert_eq!(seen, [1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1]);
    }
}
