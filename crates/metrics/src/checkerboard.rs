//! The pattern that a pixel shuffle leaves when its sub-pixels disagree.
//!
//! Odena, Dumoulin, Olah, "Deconvolution and checkerboard artifacts", 2016, <https://doi.org/10.23915/distill.00003>;
//! for the shuffle Aitken et al., 2017, <https://arxiv.org/abs/1707.02937>. Sub-pixels of different level or gain repeat
//! with the stride, so they stand in the spectrum as lines at multiples of 1/stride cycles per pixel; pictures have none.

use plumage_imaging::{Planes, crop::mod_crop};

use crate::{MetricsError, spectrum::Power};

/// A line and what the window spreads of it: cells up to this far.
const LINE: isize = 1;

/// Cells that tell what the picture has around a line: from this far ..
const NEAREST: isize = 3;

/// .. to this far.
const FARTHEST: isize = 8;

/// Cells between two lines, at least: half of them belong to each, and the lowest frequencies to none.
const PERIOD: usize = 12;

/// How far the spectrum of `y: [1, H, W]` in [0, 1] stands out at the frequencies of a shuffle of the stride `scale`, in
/// dB over its neighbours: the mean over all (i, j)/scale cycles per pixel but (0, 0). Nothing as weak as the rounding to
/// 8 bits counts. At scale 1 there is no shuffle, and it is 0.
///
/// Photographs (40 of BSDS200) have -0.6, -0.8 and -0.5 dB at scales 2, 3 and 4, with a deviation of 2.6, 1.6 and 1.1
/// between them; one sub-pixel of each square a single level too bright makes that 17, 6.4 and 3.6 dB. So take the mean
/// over several pictures, and compare it with that of their HR.
///
/// A line is the mean power of the 3x3 cells around its frequency. Its neighbours are 3 to 8 cells away along those axes
/// on which the line is not 0: pictures have much more power on the axes than beside them. Both sides count alike, so
/// that the fall of the spectrum cancels.
///
/// # Errors
/// When the scale is 0, there is more than one plane, or a side is shorter than 12 strides.
pub fn checkerboard_db(y: &Planes, scale: usize) -> Result<f64, MetricsError> {
    if scale == 0 {
        return Err(MetricsError::ScaleOfZero);
    }
    let smallest_px = PERIOD * scale;
    if y.height < smallest_px || y.width < smallest_px {
        return Err(MetricsError::TooSmall { width: y.width, height: y.height, scale, smallest_px });
    }
    // Whole strides, so that every line is on a cell.
    let power = Power::of(&mod_crop(y, scale))?;
    let lines: Vec<(usize, usize)> = (1..scale * scale).map(|index| (index % scale, index / scale)).collect();
    if lines.is_empty() {
        return Ok(0.0);
    }
    let excess =
        |(i, j): &(usize, usize)| excess_db(&power, i * power.width / scale, j * power.height / scale);
    Ok(lines.iter().map(excess).sum::<f64>() / lines.len() as f64)
}

/// How far the line at `u` cycles in a width and `v` in a height stands out.
fn excess_db(power: &Power, u: usize, v: usize) -> f64 {
    let at = |du: isize, dv: isize| power.at(u as isize + du, v as isize + dv);
    let near = || -LINE..=LINE;
    let far = || (NEAREST..=FARTHEST).flat_map(|distance| [-distance, distance]);
    let across = far().filter(|_| u != 0).flat_map(|du| near().map(move |dv| (du, dv)));
    let down = far().filter(|_| v != 0).flat_map(|dv| near().map(move |du| (du, dv)));
    // Rounding to 8 bits has the variance 1/12, spread over all cells.
    let rounding = 1.0 / (12.0 * (power.width * power.height) as f64);
    let mean = |cells: &mut dyn Iterator<Item = (isize, isize)>| {
        let (sum, count) = cells.fold((0.0, 0), |(sum, count), (du, dv)| (sum + at(du, dv), count + 1));
        sum / f64::from(count) + rounding
    };
    let line = mean(&mut near().flat_map(|du| near().map(move |dv| (du, dv))));
    let around = mean(&mut across.chain(down));
    10.0 * (line / around).log10()
}

#[cfg(test)]
mod tests {
    use plumage_random::{Stream, generator};
    use rand::Rng;

    use super::*;

    /// Something like pictures: each pixel is near those above and left of it (an autoregression in both directions).
    fn drawn(height: usize, width: usize) -> Vec<Planes> {
        let near = 0.95;
        let one = |seed: u64| {
            let mut rng = generator(seed, Stream::Draw, 0, 0);
            let mut values = vec![0.0; height * width];
            for at in 0..values.len() {
                let left = if at % width > 0 { values[at - 1] } else { 0.0 };
                let above = if at >= width { values[at - width] } else { 0.0 };
                let both = if at % width > 0 && at >= width { values[at - width - 1] } else { 0.0 };
                values[at] = near * (left + above) - near * near * both + rng.random_range(-0.03..0.03);
            }
            Planes::new(1, height, width, values).map(|value| value + 0.5)
        };
        (0..8).map(one).collect()
    }

    /// The mean over pictures, each changed by `change` before.
    fn mean_db(pictures: &[Planes], scale: usize, change: impl Fn(&Planes) -> Planes) -> f64 {
        let sum: f64 = pictures.iter().map(|y| checkerboard_db(&change(y), scale).unwrap()).sum();
        sum / pictures.len() as f64
    }

    /// `levels` added to the sub-pixels in turn.
    fn with_pattern(y: &Planes, scale: usize, levels: &[f64]) -> Planes {
        let of = |(at, value): (usize, &f64)| {
            let (row, column) = (at / y.width, at % y.width);
            value + levels[(row % scale) * scale + column % scale] / 255.0
        };
        Planes::new(1, y.height, y.width, y.values.iter().enumerate().map(of).collect())
    }

    #[test]
    fn pictures_have_no_lines_and_a_faint_pattern_makes_them() {
        for (scale, levels) in [
            (2, vec![1.0, -1.0, 0.5, 0.0]),
            (3, vec![2.0, 0.0, -1.0, 0.0, 2.0, 0.6, -2.0, 0.0, 1.4]),
            (4, (0..16).map(|i| f64::from(i * 7 % 5) - 2.0).collect()),
        ] {
            let pictures = drawn(150, 131);
            let without = mean_db(&pictures, scale, Planes::clone);
            let with = mean_db(&pictures, scale, |y| with_pattern(y, scale, &levels));
            assert!(without.abs() < 1.5, "x{scale}: {without} dB");
            assert!(with > without + 3.0, "x{scale}: {with} dB, {without} dB without");
        }
    }

    #[test]
    fn sub_pixels_of_different_gain_are_seen_too() {
        let pictures = drawn(120, 120);
        let gain = |(at, value): (usize, &f64)| value * [1.0, 1.03][(at / 120 + at) % 2];
        let board = |y: &Planes| Planes::new(1, 120, 120, y.values.iter().enumerate().map(gain).collect());
        let (without, with) = (mean_db(&pictures, 2, Planes::clone), mean_db(&pictures, 2, board));
        assert!(with > without + 3.0, "{with} dB, {without} dB without");
    }

    #[test]
    fn a_pattern_on_grey_is_as_high_as_worked_by_hand() {
        // +-a in turn: all its variance a^2 in the line (1/2, 1/2), of which a window in two directions leaves 3x3 cells;
        // one of three lines, the others and all neighbours are rounding of 1/12 over all cells.
        let a = 2.0;
        let grey = Planes::new(1, 48, 48, vec![0.5; 48 * 48]);
        let found = checkerboard_db(&with_pattern(&grey, 2, &[a, -a, -a, a]), 2).unwrap();
        let line = 10.0 * (1.0 + a * a / 9.0 * 12.0 * 48.0 * 48.0).log10();
        assert!((found - line / 3.0).abs() < 1e-6, "{found} {line}");
        assert!(checkerboard_db(&grey, 2).unwrap().abs() < 1e-9);
    }

    #[test]
    fn scales_and_sizes_that_have_no_lines_are_told() {
        let y = Planes::new(1, 30, 40, vec![0.5; 1200]);
        assert_eq!(checkerboard_db(&y, 1), Ok(0.0));
        assert_eq!(checkerboard_db(&y, 0), Err(MetricsError::ScaleOfZero));
        assert_eq!(
            checkerboard_db(&y, 3).unwrap_err().to_string(),
            "measuring at scale 3 needs sides of at least 36 pixels, got 40x30"
        );
    }
}
