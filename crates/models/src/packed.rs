//! A network in one file: safetensors whose metadata says which network it is and what it is worth.

mod ranges;

use std::collections::BTreeMap;

use candle_core::DType;
use schemars::schema_for;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    ModelConfig,
    weights::{self, Tensors, WeightsError},
};

/// A network with its weights, and where they come from.
#[derive(Clone, Debug)]
pub struct Packed {
    /// Which network.
    pub model: ModelConfig,
    /// HR size over LR size.
    pub scale: usize,
    /// Its weights.
    pub tensors: Tensors,
    /// The other words of the file, such as `trained_on`, `protocol` and `scores`.
    pub about: BTreeMap<String, String>,
}

/// Why a file is no packed network.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackedError {
    /// The weights are no good.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The file does not say which network it belongs to.
    #[error("{name} does not say which network its weights belong to: {reason}")]
    Unnamed {
        /// The file.
        name: String,
        /// What it lacks.
        reason: String,
    },
    /// The network that the file describes cannot be.
    #[error("{name} describes a network that cannot be: `{key}`: {reason}")]
    Impossible {
        /// The file.
        name: String,
        /// Which number of the network, as `srcnn.widths[0]`.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// The keys of a file that every packed network has.
const MODEL: &str = "config";
const SCALE: &str = "scale";

impl Packed {
    /// The bytes of the file; equal input gives equal bytes.
    ///
    /// # Errors
    /// What writing the weights reports.
    pub fn to_bytes(&self) -> Result<Vec<u8>, PackedError> {
        let config = serde_json::to_string(&self.model)
            .map_err(|error| WeightsError::Format { name: MODEL.into(), reason: error.to_string() })?;
        let mut about = self.about.clone();
        about.extend([(MODEL.to_owned(), config), (SCALE.to_owned(), self.scale.to_string())]);
        Ok(weights::to_bytes(&self.tensors, &about)?)
    }

    /// The same in half the bytes: weights of 16 bits, which are read as 32 again. The file says so.
    ///
    /// # Errors
    /// [`WeightsError::Format`] for a weight that is too large for 16 bits.
    pub fn halved(mut self) -> Result<Self, PackedError> {
        for tensor in self.tensors.values_mut() {
            *tensor = tensor.to_dtype(DType::F16).map_err(WeightsError::Device)?;
        }
        self.about.insert("rounded".to_owned(), "to 16 bits; the scores are those from before".to_owned());
        Self::from_bytes(&self.to_bytes()?, "the network in 16 bits")?;
        Ok(self)
    }

    /// Reads the bytes of such a file that came from `name`.
    ///
    /// # Errors
    /// [`PackedError::Unnamed`] for weights without a network, [`PackedError::Impossible`] for a network that no experiment
    /// could train, and all that [`weights::from_bytes`] refuses.
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Self, PackedError> {
        let unnamed = |reason: String| PackedError::Unnamed { name: name.to_owned(), reason };
        let mut about = weights::about(bytes, name)?;
        let mut take = |key: &str| about.remove(key).ok_or_else(|| unnamed(format!("there is no `{key}`")));
        let (model, scale) = (take(MODEL)?, take(SCALE)?);
        let model = checked(&model, name)?;
        let scale = scale.parse().ok().filter(|scale| (2..=8).contains(scale));
        let scale = scale.ok_or_else(|| unnamed("its scale is no number from 2 to 8".into()))?;
        Ok(Self { model, scale, tensors: weights::from_bytes(bytes, name)?, about })
    }
}

/// The network that the JSON of the file `name` describes, within the ranges and rules of an experiment's config.
fn checked(json: &str, name: &str) -> Result<ModelConfig, PackedError> {
    let unnamed = |error: serde_json::Error| PackedError::Unnamed {
        name: name.to_owned(),
        reason: format!("`{MODEL}`: {error}"),
    };
    let impossible = |(key, reason)| PackedError::Impossible { name: name.to_owned(), key, reason };
    let config: Value = serde_json::from_str(json).map_err(unnamed)?;
    let model = ModelConfig::deserialize(&config).map_err(unnamed)?;
    let schema = schema_for!(ModelConfig).to_value();
    if let Some(found) = ranges::out_of_range(&schema, &config) {
        return Err(impossible(found));
    }
    let network = model.architecture();
    match network.validate().into_iter().next() {
        Some((key, reason)) => Err(impossible((format!("{}.{key}", network.name()), reason))),
        None => Ok(model),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::bicubic::BicubicConfig;

    #[test]
    fn a_packed_network_comes_back_with_all_that_was_said_of_it() {
        let model = ModelConfig::Bicubic(BicubicConfig { channels: plumage_imaging::Channels::Y });
        let tensors =
            Tensors::from([("w".to_owned(), candle_core::Tensor::new(&[1f32, 2.], &Device::Cpu).unwrap())]);
        let about = BTreeMap::from([("trained_on".to_owned(), "t91: 91 images".to_owned())]);
        let packed = Packed { model, scale: 3, tensors, about };
        let bytes = packed.to_bytes().unwrap();
        assert_eq!(bytes, packed.to_bytes().unwrap());
        let back = Packed::from_bytes(&bytes, "a file").unwrap();
        assert_eq!((back.model, back.scale, back.about), (packed.model, 3, packed.about));
        assert_eq!(back.tensors["w"].to_vec1::<f32>().unwrap(), [1., 2.]);
    }

    #[test]
    fn half_the_bytes_come_back_as_numbers_of_32_bits() {
        let model = ModelConfig::Bicubic(BicubicConfig { channels: plumage_imaging::Channels::Y });
        let values = candle_core::Tensor::new(&[1f32, -2.5, 0.1, 3.], &Device::Cpu).unwrap();
        let tensors = Tensors::from([("w".to_owned(), values)]);
        let halved = Packed { model, scale: 3, tensors, about: BTreeMap::new() }.halved().unwrap();
        let back = Packed::from_bytes(&halved.to_bytes().unwrap(), "a file").unwrap();
        assert_eq!(halved.tensors["w"].dtype(), DType::F16);
        assert_eq!(back.tensors["w"].to_vec1::<f32>().unwrap(), [1., -2.5, 0.099_975_586, 3.]);
        assert!(back.about["rounded"].starts_with("to 16 bits"));
        let large = candle_core::Tensor::new(&[70_000f32], &Device::Cpu).unwrap();
        let large = Packed { tensors: Tensors::from([("w".to_owned(), large)]), ..back };
        assert!(large.halved().unwrap_err().to_string().contains("w holds NaN or infinity"));
    }

    #[test]
    fn weights_alone_are_not_taken_for_a_network() {
        let bytes = weights::to_bytes(&Tensors::new(), &BTreeMap::new()).unwrap();
        let error = Packed::from_bytes(&bytes, "w.safetensors").unwrap_err();
        assert!(error.to_string().starts_with("w.safetensors does not say which network"), "{error}");
        assert!(Packed::from_bytes(b"nothing", "w.safetensors").is_err());
    }

    /// What is said of a file without tensors that describes such a network.
    fn refusal(config: &str, scale: &str) -> String {
        let about = [(MODEL, config), (SCALE, scale)].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let bytes = weights::to_bytes(&Tensors::new(), &BTreeMap::from(about)).unwrap();
        Packed::from_bytes(&bytes, "n.safetensors").unwrap_err().to_string()
    }

    #[test]
    fn a_network_that_no_experiment_could_train_is_refused_by_its_key() {
        let srcnn = |kernels: &str, widths: &str, mean: &str| {
            let rest = r#""channels":"y","padding":"zeros","residual":true,"init":"he""#;
            format!(r#"{{"srcnn":{{{rest},"kernels":{kernels},"widths":{widths},"mean":{mean}}}}}"#)
        };
        let said = "n.safetensors describes a network that cannot be: ";
        for (config, expected) in [
            (
                srcnn("[9,5,5]", "[64,4611686018427387904]", "0.5"),
                "`srcnn.widths[1]`: expected 1 to 1024, got",
            ),
            (srcnn("[9,5,5]", "[0,32]", "0.5"), "`srcnn.widths[0]`: expected 1 to 1024, got 0"),
            (srcnn("[9,5,5]", "[64,32]", "1.5"), "`srcnn.mean`: expected 0 to 1, got 1.5"),
            (srcnn("[11,5,5]", "[64,32]", "0.5"), "`srcnn.kernels[0]`: expected 1 to 9, got 11"),
            (srcnn("[9,4,5]", "[64,32]", "0.5"), "`srcnn.kernels`: kernel sizes are odd"),
            (
                r#"{"plain":{"channels":"y","n_feats":16,"n_layers":1000000000}}"#.to_owned(),
                "`plain.n_layers`: expected 2 to 64, got 1000000000",
            ),
            (
                r#"{"srresnet":{"channels":"y","n_feats":8,"n_blocks":1,"hr_feats":257}}"#.to_owned(),
                "`srresnet.hr_feats`: expected 1 to 256, got 257",
            ),
        ] {
            let refused = refusal(&config, "3");
            assert!(refused.starts_with(&format!("{said}{expected}")), "{refused}");
        }
    }

    #[test]
    fn a_network_that_enlarges_once_is_refused() {
        let bicubic = r#"{"bicubic":{"channels":"y"}}"#;
        for scale in ["1", "9", "two"] {
            assert!(refusal(bicubic, scale).ends_with("its scale is no number from 2 to 8"));
        }
    }
}
