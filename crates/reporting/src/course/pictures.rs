//! The same pictures by every method: the report's Figures 3, 4 and 6.

use std::path::Path;

use image::DynamicImage;
use plumage_imaging::{Planes, colour::y_rounded};
use plumage_metrics::gradient_energy;
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
    for name in names(course)?.iter().take(1) {
        let shown = ["LR", "bicubic", &course.srcnn.name, "HR"];
        parts.extend(views(course, name, Some(&shown), ("LR", &course.srcnn.name))?);
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
    for name in names(course)?.iter().skip(1).take(2) {
        parts.extend(views(course, name, None, (&course.srcnn.name, &course.srgan.name))?);
    }
    parts.push(Part::Prose(
        "Vividness is measured as gradient energy: the mean squared difference of neighbouring pixels of Y. It does not ask whether detail \
         is true: patterns that a generator leaves where HR is flat count, too, and can be seen above, enlarged. Contrast as such was not \
         measured."
            .to_owned(),
    ));
    let number = found.map_or("not measured".to_owned(), |found| {
        format!(
            "gradient energy of SRGAN {}, of SRCNN {}, of HR {}",
            written(found.srgan, 0, ""),
            written(found.srcnn, 0, ""),
            written(found.hr, 0, "")
        )
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
    let of = |method: &str| sharpness_of(course, method);
    Some(Sharpnesses {
        hr: of("hr")?,
        bicubic: of("bicubic")?,
        srcnn: of(&course.srcnn.name)?,
        srgan: of(&course.srgan.name)?,
    })
}

/// The gradient energy of a method.
pub(super) fn sharpness_of(course: &Course, method: &str) -> Option<Estimate> {
    estimates::of_method(&course.judged, method, "gradient_energy")
}

/// The comparison figures that the study of judges kept, that of the least fine detail first: where all is full of it, little else can
/// be seen.
fn names(course: &Course) -> Result<Vec<String>, ReportError> {
    let folders = disk::list(Purpose::Figure, &course.judge.path.join(gallery::FOLDER))?;
    let mut named = Vec::new();
    for folder in folders.iter().filter(|folder| folder.join(gallery::SHEET).is_file()) {
        let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { continue };
        let (_, panels) = gallery::panels(folder, name)?;
        named.push((panels.last().map_or(f64::INFINITY, detail), name.to_owned()));
    }
    named.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    Ok(named.into_iter().map(|(_, name)| name).collect())
}

/// How much fine detail a picture has: its gradient energy, infinite where it is too small to have one.
fn detail(panel: &Panel) -> f64 {
    let picture = DynamicImage::ImageRgb8(panel.picture.clone());
    gradient_energy(&y_rounded(&Planes::from_image(&picture))).unwrap_or(f64::INFINITY)
}

/// The pictures of a comparison, those by the methods of `shown` or all, `pair` of them one over the other to begin with; none where one
/// of them is missing.
fn views(
    course: &Course,
    name: &str,
    shown: Option<&[&str]>,
    pair: (&str, &str),
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
    let caption = "An image that no network and no judge has learnt from, one of those with the least fine detail that the study kept."
        .to_owned();
    let place = |method: &str| views.iter().position(|view| view.name == course.named(method));
    let pair = (place(pair.0).unwrap_or(0), place(pair.1).unwrap_or(views.len() - 1));
    Ok(Some(Part::Views(Views { subject, views, pair, look: Look::SliderAndZoom, caption, origin })))
}
