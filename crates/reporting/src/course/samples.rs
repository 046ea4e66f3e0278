//! Whether more images would have helped: what a network loses on images that it learnt from and on others, by how many it learnt from.

use std::collections::BTreeMap;

use plumage_record::{GapRow, files, read_gap};

use super::estimates::{self, BOOTSTRAP, CONFIDENCE};
use crate::{
    Curve, Curves, Estimate, Heading, Quantity, ReportError,
    plot::{self, Axis, Line, Lines, Picture, Spacing, palette},
    records::Records,
};

/// The records that the charts are drawn from.
pub(super) const FILES: &[&str] = &[files::GAP];

/// Runs that learnt from the same number of images, by different seeds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Size {
    /// Images that were learnt from.
    pub(super) images: u64,
    /// The losses of every seed, of the same images in the same order.
    pub(super) seeds: Vec<Vec<GapRow>>,
}

/// What the study of numbers of images found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Samples {
    /// In the order of their numbers.
    pub(super) sizes: Vec<Size>,
}

impl Samples {
    /// Reads the runs.
    ///
    /// # Errors
    /// Records that cannot be read.
    pub(super) fn read(runs: &[Records]) -> Result<Self, ReportError> {
        let mut by_images: BTreeMap<u64, Vec<Vec<GapRow>>> = BTreeMap::new();
        for run in runs {
            let rows = read_gap(&run.path)?;
            if let Some(manifest) = run.manifest.as_ref().filter(|_| !rows.is_empty()) {
                by_images.entry(manifest.training_images).or_default().push(rows);
            }
        }
        Ok(Self { sizes: by_images.into_iter().map(|(images, seeds)| Size { images, seeds }).collect() })
    }

    /// How much lower the loss on other images is with the larger number of images than with the smaller, in shares of bicubic's loss;
    /// both by the same images and the same seeds.
    pub(super) fn help(fewer: &Size, more: &Size) -> Option<Estimate> {
        let of = |size: &Size| size.part(GapRow::VALIDATION);
        let (fewer, more) = (of(fewer), of(more));
        let units = [fewer.images().min(more.images()), fewer.seeds().min(more.seeds())];
        let help = |[images, seeds]: [&[u32]; 2]| fewer.share(images, seeds) - more.share(images, seeds);
        BOOTSTRAP.crossed(units, help).ok().map(estimates::of_interval)
    }

    /// Whether any number of images was learnt from by several seeds.
    pub(super) fn has_seeds(&self) -> bool {
        self.sizes.iter().any(|size| size.seeds.len() > 1)
    }

    /// Both losses against the number of images: means over seeds, and faintly each seed.
    pub(super) fn losses(&self, heading: Heading) -> Lines {
        let mut faint = Vec::new();
        let mut means = Vec::new();
        for (part, name, colour) in [
            (GapRow::TRAIN, "images that it learnt from", palette::BLUE),
            (GapRow::VALIDATION, "other images", palette::VERMILION),
        ] {
            let of_size = |size: &Size| (size.images as f64, 100. * size.part(part).share_of_all());
            means.push(line(Some(name), self.sizes.iter().map(of_size).collect(), colour));
            let seeds = self.sizes.iter().map(|size| size.seeds.len()).max().unwrap_or(0);
            for seed in 0..seeds {
                let of_seed = |size: &Size| {
                    let rows = size.seeds.get(seed)?;
                    let alone = Size { images: size.images, seeds: vec![rows.clone()] };
                    Some((size.images as f64, 100. * alone.part(part).share_of_all()))
                };
                let points: Vec<_> = self.sizes.iter().filter_map(of_seed).collect();
                faint.push(Line {
                    width_px: 1.2,
                    dotted: false,
                    ..line(None, points, palette::faint(colour))
                });
            }
        }
        faint.append(&mut means);
        self.chart(heading, "loss, per cent of bicubic's on the same images", faint)
    }

    /// The gap between the two against the number of images, with the ends of its interval.
    pub(super) fn gaps(&self, heading: Heading) -> Lines {
        let gaps: Vec<(f64, Estimate)> =
            self.sizes.iter().filter_map(|size| Some((size.images as f64, size.gap()?))).collect();
        let of = |end: fn(&Estimate) -> f64| gaps.iter().map(|(x, gap)| (*x, 100. * end(gap))).collect();
        let faint = palette::faint(palette::PURPLE);
        let over = if self.has_seeds() { "images and seeds" } else { "images" };
        let end = |points| Line { width_px: 1.5, dotted: false, ..line(None, points, faint) };
        let lines = vec![
            Line { label: Some(format!("{CONFIDENCE} interval over {over}")), ..end(of(|gap| gap.low)) },
            end(of(|gap| gap.high)),
            line(Some("loss on other images minus loss on its own"), of(|gap| gap.value), palette::PURPLE),
        ];
        let mut chart = self.chart(heading, "gap, per cent of bicubic's loss", lines);
        chart.y = Axis::around(
            "gap, per cent of bicubic's loss",
            Spacing::Linear,
            chart.lines.iter().flat_map(|line| &line.points).map(|(_, y)| *y).chain([0.]),
        );
        chart.levels = vec![plot::Level { label: "no gap".to_owned(), value: 0., colour: palette::QUIET }];
        chart
    }

    fn chart(&self, heading: Heading, label: &str, lines: Vec<Line>) -> Lines {
        let points = || lines.iter().flat_map(|line| &line.points);
        let x = Axis::around("training images", Spacing::Log, points().map(|(x, _)| *x));
        let y = Axis::around(label, Spacing::Linear, points().map(|(_, y)| *y));
        Lines { heading, x, y, lines, levels: Vec::new(), marks: Vec::new() }
    }
}

fn line(label: Option<&str>, points: Vec<(f64, f64)>, colour: plotters::style::RGBColor) -> Line {
    Line { label: label.map(str::to_owned), points, colour, width_px: 2.5, dotted: true }
}

impl Size {
    /// The losses of the images of a part.
    fn part(&self, part: &str) -> Part {
        let of_seed = |rows: &Vec<GapRow>| {
            let of_part = rows.iter().filter(|row| row.part == part);
            of_part.map(|row| (row.loss, row.bicubic_loss)).collect()
        };
        Part { seeds: self.seeds.iter().map(of_seed).collect() }
    }

    /// The loss on other images minus that on its own, in shares of bicubic's loss on the same images, so that it matters little which
    /// images are harder; none where one of the parts has no image.
    pub(super) fn gap(&self) -> Option<Estimate> {
        self.both(|train, validation| validation - train)
    }

    /// The loss on other images over that on its own, each in shares of bicubic's.
    pub(super) fn ratio(&self) -> Option<Estimate> {
        self.both(|train, validation| validation / train)
    }

    /// The loss on other images over that on its own as they are, though the ones may be harder than the others.
    pub(super) fn plain_ratio(&self) -> Option<f64> {
        let (train, validation) = (self.part(GapRow::TRAIN).mean()?, self.part(GapRow::VALIDATION).mean()?);
        Some(validation / train)
    }

    fn both(&self, of: impl Fn(f64, f64) -> f64 + Sync) -> Option<Estimate> {
        let (train, validation) = (self.part(GapRow::TRAIN), self.part(GapRow::VALIDATION));
        let units = [train.images(), validation.images(), self.seeds.len()];
        let interval = BOOTSTRAP.crossed(units, |[of_train, of_validation, seeds]| {
            of(train.share(of_train, seeds), validation.share(of_validation, seeds))
        });
        interval.ok().map(estimates::of_interval)
    }
}

/// The losses of some images: the network's and bicubic's, by seed and image.
struct Part {
    seeds: Vec<Vec<(f64, f64)>>,
}

impl Part {
    fn images(&self) -> usize {
        self.seeds.iter().map(Vec::len).min().unwrap_or(0)
    }

    fn seeds(&self) -> usize {
        self.seeds.len()
    }

    /// The network's loss over bicubic's, when each image and each seed is there so many times.
    fn share(&self, images: &[u32], seeds: &[u32]) -> f64 {
        let (mut ours, mut bicubic) = (0., 0.);
        for (losses, of_seed) in self.seeds.iter().zip(seeds) {
            for ((loss, bicubic_loss), of_image) in losses.iter().zip(images) {
                let times = f64::from(*of_seed) * f64::from(*of_image);
                ours += loss * times;
                bicubic += bicubic_loss * times;
            }
        }
        ours / bicubic
    }

    fn share_of_all(&self) -> f64 {
        self.share(&vec![1; self.images()], &vec![1; self.seeds()])
    }

    /// The network's mean loss; none without images.
    fn mean(&self) -> Option<f64> {
        let losses: Vec<f64> = self.seeds.iter().flatten().map(|(loss, _)| *loss).collect();
        (!losses.is_empty()).then(|| losses.iter().sum::<f64>() / losses.len() as f64)
    }
}

/// The charts by their names among the figures of the page.
pub(super) const LOSSES: &str = "samples";
pub(super) const GAPS: &str = "samples_gap";

/// Draws the chart of that name of the runs, without its origin; none where they have no numbers for it.
pub(super) fn one(name: &str, runs: &[Records]) -> Result<Option<Picture>, ReportError> {
    let samples = Samples::read(runs)?;
    if samples.sizes.is_empty() {
        return Ok(None);
    }
    let lines = match name {
        LOSSES => {
            samples.losses(heading("training and validation loss by the number of training images", runs))
        }
        GAPS => samples.gaps(heading("the gap between them by the number of training images", runs)),
        _ => return Ok(None),
    };
    plot::picture(name, &lines).map(Some)
}

/// What stands above both charts.
pub(super) fn heading(title: &str, runs: &[Records]) -> Heading {
    let network = runs.iter().find_map(|run| run.manifest.as_ref());
    let subtitle = network.map_or_else(String::new, |manifest| {
        let mut seeds: Vec<u64> = runs.iter().filter_map(|run| Some(run.manifest.as_ref()?.seed)).collect();
        seeds.sort_unstable();
        seeds.dedup();
        let seeds = if seeds.len() == 1 { "1 seed".to_owned() } else { format!("{} seeds", seeds.len()) };
        format!(
            "{} with {} weights, ×{}, {} steps, {seeds}; measured alike after the last step",
            manifest.model.name,
            crate::number::grouped(manifest.model.parameters),
            manifest.scale,
            crate::number::grouped(manifest.steps),
        )
    });
    let mut letters = title.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    Heading { title: first + letters.as_str(), subtitle }
}

/// The same numbers as curves that can be read on a page.
pub(super) fn curves(samples: &Samples, runs: &[Records]) -> Curves {
    let of = |part: &str| {
        samples.sizes.iter().map(|size| (size.images as f64, 100. * size.part(part).share_of_all())).collect()
    };
    Curves {
        heading: heading("training and validation loss by the number of training images", runs),
        x: Quantity::logarithmic("training images"),
        y: Quantity::linear("loss, per cent of bicubic's on the same images"),
        curves: vec![
            Curve { name: "images that it learnt from".to_owned(), points: of(GapRow::TRAIN) },
            Curve { name: "other images".to_owned(), points: of(GapRow::VALIDATION) },
        ],
        levels: Vec::new(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A number of images whose losses are `train` and `validation` times bicubic's, with a little difference between images.
    pub(in crate::course) fn size(images: u64, train: f64, validation: f64) -> Size {
        let row = |part: &str, share: f64, index: usize| {
            let bicubic_loss = 0.002 + 0.0001 * index as f64;
            let wobble = 1. + 0.02 * ((index * 7 % 5) as f64 - 2.) / 2.;
            GapRow {
                part: part.into(),
                image: index.to_string(),
                loss: share * bicubic_loss * wobble,
                bicubic_loss,
            }
        };
        let rows = |_| {
            let of = |part: &'static str, share| (0..20).map(move |index| row(part, share, index));
            of(GapRow::TRAIN, train).chain(of(GapRow::VALIDATION, validation)).collect()
        };
        Size { images, seeds: (0..3).map(rows).collect() }
    }

    #[test]
    fn gap_and_ratio_do_not_see_which_images_are_harder() {
        let mut size = size(50, 0.5, 0.75);
        for rows in &mut size.seeds {
            // The images that were learnt from are ten times as hard.
            for row in rows.iter_mut().filter(|row| row.part == GapRow::TRAIN) {
                (row.loss, row.bicubic_loss) = (10. * row.loss, 10. * row.bicubic_loss);
            }
        }
        let (gap, ratio) = (size.gap().unwrap(), size.ratio().unwrap());
        assert!((gap.value - 0.25).abs() < 0.01 && gap.low > 0.2 && gap.high < 0.3, "{gap:?}");
        assert!((ratio.value - 1.5).abs() < 0.03, "{ratio:?}");
        assert!((size.plain_ratio().unwrap() - 0.15).abs() < 0.003);
    }

    #[test]
    fn seeds_that_differ_make_intervals_wider() {
        let alike = size(50, 0.5, 0.8);
        let mut apart = alike.clone();
        for (rows, factor) in apart.seeds.iter_mut().zip([0.9, 1., 1.1]) {
            rows.iter_mut().for_each(|row| row.loss *= factor);
        }
        let width = |fewer: &Size| {
            let help = Samples::help(fewer, &size(500, 0.6, 0.7)).unwrap();
            help.high - help.low
        };
        assert!(width(&apart) > 4. * width(&alike));
    }

    #[test]
    fn help_is_what_more_images_take_off_the_loss_on_others() {
        let help = Samples::help(&size(50, 0.5, 0.8), &size(500, 0.6, 0.7)).unwrap();
        assert!((help.value - 0.1).abs() < 0.005 && help.low > 0.09, "{help:?}");
    }

    #[test]
    fn a_part_without_images_has_no_gap() {
        let mut size = size(50, 0.5, 0.8);
        size.seeds.iter_mut().for_each(|rows| rows.retain(|row| row.part == GapRow::TRAIN));
        assert_eq!(size.gap(), None);
    }
}
