//! PSNR, SSIM and the evaluation protocols of super-resolution.
