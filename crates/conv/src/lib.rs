//! Fast CPU convolution and fused layers as candle custom operations.
