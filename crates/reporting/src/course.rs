//! The course report measured again: one page with every figure and claim of it in its order, what it said, what we found, and how to
//! find it again.

mod claim;
mod estimates;
mod rules;
pub(crate) mod samples;

mod classifier;
mod loss;
mod networks;
mod pictures;
mod sharpness;
mod summary;

use std::path::{Path, PathBuf};

use plumage_record::{JudgeRecords, Purpose, RecordError, commit};

use self::{claim::Claim, samples::Samples};
use crate::{
    ReportError,
    origin::Origin,
    page::{Page, Part, Section},
    plot::Picture,
    records::Records,
    run::save_pictures,
};

/// The runs that the page is made of, all of them finished.
#[derive(Clone, Debug)]
pub struct CourseRuns {
    /// SRCNN.
    pub srcnn: PathBuf,
    /// SRResNet.
    pub srresnet: PathBuf,
    /// SRGAN.
    pub srgan: PathBuf,
    /// The judges of the three.
    pub judge: PathBuf,
    /// SRCNN by other numbers of images and other seeds.
    pub samples: Vec<PathBuf>,
}

/// What the page says of itself.
#[derive(Clone, Debug)]
pub struct CourseAbout {
    /// The command that makes it again.
    pub command: String,
    /// What the images are, as `drawn birds`.
    pub images: String,
    /// What was left out to be quick, a sentence each; nothing in the full page.
    pub cut: Vec<String>,
}

/// All that the page is made of.
pub(crate) struct Course<'a> {
    about: &'a CourseAbout,
    srcnn: Records,
    srresnet: Records,
    srgan: Records,
    judge: Records,
    judged: JudgeRecords,
    sample_runs: Vec<Records>,
    samples: Samples,
}

/// What stands before the names of the figures of this page in their origin.
pub(crate) const FOLDER: &str = "course";

/// Writes index.html, claims.csv, claims.md and the charts of the number of images into the folder `place`; returns the files,
/// index.html first.
///
/// # Errors
/// Records that are missing or cannot be read; [`ReportError::Draw`]; a file that cannot be written.
pub fn write_course(
    runs: &CourseRuns,
    about: &CourseAbout,
    place: &Path,
) -> Result<Vec<PathBuf>, ReportError> {
    let course = Course::read(runs, about)?;
    let claims = course.claims()?;
    let table = summary::table(&claims);
    let page = page(&course, &claims);
    commit::sweep(place)?;
    let mut written = vec![place.join("index.html")];
    for (file, text) in [("claims.csv", table.csv()), ("claims.md", table.markdown())] {
        let path = place.join(file);
        commit::file(Purpose::Comparison, &path, text.as_bytes())?;
        written.push(path);
    }
    for name in [samples::LOSSES, samples::GAPS] {
        if let Some(picture) = course.of_samples(name)? {
            written.extend(save_pictures(Purpose::Comparison, place, &[(name, picture)])?);
        }
    }
    // The page is the last one: where it is, all that it tells of is there.
    commit::file(Purpose::Comparison, &written[0], page.html().as_bytes())?;
    Ok(written)
}

impl<'a> Course<'a> {
    fn read(runs: &CourseRuns, about: &'a CourseAbout) -> Result<Self, ReportError> {
        let sample_runs: Vec<Records> =
            runs.samples.iter().map(|run| Records::read(run)).collect::<Result<_, _>>()?;
        let no_study = || RecordError::NoRun { path: runs.judge.clone() };
        Ok(Self {
            about,
            srcnn: Records::read(&runs.srcnn)?,
            srresnet: Records::read(&runs.srresnet)?,
            srgan: Records::read(&runs.srgan)?,
            judge: Records::read(&runs.judge)?,
            judged: JudgeRecords::read(&runs.judge)?.ok_or_else(no_study)?,
            samples: Samples::read(&sample_runs)?,
            sample_runs,
        })
    }

    /// Every claim, in the order of the report.
    fn claims(&self) -> Result<Vec<Claim>, ReportError> {
        Ok(vec![
            networks::images(self),
            networks::srgan(self)?,
            networks::srcnn(self)?,
            pictures::upscaled(self)?,
            loss::overfit(self)?,
            loss::more_images(self)?,
            sharpness::blur(self)?,
            classifier::sound(self)?,
            classifier::fools(self)?,
            pictures::vivid(self)?,
        ])
    }

    /// A chart of the runs by number of images, with its origin.
    fn of_samples(&self, name: &str) -> Result<Option<Picture>, ReportError> {
        let Some(picture) = samples::one(name, &self.sample_runs)? else { return Ok(None) };
        let runs: Vec<&Records> = self.sample_runs.iter().collect();
        let origin = Origin::of(&format!("{FOLDER}/{name}"), &runs, samples::FILES)?;
        picture.with_origin(origin.as_ref()).map(Some)
    }

    /// SRCNN, and a run of the largest number of images, if there is one.
    fn srcnn_and_largest(&self) -> Vec<&Records> {
        let images = |run: &&Records| run.manifest.as_ref().map_or(0, |manifest| manifest.training_images);
        [&self.srcnn].into_iter().chain(self.sample_runs.iter().max_by_key(images)).collect()
    }

    /// What a run is called in words, by the name of its folder.
    fn named(&self, run: &str) -> String {
        let known = [(&self.srcnn, "SRCNN"), (&self.srresnet, "SRResNet"), (&self.srgan, "SRGAN")];
        let known = known.into_iter().find(|(records, _)| records.name == run);
        known.map_or_else(|| run.to_owned(), |(_, name)| name.to_owned())
    }
}

/// Draws the chart of that name of the runs, without its origin; none where they have no numbers for it.
pub(crate) fn one(name: &str, runs: &[Records]) -> Result<Option<Picture>, ReportError> {
    samples::one(name, runs)
}

/// The records that the charts are drawn from.
pub(crate) fn files() -> &'static [&'static str] {
    samples::FILES
}

fn page(course: &Course, claims: &[Claim]) -> Page {
    let mut sections = vec![Section::new("summary", "What came out", summary::parts(course, claims))];
    sections.extend(claims.iter().map(Claim::section));
    sections.push(Section::new("made", "How this page was made", summary::made(course)));
    Page {
        title: "A course report on bird images, measured again".to_owned(),
        lead: summary::lead(course, claims),
        sections,
        footer: format!(
            "Every picture carries its origin: commit, config, data, seed, protocol and machine. `cargo xtask verify index.html` draws each \
             again from the records and says whether it still holds; charts to hover over and tables are not checked by it. \
             The page is made again by `{}`.",
            course.about.command
        ),
    }
}

/// A figure of a run as an SVG in the page.
pub(crate) fn svg(
    picture: Picture,
    origin: Option<Origin>,
    alt: impl Into<String>,
    caption: impl Into<String>,
) -> Result<Part, ReportError> {
    let picture = picture.with_origin(origin.as_ref())?;
    Ok(figure(picture.svg, alt, caption))
}

/// An SVG that has its origin at its foot, as a figure.
fn figure(svg: String, alt: impl Into<String>, caption: impl Into<String>) -> Part {
    let graphic = crate::page::Graphic::Svg(svg);
    let origin = crate::page::Origin::default();
    Part::Figure(crate::page::Figure { graphic, alt: alt.into(), caption: caption.into(), origin })
}
