//! A generator's loss as a weighted sum, each term with its value and with how hard it pulls at the SR images.
//!
//! The SR images are cut from the generator. Every term is taken back to the cut alone, and their weighted sum goes through
//! the generator once: what each term pulls is known exactly, and costs no second way through the generator.

use candle_core::{DType, Result, Tensor, Var};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a term counts: `weight = { fixed = 1.0 }` or `weight = { share = 0.1 }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Weight {
    /// The factor of the term's value.
    Fixed(#[schemars(range(min = 0.0))] f64),
    /// The norm of the term's gradient at the SR images as a part of the norm of all terms before it, which the factor is
    /// chosen for anew at every step; 0 where the term does not pull at all. Records have shares of all norms together: beside
    /// one other term, `share = 0.5` is a third there.
    Share(#[schemars(range(min = 0.0, max = 1000.0))] f64),
}

impl Weight {
    /// This much of the weight: a ramp goes from 0 to 1.
    pub fn times(self, ramp: f64) -> Self {
        match self {
            Self::Fixed(factor) => Self::Fixed(factor * ramp),
            Self::Share(share) => Self::Share(share * ramp),
        }
    }
}

/// What is recorded of a term.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// What the records call it, such as `l1` or `adversarial`.
    pub name: String,
    /// Its value before weighting.
    pub value: f64,
    /// The factor that it was given.
    pub weight: f64,
    /// The Euclidean norm of its gradient at the SR images of the whole batch, before weighting.
    pub grad_norm: f64,
}

impl Term {
    /// The norm of what it adds to the gradient at the SR images.
    pub fn pull(&self) -> f64 {
        self.weight.abs() * self.grad_norm
    }
}

/// The sum so far.
#[derive(Debug)]
pub struct WeightedSum {
    /// With the generator behind it.
    generated: Tensor,
    /// The same values, cut from it.
    sr: Var,
    /// The gradient of the sum at `sr`.
    gradient: Tensor,
    terms: Vec<Term>,
}

impl WeightedSum {
    /// A sum of nothing, about the generator's output.
    ///
    /// # Shapes
    /// `sr: [B, C, H, W]`, with the generator's graph.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn new(sr: &Tensor) -> Result<Self> {
        let cut = Var::from_tensor(&sr.detach().copy()?)?;
        let gradient = cut.as_detached_tensor().zeros_like()?;
        Ok(Self { generated: sr.clone(), sr: cut, gradient, terms: Vec::new() })
    }

    /// The SR images that terms are to be computed from.
    pub fn sr(&self) -> &Tensor {
        &self.sr
    }

    /// Adds a term: `loss`, a scalar, depends on [`Self::sr`], and the networks on the way are detached.
    ///
    /// # Errors
    /// Only what the device reports; a loss that is not finite is recorded as it is.
    pub fn add(&mut self, name: &str, loss: &Tensor, weight: Weight) -> Result<&Term> {
        let gradient = loss.backward()?.remove(&self.sr);
        let grad_norm = gradient.as_ref().map_or(Ok(0.), norm)?;
        let weight = match weight {
            Weight::Fixed(factor) => factor,
            Weight::Share(_) if grad_norm == 0. => 0.,
            Weight::Share(share) => share * norm(&self.gradient)? / grad_norm,
        };
        if let Some(gradient) = gradient.filter(|_| weight != 0.) {
            self.gradient = (&self.gradient + (gradient * weight)?)?;
        }
        let value = loss.to_dtype(DType::F64)?.to_scalar()?;
        let at = self.terms.len();
        self.terms.push(Term { name: name.to_owned(), value, weight, grad_norm });
        Ok(&self.terms[at])
    }

    /// The terms so far, in the order in which they came.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The whole sum, a scalar, whose gradients reach the generator's parameters, and its terms.
    ///
    /// # Errors
    /// Only what the device reports.
    pub fn finish(self) -> Result<(Tensor, Vec<Term>)> {
        let total: f64 = self.terms.iter().map(|term| term.weight * term.value).sum();
        // Its gradient at the generator's output is the one that was collected; its value is then put right.
        let pulled = (&self.generated * self.gradient.detach())?.sum_all()?;
        let value = Tensor::new(total, pulled.device())?.to_dtype(pulled.dtype())?;
        Ok((((&pulled - pulled.detach())? + value)?, self.terms))
    }
}

/// The Euclidean norm, summed in f64 in the order of the values.
fn norm(tensor: &Tensor) -> Result<f64> {
    let values = tensor.flatten_all()?.to_dtype(DType::F64)?.to_vec1::<f64>()?;
    Ok(values.iter().map(|value| value * value).sum::<f64>().sqrt())
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::{l1, mse};

    fn tensor(values: &[f64]) -> Tensor {
        Tensor::from_slice(values, (1, 1, 2, 2), &Device::Cpu).unwrap()
    }

    fn hr() -> Tensor {
        tensor(&[0.2, 0.3, 0.6, 0.5])
    }

    /// A generator with four parameters.
    fn generate(parameters: &Var) -> Tensor {
        parameters.as_tensor().sqr().unwrap()
    }

    fn parameters() -> Var {
        Var::from_tensor(&tensor(&[0.9, 0.4, 0.7, 0.8])).unwrap()
    }

    fn gradient(loss: &Tensor, at: &Var) -> Vec<f64> {
        loss.backward().unwrap().get(at).unwrap().flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn value_and_gradients_are_those_of_the_sum_written_out() {
        let parameters = parameters();
        let mut sum = WeightedSum::new(&generate(&parameters)).unwrap();
        let (first, second) = (l1(sum.sr(), &hr()).unwrap(), mse(sum.sr(), &hr()).unwrap());
        sum.add("l1", &first, Weight::Fixed(2.)).unwrap();
        sum.add("mse", &second, Weight::Fixed(-0.3)).unwrap();
        let (loss, terms) = sum.finish().unwrap();

        let sr = generate(&parameters);
        let (of_l1, of_mse) = (l1(&sr, &hr()).unwrap(), mse(&sr, &hr()).unwrap());
        let expected = ((&of_l1 * 2.).unwrap() + (&of_mse * -0.3).unwrap()).unwrap();
        let number = |tensor: &Tensor| tensor.to_scalar::<f64>().unwrap();
        assert!((number(&loss) - number(&expected)).abs() < 1e-14);
        for (ours, theirs) in gradient(&loss, &parameters).iter().zip(gradient(&expected, &parameters)) {
            assert!((ours - theirs).abs() < 1e-14, "{ours} and {theirs}");
        }
        assert_eq!(terms.iter().map(|term| term.name.as_str()).collect::<Vec<_>>(), ["l1", "mse"]);
        assert_eq!([terms[0].value, terms[1].value], [number(&of_l1), number(&of_mse)]);
        assert_eq!([terms[0].weight, terms[1].weight], [2., -0.3]);
        // Each of four pixels pulls by 1/4.
        assert!((terms[0].grad_norm - 0.5).abs() < 1e-14 && (terms[0].pull() - 1.).abs() < 1e-14);
    }

    #[test]
    fn a_share_is_that_of_the_gradient_before() {
        let parameters = parameters();
        let mut sum = WeightedSum::new(&generate(&parameters)).unwrap();
        let (first, second) = (mse(sum.sr(), &hr()).unwrap(), (l1(sum.sr(), &hr()).unwrap() * 1e3).unwrap());
        let content = sum.add("mse", &first, Weight::Fixed(3.)).unwrap().pull();
        let ramped = Weight::Share(0.1).times(0.5);
        let adversarial = sum.add("adversarial", &second, ramped).unwrap().clone();
        assert!((adversarial.pull() / content - 0.05).abs() < 1e-12);
        assert!((adversarial.grad_norm - 500.).abs() < 1e-9);
    }

    #[test]
    fn a_term_that_pulls_nowhere_or_weighs_nothing_changes_no_gradient() {
        let parameters = parameters();
        let mut sum = WeightedSum::new(&generate(&parameters)).unwrap();
        let content = mse(sum.sr(), &hr()).unwrap();
        sum.add("mse", &content, Weight::Fixed(1.)).unwrap();
        let constant = Tensor::new(f64::NAN, &Device::Cpu).unwrap();
        let term = sum.add("constant", &constant, Weight::Share(1.)).unwrap();
        assert!(term.value.is_nan() && term.weight == 0. && term.grad_norm == 0.);
        let broken = (sum.sr() * f64::INFINITY).unwrap().sum_all().unwrap();
        assert!(!sum.add("broken", &broken, Weight::Fixed(0.)).unwrap().grad_norm.is_finite());
        let (loss, _) = sum.finish().unwrap();
        let expected = mse(&generate(&parameters), &hr()).unwrap();
        assert_eq!(gradient(&loss, &parameters), gradient(&expected, &parameters));
    }

    #[test]
    fn weights_are_written_by_name_and_cannot_be_negative() {
        let read = serde_json::from_str::<Weight>;
        assert_eq!(read(r#"{"fixed": 0.5}"#).unwrap(), Weight::Fixed(0.5));
        assert_eq!(read(r#"{"share": 0.1}"#).unwrap(), Weight::Share(0.1));
        assert!(read("0.5").is_err());
        let schema = schemars::schema_for!(Weight).to_value().to_string();
        assert_eq!(schema.matches(r#""minimum":0"#).count(), 2, "{schema}");
    }

    #[test]
    fn terms_do_not_touch_the_generator_before_the_end() {
        let parameters = parameters();
        let sum = WeightedSum::new(&generate(&parameters)).unwrap();
        let grads = mse(sum.sr(), &hr()).unwrap().backward().unwrap();
        assert!(grads.get(&parameters).is_none());
    }
}
