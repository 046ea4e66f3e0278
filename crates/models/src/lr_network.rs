//! What all networks on the LR grid share: a chain of convolutions whose last channels become the pixels of the SR image,
//! alone or over the bicubic enlargement.

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use plumage_conv::{
    Activation, ConvOptions, Layer, Padding, chain, infer_in_strips, pixel_shuffle, to_nchw, to_nhwc,
};
use plumage_imaging::{
    Planes,
    resize::{Ratio, resize},
};

mod blurred;
mod graph;
mod stream;

use self::stream::LrStream;
use crate::{
    Graph, PictureSize, PictureStream, Upscaler,
    layers::{Conv2d, Init},
};

/// A layer with a ReLU and zeros beyond the border, the usual one.
pub(crate) const RELU: ConvOptions =
    ConvOptions { stride: 1, padding: Padding::Zeros, activation: Activation::Relu };

/// The same without an activation.
pub(crate) const LINEAR: ConvOptions = ConvOptions { activation: Activation::None, ..RELU };

/// Standard deviation of the tail's first weights: the network starts near its skip.
const TAIL_STD: f64 = 0.001;

/// How the SR image is made of the last features.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    /// Side of the last kernel, odd, in LR pixels.
    pub(crate) kernel: usize,
    /// Channels of the image.
    pub(crate) channels: usize,
    /// How much the network enlarges.
    pub(crate) scale: usize,
    /// Whether the bicubic enlargement is added.
    pub(crate) residual: bool,
    /// Feature maps that the shuffle makes, of which a convolution behind a box makes the image; without them it makes the image.
    pub(crate) hr_feats: Option<usize>,
}

/// Convolutions over the LR image, `tail` being the last, and a pixel shuffle.
#[derive(Clone)]
pub(crate) struct LrNetwork {
    /// All convolutions on the LR grid, the tail included.
    pub(crate) layers: Vec<Layer>,
    scale: usize,
    /// The convolution on the HR grid as it is learnt, if there is one: [`LrNetwork::hr_layer`] is what is run.
    last: Option<Layer>,
    bicubic: Option<Layer>,
}

/// How a chain is run: with gradients or without.
pub(crate) type Run = fn(&Tensor, &[Layer]) -> Result<Tensor>;

impl LrNetwork {
    /// `body` with a tail whose parameters are those of `tail` in `vb`, and of `last` where it has one.
    pub(crate) fn new(mut body: Vec<Layer>, features: usize, tail: Tail, vb: &VarBuilder) -> Result<Self> {
        let Tail { kernel, channels, scale, residual, hr_feats } = tail;
        let he = (2. / (features * kernel * kernel) as f64).sqrt();
        let (made, options, std) = match hr_feats {
            Some(hr_feats) => (hr_feats, RELU, he),
            None => (channels, LINEAR, TAIL_STD),
        };
        let init = Init::Icnr { std, scale };
        let tail = Conv2d::new(features, made * scale * scale, kernel, options, init, vb.pp("tail"))?;
        body.push(tail.layer());
        let start = Init::Normal { std: TAIL_STD };
        let last = hr_feats.map(|made| Conv2d::new(made, channels, 3, LINEAR, start, vb.pp("last")));
        let last = last.transpose()?.map(|last| last.layer());
        let bicubic = residual.then(|| bicubic(channels, scale, vb)).transpose()?;
        Ok(Self { layers: body, scale, last, bicubic })
    }

    /// The convolution on the HR grid with the box before it, if there is one.
    fn hr_layer(&self) -> Result<Option<Layer>> {
        let with_box =
            |last: &Layer| Ok(Layer { weight: blurred::blurred(&last.weight, self.scale)?, ..last.clone() });
        self.last.as_ref().map(with_box).transpose()
    }

    /// The SR image of the last layer's output.
    ///
    /// # Shapes
    /// `lr: [B, H, W, C]`, `features: [B, H, W, F * scale^2]`; returns `[B, C, scale * H, scale * W]`.
    pub(crate) fn sr(&self, lr: &Tensor, features: Tensor, run: Run) -> Result<Tensor> {
        let alone = |layer: &Layer, xs: &Tensor| run(xs, std::slice::from_ref(layer));
        // Before the shuffle, the pixels that one pixel becomes are channels side by side: so is their enlargement.
        let bicubic = self.bicubic.as_ref().map(|layer| alone(layer, &mirrored(lr)?)).transpose()?;
        let shuffled = |pixels: &Tensor| pixel_shuffle(pixels, self.scale);
        let pixels = match (&self.hr_layer()?, bicubic) {
            (None, None) => shuffled(&features)?,
            (None, Some(bicubic)) => shuffled(&(features + bicubic)?)?,
            (Some(last), None) => alone(last, &shuffled(&features)?)?,
            (Some(last), Some(bicubic)) => (alone(last, &shuffled(&features)?)? + shuffled(&bicubic)?)?,
        };
        to_nchw(&pixels)
    }

    fn run(&self, xs: &Tensor, run: Run) -> Result<Tensor> {
        let lr = to_nhwc(xs)?;
        self.sr(&lr, run(&lr, &self.layers)?, run)
    }
}

impl Upscaler for LrNetwork {
    fn border_px(&self) -> usize {
        0
    }

    /// The bicubic enlargement is not counted, as it is not for networks that are given it. Rounded up.
    fn macs_per_hr_pixel(&self) -> u64 {
        let of_lr_pixel: usize = self.layers.iter().map(|layer| layer.weight.elem_count()).sum();
        let of_hr_pixel = self.last.as_ref().map_or(0, |last| {
            let [channels_out, channels_in, kernel, _] = last.weight.dims() else { return 0 };
            channels_out * channels_in * blurred::side(*kernel, self.scale).pow(2)
        });
        (of_hr_pixel + of_lr_pixel.div_ceil(self.scale * self.scale)) as u64
    }

    /// Input and features lie on the LR grid; the output, once as channels and once as pixels, on the HR grid. Rounded up.
    fn features_per_hr_pixel(&self) -> u64 {
        let dims = |layer: &Layer, dim: usize| layer.weight.dims()[dim];
        let input = self.layers.first().map_or(0, |head| dims(head, 1));
        let features: usize = self.layers.iter().map(|layer| dims(layer, 0)).sum();
        let block = self.scale * self.scale;
        let shuffled = self.layers.last().map_or(0, |tail| dims(tail, 0)) / block;
        let image = self.last.as_ref().map_or(0, |last| dims(last, 0));
        (image + shuffled + (input + features).div_ceil(block)) as u64
    }

    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        self.run(xs, chain)
    }

    fn infer(&self, xs: &Tensor) -> Result<Tensor> {
        self.run(xs, infer_in_strips)
    }

    fn graph(&self) -> Result<Graph> {
        self.steps()
    }

    fn stream(&self, size: PictureSize) -> Result<Box<dyn PictureStream>> {
        Ok(Box::new(LrStream::new(self, size)?))
    }

    fn stream_bytes(&self, size: PictureSize) -> Result<u64> {
        LrStream::bytes(self, size)
    }
}

/// LR pixels on each side of one that its block of HR pixels is interpolated from.
const REACH: usize = 2;

/// Bicubic enlargement as a convolution without padding from an image, mirrored at its borders, to the channels before a
/// pixel shuffle: [`resize`] by a whole number does the same to every pixel.
fn bicubic(channels: usize, scale: usize, vb: &VarBuilder) -> Result<Layer> {
    const TAPS: usize = 2 * REACH + 1;
    // What becomes of one bright pixel, far from all borders, holds every weight.
    const SIDE: usize = 2 * TAPS - 1;
    let mut bright = vec![0.; SIDE * SIDE];
    bright[SIDE * SIDE / 2] = 1.;
    let enlarged = resize(&Planes::new(1, SIDE, SIDE, bright), Ratio::enlarge(scale));
    let mut weights = vec![0.; channels * scale * scale * channels * TAPS * TAPS];
    let mut taps = weights.chunks_exact_mut(TAPS * TAPS);
    for channel_out in 0..channels {
        for phase in 0..scale * scale {
            for channel_in in 0..channels {
                let Some(taps) = taps.next().filter(|_| channel_in == channel_out) else { continue };
                for (tap, weight) in taps.iter_mut().enumerate() {
                    // The bright pixel is this tap of the block that lies as far on the other side.
                    let place = |phase: usize, tap: usize| (TAPS - 1 + REACH - tap) * scale + phase;
                    let (row, column) = (place(phase / scale, tap / TAPS), place(phase % scale, tap % TAPS));
                    *weight = enlarged.plane(0)[row * SIDE * scale + column];
                }
            }
        }
    }
    let shape = (channels * scale * scale, channels, TAPS, TAPS);
    let weight = Tensor::from_vec(weights, shape, vb.device())?.to_dtype(vb.dtype())?;
    Ok(Layer { weight, bias: None, options: ConvOptions { padding: Padding::Valid, ..LINEAR }, plus: None })
}

/// The pixel of a side of `len` that is seen at `place` of the side with [`REACH`] mirrored pixels before and after it.
fn mirror(place: usize, len: usize) -> usize {
    plumage_imaging::resize::mirror(place as isize - REACH as isize, len)
}

/// `[B, H, W, C]` to `[B, H + 2 REACH, W + 2 REACH, C]`: what lies beyond a border is its mirror image.
fn mirrored(xs: &Tensor) -> Result<Tensor> {
    let (_, height, width, _) = xs.dims4()?;
    let places = |len: usize| {
        let places = (0..len + 2 * REACH).map(|place| mirror(place, len) as u32);
        Tensor::from_iter(places, xs.device())
    };
    xs.contiguous()?.index_select(&places(height)?, 1)?.index_select(&places(width)?, 2)
}
