//! The gradients of one step, by parameter name, out of the graph and ready to be looked at.

use std::collections::BTreeMap;

use candle_core::{Result, Tensor, backprop::GradStore};
use plumage_models::Parameters;

/// Gradients of all parameters of a network, flattened, in the order of the names.
#[derive(Debug)]
pub struct Gradients {
    values: BTreeMap<String, Vec<f32>>,
}

impl Gradients {
    /// Runs the backward pass of `loss`, a scalar; a parameter that the loss does not depend on has gradient zero.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn of(loss: &Tensor, parameters: &Parameters) -> Result<Self> {
        let store = loss.backward()?;
        let values = parameters.iter().map(|(name, variable)| Ok((name.to_owned(), flat(&store, variable)?)));
        Ok(Self { values: values.collect::<Result<_>>()? })
    }

    /// The gradient of a parameter.
    pub fn get(&self, name: &str) -> Option<&[f32]> {
        self.values.get(name).map(Vec::as_slice)
    }

    /// The Euclidean norm over all parameters, summed in f64; not finite if any gradient is not.
    pub fn norm(&self) -> f64 {
        self.values.values().flatten().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>().sqrt()
    }

    /// The first parameter with a gradient that is not finite.
    pub fn not_finite(&self) -> Option<&str> {
        let broken = |values: &Vec<f32>| values.iter().any(|g| !g.is_finite());
        self.values.iter().find(|(_, values)| broken(values)).map(|(name, _)| name.as_str())
    }

    /// Scales all gradients by `factor`.
    pub fn scale(&mut self, factor: f64) {
        self.values.values_mut().flatten().for_each(|g| *g *= factor as f32);
    }
}

fn flat(store: &GradStore, variable: &Tensor) -> Result<Vec<f32>> {
    match store.get(variable) {
        Some(gradient) => gradient.flatten_all()?.to_vec1::<f32>(),
        None => Ok(vec![0.; variable.elem_count()]),
    }
}
