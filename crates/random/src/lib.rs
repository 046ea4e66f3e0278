//! Randomness as a function of seed, stream, step and index.
//!
//! Nothing in Plumage keeps the state of a random generator: whoever needs numbers asks for the generator that belongs
//! to one place of one run, and gets the same one on every machine, in every thread and after every resume. The
//! generator is ChaCha8 (D. J. Bernstein, "ChaCha, a variant of Salsa20", <https://cr.yp.to/chacha.html>), whose key
//! is the place itself.

use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

/// What a sequence of random numbers is for. Two streams of one seed have nothing in common.
///
/// The numbers are part of every recorded run: add streams, never renumber them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u64)]
pub enum Stream {
    /// Initial weights; the index is the parameter's.
    Weights = 1,
    /// The order of the images and patches of an epoch.
    Shuffle = 2,
    /// The place of a patch within its image.
    Crop = 3,
    /// Flips, rotations and rescales.
    Augment = 4,
    /// Noise and other random parts of a degradation.
    Degrade = 5,
    /// Pictures drawn by the program.
    Draw = 6,
    /// Assignment of images to the parts of a split.
    Split = 7,
    /// Resampling for confidence intervals.
    Bootstrap = 8,
    /// Noise that a generator is given.
    Noise = 9,
    /// What the program's torture does to it; the step is the group's number, the index the trial's.
    Torture = 10,
    /// The crops that a judge learns from; the step is the training step, the index the pair's in its batch.
    Judge = 11,
}

/// The generator of `(seed, stream, step, index)`.
///
/// `step` is whatever counts time in the stream (an optimizer step, an epoch), `index` whatever counts things within
/// it (an image, a patch, a parameter). The four numbers are the 256-bit key.
pub fn generator(seed: u64, stream: Stream, step: u64, index: u64) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    for (bytes, word) in key.chunks_exact_mut(8).zip([seed, stream as u64, step, index]) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// A uniformly random order of `0..len`, the same for the same `(seed, stream, step, index)`.
pub fn permutation(len: usize, seed: u64, stream: Stream, step: u64, index: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.shuffle(&mut generator(seed, stream, step, index));
    order
}

/// Fills `out` with draws from a normal distribution of the given `mean` and standard deviation `std`.
pub fn fill_normal(rng: &mut impl Rng, mean: f32, std: f32, out: &mut [f32]) {
    for value in out {
        let unit: f32 = rng.sample(rand_distr::StandardNormal);
        *value = mean + std * unit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngCore;

    #[test]
    fn every_coordinate_changes_the_sequence() {
        let first = |seed, stream, step, index| generator(seed, stream, step, index).next_u64();
        let here = first(1, Stream::Crop, 2, 3);
        assert_eq!(here, first(1, Stream::Crop, 2, 3));
        for other in [
            first(2, Stream::Crop, 2, 3),
            first(1, Stream::Augment, 2, 3),
            first(1, Stream::Crop, 3, 3),
            first(1, Stream::Crop, 2, 4),
            first(1, Stream::Crop, 3, 2),
        ] {
            assert_ne!(here, other);
        }
    }

    #[test]
    fn the_sequence_is_the_same_on_every_machine() {
        // A change here changes every run that was ever recorded.
        let mut rng = generator(7, Stream::Weights, 0, 1);
        assert_eq!([rng.next_u64(), rng.next_u64()], [721_918_480_261_946_052, 660_677_171_935_450_269]);
    }

    #[test]
    fn orders_and_normal_draws_are_the_same_on_every_machine() {
        // How `rand` shuffles and `rand_distr` samples is part of every recorded run too.
        assert_eq!(permutation(10, 7, Stream::Shuffle, 0, 1), [7, 1, 5, 9, 8, 2, 0, 3, 4, 6]);
        let mut values = [0f32; 4];
        fill_normal(&mut generator(7, Stream::Weights, 0, 1), 0., 1., &mut values);
        assert_eq!(values, [-0.9825163, -1.2447764, -1.1216396, 1.2820052]);
    }

    #[test]
    fn a_permutation_holds_every_index_once() {
        let mut order = permutation(1000, 1, Stream::Shuffle, 0, 0);
        assert_ne!(order, (0..1000).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn normal_draws_have_the_asked_mean_and_deviation() {
        let mut values = vec![0f32; 100_000];
        fill_normal(&mut generator(1, Stream::Noise, 0, 0), 0.5, 2.0, &mut values);
        let n = values.len() as f64;
        let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
        let variance = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / n;
        assert!((mean - 0.5).abs() < 0.02 && (variance.sqrt() - 2.0).abs() < 0.02, "{mean} {variance}");
    }
}
