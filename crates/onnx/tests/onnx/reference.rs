//! The operators that our files name, as ONNX describes them (<https://onnx.ai/onnx/operators/>), in stock candle: slow, and
//! independent of the layers that the networks are made of.

use std::collections::HashMap;

use candle_core::{Device, Tensor};
use plumage_onnx::messages::{AttributeProto, FLOAT, INT64, ModelProto, NodeProto, TensorProto};

/// What the file makes of `picture: [B, C, H, W]`.
pub(crate) fn run(model: &ModelProto, picture: &Tensor) -> Tensor {
    let graph = model.graph.as_ref().unwrap();
    let mut values = HashMap::from([(graph.input[0].name.as_str(), picture.clone())]);
    let mut integers = HashMap::new();
    for constant in &graph.initializer {
        match constant.data_type {
            FLOAT => drop(values.insert(&constant.name, floats(constant))),
            INT64 => drop(integers.insert(constant.name.as_str(), int64s(constant))),
            other => panic!("{}: element type {other}", constant.name),
        }
    }
    for node in &graph.node {
        let known = |name: &String| !integers.contains_key(name.as_str());
        let tensors: Vec<&Tensor> =
            node.input.iter().filter(|name| known(name)).map(|name| &values[name.as_str()]).collect();
        let constants: Vec<&[i64]> =
            node.input.iter().filter_map(|name| integers.get(name.as_str())).map(Vec::as_slice).collect();
        let made = compute(node, &tensors, &constants);
        assert!(values.insert(&node.output[0], made).is_none(), "{} is made twice", node.output[0]);
    }
    values[graph.output[0].name.as_str()].clone()
}

fn floats(constant: &TensorProto) -> Tensor {
    let values: Vec<f32> = constant
        .raw_data
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    let shape: Vec<usize> = constant.dims.iter().map(|&side| side as usize).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn int64s(constant: &TensorProto) -> Vec<i64> {
    constant.raw_data.chunks_exact(8).map(|bytes| i64::from_le_bytes(bytes.try_into().unwrap())).collect()
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> &'a AttributeProto {
    node.attribute.iter().find(|attribute| attribute.name == name).unwrap()
}

fn compute(node: &NodeProto, tensors: &[&Tensor], constants: &[&[i64]]) -> Tensor {
    let xs = tensors[0];
    match node.op_type.as_str() {
        "Identity" => xs.clone(),
        "Conv" => {
            let (pads, strides) = (&attribute(node, "pads").ints, &attribute(node, "strides").ints);
            assert!(pads.iter().all(|pad| *pad == pads[0]) && strides[0] == strides[1]);
            let ys = xs.conv2d(tensors[1], pads[0] as usize, strides[0] as usize, 1, 1).unwrap();
            match tensors.get(2) {
                Some(bias) => ys.broadcast_add(&bias.reshape((1, bias.elem_count(), 1, 1)).unwrap()).unwrap(),
                None => ys,
            }
        }
        "Add" => xs.broadcast_add(tensors[1]).unwrap(),
        "Relu" => xs.relu().unwrap(),
        "LeakyRelu" => {
            let alpha = f64::from(attribute(node, "alpha").f.unwrap());
            (xs.relu().unwrap() - (xs.neg().unwrap().relu().unwrap() * alpha).unwrap()).unwrap()
        }
        "Pad" => {
            assert_eq!(attribute(node, "mode").s.as_deref(), Some(&b"edge"[..]));
            let width = constants[0][2] as usize;
            assert_eq!(constants[0], [0, 0, 1, 1, 0, 0, 1, 1].map(|side| side * width as i64));
            xs.pad_with_same(2, width, width).unwrap().pad_with_same(3, width, width).unwrap()
        }
        "Slice" => {
            let axis = constants[2][0] as usize;
            let side = xs.dim(axis).unwrap() as i64;
            let place = |at: i64| if at < 0 { (at + side).max(0) } else { at.min(side) } as usize;
            let (start, end) = (place(constants[0][0]), place(constants[1][0]));
            xs.narrow(axis, start, end - start).unwrap()
        }
        "Concat" => Tensor::cat(tensors, attribute(node, "axis").i.unwrap() as usize).unwrap(),
        "DepthToSpace" => {
            assert_eq!(attribute(node, "mode").s.as_deref(), Some(&b"CRD"[..]));
            let (block, (b, c, h, w)) =
                (attribute(node, "blocksize").i.unwrap() as usize, xs.dims4().unwrap());
            let image = c / (block * block);
            let blocks = xs.reshape(&[b, image, block, block, h, w][..]).unwrap();
            let rows = blocks.permute(vec![0, 1, 4, 2, 5, 3]).unwrap();
            rows.reshape((b, image, h * block, w * block)).unwrap()
        }
        other => panic!("{other} is no operator of ours"),
    }
}
