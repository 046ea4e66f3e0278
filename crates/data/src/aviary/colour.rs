//! Colours, and the families of colours that go together in a landscape.

use std::ops::{Add, Mul};

use rand::Rng;

/// Red, green and blue from 0 to 1, as an 8-bit image stores them; in between, values may leave that range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Colour(pub(super) [f32; 3]);

impl Colour {
    pub(super) const BLACK: Colour = Colour([0.0; 3]);

    /// A colour written as a web page writes it, `0xrrggbb`.
    pub(super) const fn hex(code: u32) -> Colour {
        Colour([
            ((code >> 16) & 255) as f32 / 255.0,
            ((code >> 8) & 255) as f32 / 255.0,
            (code & 255) as f32 / 255.0,
        ])
    }

    /// The colour `share` of the way from here to `other`.
    pub(super) fn mix(self, other: Colour, share: f32) -> Colour {
        self * (1.0 - share) + other * share
    }

    /// Every channel raised by `amount`.
    pub(super) fn brighter(self, amount: f32) -> Colour {
        Colour(self.0.map(|value| value + amount))
    }

    pub(super) fn clamped(self) -> Colour {
        Colour(self.0.map(|value| value.clamp(0.0, 1.0)))
    }

    /// This colour with every channel moved by up to `amount`, as two leaves of a tree differ.
    pub(super) fn varied(self, rng: &mut impl Rng, amount: f32) -> Colour {
        Colour(self.0.map(|value| value + amount * rng.random_range(-1.0..1.0)))
    }
}

impl Add for Colour {
    type Output = Colour;
    fn add(self, other: Colour) -> Colour {
        let ([a, b, c], [x, y, z]) = (self.0, other.0);
        Colour([a + x, b + y, c + z])
    }
}

impl Mul<f32> for Colour {
    type Output = Colour;
    fn mul(self, factor: f32) -> Colour {
        Colour(self.0.map(|value| value * factor))
    }
}

/// The colours of one landscape.
pub(super) type Palette = [Colour; 6];

/// Draws the palette of a picture: a family, a little off.
pub(super) fn palette(rng: &mut impl Rng) -> Palette {
    let family = FAMILIES[rng.random_range(0..FAMILIES.len())];
    let tint = Colour([0.0; 3]).varied(rng, 0.12);
    family.map(|code| Colour::hex(code) + tint).map(|colour| colour.varied(rng, 0.05))
}

/// Forest, meadow, autumn, water, stone, dusk, sand, winter and blossom.
const FAMILIES: [[u32; 6]; 9] = [
    [0x2f4a22, 0x5d7a33, 0x8fa35a, 0x3a2f20, 0x6b5638, 0xb9c08a],
    [0x6f9a3a, 0xa8bf58, 0xd8d48a, 0x4d6b2c, 0xc9a64b, 0x8fb4c9],
    [0x8a3f1c, 0xc8742a, 0xe0b04a, 0x4a2c1a, 0x7a6a3a, 0x9a8a78],
    [0x2b4a5e, 0x5a8096, 0x9fb9c2, 0x6c7f6a, 0x33403f, 0xd5dcd8],
    [0x55524e, 0x8b867d, 0xb9b2a6, 0x3a3734, 0x6f6a55, 0xd9d4c8],
    [0x2a2440, 0x5c4560, 0xa8687a, 0xe0a080, 0x3c4a66, 0xf0cfa0],
    [0xc9ae82, 0xe3d1ac, 0x9a7f56, 0x6b5a40, 0xb0b89a, 0xf0e8d4],
    [0xe4e9ee, 0xb8c4cf, 0x7f8b98, 0x4a4f56, 0x8a7a6c, 0xf5f6f4],
    [0xd98aa4, 0xf2c9d2, 0x6f8f4f, 0x41602f, 0xa6b880, 0x8a5a4a],
];
