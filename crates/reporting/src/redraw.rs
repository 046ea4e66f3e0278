//! A figure by its name: what an origin calls it, drawn from the records as they are now.

use image::RgbImage;
use plumage_record::{Architecture, JudgeRecords, check_name};

use crate::{
    ReportError, charts, comparison, course, diagram, gallery,
    judging::charts as judge_charts,
    origin::{Origin, stamp},
    papers,
    plot::Picture,
    records::Records,
};

/// A figure that was drawn again, without its origin.
pub(crate) enum Drawn {
    /// A chart, in both forms.
    Chart(Picture),
    /// A comparison of pictures.
    Comparison(RgbImage),
    /// One picture of a comparison, without a foot.
    Panel(RgbImage),
    /// A drawing of networks, an SVG alone.
    Diagram(String),
}

impl Drawn {
    /// As a PNG with that origin; none where the figure has no such form.
    pub(crate) fn png(self, origin: &Origin) -> Result<Option<Vec<u8>>, ReportError> {
        match self {
            Self::Chart(picture) => Ok(Some(stamp::stamped(&picture, origin)?.png)),
            Self::Comparison(picture) => stamp::stamped_png(&picture, 1, origin).map(Some),
            Self::Panel(picture) => stamp::sealed_png(&picture, origin).map(Some),
            Self::Diagram(_) => Ok(None),
        }
    }

    /// As an SVG with that origin; none where the figure has no such form.
    pub(crate) fn svg(&self, origin: &Origin) -> Result<Option<String>, ReportError> {
        match self {
            Self::Chart(picture) => stamp::stamped_svg(&picture.svg, origin).map(Some),
            Self::Diagram(svg) => stamp::stamped_svg(svg, origin).map(Some),
            Self::Comparison(_) | Self::Panel(_) => Ok(None),
        }
    }
}

/// Whether the figure of that name shows its runs alone, so that it can be drawn again from them. The charts of the papers' report
/// show the curves of other engines, too, which are no records of ours.
pub(crate) fn is_of_runs_alone(figure: &str) -> bool {
    parts(figure).is_none_or(|(folder, _)| folder != papers::FOLDER)
}

/// Draws the figure of that name of these runs; none where they have no such figure.
///
/// # Errors
/// Records that cannot be read; [`ReportError::Draw`].
pub(crate) fn draw(figure: &str, runs: &[Records]) -> Result<Option<Drawn>, ReportError> {
    let Some((folder, name)) = parts(figure) else { return Ok(None) };
    match (folder, runs) {
        (charts::FOLDER, [run]) if name == diagram::NAME => {
            let architecture = Architecture::read(&run.path)?;
            Ok(architecture.map(|architecture| Drawn::Diagram(diagram::draw(run, &architecture))))
        }
        (charts::FOLDER, [run]) => {
            let picture = match JudgeRecords::read(&run.path)? {
                Some(judged) => judge_charts::one(name, &judged, run)?,
                None => charts::one(name, run)?,
            };
            Ok(picture.map(Drawn::Chart))
        }
        (gallery::FOLDER, [run]) => {
            let folder = run.path.join(gallery::FOLDER).join(name);
            if gallery::files(&run.path, name)?.is_empty() {
                return Ok(None);
            }
            gallery::drawn(&folder, name).map(|picture| Some(Drawn::Comparison(picture)))
        }
        (gallery::PANELS, [run]) => {
            let Some((figure, number)) = name.rsplit_once('.') else { return Ok(None) };
            if gallery::files(&run.path, figure)?.is_empty() {
                return Ok(None);
            }
            let (_, panels) = gallery::panels(&run.path.join(gallery::FOLDER).join(figure), figure)?;
            let panel = number.parse::<usize>().ok().and_then(|number| panels.into_iter().nth(number));
            Ok(panel.map(|panel| Drawn::Panel(panel.picture)))
        }
        (course::FOLDER, runs) => Ok(course::one(name, runs)?.map(Drawn::Chart)),
        (comparison::FOLDER, runs) => Ok(comparison::one(name, runs)?.map(Drawn::Chart)),
        _ => Ok(None),
    }
}

/// The records that the figure of that name is drawn from, by their paths in the folder of each run.
///
/// # Errors
/// A folder that cannot be listed.
pub(crate) fn files(figure: &str, run: &Records) -> Result<Vec<String>, ReportError> {
    let owned = |files: &[&str]| files.iter().map(|file| (*file).to_owned()).collect();
    let Some((folder, name)) = parts(figure) else { return Ok(Vec::new()) };
    Ok(match folder {
        charts::FOLDER if name == diagram::NAME => owned(diagram::FILES),
        charts::FOLDER if JudgeRecords::read(&run.path)?.is_some() => owned(judge_charts::files(name)),
        charts::FOLDER => owned(charts::files(name)),
        gallery::FOLDER => gallery::files(&run.path, name)?,
        gallery::PANELS => match name.rsplit_once('.') {
            Some((figure, _)) => gallery::files(&run.path, figure)?,
            None => Vec::new(),
        },
        course::FOLDER => owned(course::files()),
        comparison::FOLDER => owned(comparison::files(name)),
        papers::FOLDER => owned(papers::FILES),
        _ => Vec::new(),
    })
}

/// The folder and the name of a figure. A name is never a path: it may come from a file that somebody else made.
fn parts(figure: &str) -> Option<(&str, &str)> {
    figure.split_once('/').filter(|(_, name)| check_name(name).is_ok())
}
