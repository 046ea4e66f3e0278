//! The same pictures by every method: the report's Figures 3, 4 and 6.

use std::path::Path;

use plumage_record::{Purpose, disk};

use super::{
    Course,
    claim::{Claim, again},
    estimates::{self, written},
    networks::gain_db,
    rules::{self, Sharpnesses},
};
use crate::{
    Estimate, Panel, ReportError, gallery,
    origin::{Origin, stamp},
    page::{self, Graphic, Look, Part, View, Views},
};

/// S6, Figures 3 and 4: LR against upscaled.
pub(super) fn upscaled(course: &Course) -> Result<Claim, ReportError> {
    let gain = gain_db(&course.srcnn);
    let of = |method: &str| estimates::of_method(&course.judged, method, "psnr_y_db");
    let beside = of(&course.srcnn.name).zip(of("bicubic"));
    let mut parts = Vec::new();
    for name in names(course)?.iter().take(2) {
        let shown = ["LR", "bicubic", &course.srcnn.name, "HR"];
        parts.extend(views(course, name, Some(&shown), Look::SliderAndZoom)?);
    }
    Ok(Claim {
        id: "S6a",
        title: "LR against upscaled",
        quote: "Comparison results of an inputted low resolution bird image and the AI upscaled image.",
        place: "Figures 3 and 4",
        number: beside.map_or("not measured".to_owned(), |(ours, bicubic)| {
            format!("PSNR-Y of SRCNN {}, of bicubic {}", written(ours, 2, " dB"), written(bicubic, 2, " dB"))
        }),
        ruling: rules::nearer(gain),
        parts,
        commands: again(&[&course.srcnn, &course.judge]),
    })
}

/// S6, Figure 6: SRCNN against SRGAN.
pub(super) fn vivid(course: &Course) -> Result<Claim, ReportError> {
    let found = sharpnesses(course);
    let mut parts = Vec::new();
    for name in names(course)?.iter().skip(2).take(2) {
        parts.extend(views(course, name, None, Look::SliderAndZoom)?);
    }
    parts.push(Part::Prose(
        "Vividness is measured as gradient energy: the mean squared difference of neighbouring pixels of Y. Contrast as such was not \
         measured."
            .to_owned(),
    ));
    let number = found.map_or("not measured".to_owned(), |found| {
        let share = |of: Estimate| 100. * of.value / found.hr.value;
        format!("sharpness, of HR's: SRGAN {:.0}%, SRCNN {:.0}%", share(found.srgan), share(found.srcnn))
    });
    Ok(Claim {
        id: "S6b",
        title: "SRCNN against SRGAN",
        quote: "Visually, it seems the trade off between the benchmark and SRCNN is that the SRCNN makes smoother images, while the GAN \
                increases contrast and makes details more vivid.",
        place: "Figure 6",
        number,
        ruling: rules::vivid(found),
        parts,
        commands: again(&[&course.srcnn, &course.srgan, &course.judge]),
    })
}

/// The gradient energies that claims are about.
pub(super) fn sharpnesses(course: &Course) -> Option<Sharpnesses> {
    let of = |method: &str| estimates::of_method(&course.judged, method, "gradient_energy");
    Some(Sharpnesses {
        hr: of("hr")?,
        bicubic: of("bicubic")?,
        srcnn: of(&course.srcnn.name)?,
        srgan: of(&course.srgan.name)?,
    })
}

/// The comparison figures that the study of judges kept.
fn names(course: &Course) -> Result<Vec<String>, ReportError> {
    let folders = disk::list(Purpose::Figure, &course.judge.path.join(gallery::FOLDER))?;
    let folders = folders.iter().filter(|folder| folder.join(gallery::SHEET).is_file());
    Ok(folders.filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned())).collect())
}

/// The pictures of a comparison, those by the methods of `shown` or all; none where one of them is missing.
fn views(
    course: &Course,
    name: &str,
    shown: Option<&[&str]>,
    look: Look,
) -> Result<Option<Part>, ReportError> {
    let folder = course.judge.path.join(gallery::FOLDER).join(name);
    let (title, panels) = gallery::panels(&folder, name)?;
    let files = gallery::files(&course.judge.path, name)?;
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let mut views = Vec::new();
    for (number, Panel { caption, detail, picture }) in panels.into_iter().enumerate() {
        if shown.is_some_and(|shown| !shown.contains(&caption.as_str())) {
            continue;
        }
        let figure = format!("{}/{name}.{number}", gallery::PANELS);
        let graphic = match Origin::of(&figure, &[&course.judge], &files)? {
            Some(origin) => Graphic::png(name, stamp::sealed_png(&picture, &origin)?)?,
            None => Graphic::pixels(name, picture)?,
        };
        views.push(View { name: course.named(&caption), detail, graphic });
    }
    if views.len() < shown.map_or(2, <[_]>::len) {
        return Ok(None);
    }
    let origin = Origin::of("", &[&course.judge], &[])?;
    let origin = origin.as_ref().map(page::Origin::of_figure).unwrap_or_default();
    let subject = Path::new(&title).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let caption = "An image that no network and no judge has learnt from.".to_owned();
    Ok(Some(Part::Views(Views { subject, views, look, caption, origin })))
}
