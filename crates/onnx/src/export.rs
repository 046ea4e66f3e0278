//! From the steps of a network to the bytes of a file.

use std::collections::{BTreeMap, HashMap};

use candle_core::{Device, Result, Tensor, TensorId};
use plumage_conv::{Activation, Layer, Padding};
use plumage_models::{
    Graph, Parameters,
    graph::{Step, Value},
};
use prost::Message;

use crate::{
    messages::{
        DimensionProto, FLOAT, GraphProto, ModelProto, OperatorSetIdProto, StringStringEntryProto,
        TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
    },
    nodes::{Nodes, float, int, ints, word},
};

/// The operators of ONNX 1.12, of 2022, and the format of its files: all that is needed, and what most programs can read.
const OPERATORS: i64 = 17;
const FORMAT: i64 = 8;

/// The names of what goes in and what comes out.
const INPUT: &str = "picture";
const OUTPUT: &str = "sr";

/// The sides of a picture in a file, `[B, C, H, W]`.
const ROWS: usize = 2;
const COLUMNS: usize = 3;

/// What a file says of its network.
#[derive(Clone, Debug)]
pub struct Description<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Channels of its pictures.
    pub channels: usize,
    /// What it does, for people.
    pub doc: &'a str,
    /// What its input is, for people.
    pub input: &'a str,
    /// More words, for programs.
    pub properties: &'a BTreeMap<String, String>,
}

/// The bytes of the file; equal input gives equal bytes.
///
/// The network takes `picture: [batch, C, height, width]` of any size and makes `sr: [batch, C, H, W]`, both in [0, 1], the
/// latter about so and not clamped. Layers and weights bear the names of `parameters`.
///
/// # Errors
/// Only what the device reports.
pub fn to_bytes(graph: &Graph, parameters: &Parameters, description: &Description) -> Result<Vec<u8>> {
    let mut export = Export {
        nodes: Nodes::default(),
        outputs: Vec::new(),
        names: parameters.iter().map(|(name, variable)| (variable.id(), name)).collect(),
    };
    for (index, step) in graph.steps().iter().enumerate() {
        let is_last = graph.output() == Value::Step(index);
        let output = export.step(step, is_last)?;
        export.outputs.push(output);
    }
    if graph.output() == Value::Input {
        export.nodes.add("Identity", OUTPUT, &[INPUT], Vec::new());
    }
    let enlarges = graph.steps().iter().any(|step| matches!(step, Step::PixelShuffle { .. }));
    let sides = if enlarges { ["sr_height", "sr_width"] } else { ["height", "width"] };
    let Nodes { nodes, constants } = export.nodes;
    let properties = description.properties.iter();
    let model = ModelProto {
        ir_version: FORMAT,
        producer_name: "plumage".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        doc_string: description.doc.to_owned(),
        graph: Some(GraphProto {
            node: nodes,
            name: description.name.to_owned(),
            initializer: constants,
            input: vec![picture(INPUT, description.channels, ["height", "width"], description.input)],
            output: vec![picture(OUTPUT, description.channels, sides, "about [0, 1], not clamped")],
        }),
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPERATORS }],
        metadata_props: properties
            .map(|(key, value)| StringStringEntryProto { key: key.clone(), value: value.clone() })
            .collect(),
    };
    Ok(model.encode_to_vec())
}

/// A picture of any size that goes in or comes out.
fn picture(name: &str, channels: usize, [height, width]: [&str; 2], doc: &str) -> ValueInfoProto {
    let any = |name: &str| DimensionProto { dim_value: None, dim_param: Some(name.to_owned()) };
    let channels = DimensionProto { dim_value: Some(channels as i64), dim_param: None };
    let shape = TensorShapeProto { dim: vec![any("batch"), channels, any(height), any(width)] };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorTypeProto { elem_type: FLOAT, shape: Some(shape) }),
        }),
        doc_string: doc.to_owned(),
    }
}

/// A file in the making.
struct Export<'a> {
    nodes: Nodes,
    /// What the steps so far have made.
    outputs: Vec<String>,
    /// What the parameters are called.
    names: HashMap<TensorId, &'a str>,
}

impl Export<'_> {
    fn name(&self, value: Value) -> String {
        match value {
            Value::Input => INPUT.to_owned(),
            Value::Step(index) => self.outputs[index].clone(),
        }
    }

    /// Adds the nodes of a step; returns the name of what it makes.
    fn step(&mut self, step: &Step, is_last: bool) -> Result<String> {
        let name = match step {
            _ if is_last => OUTPUT.to_owned(),
            Step::Convolution { layer, .. } => self.layer_name(layer),
            _ => self.next_name(),
        };
        Ok(match step {
            Step::Convolution { xs, plus, layer } => {
                let (xs, plus) = (self.name(*xs), plus.map(|plus| self.name(plus)));
                self.convolution(&xs, plus.as_deref(), layer, &name)?
            }
            Step::Mirror { xs, border_px } => self.mirror(self.name(*xs), *border_px, &name),
            Step::PixelShuffle { xs, scale } => {
                // Its channels are those of one output channel after the other.
                let attributes = vec![int("blocksize", *scale), word("mode", "CRD")];
                let xs = self.name(*xs);
                self.nodes.add("DepthToSpace", &name, &[&xs], attributes)
            }
            Step::Shift { xs, by } => {
                let (xs, by) = (self.name(*xs), Tensor::new(*by as f32, &Device::Cpu)?);
                let by = self.nodes.weights(&format!("{name}.by"), &by)?;
                self.nodes.add("Add", &name, &[&xs, &by], Vec::new())
            }
            Step::Sum(pair) => {
                let [left, right] = pair.map(|value| self.name(value));
                self.nodes.add("Add", &name, &[&left, &right], Vec::new())
            }
        })
    }

    /// A name for what nobody has named.
    fn next_name(&self) -> String {
        format!("step{}", self.outputs.len())
    }

    /// What a layer's parameters are called, without the last word; its weight may be made of the one that is learnt.
    fn layer_name(&self, layer: &Layer) -> String {
        let parameters = [Some(&layer.weight), layer.bias.as_ref()].into_iter().flatten();
        let mut names = parameters.filter_map(|parameter| self.names.get(&parameter.id()));
        let layer = names.find_map(|name| name.rsplit_once('.'));
        layer.map_or_else(|| self.next_name(), |(layer, _)| layer.to_owned())
    }

    fn convolution(&mut self, xs: &str, plus: Option<&str>, layer: &Layer, name: &str) -> Result<String> {
        let layer_name = self.layer_name(layer);
        let kernel = layer.weight.dim(2)?;
        let border = kernel / 2;
        let weight = self.nodes.weights(&format!("{layer_name}.weight"), &layer.weight)?;
        let bias = layer.bias.as_ref();
        let bias = bias.map(|bias| self.nodes.weights(&format!("{layer_name}.bias"), bias)).transpose()?;
        let (xs, zeros) = match layer.options.padding {
            Padding::Zeros => (xs.to_owned(), border),
            Padding::Replicate if border > 0 => (self.edges(xs, border as i64, &format!("{name}.border")), 0),
            Padding::Replicate | Padding::Valid => (xs.to_owned(), 0),
        };
        let attributes = vec![
            ints("kernel_shape", &[kernel, kernel]),
            ints("strides", &[layer.options.stride; 2]),
            ints("pads", &[zeros; 4]),
        ];
        let mut inputs = vec![xs.as_str(), weight.as_str()];
        inputs.extend(bias.as_deref());
        let (operator, slope) = match layer.options.activation {
            Activation::None => (None, None),
            Activation::Relu => (Some("Relu"), None),
            Activation::LeakyRelu(slope) => (Some("LeakyRelu"), Some(float("alpha", slope))),
        };
        // Whichever node comes last bears the step's name.
        let inner = |node: &str, is_last: bool| {
            if is_last { name.to_owned() } else { format!("{name}.{node}") }
        };
        let is_last = plus.is_none() && operator.is_none();
        let mut ys = self.nodes.add("Conv", &inner("conv", is_last), &inputs, attributes);
        if let Some(plus) = plus {
            ys = self.nodes.add("Add", &inner("sum", operator.is_none()), &[plus, &ys], Vec::new());
        }
        if let Some(operator) = operator {
            ys = self.nodes.add(operator, name, &[&ys], slope.into_iter().collect());
        }
        Ok(ys)
    }

    /// A border of the nearest pixels.
    fn edges(&mut self, xs: &str, border: i64, name: &str) -> String {
        let widths = self.nodes.integers(&[0, 0, border, border, 0, 0, border, border]);
        self.nodes.add("Pad", name, &[xs, &widths], vec![word("mode", "edge")])
    }

    /// A border of mirrored pixels, one ring after the other, as ONNX has no such border itself: the pixel that is seen in
    /// ring `k` lies `2 k` pixels behind the outermost that is there by then, however small the picture is.
    fn mirror(&mut self, mut xs: String, border_px: usize, name: &str) -> String {
        for ring in 0..border_px as i64 {
            for axis in [ROWS, COLUMNS] {
                let inner = |what: &str| format!("{name}.ring{ring}.axis{axis}.{what}");
                let end = if ring == 0 { i64::MAX } else { -2 * ring };
                let before = self.slice(&xs, axis, (2 * ring, 2 * ring + 1), &inner("before"));
                let after = self.slice(&xs, axis, (-2 * ring - 1, end), &inner("after"));
                let is_last = ring + 1 == border_px as i64 && axis == COLUMNS;
                let made = if is_last { name.to_owned() } else { inner("with") };
                xs = self.nodes.add("Concat", &made, &[&before, &xs, &after], vec![int("axis", axis)]);
            }
        }
        xs
    }

    fn slice(&mut self, xs: &str, axis: usize, (start, end): (i64, i64), name: &str) -> String {
        let [start, end, axis] = [start, end, axis as i64].map(|value| self.nodes.integers(&[value]));
        self.nodes.add("Slice", name, &[xs, &start, &end, &axis], Vec::new())
    }
}
