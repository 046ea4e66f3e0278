//! Whether a network shifts colours: the mean difference in chroma, which PSNR on Y does not see.

use plumage_imaging::{Planes, colour};

use crate::{MetricsError, error::check_same_shape, sharpness::LEVELS};

/// Mean differences, SR minus HR, in 8-bit levels of BT.601 studio swing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColourDrift {
    /// Of Cb: above 0 is too blue, below too yellow.
    pub cb: f64,
    /// Of Cr: above 0 is too red, below too green.
    pub cr: f64,
}

impl ColourDrift {
    /// How far the mean colour has moved, whichever way, in levels.
    pub fn distance(&self) -> f64 {
        self.cb.hypot(self.cr)
    }
}

/// The drift of `sr: [3, H, W]` from `hr: [3, H, W]`, RGB in [0, 1]; a grey picture `[1, H, W]` has none.
///
/// # Errors
/// When the shapes differ, or there are neither 1 nor 3 planes.
pub fn colour_drift(sr: &Planes, hr: &Planes) -> Result<ColourDrift, MetricsError> {
    check_same_shape(sr, hr)?;
    let Planes { channels, height, width, .. } = *hr;
    match channels {
        1 => Ok(ColourDrift { cb: 0.0, cr: 0.0 }),
        3 => {
            let [sr, hr] = [sr, hr].map(colour::rgb_to_ycbcr);
            let mean = |plane: &[f64]| plane.iter().sum::<f64>() / plane.len() as f64;
            let drift = |plane: usize| LEVELS * (mean(sr.plane(plane)) - mean(hr.plane(plane)));
            Ok(ColourDrift { cb: drift(1), cr: drift(2) })
        }
        _ => Err(MetricsError::Shape { expected: [3, height, width], got: [channels, height, width] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(rgb: [f64; 3]) -> Planes {
        Planes::new(3, 2, 2, rgb.iter().flat_map(|level| [*level; 4]).collect())
    }

    #[test]
    fn red_against_grey_has_the_chroma_of_the_standard() {
        // A tenth more red: Cb -3.7797, Cr +11.2 levels.
        let drift = colour_drift(&flat([0.6, 0.5, 0.5]), &flat([0.5; 3])).unwrap();
        assert!((drift.cb + 3.7797).abs() < 1e-9 && (drift.cr - 11.2).abs() < 1e-9, "{drift:?}");
        assert!((drift.distance() - 3.7797f64.hypot(11.2)).abs() < 1e-9);
    }

    #[test]
    fn light_alone_is_no_drift() {
        let drift = colour_drift(&flat([0.7; 3]), &flat([0.2; 3])).unwrap();
        assert!(drift.distance() < 1e-9);
        let grey = Planes::new(1, 1, 1, vec![0.5]);
        assert_eq!(colour_drift(&grey, &grey).unwrap().distance(), 0.0);
    }

    #[test]
    fn two_planes_are_no_colour() {
        let two = Planes::new(2, 1, 1, vec![0.5; 2]);
        assert!(matches!(colour_drift(&two, &two), Err(MetricsError::Shape { .. })));
    }
}
