//! Pixels: decode and encode with limits, colour, MATLAB-compatible resize, crop.
