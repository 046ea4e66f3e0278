//! What a bird wears: colours by the part of the body, and patterns of single feathers.

use rand::Rng;

use super::{
    body::{Body, Part},
    colour::Colour,
    feather::Vane,
    geometry::Point,
    species::SPECIES,
};

/// The proportions of a bird; lengths are shares of the length of its body.
#[derive(Clone, Copy)]
pub(super) struct Build {
    /// Half the height of the body.
    pub(super) stout: f32,
    /// The radius of the head.
    pub(super) head: f32,
    pub(super) tail: f32,
    /// The radius of the eye as a share of the head's.
    pub(super) eye: f32,
    /// How far the feathers of the crown stand up, as a share of the head's radius.
    pub(super) crest: f32,
    pub(super) beak: Beak,
}

/// What a beak is made for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Beak {
    Seed,
    Stub,
    Small,
    Insect,
    Stout,
    Hook,
    Long,
}

/// What a single feather shows beside its colour.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Pattern {
    Plain,
    /// A dark line along every feather.
    Streaks,
    /// Bars across.
    Bars,
    /// A light drop at the tip.
    Spots,
    /// A light fringe.
    Scales,
}

/// The clothes of one bird.
#[derive(Clone, Copy)]
pub(super) struct Plumage {
    pub(super) build: Build,
    pub(super) crown: Colour,
    pub(super) mask: Colour,
    pub(super) cheek: Colour,
    pub(super) throat: Colour,
    pub(super) nape: Colour,
    pub(super) back: Colour,
    pub(super) breast: Colour,
    pub(super) belly: Colour,
    pub(super) rump: Colour,
    pub(super) tail: Colour,
    pub(super) coverts: Colour,
    pub(super) wing_bar: Colour,
    pub(super) flight: Colour,
    pub(super) flight_edge: Colour,
    pub(super) beak: Colour,
    pub(super) legs: Colour,
    pub(super) iris: Colour,
    /// Half the height of the mask through the eye, as a share of the head's radius.
    pub(super) mask_width: f32,
    pub(super) back_pattern: Pattern,
    pub(super) breast_pattern: Pattern,
    pub(super) belly_pattern: Pattern,
    /// Bars on the feathers of wing and tail.
    pub(super) flight_bars: f32,
}

impl Plumage {
    /// Draws a plumage: half the birds are of a known kind, the others are mixed of two.
    pub(super) fn draw(rng: &mut impl Rng) -> Plumage {
        let mut plumage = SPECIES[rng.random_range(0..SPECIES.len())].plumage();
        let mut other = SPECIES[rng.random_range(0..SPECIES.len())].plumage();
        let mixed = rng.random_bool(0.5);
        for (own, foreign) in plumage.colours().into_iter().zip(other.colours()) {
            if mixed && rng.random_bool(0.4) {
                *own = *foreign;
            }
            *own = own.varied(rng, 0.035);
        }
        if mixed {
            plumage.back_pattern = other.back_pattern;
            plumage.belly_pattern = other.belly_pattern;
            plumage.flight_bars = other.flight_bars;
            plumage.mask_width = 0.5 * (plumage.mask_width + other.mask_width);
        }
        let build = &mut plumage.build;
        build.stout *= rng.random_range(0.92..1.1);
        build.tail *= rng.random_range(0.85..1.2);
        build.head *= rng.random_range(0.95..1.05);
        plumage
    }

    fn colours(&mut self) -> [&mut Colour; 14] {
        [
            &mut self.crown,
            &mut self.mask,
            &mut self.cheek,
            &mut self.throat,
            &mut self.nape,
            &mut self.back,
            &mut self.breast,
            &mut self.belly,
            &mut self.rump,
            &mut self.tail,
            &mut self.coverts,
            &mut self.wing_bar,
            &mut self.flight,
            &mut self.flight_edge,
        ]
    }

    /// The colour of a part of the body and the pattern of its feathers.
    pub(super) fn of(&self, part: Part) -> (Colour, Pattern) {
        match part {
            Part::Crown => (self.crown, Pattern::Plain),
            Part::Mask => (self.mask, Pattern::Plain),
            Part::Cheek => (self.cheek, Pattern::Plain),
            Part::Throat => (self.throat, Pattern::Plain),
            Part::Nape => (self.nape, self.back_pattern),
            Part::Back => (self.back, self.back_pattern),
            Part::Breast => (self.breast, self.breast_pattern),
            Part::Belly => (self.belly, self.belly_pattern),
            Part::Rump => (self.rump, Pattern::Plain),
        }
    }

    /// A feather of the body that grows at `root`, a place on the bird.
    pub(super) fn contour_vane(&self, body: &Body, root: Point, rng: &mut impl Rng) -> Vane {
        let (colour, pattern) = self.of(body.part(root, self.mask_width));
        let light = rng.random_range(-0.045..0.045);
        pattern.vane(colour.varied(rng, 0.012).brighter(light))
    }

    /// A long feather of wing or tail.
    pub(super) fn flight_vane(&self, colour: Colour, edge: Colour) -> Vane {
        let dark = colour * 0.5;
        Vane {
            fringe: (edge, if edge == colour { 0.0 } else { 0.3 }),
            bars: (dark, self.flight_bars),
            rachis: 0.2,
            barbs: 0.12,
            ..Vane::plain(colour)
        }
    }
}

impl Pattern {
    /// A feather of `colour` with this pattern.
    pub(super) fn vane(self, colour: Colour) -> Vane {
        let plain = Vane::plain(colour);
        let (dark, pale) = (colour * 0.42, colour.mix(Colour([0.97, 0.95, 0.9]), 0.65));
        match self {
            Pattern::Plain => plain,
            Pattern::Streaks => Vane { streak: (dark, 0.32), ..plain },
            Pattern::Bars => Vane { bars: (dark, 2.2), ..plain },
            Pattern::Spots => Vane { tip: pale, tip_share: 0.22, ..plain },
            Pattern::Scales => Vane { fringe: (pale, 0.28), ..plain },
        }
    }
}
