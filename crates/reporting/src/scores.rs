//! evaluation.csv sorted out: set by set, image by image, method beside method.

use plumage_record::EvaluationRow;

use crate::decibels::Psnr;

/// The method that every other is compared with.
pub(crate) const BICUBIC: &str = "bicubic";

/// The scores on one set at one scale under one protocol.
#[derive(Clone, Debug)]
pub(crate) struct SetScores<'a> {
    pub(crate) set: &'a str,
    pub(crate) protocol: &'a str,
    pub(crate) scale: usize,
    /// Bicubic first, where it is there; the others as the rows have them.
    pub(crate) methods: Vec<&'a str>,
    pub(crate) images: Vec<ImageScores<'a>>,
}

/// The scores of one image, one for each method of the set.
#[derive(Clone, Debug)]
pub(crate) struct ImageScores<'a> {
    pub(crate) image: &'a str,
    pub(crate) of_methods: Vec<Option<&'a EvaluationRow>>,
}

/// The mean over images of one method's scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mean {
    pub(crate) psnr_y_db: Option<f64>,
    pub(crate) psnr_rgb_db: Option<f64>,
    pub(crate) ssim: f64,
}

impl Mean {
    pub(crate) fn psnr(&self) -> Option<Psnr> {
        Psnr::first_of(self.psnr_y_db, self.psnr_rgb_db)
    }
}

impl<'a> SetScores<'a> {
    /// The sets in the order of their first rows.
    pub(crate) fn of(rows: &'a [EvaluationRow]) -> Vec<Self> {
        let mut sets: Vec<Self> = Vec::new();
        for row in rows {
            let is_of =
                |one: &Self| one.set == row.set && one.protocol == row.protocol && one.scale == row.scale;
            if !sets.iter().any(is_of) {
                let of_set: Vec<_> = rows
                    .iter()
                    .filter(|r| r.set == row.set && r.protocol == row.protocol && r.scale == row.scale)
                    .collect();
                sets.push(Self::of_one(&of_set, row));
            }
        }
        sets
    }

    fn of_one(rows: &[&'a EvaluationRow], first: &'a EvaluationRow) -> Self {
        let mut methods = distinct(rows.iter().map(|row| row.method.as_str()));
        methods.sort_by_key(|method| *method != BICUBIC);
        let score = |image: &str, method: &str| {
            rows.iter().copied().find(|row| row.image == image && row.method == method)
        };
        let images = distinct(rows.iter().map(|row| row.image.as_str()));
        let images = images.into_iter().map(|image| {
            let of_methods = methods.iter().map(|method| score(image, method)).collect();
            ImageScores { image, of_methods }
        });
        Self {
            set: &first.set,
            protocol: &first.protocol,
            scale: first.scale,
            images: images.collect(),
            methods,
        }
    }

    /// The mean of the method at `index` over the images that all methods have scores of, in dB, not in squared errors;
    /// none where there is no such image.
    pub(crate) fn mean(&self, index: usize) -> Option<Mean> {
        let complete = self.images.iter().filter(|image| image.of_methods.iter().all(Option::is_some));
        let rows: Vec<_> = complete.filter_map(|image| image.of_methods[index]).collect();
        let mean = |of: fn(&EvaluationRow) -> Option<f64>| -> Option<f64> {
            let values: Option<Vec<f64>> = rows.iter().map(|row| of(row)).collect();
            let values = values.filter(|values| !values.is_empty())?;
            Some(values.iter().sum::<f64>() / values.len() as f64)
        };
        Some(Mean {
            psnr_y_db: mean(|row| row.psnr_y_db),
            psnr_rgb_db: mean(|row| row.psnr_rgb_db),
            ssim: mean(|row| Some(row.ssim))?,
        })
    }
}

/// Each value once, in the order in which they come.
fn distinct<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    values.filter(|value| seen.insert(*value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(image: &str, method: &str, psnr_y_db: f64) -> EvaluationRow {
        EvaluationRow {
            set: "set5".into(),
            image: image.into(),
            method: method.into(),
            protocol: "y_matlab".into(),
            scale: 3,
            psnr_y_db: Some(psnr_y_db),
            psnr_rgb_db: None,
            ssim: 0.9,
        }
    }

    #[test]
    fn the_mean_is_of_decibels_and_of_the_images_that_all_methods_have() {
        let rows = [
            row("a", "tiny", 32.),
            row("a", "bicubic", 30.),
            row("b", "tiny", 36.),
            row("b", "bicubic", 33.),
            row("c", "tiny", 99.),
        ];
        let sets = SetScores::of(&rows);
        assert_eq!(sets.len(), 1);
        assert_eq!(sets[0].methods, ["bicubic", "tiny"]);
        assert_eq!(sets[0].mean(0).unwrap().psnr_y_db, Some(31.5));
        assert_eq!(sets[0].mean(1).unwrap().psnr_y_db, Some(34.));
        assert_eq!(sets[0].images.len(), 3);
    }
}
