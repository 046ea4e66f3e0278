//! What is measured: training steps and inferences by name, and how much arithmetic each is.

use super::networks::{ConvSpec, discriminator, generator, srcnn};
use crate::failure::Failure;

/// Patches of a training step.
pub(crate) const BATCH: usize = 16;
/// Side of an LR patch of the adversarial training step, in pixels.
pub(crate) const GAN_SIDE: usize = 24;

/// One training step or one inference.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Workload {
    /// What the command line and the records call it.
    pub(crate) name: &'static str,
    /// What is done.
    pub(crate) task: Task,
}

/// What a workload does; sides are in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    /// Adam on the mean squared error of SRCNN with kernels 9, `middle`, 5.
    TrainSrcnn { channels: usize, middle: usize, side: usize },
    /// A step of the discriminator, then one of the generator.
    TrainSrgan,
    /// SRCNN on Y over one square image.
    InferSrcnn { middle: usize, side: usize },
    /// The generator over one square LR image.
    InferGenerator { side: usize },
}

/// All workloads, in the order in which they are measured.
const WORKLOADS: [Workload; 9] = [
    Workload { name: "train_srcnn_915_y_33", task: Task::TrainSrcnn { channels: 1, middle: 1, side: 33 } },
    Workload { name: "train_srcnn_955_y_33", task: Task::TrainSrcnn { channels: 1, middle: 5, side: 33 } },
    Workload { name: "train_srcnn_955_rgb_33", task: Task::TrainSrcnn { channels: 3, middle: 5, side: 33 } },
    Workload { name: "train_srcnn_955_y_96", task: Task::TrainSrcnn { channels: 1, middle: 5, side: 96 } },
    Workload { name: "train_srgan_x3_24", task: Task::TrainSrgan },
    Workload { name: "infer_srcnn_915_y_512", task: Task::InferSrcnn { middle: 1, side: 512 } },
    Workload { name: "infer_srcnn_955_y_512", task: Task::InferSrcnn { middle: 5, side: 512 } },
    Workload { name: "infer_srcnn_955_y_1024", task: Task::InferSrcnn { middle: 5, side: 1024 } },
    Workload { name: "infer_generator_x3_256", task: Task::InferGenerator { side: 256 } },
];

impl Workload {
    /// The workload of that name, or a failure that lists all names.
    pub(crate) fn named(name: &str) -> Result<Self, Failure> {
        WORKLOADS.into_iter().find(|workload| workload.name == name).ok_or_else(|| {
            let names = WORKLOADS.map(|workload| workload.name).join("\n  ");
            Failure::usage(format!("there is no workload {name}"), format!("there are\n  {names}"))
        })
    }

    /// The workloads of these names in this order, or all where there are none.
    pub(crate) fn chosen(names: &[String]) -> Result<Vec<Self>, Failure> {
        if names.is_empty() {
            return Ok(WORKLOADS.to_vec());
        }
        names.iter().map(|name| Self::named(name)).collect()
    }

    /// Whether it is a training step.
    pub(crate) fn trains(&self) -> bool {
        matches!(self.task, Task::TrainSrcnn { .. } | Task::TrainSrgan)
    }

    /// Floating-point operations of its convolutions, computed directly: a multiplication and an addition each count.
    pub(crate) fn flops(&self) -> u64 {
        match self.task {
            Task::TrainSrcnn { channels, middle, side } => {
                let pass = Pass::new(&srcnn(channels, middle), BATCH, side);
                pass.forward + pass.weights + pass.inputs
            }
            Task::TrainSrgan => {
                let generator = Pass::new(&generator(), BATCH, GAN_SIDE);
                let judged = Pass::new(&discriminator(), BATCH, GAN_SIDE * super::networks::SCALE);
                let discriminator_step =
                    generator.forward + 2 * (judged.forward + judged.weights + judged.inputs);
                // The generator's gradient passes through the whole discriminator, whose weights then need none.
                let generator_step = generator.forward + generator.weights + generator.inputs;
                discriminator_step + generator_step + judged.forward + judged.inputs + judged.first
            }
            Task::InferSrcnn { middle, side } => Pass::new(&srcnn(1, middle), 1, side).forward,
            Task::InferGenerator { side } => Pass::new(&generator(), 1, side).forward,
        }
    }
}

/// Floating-point operations of a network on a batch.
struct Pass {
    forward: u64,
    /// For the gradients of all weights.
    weights: u64,
    /// For the gradients of the inputs of all layers but the first.
    inputs: u64,
    /// For the gradient of the first layer's input.
    first: u64,
}

impl Pass {
    fn new(layers: &[ConvSpec], batch: usize, mut side: usize) -> Self {
        let flops: Vec<u64> = layers
            .iter()
            .map(|layer| {
                side = side.div_ceil(layer.stride);
                2 * layer.macs_per_output_pixel() * (batch * side * side) as u64
            })
            .collect();
        let (forward, first) = (flops.iter().sum(), flops.first().copied().unwrap_or(0));
        Self { forward, weights: forward, inputs: forward - first, first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_is_that_worked_by_hand() {
        let flops = |name| Workload::named(name).unwrap().flops();
        // 9 x 9 x 64 + 5 x 5 x 64 x 32 + 5 x 5 x 32 = 57,184 multiplications a pixel.
        assert_eq!(flops("infer_srcnn_955_y_512"), 2 * 57_184 * 512 * 512);
        // Forward and weights, and inputs but for the first layer.
        let once = 3 * 57_184 - 9 * 9 * 64;
        assert_eq!(flops("train_srcnn_955_y_33"), 2 * once * 16 * 33 * 33);
    }

    #[test]
    fn a_stride_of_two_counts_a_quarter_of_the_pixels() {
        let layer = ConvSpec { stride: 2, ..srcnn(1, 1).remove(0) };
        assert_eq!(Pass::new(&[layer], 1, 8).forward, 2 * 81 * 64 * 16);
    }
}
