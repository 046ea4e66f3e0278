//! The nodes and constants of a file in the making.

use candle_core::{DType, Result, Tensor};

use crate::messages::{AttributeProto, FLOAT, INT64, NodeProto, TensorProto};

/// What has been added so far; every node has one output, which bears its name.
#[derive(Default)]
pub(crate) struct Nodes {
    pub(crate) nodes: Vec<NodeProto>,
    pub(crate) constants: Vec<TensorProto>,
}

impl Nodes {
    /// Adds a node; returns the name of its output.
    pub(crate) fn add(
        &mut self,
        operator: &str,
        name: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) -> String {
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![name.to_owned()],
            name: name.to_owned(),
            op_type: operator.to_owned(),
            attribute: attributes,
        });
        name.to_owned()
    }

    /// Adds weights.
    pub(crate) fn weights(&mut self, name: &str, tensor: &Tensor) -> Result<String> {
        let values = tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
        self.constants.push(TensorProto {
            dims: tensor.dims().iter().map(|&side| side as i64).collect(),
            data_type: FLOAT,
            name: name.to_owned(),
            raw_data: values.into_iter().flat_map(f32::to_le_bytes).collect(),
        });
        Ok(name.to_owned())
    }

    /// The constant `values`, which is added once however often it is asked for.
    pub(crate) fn integers(&mut self, values: &[i64]) -> String {
        let name = format!("{values:?}");
        if self.constants.iter().all(|constant| constant.name != name) {
            self.constants.push(TensorProto {
                dims: vec![values.len() as i64],
                data_type: INT64,
                name: name.clone(),
                raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            });
        }
        name
    }
}

/// A number as an attribute.
pub(crate) fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto { name: name.to_owned(), f: Some(value), r#type: 1, ..Default::default() }
}

/// A whole number as an attribute.
pub(crate) fn int(name: &str, value: usize) -> AttributeProto {
    AttributeProto { name: name.to_owned(), i: Some(value as i64), r#type: 2, ..Default::default() }
}

/// A word as an attribute.
pub(crate) fn word(name: &str, value: &str) -> AttributeProto {
    AttributeProto { name: name.to_owned(), s: Some(value.into()), r#type: 3, ..Default::default() }
}

/// Whole numbers as an attribute.
pub(crate) fn ints(name: &str, values: &[usize]) -> AttributeProto {
    let ints = values.iter().map(|&value| value as i64).collect();
    AttributeProto { name: name.to_owned(), ints, r#type: 7, ..Default::default() }
}
