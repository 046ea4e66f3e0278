//! Whether MSE makes pictures blurry: sharpness and spectra.

use super::{
    Course,
    claim::{Claim, again},
    estimates::written,
    networks::loss,
    pictures::{sharpness_of, sharpnesses},
    rules, svg,
};
use crate::{
    Estimate, ReportError, charts, judging::charts as judge_charts, origin::Origin, page::Part,
    records::Records,
};

/// S8.
pub(super) fn blur(course: &Course) -> Result<Claim, ReportError> {
    let found = sharpnesses(course);
    let mut parts = vec![Part::Prose(format!(
        "SRCNN was trained by the {}, SRResNet by the {}, SRGAN by the {} and a discriminator. Where many pictures fit an LR one, \
             the mean of all of them has the smallest squared error, and a mean is smooth.",
        pixel_loss(&course.srcnn)?,
        pixel_loss(&course.srresnet)?,
        pixel_loss(&course.srgan)?
    ))];
    if let Some((found, srresnet)) = found.zip(sharpness_of(course, &course.srresnet.name)) {
        let share = |of: Estimate| 100. * of.value / found.hr.value;
        parts.push(Part::Prose(format!(
            "SRCNN has {:.0}% of HR's gradient energy, SRResNet {:.0}%, SRGAN {:.0}%. No two of these networks differ by their loss alone, so \
             that the cause, the second half of what is said, is made likely here and not shown. “The originals” may be HR, or what is \
             enlarged; the verdict takes them for the second, since nobody expects more than HR.",
            share(found.srcnn),
            share(srresnet),
            share(found.srgan)
        )));
    }
    for (name, alt, caption) in [
        ("sharpness", "gradient energy of every method", "How sharp each method's pictures are, beside HR."),
        (
            "spectra_against_hr",
            "power spectra against HR's",
            "Where it is lost: LR has no frequencies beyond the mark, and what lies there has to be made up.",
        ),
    ] {
        parts.extend(of_judge(course, name, alt, caption)?);
    }
    let number = found.map_or("not measured".to_owned(), |found| {
        format!(
            "gradient energy of SRCNN {}, of HR {}: {:.0}%",
            written(found.srcnn, 0, ""),
            written(found.hr, 0, ""),
            100. * found.srcnn.value / found.hr.value
        )
    });
    Ok(Claim {
        id: "S8",
        title: "Whether MSE makes pictures blurry",
        quote: "After simply looking at the images we generated it was clear that they were not sharper than the originals. This is \
                because MSE averages the error, and will make the output blurry because it will optimize for the average rather than \
                each pixel.",
        place: "text",
        number,
        ruling: rules::blur(found),
        parts,
        commands: again(&[&course.srcnn, &course.srresnet, &course.srgan, &course.judge]),
    })
}

/// The pixel loss of a run in words.
fn pixel_loss(run: &Records) -> Result<String, ReportError> {
    Ok(match loss(run)?.as_deref() {
        Some("mse") => "mean squared error".to_owned(),
        Some("l1") => "mean absolute error".to_owned(),
        Some(other) => format!("loss `{other}`"),
        None => "loss of its config".to_owned(),
    })
}

/// A chart of the study of judges; none where it has none of that name.
pub(super) fn of_judge(
    course: &Course,
    name: &str,
    alt: &str,
    caption: &str,
) -> Result<Option<Part>, ReportError> {
    let Some(picture) = judge_charts::one(name, &course.judged, &course.judge)? else { return Ok(None) };
    let figure = format!("{}/{name}", charts::FOLDER);
    let origin = Origin::of(&figure, &[&course.judge], judge_charts::files(name))?;
    svg(picture, origin, alt, caption).map(Some)
}
