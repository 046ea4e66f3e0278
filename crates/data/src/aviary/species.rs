//! Plumages to start from, each after a bird that wears it.

use super::{
    colour::Colour,
    plumage::{Beak, Build, Pattern, Plumage},
};

/// A body as most small birds have it.
const SONGBIRD: Build =
    Build { stout: 0.30, head: 0.225, tail: 0.55, eye: 0.20, crest: 0.0, beak: Beak::Seed };

const fn songbird(beak: Beak) -> Build {
    Build { beak, ..SONGBIRD }
}

/// Colours from head to tail, in the order of the fields of [`Plumage`].
#[expect(clippy::too_many_arguments, reason = "a row of the table below")]
const fn wear(
    build: Build,
    head: [u32; 5],
    body: [u32; 5],
    wing: [u32; 4],
    bare: [u32; 3],
    mask: f32,
    patterns: [Pattern; 3],
    bars: f32,
) -> Plumage {
    let h = Colour::hex;
    Plumage {
        build,
        crown: h(head[0]),
        mask: h(head[1]),
        cheek: h(head[2]),
        throat: h(head[3]),
        nape: h(head[4]),
        back: h(body[0]),
        breast: h(body[1]),
        belly: h(body[2]),
        rump: h(body[3]),
        tail: h(body[4]),
        coverts: h(wing[0]),
        wing_bar: h(wing[1]),
        flight: h(wing[2]),
        flight_edge: h(wing[3]),
        beak: h(bare[0]),
        legs: h(bare[1]),
        iris: h(bare[2]),
        mask_width: mask,
        back_pattern: patterns[0],
        breast_pattern: patterns[1],
        belly_pattern: patterns[2],
        flight_bars: bars,
    }
}

use Pattern::{Bars, Plain, Scales, Spots, Streaks};

const OWL: Build = Build { stout: 0.37, head: 0.34, tail: 0.28, eye: 0.30, crest: 0.35, beak: Beak::Hook };
const KINGFISHER: Build =
    Build { stout: 0.33, head: 0.275, tail: 0.25, eye: 0.17, crest: 0.25, beak: Beak::Long };
const HAWK: Build = Build { stout: 0.31, head: 0.22, tail: 0.65, eye: 0.24, crest: 0.0, beak: Beak::Hook };
const JAY: Build = Build { stout: 0.29, head: 0.23, tail: 0.75, eye: 0.17, crest: 0.8, beak: Beak::Stout };
const WREN: Build = Build { stout: 0.35, head: 0.24, tail: 0.30, eye: 0.19, crest: 0.0, beak: Beak::Insect };
const TIT: Build = Build { stout: 0.34, head: 0.26, tail: 0.48, eye: 0.17, crest: 0.1, beak: Beak::Small };

/// Blue tit, great tit, robin, bullfinch, goldfinch, kingfisher, owl, sparrow, blackbird, cardinal, wren, nuthatch,
/// bluebird, siskin, jay, hawk, starling, chaffinch, bee-eater and thrush.
pub(super) const SPECIES: [Plumage; 20] = [
    wear(
        TIT,
        [0x3f78b8, 0x1d2a4a, 0xf2f4ee, 0x22304e, 0x3a5f8a],
        [0x7f9a5a, 0xe8cf4a, 0xecdc7c, 0x87a060, 0x3a6ea8],
        [0x4a80b8, 0xf4f6f2, 0x3e5f86, 0x86b0d0],
        [0x3a3f48, 0x5a6878, 0x1a1410],
        0.20,
        [Plain, Plain, Plain],
        0.0,
    ),
    wear(
        TIT,
        [0x15171c, 0x15171c, 0xf6f6f2, 0x16181d, 0x9aa04a],
        [0x76864a, 0xe9cc3c, 0xe6d264, 0x7d8c8e, 0x4a5a6a],
        [0x5f7484, 0xf2f3ea, 0x3c4852, 0x9fb2ba],
        [0x26282c, 0x55606a, 0x16100c],
        0.0,
        [Plain, Plain, Plain],
        0.0,
    ),
    wear(
        songbird(Beak::Insect),
        [0x7c6a4c, 0xd0662a, 0xd2682a, 0xd66a28, 0x7e7258],
        [0x74684e, 0xd46c2c, 0xe8e2d4, 0x7a6e54, 0x6a5a40],
        [0x756848, 0xb08a5a, 0x5e5038, 0x8e7c5a],
        [0x38302a, 0x7a5844, 0x18100c],
        0.0,
        [Plain, Plain, Plain],
        0.0,
    ),
    wear(
        songbird(Beak::Stub),
        [0x14151c, 0x14151c, 0xe2604e, 0xe0583f, 0x8a939c],
        [0x8d97a2, 0xe5634c, 0xdf6a54, 0xf2f2f0, 0x14151e],
        [0x7e8894, 0xe6e8ea, 0x15161f, 0x2c3048],
        [0x17171b, 0x5a4a44, 0x120e0c],
        0.16,
        [Plain, Plain, Plain],
        0.0,
    ),
    wear(
        songbird(Beak::Seed),
        [0x17161a, 0xc3202a, 0xf1ece2, 0xc42430, 0x1a191c],
        [0xa4774c, 0xc9a078, 0xf2eee6, 0xe6ddcc, 0x18181c],
        [0x17171b, 0xf0c828, 0x19191d, 0xf2ca2c],
        [0xe2d2b8, 0xb08c74, 0x140e0c],
        0.34,
        [Plain, Plain, Plain],
        0.0,
    ),
    wear(
        KINGFISHER,
        [0x1f7a9c, 0xd9772c, 0x2384a4, 0xf4efe2, 0x1d86a8],
        [0x17a0c4, 0xdc7c30, 0xdf8236, 0x24b4d6, 0x1b6f9c],
        [0x1c7698, 0x6cc6dc, 0x1a5f84, 0x2e94b4],
        [0x1c1e22, 0xd2472c, 0x100c0a],
        0.17,
        [Spots, Plain, Plain],
        0.0,
    ),
    wear(
        OWL,
        [0x7a6348, 0x54422e, 0xb79c76, 0xd9c8a6, 0x6f5840],
        [0x75603f, 0xc0a478, 0xcdb48a, 0x6c573c, 0x725c3e],
        [0x6f5a3e, 0xd8c8a6, 0x665136, 0x8f7850],
        [0x3c3a38, 0xb79f74, 0xe89a1c],
        0.0,
        [Bars, Streaks, Bars],
        4.0,
    ),
    wear(
        songbird(Beak::Seed),
        [0x7c7670, 0x2e2622, 0xd2ccc0, 0x1c1816, 0x86482a],
        [0x8e6540, 0xaaa39a, 0xc9c3b8, 0x8a8078, 0x574a3c],
        [0x94582e, 0xf0ece0, 0x5a4630, 0xb0834e],
        [0x2c2826, 0xa3785c, 0x2c1a10],
        0.14,
        [Streaks, Plain, Plain],
        0.0,
    ),
    wear(
        songbird(Beak::Insect),
        [0x1c1a1b, 0x1c1a1b, 0x201e1f, 0x1f1d1e, 0x1d1b1c],
        [0x1e1c1e, 0x232122, 0x262324, 0x1c1a1c, 0x18171a],
        [0x211f21, 0x2a282a, 0x1b1a1d, 0x302d2e],
        [0xf0a020, 0x4a3c30, 0x1a1008],
        0.0,
        [Plain, Scales, Scales],
        0.0,
    ),
    wear(
        JAY,
        [0xc22a26, 0x1d1416, 0xcb3028, 0x1a1214, 0xb42a26],
        [0xa02a28, 0xd0352b, 0xcc3a30, 0xa23430, 0x8f2420],
        [0xa82c28, 0xb8403a, 0x7a2422, 0xb8423c],
        [0xe56a38, 0x7a4a3c, 0x1e100c],
        0.30,
        [Plain, Plain, Plain],
        0.0,
    ),
    wear(
        WREN,
        [0x84592f, 0x5e3e20, 0xb99468, 0xd2b78e, 0x80562f],
        [0x84582e, 0xc09e72, 0xa98458, 0x8a5a2c, 0x86582c],
        [0x80552c, 0xd4b68a, 0x86572b, 0xa57a48],
        [0x5a4430, 0xb08a64, 0x20140c],
        0.16,
        [Bars, Plain, Bars],
        7.0,
    ),
    wear(
        songbird(Beak::Insect),
        [0x6f8fae, 0x15171c, 0xeef0ec, 0xf1eee4, 0x7090ae],
        [0x7494b2, 0xe6c08c, 0xd58a4c, 0x7898b4, 0x6a8098],
        [0x7292b0, 0x9ab0c2, 0x566a80, 0x8aa2b8],
        [0x3e4650, 0x9a7a58, 0x16100c],
        0.20,
        [Plain, Plain, Plain],
        0.0,
    ),
    wear(
        songbird(Beak::Small),
        [0x2c62b4, 0x2a5cae, 0x3a6cb8, 0xc06a3c, 0x2e66b8],
        [0x3068ba, 0xc2703e, 0xece8e0, 0x2c62b0, 0x2a5aa6],
        [0x2f66ba, 0x5a88c8, 0x27508e, 0x5c8fd2],
        [0x24221f, 0x35302c, 0x140e0c],
        0.0,
        [Plain, Plain, Plain],
        0.0,
    ),
    wear(
        songbird(Beak::Seed),
        [0x1e2016, 0xc9cc3a, 0xd8d440, 0xe4d83c, 0xa8ac40],
        [0x8c9640, 0xe2da48, 0xf0eed8, 0xd6d24a, 0x2e3020],
        [0x6f7a34, 0xe6da3e, 0x2c2e20, 0xdcd23c],
        [0x8a7c68, 0x6e5444, 0x140f0b],
        0.12,
        [Streaks, Plain, Streaks],
        0.0,
    ),
    wear(
        JAY,
        [0x4a78c0, 0x16181e, 0xeceef0, 0xf0f2f4, 0x16181e],
        [0x5a7fb4, 0xc8cdd2, 0xe9ebec, 0x5f88c0, 0x3f74c4],
        [0x3f72c2, 0xf4f6f8, 0x3a6cba, 0x7fa8e0],
        [0x1b1c1f, 0x2a2a2c, 0x181210],
        0.12,
        [Plain, Plain, Plain],
        6.0,
    ),
    wear(
        HAWK,
        [0x5e6874, 0x4c5058, 0x9a8068, 0xe8e2d4, 0x66707c],
        [0x5c6672, 0xece4d4, 0xf0eae0, 0x626c78, 0x6a6a66],
        [0x5a646f, 0x828a92, 0x545c64, 0x7d868e],
        [0x2e3238, 0xe6bf3a, 0xf0a82a],
        0.0,
        [Scales, Bars, Bars],
        4.0,
    ),
    wear(
        songbird(Beak::Insect),
        [0x25203a, 0x1d1c2c, 0x2c2446, 0x2a2c4a, 0x223a40],
        [0x24443c, 0x302a56, 0x28283c, 0x2a4038, 0x2a2826],
        [0x2e3a44, 0xb09a70, 0x2e2a28, 0xa88a5a],
        [0xd8b84a, 0xa86a50, 0x181010],
        0.0,
        [Spots, Spots, Spots],
        0.0,
    ),
    wear(
        songbird(Beak::Seed),
        [0x7288a4, 0xc27c62, 0xc98468, 0xc9866c, 0x7088a6],
        [0x94604a, 0xcd8c72, 0xe8d8cc, 0x86985a, 0x36383c],
        [0x7a8494, 0xf6f4ee, 0x33353a, 0xc8c48c],
        [0x76869a, 0x8c6a58, 0x140e0c],
        0.0,
        [Plain, Plain, Plain],
        0.0,
    ),
    wear(
        songbird(Beak::Long),
        [0x9c4a22, 0x15161a, 0xe6c840, 0xf0d440, 0xa65a28],
        [0xc08a38, 0x2aa0b0, 0x3aa8b4, 0xd0a848, 0x2c7c74],
        [0xa4602e, 0xd09a4a, 0x2f8f94, 0x46b0a8],
        [0x1b1b1d, 0x4c423c, 0xb02a1c],
        0.22,
        [Plain, Plain, Plain],
        0.0,
    ),
    wear(
        songbird(Beak::Insect),
        [0x7c6444, 0x6a5438, 0xb59c74, 0xf0e8d6, 0x7e6848],
        [0x7a6445, 0xecd9b0, 0xf6f2e8, 0x7e6a4a, 0x6e5a3e],
        [0x7a6444, 0xc8a878, 0x6a5538, 0x9a8058],
        [0x5c4a38, 0xc09a80, 0x1c120c],
        0.0,
        [Plain, Streaks, Spots],
        0.0,
    ),
];
