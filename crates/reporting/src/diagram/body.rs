//! A body: what a step makes, as a block in perspective.

use super::paper::{Ink, Paper};

/// The block of so many maps of one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Body {
    /// From left to right: grows with the number of maps.
    pub(super) length: f64,
    /// From bottom to top: that of a map.
    pub(super) height: f64,
    /// How far its back is moved to the right and up.
    pub(super) depth: f64,
    pub(super) ink: Ink,
}

/// Height of maps that have a pixel for each pixel of HR.
const FULL: f64 = 96.;

impl Body {
    /// `channels` maps, whose pixels cover `hr_px` pixels of HR along a side; none: one number for a picture.
    pub(super) fn new(channels: usize, hr_px: Option<usize>, ink: Ink) -> Self {
        // Twice as many maps are always as much longer; a side that is halved would leave nothing of small maps, so its root is.
        let length = 5. + 4.2 * (channels.max(1) as f64).log2();
        let height = hr_px.map_or(14., |side| (FULL / (side.max(1) as f64).sqrt()).max(16.));
        Self { length, height, depth: hr_px.map_or(4., |_| height * 0.22), ink }
    }

    /// Width with the part of its back that is seen.
    pub(super) fn width(self) -> f64 {
        self.length + self.depth
    }

    /// Draws it with the left end of its front at `x` and the middle of its front at the height `y`.
    pub(super) fn draw(self, paper: &mut Paper, x: f64, y: f64) {
        let Self { length, height, depth, ink } = self;
        let (top, bottom, rise) = (y - height / 2., y + height / 2., depth * 0.75);
        let (right, back) = (x + length, x + length + depth);
        paper.shape(&[(x, top), (x + depth, top - rise), (back, top - rise), (right, top)], ink, -0.35);
        paper.shape(&[(right, top), (back, top - rise), (back, bottom - rise), (right, bottom)], ink, 0.22);
        paper.shape(&[(x, top), (right, top), (right, bottom), (x, bottom)], ink, 0.);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_maps_are_longer_and_larger_ones_higher() {
        let body = |channels, side| Body::new(channels, Some(side), Ink::Maps);
        assert!(body(64, 1).length > body(32, 1).length && body(32, 1).length > body(1, 1).length);
        assert!(body(64, 1).height > body(64, 3).height);
        assert!(Body::new(8, None, Ink::Verdict).height < body(8, 64).height + 1.);
        assert!(body(0, 0).length.is_finite() && body(0, 0).height.is_finite());
    }
}
