//! What goes wrong in adversarial training, by name: the monitor that looks at every row of metrics.csv.

use plumage_record::AdversaryRow;

use super::ADVERSARIAL;

/// Something that is wrong, with the number that shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sign {
    /// The discriminator hardly errs any more; what it teaches the generator says nothing.
    DiscriminatorSaturated {
        /// How well it tells: 1 never errs.
        advantage: f64,
    },
    /// The discriminator does much worse than one that guesses: it does not learn.
    DiscriminatorLost {
        /// How well it tells: 0 guesses.
        advantage: f64,
    },
    /// The discriminator still guesses: it has not begun to learn, or its units have died.
    DiscriminatorBlind {
        /// How well it tells: 0 guesses.
        advantage: f64,
    },
    /// The adversarial term pulls more than all the others together.
    AdversarialTooStrong {
        /// Its share of the gradient.
        share: f64,
    },
    /// The adversarial term pulls next to nothing: the generator is what the pixel loss alone makes of it.
    AdversarialTooWeak {
        /// Its share of the gradient.
        share: f64,
    },
    /// The images are further from HR than any sharpening explains.
    FarFromHr {
        /// By how much bicubic interpolation is better.
        behind_bicubic_db: f64,
    },
    /// The pattern of the pixel shuffle is in the images.
    Checkerboard {
        /// How far it stands out of the spectrum, SR above HR.
        db: f64,
    },
    /// The images have another mean colour than HR.
    ColourDrift {
        /// By so many 8-bit levels.
        levels: f64,
    },
    /// The generator has noise and makes nothing of it.
    NoiseIgnored {
        /// What the noise changes of a pixel, in 8-bit levels.
        levels: f64,
    },
}

/// Beyond these a row is not healthy. Those of the discriminator leave room for one that wins most of its rounds, as in
/// super-resolution it does.
const MOST_ADVANTAGE: f64 = 0.97;
const LEAST_ADVANTAGE: f64 = -1.;
/// Below this a discriminator guesses; one with spectral normalisation needs about a hundred steps to get above it.
const GUESSING: f64 = 1e-3;
const STEPS_TO_SEE: u64 = 100;
const MOST_SHARE: f64 = 0.5;
const LEAST_SHARE: f64 = 0.005;
/// protocol.md of the study: a PSNR more than 3 dB below bicubic is too strong an adversary.
const MOST_BEHIND_BICUBIC_DB: f64 = 3.;
/// A single level between sub-pixels makes 17, 6.4 and 3.6 dB at scales 2, 3 and 4; see `metrics::checkerboard_db`.
const MOST_CHECKERBOARD_DB: f64 = 3.;
const MOST_DRIFT_LEVELS: f64 = 2.;
const LEAST_NOISE_LEVELS: f64 = 0.05;

/// How far the duel is when a row is looked at.
#[derive(Clone, Copy)]
pub(super) struct Stage {
    /// Steps in which the discriminator has played.
    pub(super) played: u64,
    /// Whether the adversarial term has its full weight.
    pub(super) at_full_weight: bool,
}

/// What is wrong with a row.
pub(super) fn signs(row: &AdversaryRow, stage: Stage, behind_bicubic_db: Option<f64>) -> Vec<Sign> {
    let share = row.terms.iter().find(|term| term.name == ADVERSARIAL).and_then(|term| term.share);
    // A young network that is trained alone has not grown out of its artefacts yet.
    let artefacts = row.artefacts.as_ref().filter(|_| stage.played > 0);
    let found = [
        row.d_advantage
            .filter(|advantage| *advantage > MOST_ADVANTAGE)
            .map(|advantage| Sign::DiscriminatorSaturated { advantage }),
        row.d_advantage
            .filter(|advantage| *advantage < LEAST_ADVANTAGE)
            .map(|advantage| Sign::DiscriminatorLost { advantage }),
        row.d_advantage
            .filter(|advantage| (LEAST_ADVANTAGE..GUESSING).contains(advantage))
            .filter(|_| stage.played >= STEPS_TO_SEE)
            .map(|advantage| Sign::DiscriminatorBlind { advantage }),
        share.filter(|share| *share > MOST_SHARE).map(|share| Sign::AdversarialTooStrong { share }),
        share
            .filter(|share| stage.at_full_weight && *share < LEAST_SHARE)
            .map(|share| Sign::AdversarialTooWeak { share }),
        behind_bicubic_db
            .filter(|db| stage.played > 0 && *db > MOST_BEHIND_BICUBIC_DB)
            .map(|behind_bicubic_db| Sign::FarFromHr { behind_bicubic_db }),
        artefacts
            .and_then(|artefacts| artefacts.val_checkerboard_db)
            .filter(|db| *db > MOST_CHECKERBOARD_DB)
            .map(|db| Sign::Checkerboard { db }),
        artefacts
            .map(|artefacts| artefacts.val_drift_levels)
            .filter(|levels| *levels > MOST_DRIFT_LEVELS)
            .map(|levels| Sign::ColourDrift { levels }),
        artefacts
            .and_then(|artefacts| artefacts.val_noise_levels)
            .filter(|levels| *levels < LEAST_NOISE_LEVELS)
            .map(|levels| Sign::NoiseIgnored { levels }),
    ];
    found.into_iter().flatten().collect()
}

impl Sign {
    /// Its name in records: small letters and `_`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::DiscriminatorSaturated { .. } => "discriminator_saturated",
            Self::DiscriminatorLost { .. } => "discriminator_lost",
            Self::DiscriminatorBlind { .. } => "discriminator_blind",
            Self::AdversarialTooStrong { .. } => "adversarial_too_strong",
            Self::AdversarialTooWeak { .. } => "adversarial_too_weak",
            Self::FarFromHr { .. } => "far_from_hr",
            Self::Checkerboard { .. } => "checkerboard",
            Self::ColourDrift { .. } => "colour_drift",
            Self::NoiseIgnored { .. } => "noise_ignored",
        }
    }
}

/// What is wrong, the number, and what to try.
impl std::fmt::Display for Sign {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DiscriminatorSaturated { advantage } => write!(
                f,
                "the discriminator hardly errs (advantage {advantage:.2}): lower adversarial.schedule.learning_rate, or give it \
                 spectral_norm"
            ),
            Self::DiscriminatorLost { advantage } => write!(
                f,
                "the discriminator does worse than guessing (advantage {advantage:.2}): lower adversarial.schedule.learning_rate"
            ),
            Self::DiscriminatorBlind { advantage } => write!(
                f,
                "the discriminator guesses (advantage {advantage:.4}): if that goes on, change adversarial.schedule.learning_rate"
            ),
            Self::AdversarialTooStrong { share } => write!(
                f,
                "the adversarial term makes {:.0}% of the generator's gradient: lower adversarial.weight",
                100. * share
            ),
            Self::AdversarialTooWeak { share } => write!(
                f,
                "the adversarial term makes {:.2}% of the generator's gradient: raise adversarial.weight",
                100. * share
            ),
            Self::FarFromHr { behind_bicubic_db } => write!(
                f,
                "PSNR is {behind_bicubic_db:.1} dB below bicubic: lower adversarial.weight, or train longer before"
            ),
            Self::Checkerboard { db } => {
                write!(f, "a checkerboard of the pixel shuffle stands {db:.1} dB out of the spectrum")
            }
            Self::ColourDrift { levels } => {
                write!(f, "the mean colour has moved by {levels:.1} of 255 levels")
            }
            Self::NoiseIgnored { levels } => {
                write!(f, "the noise changes a pixel by {levels:.3} of 255 levels: it is ignored")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use plumage_record::{Artefacts, TermRow};

    use super::*;

    /// A row in which all is well.
    fn healthy() -> AdversaryRow {
        let term = |name: &str, share| TermRow { name: name.into(), value: Some(0.1), share: Some(share) };
        AdversaryRow {
            d_loss: Some(1.),
            d_advantage: Some(0.6),
            terms: vec![term("pixel", 0.9), term(ADVERSARIAL, 0.1)],
            artefacts: Some(Artefacts {
                val_checkerboard_db: Some(0.5),
                val_drift_levels: 0.3,
                val_noise_levels: Some(0.8),
            }),
            signs: vec![],
        }
    }

    fn names(row: &AdversaryRow, behind_bicubic_db: f64) -> Vec<&'static str> {
        let stage = Stage { played: 1000, at_full_weight: true };
        signs(row, stage, Some(behind_bicubic_db)).iter().map(Sign::name).collect()
    }

    #[test]
    fn a_healthy_row_has_no_sign() {
        assert_eq!(names(&healthy(), 0.4), [""; 0]);
    }

    #[test]
    fn each_number_that_is_off_has_its_own_name() {
        let with = |change: &dyn Fn(&mut AdversaryRow)| {
            let mut row = healthy();
            change(&mut row);
            names(&row, 0.)
        };
        let artefact =
            |change: &dyn Fn(&mut Artefacts)| with(&|row| row.artefacts.iter_mut().for_each(change));
        assert_eq!(with(&|row| row.d_advantage = Some(0.99)), ["discriminator_saturated"]);
        assert_eq!(with(&|row| row.d_advantage = Some(-3.)), ["discriminator_lost"]);
        assert_eq!(with(&|row| row.d_advantage = Some(-1e-4)), ["discriminator_blind"]);
        assert_eq!(with(&|row| row.terms[1].share = Some(0.9)), ["adversarial_too_strong"]);
        assert_eq!(with(&|row| row.terms[1].share = Some(0.001)), ["adversarial_too_weak"]);
        assert_eq!(artefact(&|artefacts| artefacts.val_checkerboard_db = Some(6.)), ["checkerboard"]);
        assert_eq!(artefact(&|artefacts| artefacts.val_drift_levels = 5.), ["colour_drift"]);
        assert_eq!(artefact(&|artefacts| artefacts.val_noise_levels = Some(0.)), ["noise_ignored"]);
        assert_eq!(names(&healthy(), 3.5), ["far_from_hr"]);
    }

    #[test]
    fn at_the_beginning_a_term_may_be_weak_and_a_discriminator_guess() {
        let mut row = healthy();
        (row.terms[1].share, row.d_advantage) = (Some(0.), Some(0.));
        assert_eq!(signs(&row, Stage { played: 60, at_full_weight: false }, None), []);
        let alone = AdversaryRow {
            artefacts: Some(Artefacts { val_drift_levels: 9., ..row.artefacts.unwrap() }),
            ..row
        };
        assert_eq!(signs(&alone, Stage { played: 0, at_full_weight: false }, Some(5.)), []);
    }
}
