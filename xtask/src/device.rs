//! Where the computing happens.

use candle_core::Device;

use crate::failure::Failure;

/// The first GPU of a build with `--features cuda` or `metal`, else the CPU.
pub(crate) fn best() -> Result<Device, Failure> {
    let gpu = Device::cuda_if_available(0).map_err(Failure::internal)?;
    if gpu.is_cuda() { Ok(gpu) } else { Device::metal_if_available(0).map_err(Failure::internal) }
}
