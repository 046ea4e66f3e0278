//! Cutting pictures: to a multiple of the scale, by a border, to a rectangle.

use crate::Planes;

/// Cuts the bottom and the right of `[C, H, W]` so that both sides are multiples of `scale`.
///
/// # Panics
/// When `scale` is 0 or longer than a side, which leaves nothing.
pub fn mod_crop(picture: &Planes, scale: usize) -> Planes {
    crop(picture, 0, 0, picture.width - picture.width % scale, picture.height - picture.height % scale)
}

/// Cuts `border_px` pixels off every side: `[C, H, W]` becomes `[C, H - 2 border_px, W - 2 border_px]`.
///
/// # Panics
/// When nothing is left.
pub fn shave(picture: &Planes, border_px: usize) -> Planes {
    let inner = |side: usize| side.saturating_sub(2 * border_px);
    crop(picture, border_px, border_px, inner(picture.width), inner(picture.height))
}

/// The rectangle of `width` x `height` pixels whose top left pixel is in column `x` and row `y`.
///
/// # Panics
/// When the rectangle is empty or leaves the picture.
pub fn crop(picture: &Planes, x: usize, y: usize, width: usize, height: usize) -> Planes {
    assert!(
        x + width <= picture.width && y + height <= picture.height,
        "{width}x{height} at ({x}, {y}) leaves a picture of {}x{}",
        picture.width,
        picture.height
    );
    let mut values = Vec::with_capacity(picture.channels * height * width);
    for channel in 0..picture.channels {
        for row in picture.plane(channel).chunks_exact(picture.width).skip(y).take(height) {
            values.extend_from_slice(&row[x..x + width]);
        }
    }
    Planes::new(picture.channels, height, width, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[2, 3, 4]`, each value its own index.
    fn indices() -> Planes {
        Planes::new(2, 3, 4, (0..24).map(f64::from).collect())
    }

    #[test]
    fn a_rectangle_keeps_its_pixels_in_every_plane() {
        let cut = crop(&indices(), 1, 1, 2, 2);
        assert_eq!(cut, Planes::new(2, 2, 2, vec![5.0, 6.0, 9.0, 10.0, 17.0, 18.0, 21.0, 22.0]));
    }

    #[test]
    fn mod_crop_cuts_only_the_bottom_and_the_right() {
        let cut = mod_crop(&indices(), 2);
        assert_eq!((cut.height, cut.width), (2, 4));
        assert_eq!(cut.plane(1), &indices().plane(1)[..8]);
        assert_eq!(mod_crop(&indices(), 1), indices());
    }

    #[test]
    fn shave_cuts_every_side() {
        assert_eq!(shave(&indices(), 1), Planes::new(2, 1, 2, vec![5.0, 6.0, 17.0, 18.0]));
        assert_eq!(shave(&indices(), 0), indices());
    }
}
