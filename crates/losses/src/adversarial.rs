//! Losses of a generator and a discriminator that play against each other, from the discriminator's logits.

use candle_core::{Result, Tensor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which game is played: `adversarial = "hinge"`, or a table where it has parameters.
///
/// Logits are of any shape, `[B]` for a discriminator with one verdict an image; every mean is over all of them, and both
/// halves of a discriminator's loss are added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AdversarialConfig {
    /// Binary cross-entropy, with the generator's loss that does not saturate (I. Goodfellow et al. 2014,
    /// <https://arxiv.org/abs/1406.2661>).
    Vanilla(VanillaConfig),
    /// Binary cross-entropy of how much more real an image is than the mean of the other kind (A. Jolicoeur-Martineau
    /// 2018, <https://arxiv.org/abs/1807.00734>), as in ESRGAN, which halves the sums.
    RelativisticAverage,
    /// Logits beyond -1 and 1 are good enough (J. H. Lim, J. C. Ye 2017, <https://arxiv.org/abs/1705.02894>).
    Hinge,
    /// Half the squared distance to 1 and 0 (X. Mao et al. 2017, <https://arxiv.org/abs/1611.04076>).
    LeastSquares,
}

/// `adversarial = { vanilla = { real_label = 0.9 } }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VanillaConfig {
    /// The probability that the discriminator is to give an HR image: below 1 it is smoothed on this side alone (T.
    /// Salimans et al. 2016, <https://arxiv.org/abs/1606.03498>). The generator always aims at 1.
    #[schemars(range(min = 0.5, max = 1.0))]
    pub real_label: f64,
}

impl AdversarialConfig {
    /// What the discriminator minimises, a scalar.
    ///
    /// # Shapes
    /// `real`, `fake`: its logits of HR and SR images.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn of_discriminator(&self, real: &Tensor, fake: &Tensor) -> Result<Tensor> {
        match self {
            Self::Vanilla(config) => {
                binary_cross_entropy(real, config.real_label)? + binary_cross_entropy(fake, 0.)?
            }
            Self::RelativisticAverage => {
                let (of_real, of_fake) = relativistic(real, fake)?;
                binary_cross_entropy(&of_real, 1.)? + binary_cross_entropy(&of_fake, 0.)?
            }
            Self::Hinge => (1. - real)?.relu()?.mean_all()? + (fake + 1.)?.relu()?.mean_all()?,
            Self::LeastSquares => half_square(real, 1.)? + half_square(fake, 0.)?,
        }
    }

    /// How well a discriminator with the mean loss `loss` tells HR from SR: 1 for the least loss there is, 0 for that of the
    /// best constant verdict, below 0 for more than that.
    pub fn advantage(&self, loss: f64) -> f64 {
        let (guess, least) = match self {
            Self::Vanilla(config) => {
                let cross = |label: f64, p: f64| -(x_ln_y(label, p) + x_ln_y(1. - label, 1. - p));
                let label = config.real_label;
                (cross(label, label / 2.) + cross(0., label / 2.), cross(label, label))
            }
            Self::RelativisticAverage => (2. * std::f64::consts::LN_2, 0.),
            Self::Hinge => (2., 0.),
            Self::LeastSquares => (0.25, 0.),
        };
        (guess - loss) / (guess - least)
    }

    /// What the generator minimises, a scalar. Only [`Self::RelativisticAverage`] looks at `real`, which gets no gradient.
    ///
    /// # Shapes
    /// `real`, `fake`: the discriminator's logits of HR and SR images.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn of_generator(&self, real: &Tensor, fake: &Tensor) -> Result<Tensor> {
        match self {
            Self::Vanilla(_) => binary_cross_entropy(fake, 1.),
            Self::RelativisticAverage => {
                let (of_real, of_fake) = relativistic(&real.detach(), fake)?;
                binary_cross_entropy(&of_real, 0.)? + binary_cross_entropy(&of_fake, 1.)?
            }
            Self::Hinge => fake.mean_all()?.neg(),
            Self::LeastSquares => half_square(fake, 1.),
        }
    }
}

/// The mean binary cross-entropy of logits against one label, without overflow whatever the logits are.
///
/// # Shapes
/// `logits`: any; `label` in [0, 1]. Returns a scalar in nats, at least the label's entropy.
///
/// # Errors
/// Only what the device reports.
fn binary_cross_entropy(logits: &Tensor, label: f64) -> Result<Tensor> {
    // log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)). At 0 candle's gradients of the two, 1 and -1/2, make the right 1/2.
    let softplus = (logits.relu()? + (logits.abs()?.neg()?.exp()? + 1.)?.log()?)?;
    (softplus - (logits * label)?)?.mean_all()
}

/// The mean binary cross-entropy of logits, each against its own label: a classifier's loss.
///
/// # Shapes
/// `logits` and `labels`: the same shape, labels in [0, 1]. Returns a scalar in nats.
///
/// # Errors
/// Shapes that differ.
pub fn binary_cross_entropy_with_labels(logits: &Tensor, labels: &Tensor) -> Result<Tensor> {
    binary_cross_entropy(logits, 0.)? - (logits * labels)?.mean_all()?
}

/// How much more real each image is than the mean of the other kind.
fn relativistic(real: &Tensor, fake: &Tensor) -> Result<(Tensor, Tensor)> {
    Ok((real.broadcast_sub(&fake.mean_all()?)?, fake.broadcast_sub(&real.mean_all()?)?))
}

/// `x ln y`, and 0 where x is.
fn x_ln_y(x: f64, y: f64) -> f64 {
    if x == 0. { 0. } else { x * y.ln() }
}

fn half_square(logits: &Tensor, target: f64) -> Result<Tensor> {
    (logits - target)?.sqr()?.mean_all()? * 0.5
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Var};

    use super::*;

    /// A scalar from the logits of HR and SR images.
    type Loss<'a> = &'a dyn Fn(&Tensor, &Tensor) -> Result<Tensor>;

    const REAL: [f64; 4] = [1.7, -0.4, 3.1, 0.2];
    const FAKE: [f64; 4] = [-1.3, 0.6, -0.2, 2.4];

    fn games() -> [AdversarialConfig; 4] {
        [
            AdversarialConfig::Vanilla(VanillaConfig { real_label: 0.9 }),
            AdversarialConfig::RelativisticAverage,
            AdversarialConfig::Hinge,
            AdversarialConfig::LeastSquares,
        ]
    }

    fn tensor(values: &[f64]) -> Tensor {
        Tensor::new(values, &Device::Cpu).unwrap()
    }

    fn number(loss: &Tensor) -> f64 {
        loss.to_scalar().unwrap()
    }

    /// Minus the logarithm of a probability and of its complement, as they are defined.
    fn cross_entropy(logit: f64, label: f64) -> f64 {
        let probability = 1. / (1. + (-logit).exp());
        -label * probability.ln() - (1. - label) * (1. - probability).ln()
    }

    fn mean(values: [f64; 4], f: impl Fn(f64) -> f64) -> f64 {
        values.into_iter().map(f).sum::<f64>() / 4.
    }

    #[test]
    fn values_are_those_of_the_definitions() {
        let (mean_real, mean_fake) = (mean(REAL, |x| x), mean(FAKE, |x| x));
        let expected = [
            (
                mean(REAL, |x| cross_entropy(x, 0.9)) + mean(FAKE, |x| cross_entropy(x, 0.)),
                mean(FAKE, |x| cross_entropy(x, 1.)),
            ),
            (
                mean(REAL, |x| cross_entropy(x - mean_fake, 1.))
                    + mean(FAKE, |x| cross_entropy(x - mean_real, 0.)),
                mean(REAL, |x| cross_entropy(x - mean_fake, 0.))
                    + mean(FAKE, |x| cross_entropy(x - mean_real, 1.)),
            ),
            ((1.4 + 0.8) / 4. + (1.6 + 0.8 + 3.4) / 4., -mean_fake),
            (
                mean(REAL, |x| 0.5 * (x - 1.).powi(2)) + mean(FAKE, |x| 0.5 * x * x),
                mean(FAKE, |x| 0.5 * (x - 1.).powi(2)),
            ),
        ];
        let (real, fake) = (tensor(&REAL), tensor(&FAKE));
        for (game, (of_discriminator, of_generator)) in games().iter().zip(expected) {
            let ours = number(&game.of_discriminator(&real, &fake).unwrap());
            assert!((ours - of_discriminator).abs() < 1e-12, "{game:?}: {ours} and {of_discriminator}");
            let ours = number(&game.of_generator(&real, &fake).unwrap());
            assert!((ours - of_generator).abs() < 1e-12, "{game:?}: {ours} and {of_generator}");
        }
    }

    #[test]
    fn the_advantage_is_none_for_the_best_constant_verdict_and_all_for_the_best_of_all() {
        for game in games() {
            let loss = |real: f64, fake: f64| {
                number(&game.of_discriminator(&tensor(&[real]), &tensor(&[fake])).unwrap())
            };
            let logits = || (-2_000..=2_000).map(|place| f64::from(place) / 100.);
            let least = |losses: &mut dyn Iterator<Item = f64>| losses.fold(f64::INFINITY, f64::min);
            let guess = least(&mut logits().map(|logit| loss(logit, logit)));
            let best = least(&mut logits().map(|logit| loss(logit, -20.)));
            let best = best.min(least(&mut logits().map(|logit| loss(logit, 0.))));
            assert!(game.advantage(guess).abs() < 1e-4, "{game:?}: {}", game.advantage(guess));
            assert!((game.advantage(best) - 1.).abs() < 1e-4, "{game:?}: {}", game.advantage(best));
            assert!(game.advantage(loss(-3., 3.)) < -1., "{game:?}");
        }
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        for game in games() {
            let sides: [(&str, Loss<'_>); 2] = [
                ("discriminator", &|real, fake| game.of_discriminator(real, fake)),
                ("generator", &|real, fake| game.of_generator(real, fake)),
            ];
            for (side, loss) in sides {
                let both = [REAL, FAKE].map(|values| Var::from_tensor(&tensor(&values)).unwrap());
                let grads = loss(&both[0], &both[1]).unwrap().backward().unwrap();
                for (kind, variable) in both.iter().enumerate() {
                    let gradient = grads.get(variable).map(|gradient| gradient.to_vec1::<f64>().unwrap());
                    if side == "generator" && kind == 0 {
                        assert!(gradient.is_none(), "{game:?}: the generator cannot change HR images");
                        continue;
                    }
                    let gradient = gradient.unwrap();
                    for at in 0..4 {
                        let moved = |by: f64| {
                            let mut values = [REAL, FAKE];
                            values[kind][at] += by;
                            number(&loss(&tensor(&values[0]), &tensor(&values[1])).unwrap())
                        };
                        let numeric = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                        let error = (gradient[at] - numeric).abs();
                        assert!(error <= 1e-6 * numeric.abs().max(1e-2), "{game:?}, {side}, {kind}[{at}]");
                    }
                }
            }
        }
    }

    #[test]
    fn logits_of_any_size_give_finite_losses_and_gradients() {
        for game in games() {
            for extreme in [1e4f32, -1e4, 0.] {
                let logits = |value: f32| {
                    Var::from_tensor(&Tensor::new(&[value, -value], &Device::Cpu).unwrap()).unwrap()
                };
                let (real, fake) = (logits(extreme), logits(0.5 * extreme));
                for loss in [game.of_discriminator(&real, &fake), game.of_generator(&real, &fake)] {
                    let loss = loss.unwrap();
                    assert!(loss.to_scalar::<f32>().unwrap().is_finite(), "{game:?} at {extreme}");
                    let grads = loss.backward().unwrap();
                    let gradient = grads.get(&fake).unwrap().to_vec1::<f32>().unwrap();
                    assert!(gradient.iter().all(|g| g.is_finite()), "{game:?} at {extreme}: {gradient:?}");
                }
            }
        }
    }

    #[test]
    fn a_fooled_discriminator_still_pulls_and_an_undecided_one_pulls_by_half() {
        let pull = |logit: f64| {
            let variable = Var::from_tensor(&tensor(&[logit])).unwrap();
            let grads = binary_cross_entropy(&variable, 1.).unwrap().backward().unwrap();
            grads.get(&variable).unwrap().to_vec1::<f64>().unwrap()[0]
        };
        assert_eq!(pull(0.), -0.5);
        assert!((pull(-50.) + 1.).abs() < 1e-12);
        assert!((pull(50.) + (-50f64).exp()).abs() < 1e-15);
    }

    #[test]
    fn each_image_can_have_its_own_label() {
        let labels = [1., 0., 0.3, 1.];
        let loss = binary_cross_entropy_with_labels(&tensor(&REAL), &tensor(&labels)).unwrap();
        let expected: f64 = REAL.iter().zip(labels).map(|(&logit, label)| cross_entropy(logit, label)).sum();
        assert!((number(&loss.to_dtype(DType::F64).unwrap()) - expected / 4.).abs() < 1e-12);
        assert!(binary_cross_entropy_with_labels(&tensor(&REAL), &tensor(&labels[1..])).is_err());
    }
}
