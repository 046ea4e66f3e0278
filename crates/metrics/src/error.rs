//! Why a picture cannot be measured.

use plumage_imaging::Planes;

/// Why a picture or a result could not be measured. The caller knows the file's name and adds it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// The scale is 0.
    #[error("a scale is at least 1")]
    ScaleOfZero,
    /// The picture is too small for the scale: once it is cut to it and its border is off, no SSIM window is left, or, for a
    /// measure of the grid of the scale, too few of its cells.
    #[error("measuring at scale {scale} needs sides of at least {smallest_px} pixels, got {width}x{height}")]
    TooSmall {
        /// Width of the picture in pixels.
        width: usize,
        /// Height of the picture in pixels.
        height: usize,
        /// The scale it was to be measured at.
        scale: usize,
        /// The shortest side that can be measured at this scale.
        smallest_px: usize,
    },
    /// A side is shorter than the window of SSIM.
    #[error("SSIM needs sides of at least {window_px} pixels, got {width}x{height}")]
    SmallerThanWindow {
        /// Width of the pictures in pixels.
        width: usize,
        /// Height of the pictures in pixels.
        height: usize,
        /// Side of the window in pixels.
        window_px: usize,
    },
    /// Two pictures that should have the same shape have not.
    #[error("expected a picture of [channels, height, width] = {expected:?}, got {got:?}")]
    Shape {
        /// The shape `[C, H, W]` of the reference.
        expected: [usize; 3],
        /// The shape `[C, H, W]` of the other picture.
        got: [usize; 3],
    },
    /// A network's output holds NaN or infinity, which rounding would hide.
    #[error("the picture to measure holds NaN or infinity: the network that made it has diverged")]
    NotFinite,
    /// The picture is too small for a measure that needs no reference.
    #[error("this measure needs sides of at least {smallest_px} pixels, got {width}x{height}")]
    SidesTooShort {
        /// Width of the picture in pixels.
        width: usize,
        /// Height of the picture in pixels.
        height: usize,
        /// The shortest side that can be measured.
        smallest_px: usize,
    },
    /// No value, or no verdict.
    #[error("there is nothing to measure")]
    NothingToMeasure,
    /// A classifier's score is no number.
    #[error("the score of a crop of image {image} is NaN: the classifier has diverged")]
    ScoreIsNan {
        /// The source image of the crop.
        image: u64,
    },
    /// Real or generated crops are missing.
    #[error(
        "telling real from generated needs crops of both kinds, got {real} real and {generated} generated"
    )]
    OneKind {
        /// Crops of the one kind.
        real: usize,
        /// Crops of the other.
        generated: usize,
    },
    /// Two things that are compared image by image are not of the same images.
    #[error("a paired comparison needs the same images on both sides: {reason}")]
    Unpaired {
        /// What is on one side alone.
        reason: String,
    },
    /// The difference of two methods is no number.
    #[error("the difference of two methods is NaN: one of them has diverged")]
    DifferenceIsNan,
    /// An interval was asked for that cannot be drawn.
    #[error("an interval needs at least one draw and a confidence between 0 and 1")]
    Resampling,
}

/// An error unless `picture` has the shape of `reference`.
pub(crate) fn check_same_shape(picture: &Planes, reference: &Planes) -> Result<(), MetricsError> {
    let shape = |planes: &Planes| [planes.channels, planes.height, planes.width];
    if shape(picture) != shape(reference) {
        return Err(MetricsError::Shape { expected: shape(reference), got: shape(picture) });
    }
    Ok(())
}
