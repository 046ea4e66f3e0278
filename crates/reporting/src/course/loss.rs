//! The loss, in training and on other images, and whether more images would have helped: the report's Figure 5.

use super::{
    Course,
    claim::{Claim, again},
    estimates::written,
    rules::{self, ByImages},
    samples::{self, Samples},
    svg,
};
use crate::{
    ReportError, charts,
    judging::matrix::counted,
    number::grouped,
    origin::Origin,
    page::{self, Part},
    plot,
    records::Records,
};

/// S5, Figure 5: 0.001 against 0.0982.
pub(super) fn overfit(course: &Course) -> Result<Claim, ReportError> {
    let most = course.samples.sizes.last();
    let ratio = most.and_then(samples::Size::ratio);
    let mut parts = Vec::new();
    if let Some(lines) = charts::loss_lines(&course.srcnn) {
        let name = "loss";
        let origin =
            Origin::of(&format!("{}/{name}", charts::FOLDER), &[&course.srcnn], charts::files(name))?;
        let of_page = origin.as_ref().map(page::Origin::of_figure).unwrap_or_default();
        let caption = "Figure 5 of the report, from our run. Training is the loss of the patches of a step, which are varied, by weights \
                       that move on; validation is that of whole images, by averaged weights. The two are not measured alike.";
        parts.push(Part::Chart(page::Chart::of_lines(lines.clone(), caption, of_page)));
        let picture = svg(plot::picture(name, &lines)?, origin, "training and validation loss", "")?;
        parts.push(Part::Details { summary: "The same as a picture".to_owned(), parts: vec![picture] });
    }
    parts.push(Part::Prose(plausible(&course.srcnn)));
    parts.extend(which_runs(course).map(Part::Prose));
    let number = match (most, ratio) {
        (Some(most), Some(ratio)) => {
            format!(
                "{} with {} images, in shares of bicubic's loss",
                written(ratio, 2, " times"),
                grouped(most.images)
            )
        }
        _ => "not measured".to_owned(),
    };
    Ok(Claim {
        id: "S5",
        title: "The loss, and whether it shows overfitting",
        quote: "Based on the graph, 0.001 loss in training vs 0.0982 loss is an indication that the model is overfit.",
        place: "Figure 5",
        number,
        ruling: rules::overfit(ratio),
        parts,
        commands: [again(&[&course.srcnn]), again_by_images(course)].concat(),
    })
}

/// Of which runs the verdict's number is, and what it is without the division by bicubic's loss.
fn which_runs(course: &Course) -> Option<String> {
    let most = course.samples.sizes.last()?;
    let (ratio, plain) = (most.ratio()?, most.plain_ratio()?);
    let of_most = |run: &&Records| {
        run.manifest.as_ref().is_some_and(|manifest| manifest.training_images == most.images)
    };
    let steps = course.sample_runs.iter().find(of_most)?.manifest.as_ref()?.steps;
    Some(format!(
        "The curves above are of `{}`. The verdict's number is of the study of the number of images below: of {} images, {} steps and {} \
         where both losses are of whole images by the same weights. As they are, the losses on other images are {plain:.2} times those on \
         its own, and bicubic's are {:.2} times as large there: in shares of them it is {:.2} times. What many more steps would do, above \
         all with few images, was not tried.",
        course.srcnn.name,
        grouped(most.images),
        grouped(steps),
        counted(most.seeds.len() as u64, "seed"),
        plain / ratio.value,
        ratio.value
    ))
}

/// S7: more images.
pub(super) fn more_images(course: &Course) -> Result<Claim, ReportError> {
    let found = by_images(&course.samples);
    let mut parts = Vec::new();
    if !course.samples.sizes.is_empty() {
        let runs: Vec<&Records> = course.sample_runs.iter().collect();
        let origin = |name: &str| Origin::of(&format!("{}/{name}", super::FOLDER), &runs, samples::FILES);
        let of_page = origin(samples::LOSSES)?.as_ref().map(page::Origin::of_figure).unwrap_or_default();
        let curves = samples::curves(&course.samples, &course.sample_runs);
        let mut caption = "Both losses are of whole images, by the weights of the last step, in per cent of bicubic's loss on the same images, \
                           so that it matters little which images are harder. The axis does not begin at 0."
            .to_owned();
        if course.samples.has_seeds() {
            caption += " Means over seeds; every seed is below: compare what differs between numbers of images with what differs between \
                        seeds.";
        }
        parts.push(Part::Chart(page::Chart::new(&curves, caption, of_page)));
        for (name, alt) in
            [(samples::LOSSES, "both losses, every seed"), (samples::GAPS, "the gap, with its interval")]
        {
            if let Some(picture) = samples::one(name, &course.sample_runs)? {
                parts.push(svg(picture, origin(name)?, alt, "")?);
            }
        }
    }
    let number = found.map_or("not measured".to_owned(), |found| {
        let gap = found.gap_of_most;
        let of = |value: f64| 100. * value;
        let gap = crate::Estimate { value: of(gap.value), low: of(gap.low), high: of(gap.high) };
        format!("gap of {} of bicubic's loss with {} images", written(gap, 1, "%"), grouped(found.most))
    });
    Ok(Claim {
        id: "S7",
        title: "Whether more images would have helped",
        quote: "... so adding more samples would have helped; however, this was not computationally feasible given the team's GPU time \
                constraints.",
        place: "Figure 5",
        number,
        ruling: rules::more_images(found),
        parts,
        commands: again_by_images(course),
    })
}

/// What the rule asks of the study; none without two numbers of images.
fn by_images(samples: &Samples) -> Option<ByImages> {
    let [first, .., before, last] = samples.sizes.as_slice() else {
        let [first, last] = samples.sizes.as_slice() else { return None };
        return of(first, first, last);
    };
    of(first, before, last)
}

fn of(first: &samples::Size, before: &samples::Size, last: &samples::Size) -> Option<ByImages> {
    Some(ByImages {
        fewest: first.images,
        most: last.images,
        gap_of_fewest: first.gap()?,
        gap_of_most: last.gap()?,
        help_of_all: Samples::help(first, last)?,
        help_of_last: Samples::help(before, last)?,
    })
}

fn again_by_images(course: &Course) -> Vec<String> {
    again(&course.sample_runs.iter().collect::<Vec<_>>())
}

/// What an MSE of 0.0982 would mean beside what bicubic has.
fn plausible(srcnn: &Records) -> String {
    let bicubic = srcnn.manifest.as_ref().and_then(|manifest| manifest.bicubic.as_ref()?.psnr_y_db);
    let beside = bicubic.map_or(String::new(), |db| {
        format!(
            " On our validation images bicubic interpolation has {db:.1} dB, which is an MSE of {:.4}, and no network is needed for it.",
            10f64.powf(-db / 10.)
        )
    });
    format!(
        "The report's two numbers are 98 times apart. If the second were a mean squared error of values in [0, 1], it would be a PSNR of \
         {:.1} dB: such a picture has little to do with the original.{beside} It is likelier that the two losses were not of the same \
         kind, or not of the same range of values, than that the network had learnt its images by heart. That cannot be seen in the \
         report; what can be tested is whether such a network overfits at all.",
        -10. * 0.0982f64.log10()
    )
}
