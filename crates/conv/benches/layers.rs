//! The layers of the models, forward and backward: `cargo bench -p plumage-conv`.

use candle_core::{Device, Result, Tensor, Var};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plumage_conv::{Activation, ConvOptions, Layer, Padding, conv2d, infer_in_strips};

/// Batch, side in pixels, channels in and out, kernel, stride.
const LAYERS: [(usize, usize, usize, usize, usize, usize); 8] = [
    (16, 33, 1, 64, 9, 1),
    (16, 33, 3, 64, 9, 1),
    (16, 33, 64, 32, 5, 1),
    (16, 33, 64, 32, 1, 1),
    (16, 33, 32, 1, 5, 1),
    (16, 24, 32, 32, 3, 1),
    (16, 72, 3, 32, 3, 2),
    (16, 36, 32, 64, 3, 2),
];

fn noise(dims: &[usize]) -> Result<Tensor> {
    Tensor::randn(0f32, 1., dims, &Device::Cpu)
}

/// One layer, with floating-point operations of its definition as throughput: one "element" is one of them.
fn layers(criterion: &mut Criterion) -> Result<()> {
    for (batch, side, channels_in, channels_out, kernel, stride) in LAYERS {
        let options = ConvOptions { stride, padding: Padding::Zeros, activation: Activation::Relu };
        let xs = Var::from_tensor(&noise(&[batch, side, side, channels_in])?)?;
        let weight = Var::from_tensor(&noise(&[channels_out, channels_in, kernel, kernel])?)?;
        let bias = Var::from_tensor(&noise(&[channels_out])?)?;
        let ys = conv2d(&xs, &weight, Some(&bias), &options)?;
        let flop = 2 * ys.elem_count() * channels_in * kernel * kernel;
        let name = format!(
            "{channels_in} to {channels_out}, {kernel}x{kernel} by {stride}, {batch} x {side}x{side}"
        );
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(flop as u64));
        group.bench_function("forward", |bencher| {
            bencher.iter(|| conv2d(&xs, &weight, Some(&bias), &options))
        });
        group.throughput(Throughput::Elements(2 * flop as u64));
        group.bench_function("backward", |bencher| bencher.iter(|| ys.backward()));
        group.finish();
    }
    Ok(())
}

/// SRCNN 9-5-5 on one channel of 512 x 512 pixels.
fn strips(criterion: &mut Criterion) -> Result<()> {
    let layer = |channels_in, channels_out, kernel, activation| -> Result<Layer> {
        Ok(Layer {
            weight: noise(&[channels_out, channels_in, kernel, kernel])?,
            bias: Some(noise(&[channels_out])?),
            options: ConvOptions { stride: 1, padding: Padding::Zeros, activation },
            plus: None,
        })
    };
    let layers = [
        layer(1, 64, 9, Activation::Relu)?,
        layer(64, 32, 5, Activation::Relu)?,
        layer(32, 1, 5, Activation::None)?,
    ];
    let xs = noise(&[1, 512, 512, 1])?;
    criterion.bench_function("srcnn 9-5-5 in strips, 512x512", |bencher| {
        bencher.iter(|| infer_in_strips(&xs, &layers));
    });
    Ok(())
}

fn benches(criterion: &mut Criterion) {
    layers(criterion).and_then(|()| strips(criterion)).expect("the layers compute");
}

criterion_group!(all, benches);
criterion_main!(all);
