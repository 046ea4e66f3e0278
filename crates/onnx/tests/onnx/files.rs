//! A file read back.

use candle_core::Tensor;
use plumage_onnx::messages::ModelProto;
use prost::Message;

use crate::{networks, reference};

fn largest_difference(ours: &Tensor, theirs: &Tensor) -> f32 {
    assert_eq!(ours.dims(), theirs.dims());
    (ours - theirs).unwrap().abs().unwrap().max_all().unwrap().to_scalar().unwrap()
}

#[test]
fn a_file_computes_what_its_network_computes_whatever_the_size_of_the_picture() {
    for case in networks::all() {
        let model = ModelProto::decode(case.file.as_slice()).unwrap();
        for (height, width) in [(1, 1), (1, 7), (2, 1), (13, 10)] {
            let picture = networks::picture(case.channels, height, width);
            let ours = case.model.infer(&picture).unwrap();
            let difference = largest_difference(&ours, &reference::run(&model, &picture));
            assert!(difference <= 1e-5, "{}, {height}x{width}: {difference}", case.name);
        }
    }
}

#[test]
fn a_file_says_what_it_holds_and_names_its_layers_as_the_weights_do() {
    let case = networks::all().into_iter().find(|case| case.name.contains("fsrcnn")).unwrap();
    let model = ModelProto::decode(case.file.as_slice()).unwrap();
    assert_eq!((model.doc_string.as_str(), model.producer_name.as_str()), ("a test", "plumage"));
    assert_eq!((&model.metadata_props[0].key, &model.metadata_props[0].value), (&"model".into(), &case.name));
    let graph = model.graph.unwrap();
    let sides = |value: &plumage_onnx::messages::ValueInfoProto| {
        let shape = value.r#type.as_ref().unwrap().tensor_type.as_ref().unwrap().shape.as_ref().unwrap();
        let side = |side: &plumage_onnx::messages::DimensionProto| {
            side.dim_param.clone().unwrap_or_else(|| side.dim_value.unwrap().to_string())
        };
        shape.dim.iter().map(side).collect::<Vec<_>>()
    };
    assert_eq!(sides(&graph.input[0]), ["batch", "1", "height", "width"]);
    assert_eq!(sides(&graph.output[0]), ["batch", "1", "sr_height", "sr_width"]);
    let names: Vec<&str> = graph.initializer.iter().map(|constant| constant.name.as_str()).collect();
    for name in ["head.weight", "head.bias", "shrink.weight", "map.0.weight", "expand.bias", "tail.weight"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
}

#[test]
fn equal_networks_give_equal_bytes() {
    let (once, again) = (networks::all(), networks::all());
    assert!(once.iter().zip(&again).all(|(once, again)| once.file == again.file));
}
