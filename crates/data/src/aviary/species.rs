//! Plumages to start from, each after a bird that wears it.

use super::{
    colour::Colour,
    plumage::{
        Beak, Build,
        Pattern::{self, Bars, Plain, Scales, Spots, Streaks},
        Plumage,
    },
};

/// A kind of bird, its colours written as `0xrrggbb`.
pub(super) struct Species {
    build: Build,
    /// Crown, mask, cheek, throat, nape.
    head: [u32; 5],
    /// Back, breast, belly, rump, tail.
    body: [u32; 5],
    /// Coverts, wing bar, flight feathers, their edges.
    wing: [u32; 4],
    /// Beak, legs, iris.
    bare: [u32; 3],
    mask_width: f32,
    /// Of the feathers of back, breast and belly.
    patterns: [Pattern; 3],
    flight_bars: f32,
}

impl Species {
    /// What a bird of this kind wears.
    pub(super) fn plumage(&self) -> Plumage {
        let [crown, mask, cheek, throat, nape] = self.head.map(Colour::hex);
        let [back, breast, belly, rump, tail] = self.body.map(Colour::hex);
        let [coverts, wing_bar, flight, flight_edge] = self.wing.map(Colour::hex);
        let [beak, legs, iris] = self.bare.map(Colour::hex);
        let [back_pattern, breast_pattern, belly_pattern] = self.patterns;
        Plumage {
            build: self.build,
            crown,
            mask,
            cheek,
            throat,
            nape,
            back,
            breast,
            belly,
            rump,
            tail,
            coverts,
            wing_bar,
            flight,
            flight_edge,
            beak,
            legs,
            iris,
            mask_width: self.mask_width,
            back_pattern,
            breast_pattern,
            belly_pattern,
            flight_bars: self.flight_bars,
        }
    }
}

/// A body as most small birds have it.
const SONGBIRD: Build =
    Build { stout: 0.30, head: 0.225, tail: 0.55, eye: 0.20, crest: 0.0, beak: Beak::Seed };
const OWL: Build = Build { stout: 0.37, head: 0.34, tail: 0.28, eye: 0.30, crest: 0.35, beak: Beak::Hook };
const KINGFISHER: Build =
    Build { stout: 0.33, head: 0.275, tail: 0.25, eye: 0.17, crest: 0.25, beak: Beak::Long };
const HAWK: Build = Build { stout: 0.31, head: 0.22, tail: 0.65, eye: 0.24, crest: 0.0, beak: Beak::Hook };
const JAY: Build = Build { stout: 0.29, head: 0.23, tail: 0.75, eye: 0.17, crest: 0.8, beak: Beak::Stout };
const WREN: Build = Build { stout: 0.35, head: 0.24, tail: 0.30, eye: 0.19, crest: 0.0, beak: Beak::Insect };
const TIT: Build = Build { stout: 0.34, head: 0.26, tail: 0.48, eye: 0.17, crest: 0.1, beak: Beak::Small };

const fn songbird(beak: Beak) -> Build {
    Build { beak, ..SONGBIRD }
}

/// A bird without mask, bars or patterns, to take those from.
const UNMARKED: Species = Species {
    build: SONGBIRD,
    head: [0; 5],
    body: [0; 5],
    wing: [0; 4],
    bare: [0; 3],
    mask_width: 0.0,
    patterns: [Plain; 3],
    flight_bars: 0.0,
};

/// The kinds of birds.
pub(super) const SPECIES: [Species; 20] = [
    // Blue tit.
    Species {
        build: TIT,
        head: [0x3f78b8, 0x1d2a4a, 0xf2f4ee, 0x22304e, 0x3a5f8a],
        body: [0x7f9a5a, 0xe8cf4a, 0xecdc7c, 0x87a060, 0x3a6ea8],
        wing: [0x4a80b8, 0xf4f6f2, 0x3e5f86, 0x86b0d0],
        bare: [0x3a3f48, 0x5a6878, 0x1a1410],
        mask_width: 0.20,
        ..UNMARKED
    },
    // Great tit.
    Species {
        build: TIT,
        head: [0x15171c, 0x15171c, 0xf6f6f2, 0x16181d, 0x9aa04a],
        body: [0x76864a, 0xe9cc3c, 0xe6d264, 0x7d8c8e, 0x4a5a6a],
        wing: [0x5f7484, 0xf2f3ea, 0x3c4852, 0x9fb2ba],
        bare: [0x26282c, 0x55606a, 0x16100c],
        ..UNMARKED
    },
    // Robin.
    Species {
        build: songbird(Beak::Insect),
        head: [0x7c6a4c, 0xd0662a, 0xd2682a, 0xd66a28, 0x7e7258],
        body: [0x74684e, 0xd46c2c, 0xe8e2d4, 0x7a6e54, 0x6a5a40],
        wing: [0x756848, 0xb08a5a, 0x5e5038, 0x8e7c5a],
        bare: [0x38302a, 0x7a5844, 0x18100c],
        ..UNMARKED
    },
    // Bullfinch.
    Species {
        build: songbird(Beak::Stub),
        head: [0x14151c, 0x14151c, 0xe2604e, 0xe0583f, 0x8a939c],
        body: [0x8d97a2, 0xe5634c, 0xdf6a54, 0xf2f2f0, 0x14151e],
        wing: [0x7e8894, 0xe6e8ea, 0x15161f, 0x2c3048],
        bare: [0x17171b, 0x5a4a44, 0x120e0c],
        mask_width: 0.16,
        ..UNMARKED
    },
    // Goldfinch.
    Species {
        build: songbird(Beak::Seed),
        head: [0x17161a, 0xc3202a, 0xf1ece2, 0xc42430, 0x1a191c],
        body: [0xa4774c, 0xc9a078, 0xf2eee6, 0xe6ddcc, 0x18181c],
        wing: [0x17171b, 0xf0c828, 0x19191d, 0xf2ca2c],
        bare: [0xe2d2b8, 0xb08c74, 0x140e0c],
        mask_width: 0.34,
        ..UNMARKED
    },
    // Kingfisher.
    Species {
        build: KINGFISHER,
        head: [0x1f7a9c, 0xd9772c, 0x2384a4, 0xf4efe2, 0x1d86a8],
        body: [0x17a0c4, 0xdc7c30, 0xdf8236, 0x24b4d6, 0x1b6f9c],
        wing: [0x1c7698, 0x6cc6dc, 0x1a5f84, 0x2e94b4],
        bare: [0x1c1e22, 0xd2472c, 0x100c0a],
        mask_width: 0.17,
        patterns: [Spots, Plain, Plain],
        ..UNMARKED
    },
    // Owl.
    Species {
        build: OWL,
        head: [0x7a6348, 0x54422e, 0xb79c76, 0xd9c8a6, 0x6f5840],
        body: [0x75603f, 0xc0a478, 0xcdb48a, 0x6c573c, 0x725c3e],
        wing: [0x6f5a3e, 0xd8c8a6, 0x665136, 0x8f7850],
        bare: [0x3c3a38, 0xb79f74, 0xe89a1c],
        patterns: [Bars, Streaks, Bars],
        flight_bars: 4.0,
        ..UNMARKED
    },
    // Sparrow.
    Species {
        build: songbird(Beak::Seed),
        head: [0x7c7670, 0x2e2622, 0xd2ccc0, 0x1c1816, 0x86482a],
        body: [0x8e6540, 0xaaa39a, 0xc9c3b8, 0x8a8078, 0x574a3c],
        wing: [0x94582e, 0xf0ece0, 0x5a4630, 0xb0834e],
        bare: [0x2c2826, 0xa3785c, 0x2c1a10],
        mask_width: 0.14,
        patterns: [Streaks, Plain, Plain],
        ..UNMARKED
    },
    // Blackbird.
    Species {
        build: songbird(Beak::Insect),
        head: [0x1c1a1b, 0x1c1a1b, 0x201e1f, 0x1f1d1e, 0x1d1b1c],
        body: [0x1e1c1e, 0x232122, 0x262324, 0x1c1a1c, 0x18171a],
        wing: [0x211f21, 0x2a282a, 0x1b1a1d, 0x302d2e],
        bare: [0xf0a020, 0x4a3c30, 0x1a1008],
        patterns: [Plain, Scales, Scales],
        ..UNMARKED
    },
    // Cardinal.
    Species {
        build: JAY,
        head: [0xc22a26, 0x1d1416, 0xcb3028, 0x1a1214, 0xb42a26],
        body: [0xa02a28, 0xd0352b, 0xcc3a30, 0xa23430, 0x8f2420],
        wing: [0xa82c28, 0xb8403a, 0x7a2422, 0xb8423c],
        bare: [0xe56a38, 0x7a4a3c, 0x1e100c],
        mask_width: 0.30,
        ..UNMARKED
    },
    // Wren.
    Species {
        build: WREN,
        head: [0x84592f, 0x5e3e20, 0xb99468, 0xd2b78e, 0x80562f],
        body: [0x84582e, 0xc09e72, 0xa98458, 0x8a5a2c, 0x86582c],
        wing: [0x80552c, 0xd4b68a, 0x86572b, 0xa57a48],
        bare: [0x5a4430, 0xb08a64, 0x20140c],
        mask_width: 0.16,
        patterns: [Bars, Plain, Bars],
        flight_bars: 7.0,
    },
    // Nuthatch.
    Species {
        build: songbird(Beak::Insect),
        head: [0x6f8fae, 0x15171c, 0xeef0ec, 0xf1eee4, 0x7090ae],
        body: [0x7494b2, 0xe6c08c, 0xd58a4c, 0x7898b4, 0x6a8098],
        wing: [0x7292b0, 0x9ab0c2, 0x566a80, 0x8aa2b8],
        bare: [0x3e4650, 0x9a7a58, 0x16100c],
        mask_width: 0.20,
        ..UNMARKED
    },
    // Bluebird.
    Species {
        build: songbird(Beak::Small),
        head: [0x2c62b4, 0x2a5cae, 0x3a6cb8, 0xc06a3c, 0x2e66b8],
        body: [0x3068ba, 0xc2703e, 0xece8e0, 0x2c62b0, 0x2a5aa6],
        wing: [0x2f66ba, 0x5a88c8, 0x27508e, 0x5c8fd2],
        bare: [0x24221f, 0x35302c, 0x140e0c],
        ..UNMARKED
    },
    // Siskin.
    Species {
        build: songbird(Beak::Seed),
        head: [0x1e2016, 0xc9cc3a, 0xd8d440, 0xe4d83c, 0xa8ac40],
        body: [0x8c9640, 0xe2da48, 0xf0eed8, 0xd6d24a, 0x2e3020],
        wing: [0x6f7a34, 0xe6da3e, 0x2c2e20, 0xdcd23c],
        bare: [0x8a7c68, 0x6e5444, 0x140f0b],
        mask_width: 0.12,
        patterns: [Streaks, Plain, Streaks],
        ..UNMARKED
    },
    // Jay.
    Species {
        build: JAY,
        head: [0x4a78c0, 0x16181e, 0xeceef0, 0xf0f2f4, 0x16181e],
        body: [0x5a7fb4, 0xc8cdd2, 0xe9ebec, 0x5f88c0, 0x3f74c4],
        wing: [0x3f72c2, 0xf4f6f8, 0x3a6cba, 0x7fa8e0],
        bare: [0x1b1c1f, 0x2a2a2c, 0x181210],
        mask_width: 0.12,
        flight_bars: 6.0,
        ..UNMARKED
    },
    // Hawk.
    Species {
        build: HAWK,
        head: [0x5e6874, 0x4c5058, 0x9a8068, 0xe8e2d4, 0x66707c],
        body: [0x5c6672, 0xece4d4, 0xf0eae0, 0x626c78, 0x6a6a66],
        wing: [0x5a646f, 0x828a92, 0x545c64, 0x7d868e],
        bare: [0x2e3238, 0xe6bf3a, 0xf0a82a],
        patterns: [Scales, Bars, Bars],
        flight_bars: 4.0,
        ..UNMARKED
    },
    // Starling.
    Species {
        build: songbird(Beak::Insect),
        head: [0x25203a, 0x1d1c2c, 0x2c2446, 0x2a2c4a, 0x223a40],
        body: [0x24443c, 0x302a56, 0x28283c, 0x2a4038, 0x2a2826],
        wing: [0x2e3a44, 0xb09a70, 0x2e2a28, 0xa88a5a],
        bare: [0xd8b84a, 0xa86a50, 0x181010],
        patterns: [Spots, Spots, Spots],
        ..UNMARKED
    },
    // Chaffinch.
    Species {
        build: songbird(Beak::Seed),
        head: [0x7288a4, 0xc27c62, 0xc98468, 0xc9866c, 0x7088a6],
        body: [0x94604a, 0xcd8c72, 0xe8d8cc, 0x86985a, 0x36383c],
        wing: [0x7a8494, 0xf6f4ee, 0x33353a, 0xc8c48c],
        bare: [0x76869a, 0x8c6a58, 0x140e0c],
        ..UNMARKED
    },
    // Bee-eater.
    Species {
        build: songbird(Beak::Long),
        head: [0x9c4a22, 0x15161a, 0xe6c840, 0xf0d440, 0xa65a28],
        body: [0xc08a38, 0x2aa0b0, 0x3aa8b4, 0xd0a848, 0x2c7c74],
        wing: [0xa4602e, 0xd09a4a, 0x2f8f94, 0x46b0a8],
        bare: [0x1b1b1d, 0x4c423c, 0xb02a1c],
        mask_width: 0.22,
        ..UNMARKED
    },
    // Thrush.
    Species {
        build: songbird(Beak::Insect),
        head: [0x7c6444, 0x6a5438, 0xb59c74, 0xf0e8d6, 0x7e6848],
        body: [0x7a6445, 0xecd9b0, 0xf6f2e8, 0x7e6a4a, 0x6e5a3e],
        wing: [0x7a6444, 0xc8a878, 0x6a5538, 0x9a8058],
        bare: [0x5c4a38, 0xc09a80, 0x1c120c],
        patterns: [Plain, Streaks, Spots],
        ..UNMARKED
    },
];
