//! A network as the steps that make the SR picture of its input: what is written down when it leaves for another program.

use plumage_conv::Layer;

/// The steps of a network, in an order in which they can be made; the last one makes the SR picture.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    steps: Vec<Step>,
}

/// What a step reads: the network's input, or what an earlier step made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// The picture that goes in.
    Input,
    /// The output of a step, counted from 0.
    Step(usize),
}

/// One step; pictures are `[B, C, H, W]`.
#[derive(Clone, Debug)]
pub enum Step {
    /// A convolution with bias and activation; `plus` is added before the activation. The layer's own `plus`, which counts the
    /// layers of a chain, says nothing here.
    Convolution {
        /// What is convolved.
        xs: Value,
        /// What is added to the sums.
        plus: Option<Value>,
        /// Weights and options.
        layer: Layer,
    },
    /// A border of mirrored pixels on every side, the outermost pixel beside its own image: `b a | a b c | c b`.
    Mirror {
        /// The picture.
        xs: Value,
        /// Width of the border, in pixels.
        border_px: usize,
    },
    /// `[B, C * scale^2, H, W]` to `[B, C, scale * H, scale * W]`; the pixels that one pixel becomes lie together.
    PixelShuffle {
        /// The channels.
        xs: Value,
        /// Side of the block that a pixel becomes.
        scale: usize,
    },
    /// A number is added to every pixel.
    Shift {
        /// The picture.
        xs: Value,
        /// The number.
        by: f64,
    },
    /// The sum of two pictures of the same shape.
    Sum([Value; 2]),
}

impl Graph {
    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the network makes: the input itself, if there are no steps.
    pub fn output(&self) -> Value {
        self.steps.len().checked_sub(1).map_or(Value::Input, Value::Step)
    }

    /// Adds a step.
    pub(crate) fn push(&mut self, step: Step) -> Value {
        self.steps.push(step);
        self.output()
    }

    /// Adds the layers of a chain.
    pub(crate) fn chain(&mut self, mut xs: Value, layers: &[Layer]) -> Value {
        let mut made = Vec::with_capacity(layers.len());
        for layer in layers {
            let plus = layer.plus.map(|index| made[index]);
            xs = self.push(Step::Convolution { xs, plus, layer: layer.clone() });
            made.push(xs);
        }
        xs
    }
}
