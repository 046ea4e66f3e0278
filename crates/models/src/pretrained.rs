//! The networks that come with Plumage: `pretrained/NAME_xS.safetensors`, built into the program.

use crate::{Packed, PackedError};

/// The network that is taken where none is named.
pub const DEFAULT: &str = "light";

/// A network that comes with Plumage.
#[derive(Clone, Copy, Debug)]
pub struct Pretrained {
    /// What it is called.
    pub name: &'static str,
    /// HR size over LR size.
    pub scale: usize,
    bytes: &'static [u8],
}

macro_rules! pretrained {
    ($($name:literal x $scale:literal: $file:literal),* $(,)?) => {
        /// All there are.
        pub const ALL: &[Pretrained] = &[$(Pretrained {
            name: $name,
            scale: $scale,
            bytes: include_bytes!(concat!("../pretrained/", $file)),
        }),*];
    };
}

pretrained! {
    "light" x 2: "light_x2.safetensors",
    "light" x 3: "light_x3.safetensors",
    "light" x 4: "light_x4.safetensors",
    "srcnn" x 2: "srcnn_x2.safetensors",
    "srcnn" x 3: "srcnn_x3.safetensors",
    "srcnn" x 4: "srcnn_x4.safetensors",
    "srgan" x 3: "srgan_x3.safetensors",
}

/// The network of that name and scale.
pub fn find(name: &str, scale: usize) -> Option<Pretrained> {
    ALL.iter().copied().find(|one| one.name == name && one.scale == scale)
}

impl Pretrained {
    /// Size of its file.
    pub fn size_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The network with its weights.
    ///
    /// # Errors
    /// None, if the file is what a test says it is.
    pub fn load(&self) -> Result<Packed, PackedError> {
        Packed::from_bytes(self.bytes, self.name)
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn every_network_that_comes_along_fits_its_config_is_small_and_says_what_it_is_worth() {
        for one in ALL {
            assert!(one.bytes.len() < 300_000, "{} has {} bytes", one.name, one.bytes.len());
            let packed = one.load().unwrap();
            assert_eq!(packed.scale, one.scale, "{}", one.name);
            let (parameters, _) = packed.model.init(one.scale, 0, &Device::Cpu).unwrap();
            parameters.load(&packed.tensors).unwrap();
            for key in ["trained_on", "protocol", "scores"] {
                assert!(packed.about.contains_key(key), "{} x{} lacks {key}", one.name, one.scale);
            }
        }
        assert!(find(DEFAULT, 2).is_some());
        assert!(find(DEFAULT, 7).is_none());
    }
}
