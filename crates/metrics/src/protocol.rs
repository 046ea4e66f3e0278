//! The two conventions that tables of super-resolution are made with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a picture is prepared and a result measured. Numbers of different protocols must not be compared: on Set5 the
/// bicubic ones alone are 0.01 to 0.02 dB apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// SRCNN, VDSR and most tables on Y: LR is made in floating point and never rounded; PSNR and SSIM are of Y rounded
    /// to 8 bits.
    YMatlab,
    /// EDSR and later, and the SRGAN family: LR is an 8-bit RGB picture, and so is SR; PSNR is of unrounded Y and of RGB,
    /// SSIM of unrounded Y.
    RgbBasicsr,
}

impl Protocol {
    /// Every protocol there is.
    pub const ALL: [Self; 2] = [Self::YMatlab, Self::RgbBasicsr];

    /// The name as it is written in an experiment's TOML and beside every number.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::YMatlab => "y_matlab",
            Self::RgbBasicsr => "rgb_basicsr",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_protocol_is_what_a_config_says() {
        for protocol in Protocol::ALL {
            let written = serde_json::to_string(&protocol).unwrap();
            assert_eq!(written, format!("{:?}", protocol.as_str()));
            assert_eq!(serde_json::from_str::<Protocol>(&written).unwrap(), protocol);
        }
    }
}
