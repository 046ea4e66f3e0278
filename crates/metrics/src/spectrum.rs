//! The power spectrum of Y, as a plane and in rings.
//!
//! A modified periodogram: Welch, "The use of fast Fourier transform for the estimation of power spectra", 1967,
//! <https://doi.org/10.1109/TAU.1967.1161901>, over the whole picture; the window is a periodic Hann in both directions
//! (Harris, "On the use of windows", 1978, <https://doi.org/10.1109/PROC.1978.10837>), without which the jump from one
//! edge of the picture to the other would look like detail.

use std::f64::consts::TAU;

use plumage_imaging::Planes;
use rustfft::{FftPlannerScalar, num_complex::Complex};

use crate::{MetricsError, sharpness::LEVELS};

/// The shortest side that has a spectrum.
const SMALLEST_PX: usize = 8;

/// Rings in an octave of frequencies.
const PER_OCTAVE: f64 = 4.0;

/// Rings from 1/256 cycles per pixel to the corner of the plane at sqrt(1/2): 7 octaves below the Nyquist frequency of
/// the axes, 1/2, and half an octave above it.
const RINGS: usize = 30;

/// The power of every frequency of a plane.
pub(crate) struct Power {
    pub(crate) height: usize,
    pub(crate) width: usize,
    /// `[H, W]` in squared 8-bit levels; row v and column u are v/H and u/W cycles per pixel. Their sum is the variance
    /// of the picture under the window.
    pub(crate) values: Vec<f64>,
}

impl Power {
    /// The spectrum of `y: [1, H, W]` in [0, 1].
    pub(crate) fn of(y: &Planes) -> Result<Self, MetricsError> {
        check_one_plane(y, SMALLEST_PX)?;
        let Planes { height, width, .. } = *y;
        let (down, across) = (hann(height), hann(width));
        let window = || down.iter().flat_map(|v| across.iter().map(move |u| v * u));
        let squares: f64 = window().map(|weight| weight * weight).sum();
        let mean = y.values.iter().zip(window()).map(|(value, weight)| value * weight).sum::<f64>()
            / window().sum::<f64>();
        let windowed = y.values.iter().zip(window()).map(|(y, weight)| (y - mean) * weight * LEVELS);
        let spectrum = transform(windowed.map(Complex::from).collect(), height, width);
        let per_cell = 1.0 / ((height * width) as f64 * squares);
        let values = spectrum.iter().map(|value| value.norm_sqr() * per_cell).collect();
        Ok(Self { height, width, values })
    }

    /// The power of `u` cycles in a width and `v` in a height, which may be negative and beyond the picture's own.
    pub(crate) fn at(&self, u: isize, v: isize) -> f64 {
        let wrapped = |index: isize, length: usize| index.rem_euclid(length as isize) as usize;
        self.values[wrapped(v, self.height) * self.width + wrapped(u, self.width)]
    }
}

/// Power by frequency, all directions together.
#[derive(Clone, Debug, PartialEq)]
pub struct RadialSpectrum {
    /// From low to high frequencies, the same for every size of picture: all below 1/256 cycles per pixel, then four to
    /// an octave up to the corner at sqrt(1/2), of which those above 1/2 are of diagonal waves alone.
    pub rings: Vec<Ring>,
}

/// The frequencies from `low` to below `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ring {
    /// Cycles per pixel.
    pub low: f64,
    /// Cycles per pixel.
    pub high: f64,
    /// The part of the picture's variance that is in the ring, in squared 8-bit levels.
    pub energy: f64,
    /// The mean density in the ring, in squared 8-bit levels per squared cycle per pixel, so that white noise is level;
    /// none where the picture is too small to tell frequencies of the ring apart.
    pub density: Option<f64>,
}

impl Ring {
    /// Where the ring stands on a logarithmic axis, in cycles per pixel; 0 for the lowest.
    pub fn middle(&self) -> f64 {
        (self.low * self.high).sqrt()
    }
}

/// The spectrum of `y: [1, H, W]` in [0, 1] under a Hann window, its mean taken off. The energies of all rings add up to
/// the variance of the picture under the squared window.
///
/// # Errors
/// When there is more than one plane, or a side is shorter than 8.
pub fn radial_spectrum(y: &Planes) -> Result<RadialSpectrum, MetricsError> {
    let power = Power::of(y)?;
    let cells_per_unit = (power.height * power.width) as f64;
    let (mut energies, mut cells) = (vec![0.0; RINGS + 1], vec![0usize; RINGS + 1]);
    for (index, value) in power.values.iter().enumerate() {
        let (v, u) = (index / power.width, index % power.width);
        let ring = ring_of(frequency(u, power.width).hypot(frequency(v, power.height)));
        energies[ring] += value;
        cells[ring] += 1;
    }
    let ring = |(index, (energy, cells)): (usize, (f64, usize))| {
        let density = (cells > 0).then(|| energy * cells_per_unit / cells as f64);
        let low = if index == 0 { 0.0 } else { edge(index - 1) };
        Ring { low, high: edge(index), energy, density }
    };
    Ok(RadialSpectrum { rings: energies.into_iter().zip(cells).enumerate().map(ring).collect() })
}

impl RadialSpectrum {
    /// The spectrum of a set of pictures: the mean of each ring's energy, and of the densities of those that have one.
    ///
    /// # Errors
    /// Without any spectrum.
    pub fn mean(spectra: &[Self]) -> Result<Self, MetricsError> {
        let first = spectra.first().ok_or(MetricsError::NothingToMeasure)?;
        let mean = |(index, ring): (usize, &Ring)| {
            let all = || spectra.iter().filter_map(|spectrum| spectrum.rings.get(index));
            let energy = all().map(|ring| ring.energy).sum::<f64>() / spectra.len() as f64;
            let densities: Vec<f64> = all().filter_map(|ring| ring.density).collect();
            let density = densities.iter().sum::<f64>() / densities.len() as f64;
            Ring { energy, density: Some(density).filter(|density| !density.is_nan()), ..*ring }
        };
        Ok(Self { rings: first.rings.iter().enumerate().map(mean).collect() })
    }
}

/// An error unless there is one plane with sides of at least `smallest_px`.
pub(crate) fn check_one_plane(y: &Planes, smallest_px: usize) -> Result<(), MetricsError> {
    let Planes { channels, height, width, .. } = *y;
    if channels != 1 {
        return Err(MetricsError::Shape { expected: [1, height, width], got: [channels, height, width] });
    }
    if height < smallest_px || width < smallest_px {
        return Err(MetricsError::SidesTooShort { width, height, smallest_px });
    }
    Ok(())
}

/// The upper end of a ring in cycles per pixel.
fn edge(ring: usize) -> f64 {
    let octaves_above_nyquist = 0.5;
    0.5 * ((ring as f64 - RINGS as f64) / PER_OCTAVE + octaves_above_nyquist).exp2()
}

fn ring_of(cycles_per_px: f64) -> usize {
    let above_lowest_edge = PER_OCTAVE * (cycles_per_px / edge(0)).log2();
    // `as` saturates: the logarithm of 0 is in the lowest ring.
    ((above_lowest_edge + 1.0 + 1e-9).floor() as usize).min(RINGS)
}

/// Cycles per pixel of the `index`-th value of a transform, without its sign.
fn frequency(index: usize, length: usize) -> f64 {
    index.min(length - index) as f64 / length as f64
}

/// A Hann window of the period `length`: 0 at its first value.
fn hann(length: usize) -> Vec<f64> {
    (0..length).map(|index| 0.5 - 0.5 * (TAU * index as f64 / length as f64).cos()).collect()
}

/// The transform of `values: [H, W]` in both directions, not scaled. The planner that takes no notice of the processor
/// gives the same numbers on all of them.
fn transform(mut values: Vec<Complex<f64>>, height: usize, width: usize) -> Vec<Complex<f64>> {
    let mut planner = FftPlannerScalar::new();
    planner.plan_fft_forward(width).process(&mut values);
    let mut columns = transposed(&values, height, width);
    planner.plan_fft_forward(height).process(&mut columns);
    transposed(&columns, width, height)
}

fn transposed(values: &[Complex<f64>], height: usize, width: usize) -> Vec<Complex<f64>> {
    (0..width).flat_map(|column| (0..height).map(move |row| values[row * width + column])).collect()
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_1_SQRT_2;

    use plumage_random::{Stream, generator};
    use rand::Rng;

    use super::*;

    fn picture(height: usize, width: usize, level: impl Fn(usize, usize) -> f64) -> Planes {
        let values = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Planes::new(1, height, width, values.map(|(x, y)| level(x, y) / LEVELS).collect())
    }

    fn noise(height: usize, width: usize) -> Planes {
        let mut rng = generator(1, Stream::Draw, 0, 0);
        let values = (0..height * width).map(|_| rng.random::<f64>()).collect();
        Planes::new(1, height, width, values)
    }

    /// The energies of all rings.
    fn energy(spectrum: &RadialSpectrum) -> f64 {
        spectrum.rings.iter().map(|ring| ring.energy).sum()
    }

    /// The variance under the squared window, summed over pixels.
    fn windowed_variance(y: &Planes) -> f64 {
        let (down, across) = (hann(y.height), hann(y.width));
        let weight = |at: usize| down[at / y.width] * across[at % y.width];
        let sum = |f: &dyn Fn(usize) -> f64| (0..y.values.len()).map(f).sum::<f64>();
        let mean = sum(&|at| weight(at) * y.values[at]) / sum(&weight);
        let energy = sum(&|at| (weight(at) * (y.values[at] - mean)).powi(2));
        LEVELS * LEVELS * energy / sum(&|at| weight(at).powi(2))
    }

    #[test]
    fn the_energy_of_all_rings_is_that_of_the_pixels() {
        // Parseval's theorem, at sizes with and without a middle frequency and of large primes.
        for (height, width) in [(8, 8), (30, 45), (37, 64), (101, 97)] {
            let y = noise(height, width);
            let (found, expected) = (energy(&radial_spectrum(&y).unwrap()), windowed_variance(&y));
            assert!((found / expected - 1.0).abs() < 1e-12, "{height}x{width}: {found} {expected}");
        }
    }

    #[test]
    fn a_wave_is_in_the_ring_of_its_frequency_with_half_its_squared_height() {
        // 0.2 cycles per pixel, 16 whole cycles: the window leaves 4/6 of them there and 1/6 in 15 and 17 cycles each, of
        // which the last is beyond the ring.
        let y = picture(80, 80, |x, _| 100.0 + 30.0 * (TAU * 0.2 * x as f64).sin());
        let spectrum = radial_spectrum(&y).unwrap();
        assert!((energy(&spectrum) - 450.0).abs() < 1e-6);
        let ring = spectrum.rings.iter().find(|ring| (ring.low..ring.high).contains(&0.2)).unwrap();
        assert!((ring.energy - 450.0 * 5.0 / 6.0).abs() < 1e-6, "{ring:?}");
    }

    #[test]
    fn white_noise_is_level_and_its_density_is_its_variance() {
        let spectrum = radial_spectrum(&noise(256, 256)).unwrap();
        let variance = LEVELS * LEVELS / 12.0;
        for ring in spectrum.rings.iter().filter(|ring| ring.low > 0.08) {
            let density = ring.density.unwrap();
            assert!((density / variance - 1.0).abs() < 0.1, "{ring:?} {variance}");
        }
    }

    #[test]
    fn the_mean_and_a_grey_picture_have_no_energy() {
        let (low, high) = (noise(20, 20), noise(20, 20).map(|value| value + 3.0));
        let energy = |y: &Planes| energy(&radial_spectrum(y).unwrap());
        assert!((energy(&low) / energy(&high) - 1.0).abs() < 1e-9);
        assert!(energy(&picture(16, 16, |_, _| 77.0)) < 1e-20);
    }

    #[test]
    fn rings_meet_and_end_at_the_corner() {
        let spectrum = radial_spectrum(&noise(16, 16)).unwrap();
        let rings = &spectrum.rings;
        assert!(rings.windows(2).all(|pair| pair[0].high == pair[1].low));
        assert!((rings[0].high - 1.0 / 256.0).abs() < 1e-12 && rings[0].low == 0.0);
        assert!((rings.last().unwrap().high - 0.5f64.sqrt()).abs() < 1e-12);
        assert_eq!([0.0, 0.0039, 0.0040, 0.25, 0.5, FRAC_1_SQRT_2].map(ring_of), [0, 0, 1, 25, 29, 30]);
        assert_eq!(rings[5].density, None, "16 pixels have no such frequency");
    }

    #[test]
    fn the_mean_of_spectra_is_that_of_each_ring() {
        let (small, large) =
            (radial_spectrum(&noise(16, 16)).unwrap(), radial_spectrum(&noise(64, 64)).unwrap());
        let mean = RadialSpectrum::mean(&[small.clone(), large.clone()]).unwrap();
        assert!((energy(&mean) - (energy(&small) + energy(&large)) / 2.0).abs() < 1e-9);
        let only_large = (0..=RINGS)
            .find(|&ring| small.rings[ring].density.is_none() && large.rings[ring].density.is_some());
        let ring = only_large.unwrap();
        assert_eq!(mean.rings[ring].density, large.rings[ring].density);
        assert_eq!(RadialSpectrum::mean(&[]), Err(MetricsError::NothingToMeasure));
    }

    #[test]
    fn colour_and_crumbs_have_no_spectrum() {
        let told = |y: &Planes| radial_spectrum(y).unwrap_err().to_string();
        assert_eq!(
            told(&Planes::new(3, 8, 8, vec![0.0; 192])),
            "expected a picture of [channels, height, width] = [1, 8, 8], got [3, 8, 8]"
        );
        assert_eq!(told(&noise(7, 9)), "this measure needs sides of at least 8 pixels, got 9x7");
    }
}
