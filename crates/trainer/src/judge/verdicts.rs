//! What one judge says of every test crop in every version, and how that becomes verdicts in a contest.

use candle_core::{Device, Tensor};
use plumage_metrics::Verdict;

use super::{Contest, Pictures};
use crate::TrainError;

/// Numbers of every fixed crop of a part in every version: a judge's negated logits, or what stands in for a judge.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdicts {
    images: usize,
    crops: usize,
    versions: usize,
    /// `[images, crops, versions]`: the higher, the more the crop is taken for generated.
    scores: Vec<f32>,
}

impl Verdicts {
    /// The scores `[images, crops, versions]` of so many crops of every image.
    pub(super) fn new(pictures: &Pictures, crops: usize, methods: usize, scores: Vec<f32>) -> Self {
        Self { images: pictures.images.len(), crops, versions: methods + 1, scores }
    }

    /// `[images, crops, versions]`.
    ///
    /// # Errors
    /// Only what the device reports.
    pub(super) fn to_tensor(&self) -> Result<Tensor, TrainError> {
        let shape = (self.images, self.crops, self.versions);
        Ok(Tensor::from_slice(&self.scores, shape, &Device::Cpu)?)
    }

    /// The verdicts that [`Verdicts::to_tensor`] gave.
    ///
    /// # Errors
    /// A tensor of another shape than `[images, crops, methods + 1]`.
    pub(super) fn from_tensor(
        tensor: &Tensor,
        pictures: &Pictures,
        crops: usize,
        methods: usize,
    ) -> Result<Self, TrainError> {
        let expected = [pictures.images.len(), crops, methods + 1];
        if tensor.dims() != expected {
            let found = tensor.dims();
            return Err(TrainError::state(format!("verdicts of {found:?} should be of {expected:?}")));
        }
        Ok(Self::new(pictures, crops, methods, tensor.flatten_all()?.to_vec1()?))
    }

    /// The verdicts on the crops of a contest, as `change` makes them of the scores.
    pub(super) fn in_contest(
        &self,
        contest: Contest,
        pictures: &Pictures,
        change: impl Fn(f32) -> f64,
    ) -> Vec<Verdict> {
        let crops = (0..self.images).flat_map(|image| (0..self.crops).map(move |crop| (image, crop)));
        let verdict = |(image, crop): (usize, usize)| {
            let shown = contest.shown(image, crop, pictures, self.versions - 1);
            shown.into_iter().map(move |shown| (crop, shown))
        };
        crops
            .flat_map(verdict)
            .map(|(crop, shown)| {
                let place = (shown.image * self.crops + crop) * self.versions + shown.version;
                let (image, is_generated) = (shown.image as u64, shown.is_generated);
                Verdict { image, score: change(self.scores[place]), is_generated }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use plumage_imaging::Planes;

    use super::*;
    use crate::judge::Versions;

    #[test]
    fn each_crop_has_the_score_of_its_own_version() {
        let plane = Planes::new(1, 16, 16, vec![0.5; 256]);
        let pictures = Pictures::new(vec![Versions::new(&vec![plane; 3]); 2], 1, 0);
        // Image 0: crop 0 in three versions, crop 1 in three; then image 1.
        let verdicts = Verdicts::new(&pictures, 2, 2, (0..12).map(|place| place as f32).collect());
        let again = Verdicts::from_tensor(&verdicts.to_tensor().unwrap(), &pictures, 2, 2).unwrap();
        assert_eq!(again, verdicts);
        let against = verdicts.in_contest(Contest::Against(1), &pictures, f64::from);
        let found: Vec<_> = against.iter().map(|v| (v.image, v.score, v.is_generated)).collect();
        let expected = [(0, 0., 2.), (0, 3., 5.), (1, 6., 8.), (1, 9., 11.)];
        let expected =
            expected.iter().flat_map(|&(image, real, fake)| [(image, real, false), (image, fake, true)]);
        assert_eq!(found, expected.collect::<Vec<_>>());
        assert!(Verdicts::from_tensor(&verdicts.to_tensor().unwrap(), &pictures, 3, 2).is_err());
    }
}
