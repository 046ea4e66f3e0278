//! The parameters of a network: named, ordered by name, and initialised from a seed.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use candle_core::{DType, Device, Result, Shape, Tensor, Var, bail};
use candle_nn::{Init, VarBuilder, var_builder::SimpleBackend};
use plumage_random::{Stream, fill_normal, generator};
use sha2::{Digest, Sha256};

use crate::weights::{Tensors, WeightsError, check_names_and_shapes};

/// The trainable tensors of one network, in the order of their names.
///
/// Candle's own `VarMap` draws from a generator that cannot be seeded and walks a hash map, whose order differs from
/// process to process; here both are functions of the seed and the names.
#[derive(Debug)]
pub struct Parameters {
    variables: BTreeMap<String, Var>,
}

impl Parameters {
    /// Builds a network with `build` and keeps the parameters it asked for, drawn from `seed` on `device`.
    ///
    /// A parameter's initial value depends on the seed and its own name alone, so that adding a layer to a network
    /// leaves the others as they were.
    ///
    /// # Errors
    /// What `build` reports.
    pub fn init<M>(
        seed: u64,
        device: &Device,
        build: impl FnOnce(VarBuilder) -> Result<M>,
    ) -> Result<(Self, M)> {
        let drawn = std::sync::Arc::new(Mutex::new(BTreeMap::new()));
        let backend = SeededBackend { seed, variables: drawn.clone() };
        let model = build(VarBuilder::from_backend(Box::new(backend), DType::F32, device.clone()))?;
        let variables = std::mem::take(&mut *drawn.lock().unwrap_or_else(PoisonError::into_inner));
        Ok((Self { variables }, model))
    }

    /// The parameters by name, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Var)> {
        self.variables.iter().map(|(name, variable)| (name.as_str(), variable))
    }

    /// How many numbers the network learns.
    pub fn count(&self) -> usize {
        self.variables.values().map(|variable| variable.elem_count()).sum()
    }

    /// A copy of the values, as they are written to a weights file.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn tensors(&self) -> Result<Tensors> {
        self.iter()
            .map(|(name, variable)| Ok((name.to_owned(), variable.as_detached_tensor().copy()?)))
            .collect()
    }

    /// Replaces every value.
    ///
    /// # Errors
    /// Names every tensor that is missing, unexpected or misshapen; then nothing has been replaced.
    pub fn load(&self, tensors: &Tensors) -> std::result::Result<(), WeightsError> {
        let expected = self.iter().map(|(name, variable)| (name, variable.shape().dims()));
        check_names_and_shapes(expected, tensors)?;
        for (name, variable) in self.iter() {
            variable.set(&tensors[name].to_device(variable.device())?.to_dtype(variable.dtype())?)?;
        }
        Ok(())
    }
}

/// Answers a network's requests for parameters with fresh variables.
struct SeededBackend {
    seed: u64,
    variables: std::sync::Arc<Mutex<BTreeMap<String, Var>>>,
}

impl SimpleBackend for SeededBackend {
    fn get(&self, shape: Shape, name: &str, init: Init, dtype: DType, device: &Device) -> Result<Tensor> {
        let mut variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(variable) = variables.get(name) {
            return Ok(variable.as_tensor().clone());
        }
        let mut values = vec![0f32; shape.elem_count()];
        match init {
            Init::Const(value) => values.fill(value as f32),
            Init::Randn { mean, stdev } => {
                let rng = &mut generator(self.seed, Stream::Weights, 0, number_of(name));
                fill_normal(rng, mean as f32, stdev as f32, &mut values);
            }
            Init::Uniform { .. } | Init::Kaiming { .. } => {
                bail!("parameter {name}: only constants and normal distributions are drawn here")
            }
        }
        let variable = Var::from_tensor(&Tensor::from_vec(values, shape, device)?.to_dtype(dtype)?)?;
        variables.insert(name.to_owned(), variable.clone());
        Ok(variable.as_tensor().clone())
    }

    fn get_unchecked(&self, name: &str, _dtype: DType, _device: &Device) -> Result<Tensor> {
        bail!("parameter {name} was asked for without its shape")
    }

    fn contains_tensor(&self, _name: &str) -> bool {
        true
    }
}

/// The number of a parameter in its random stream: a hash of its name.
fn number_of(name: &str) -> u64 {
    let mut first = [0u8; 8];
    first.copy_from_slice(&Sha256::digest(name.as_bytes())[..8]);
    u64::from_le_bytes(first)
}
