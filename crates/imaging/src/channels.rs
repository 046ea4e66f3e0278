//! What a network works on: luma, or the three colours.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The channels a network reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channels {
    /// The luma Y of BT.601 alone; chroma is enlarged bicubically.
    Y,
    /// Red, green and blue.
    Rgb,
}

impl Channels {
    /// The number of planes: 1 or 3.
    pub fn count(self) -> usize {
        match self {
            Self::Y => 1,
            Self::Rgb => 3,
        }
    }

    /// The name as it is written in an experiment's TOML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Y => "y",
            Self::Rgb => "rgb",
        }
    }
}
