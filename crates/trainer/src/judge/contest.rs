//! What a judge is to tell apart: real crops from those of a method, or, to control it, crops that cannot be told apart.

use super::pictures::{Crop, Pictures};
use plumage_random::{Stream, generator};
use rand::Rng;

/// The control among the methods: a judge that tells it alone is a detector of blur.
pub const BICUBIC: &str = "bicubic";

/// All methods but bicubic in equal parts.
pub const MIX: &str = "mix";

/// What is trained on to show that nothing is learnt where nothing can be.
pub const CONTROLS: [&str; 2] = ["shuffled_labels", "real"];

/// Version 0 of an image is HR; method number m is version m + 1.
const HR: usize = 0;

/// What a judge learns to tell apart, or is tested on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contest {
    /// HR against a method, by its number; 0 is bicubic.
    Against(usize),
    /// HR against all methods but bicubic in turn: bicubic is a control, and would weigh for the methods that blur.
    Mix,
    /// As [`Contest::Mix`], but for half of the images the labels are exchanged: the same in every crop of an image, so
    /// that a judge that knew an image of its test from its training would show.
    ShuffledLabels,
    /// HR against HR: the crops of half of the images are called generated.
    RealAgainstReal,
}

/// A crop that a judge sees, and what it is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) image: usize,
    pub(super) version: usize,
    pub(super) is_generated: bool,
}

impl Contest {
    /// All that judges of `methods` methods are trained on, in the order of tables: the methods, their mix, the controls.
    pub fn all(methods: usize) -> Vec<Self> {
        let each = (0..methods).map(Self::Against);
        each.chain([Self::Mix, Self::ShuffledLabels, Self::RealAgainstReal]).collect()
    }

    /// Its name in records.
    pub fn name(self, methods: &[String]) -> &str {
        match self {
            Self::Against(method) => &methods[method],
            Self::Mix => MIX,
            Self::ShuffledLabels => CONTROLS[0],
            Self::RealAgainstReal => CONTROLS[1],
        }
    }

    /// Whether it shows that nothing is learnt where nothing can be.
    pub fn is_control(self) -> bool {
        matches!(self, Self::ShuffledLabels | Self::RealAgainstReal)
    }

    /// What a judge that was trained on it is tested on.
    pub fn tests(self, methods: usize) -> Vec<Self> {
        match self {
            control if control.is_control() => vec![control],
            // Every judge is at chance on HR against HR.
            _ => Self::all(methods).into_iter().filter(|test| *test != Self::ShuffledLabels).collect(),
        }
    }

    /// What is shown of the fixed crop `crop` of an image.
    pub(super) fn shown(self, image: usize, crop: usize, pictures: &Pictures, methods: usize) -> Vec<Shown> {
        let in_half = pictures.in_half[image];
        let pair = |method: usize, exchanged: bool| {
            let of = |version, is_generated| Shown { image, version, is_generated };
            vec![of(HR, exchanged), of(method + 1, !exchanged)]
        };
        match self {
            Self::Against(method) => pair(method, false),
            Self::Mix => pair(in_turn(image + crop, methods), false),
            Self::ShuffledLabels => pair(in_turn(image + crop, methods), in_half),
            Self::RealAgainstReal => vec![Shown { image, version: HR, is_generated: in_half }],
        }
    }

    /// The pair number `pair` of the training step `step`: a crop that is called real and one that is called generated,
    /// at one place of one image unless both are HR.
    pub(super) fn pair(
        self,
        pictures: &Pictures,
        methods: usize,
        side: usize,
        (seed, step, pair): (u64, u64, usize),
    ) -> [(Shown, Crop); 2] {
        let rng = &mut generator(seed, Stream::Judge, step, pair as u64);
        let mut draw = |of_half: Option<bool>| {
            let all = 0..pictures.images.len();
            let among: Vec<usize> =
                all.filter(|&image| of_half.is_none_or(|half| pictures.in_half[image] == half)).collect();
            let image = among[rng.random_range(0..among.len())];
            (image, pictures.images[image].place_to_learn(side, rng))
        };
        match self {
            Self::RealAgainstReal => [false, true].map(|is_generated| {
                let (image, crop) = draw(Some(is_generated));
                (Shown { image, version: HR, is_generated }, crop)
            }),
            _ => {
                let (image, crop) = draw(None);
                let method = match self {
                    Self::Against(method) => method,
                    _ => in_turn(pair, methods),
                };
                let exchanged = self == Self::ShuffledLabels && pictures.in_half[image];
                [(HR, exchanged), (method + 1, !exchanged)]
                    .map(|(version, is_generated)| (Shown { image, version, is_generated }, crop))
            }
        }
    }
}

/// One of the methods after bicubic, in turn; bicubic where there is no other.
fn in_turn(number: usize, methods: usize) -> usize {
    match methods {
        0 | 1 => 0,
        _ => 1 + number % (methods - 1),
    }
}

#[cfg(test)]
mod tests {
    use plumage_imaging::Planes;

    use super::*;
    use crate::judge::Versions;

    const METHODS: usize = 3;

    fn pictures(images: usize) -> Pictures {
        let plane = Planes::new(1, 20, 20, vec![0.5; 400]);
        Pictures::new(vec![Versions::new(&vec![plane; METHODS + 1]); images], 3, 0)
    }

    #[test]
    fn every_contest_calls_as_many_crops_real_as_generated() {
        let pictures = pictures(8);
        for contest in Contest::all(METHODS) {
            let fixed: Vec<Shown> = (0..8)
                .flat_map(|image| (0..2).map(move |crop| (image, crop)))
                .flat_map(|(image, crop)| contest.shown(image, crop, &pictures, METHODS))
                .collect();
            let generated = fixed.iter().filter(|shown| shown.is_generated).count();
            assert_eq!(2 * generated, fixed.len(), "{contest:?}");
            for pair in 0..9 {
                let pair = contest.pair(&pictures, METHODS, 16, (1, 2, pair));
                assert_eq!(pair.iter().filter(|(shown, _)| shown.is_generated).count(), 1, "{contest:?}");
            }
        }
    }

    #[test]
    fn pairs_are_of_one_image_at_one_place_and_truly_labelled_but_in_the_controls() {
        let pictures = pictures(8);
        for contest in [Contest::Against(0), Contest::Against(2), Contest::Mix] {
            for pair in 0..9 {
                let [(real, place), (generated, other)] = contest.pair(&pictures, METHODS, 16, (1, 2, pair));
                assert_eq!((real.image, place), (generated.image, other));
                assert!(real.version == HR && !real.is_generated && generated.version != HR);
            }
        }
        let versions = |contest: Contest| {
            let pairs = (0..40).map(|pair| contest.pair(&pictures, METHODS, 16, (1, 2, pair)));
            pairs.flatten().map(|(shown, _)| shown).collect::<Vec<_>>()
        };
        assert!(versions(Contest::RealAgainstReal).iter().all(|shown| shown.version == HR));
        let shuffled = versions(Contest::ShuffledLabels);
        let wrong = shuffled.iter().filter(|shown| shown.is_generated == (shown.version == HR)).count();
        assert!((20..60).contains(&wrong), "{wrong} of 80");
        let mixed = versions(Contest::Mix);
        for version in [2, 3] {
            assert_eq!(mixed.iter().filter(|shown| shown.version == version).count(), 20);
        }
        assert!(mixed.iter().all(|shown| shown.version != 1), "bicubic is no part of the mix");
    }

    #[test]
    fn a_control_has_the_same_label_for_all_crops_of_an_image() {
        let pictures = pictures(9);
        for image in 0..9 {
            let labels: Vec<bool> = (0..5)
                .map(|crop| Contest::ShuffledLabels.shown(image, crop, &pictures, METHODS)[0].is_generated)
                .collect();
            assert!(labels.iter().all(|label| *label == labels[0]));
        }
    }
}
