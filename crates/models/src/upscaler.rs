use candle_core::{Result, Tensor};

use crate::{Graph, PictureSize, PictureStream};

/// Where a network's input lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grid {
    /// The LR image itself; the network enlarges it.
    Lr,
    /// The bicubic enlargement of the LR image, at HR size; the network sharpens it.
    Hr,
}

/// A network that turns a degraded image into an SR image.
pub trait Upscaler: Send + Sync {
    /// HR pixels that [`Upscaler::forward`] loses on every side, as unpadded ("valid") convolutions do.
    fn border_px(&self) -> usize;

    /// Multiplications of one HR pixel, biases and activations not counted.
    fn macs_per_hr_pixel(&self) -> u64;

    /// Numbers that [`Upscaler::forward`] keeps of one HR pixel until its gradient is known: input, features and output.
    fn features_per_hr_pixel(&self) -> u64;

    /// The SR patch of a training step; gradients flow from it to the parameters.
    ///
    /// # Shapes
    /// `xs: [B, C, h, w]` in [0, 1] on the network's [`Grid`]. Returns `[B, C, H - 2 border, W - 2 border]` on the HR
    /// grid, about [0, 1] and not clamped.
    ///
    /// # Errors
    /// Shapes that do not fit the network.
    fn forward(&self, xs: &Tensor) -> Result<Tensor>;

    /// The SR image of a whole input, the borders included, without keeping anything for gradients.
    ///
    /// # Shapes
    /// `xs: [1, C, h, w]` in [0, 1] on the network's [`Grid`]. Returns `[1, C, H, W]`, about [0, 1] and not clamped.
    ///
    /// # Errors
    /// Shapes that do not fit the network.
    fn infer(&self, xs: &Tensor) -> Result<Tensor>;

    /// The network for a picture whose rows come one after the other; it computes on the CPU.
    ///
    /// # Errors
    /// A picture too small for the network.
    fn stream(&self, size: PictureSize) -> Result<Box<dyn PictureStream>>;

    /// Bytes that [`Upscaler::stream`] takes with the same argument.
    ///
    /// # Errors
    /// As of [`Upscaler::stream`].
    fn stream_bytes(&self, size: PictureSize) -> Result<u64>;

    /// The steps of [`Upscaler::infer`], sharing the parameters where they are run as they are learnt; noise is no part of them.
    ///
    /// # Errors
    /// Only what the device reports.
    fn graph(&self) -> Result<Graph>;

    /// The same network, sharing its parameters, with its noise drawn; `None` where it takes no noise.
    ///
    /// Without a draw the noise is zero.
    fn with_noise(&self, _draw: Draw) -> Option<Box<dyn Upscaler>> {
        None
    }
}

/// Which noise a network is given: a function of these two and of an image's place in its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// The run's seed.
    pub seed: u64,
    /// The optimizer step, or the number of the draw where several images are made of one.
    pub step: u64,
}
