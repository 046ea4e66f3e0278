use candle_core::{DType, Device, Tensor};
use plumage_conv::{Activation, ConvOptions, Padding, conv2d};

fn relu(padding: Padding) -> ConvOptions {
    ConvOptions { stride: 1, padding, activation: Activation::Relu }
}

#[test]
fn no_images_no_channels_and_kernels_without_a_centre_are_refused() {
    let zeros = |dims: [usize; 4]| Tensor::zeros(&dims, DType::F32, &Device::Cpu).expect("zeros");
    for (xs, weight) in [
        ([0, 8, 8, 4], [4, 4, 3, 3]),
        ([1, 8, 8, 4], [0, 4, 3, 3]),
        ([1, 8, 8, 0], [4, 0, 3, 3]),
        ([1, 8, 8, 4], [4, 4, 2, 2]),
    ] {
        assert!(
            conv2d(&zeros(xs), &zeros(weight), None, &relu(Padding::Zeros)).is_err(),
            "{xs:?} {weight:?}"
        );
    }
}

#[test]
fn no_activation_hides_a_nan() {
    for (channels_in, channels_out, kernel) in [(16, 16, 3), (16, 16, 1), (1, 16, 9), (32, 1, 5)] {
        for dtype in [DType::F32, DType::F64] {
            let make = |value: f64, dims: &[usize]| {
                Tensor::full(value, dims, &Device::Cpu)
                    .and_then(|values| values.to_dtype(dtype))
                    .expect("values")
            };
            let xs = make(1., &[1, 16, 16, channels_in]);
            let weight = make(f64::NAN, &[channels_out, channels_in, kernel, kernel]);
            let ys = conv2d(&xs, &weight, None, &relu(Padding::Zeros)).expect("outputs");
            let ys =
                ys.to_dtype(DType::F64).and_then(|ys| ys.flatten_all()?.to_vec1::<f64>()).expect("values");
            assert!(
                ys.iter().all(|y| y.is_nan()),
                "{channels_in} to {channels_out} channels, {kernel}x{kernel}"
            );
        }
    }
}

#[test]
fn strides_and_slopes_that_mean_nothing_are_refused() {
    let zeros = |dims: [usize; 4]| Tensor::zeros(&dims, DType::F32, &Device::Cpu).expect("zeros");
    let (xs, weight) = (zeros([1, 8, 8, 4]), zeros([4, 4, 3, 3]));
    for stride in [0, 3, 1_000_000] {
        let options = ConvOptions { stride, ..relu(Padding::Zeros) };
        let message = conv2d(&xs, &weight, None, &options).err().map(|error| error.to_string());
        assert!(message.is_some_and(|message| message.contains("a stride of 1 or 2")), "{stride}");
    }
    for slope in [-0.1, f32::NAN, f32::INFINITY] {
        let options = ConvOptions { activation: Activation::LeakyRelu(slope), ..relu(Padding::Zeros) };
        assert!(conv2d(&xs, &weight, None, &options).is_err(), "{slope}");
    }
}

#[test]
fn halves_go_through_candle_and_come_near() {
    let wave = |dims: &[usize], step: f32| {
        let values = (0..dims.iter().product::<usize>()).map(|index| (step * index as f32).sin());
        Tensor::from_iter(values, &Device::Cpu).and_then(|values| values.reshape(dims)).expect("a wave")
    };
    let (xs, weight) = (wave(&[1, 8, 8, 4], 0.7), wave(&[4, 4, 3, 3], 1.3));
    let brief = |tensor: &Tensor| tensor.to_dtype(DType::F16).expect("halves");
    for activation in [Activation::Relu, Activation::LeakyRelu(0.2)] {
        let options = ConvOptions { activation, ..relu(Padding::Replicate) };
        let values = |ys: candle_core::Result<Tensor>| {
            ys.and_then(|ys| ys.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()).expect("outputs")
        };
        let exact = values(conv2d(&xs, &weight, None, &options));
        let brief = values(conv2d(&brief(&xs), &brief(&weight), None, &options));
        for (exact, brief) in exact.iter().zip(&brief) {
            assert!((exact - brief).abs() < 0.05, "{exact} and {brief}");
        }
    }
}
