//! Whether a figure still holds: whether it is as it was drawn, whether the runs that it shows are what they were, and whether it
//! comes out the same when it is drawn again.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use image::RgbImage;
use plumage_imaging::decode::{self, Limits};
use plumage_record::{Purpose, check_name, disk, files, sha256};

use crate::{
    Origin, ReportError, RunOrigin,
    origin::{Stamp, read_stamp, short, stamp},
    records::Records,
    redraw,
};

/// What came of checking a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Where it says that it comes from.
    pub origin: Origin,
    /// Why it does not hold; empty where it does.
    pub findings: Vec<Finding>,
    /// Whether it was drawn again. One that shows more than its runs cannot be: of it the seal and the records are checked alone.
    pub is_drawn_again: bool,
}

/// A reason why a figure does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// What is seen is not what was drawn: somebody changed it afterwards.
    Edited,
    /// The run is another one than that which is shown.
    Run {
        /// The run.
        run: String,
        /// What is another: `config`, `data`, `commit`, `seed` and so on.
        what: &'static str,
        /// What it was.
        then: String,
        /// What it is.
        now: String,
    },
    /// A file that it is drawn from is another one, or gone, or new.
    Record {
        /// The run.
        run: String,
        /// The file in its folder.
        file: String,
        /// What became of it.
        became: &'static str,
    },
    /// Drawn again from the same folder it comes out otherwise.
    Redrawn {
        /// What differs.
        what: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edited => f.write_str("it was changed after it was drawn: it is not what its seal says"),
            Self::Run { run, what, then, now } => {
                write!(f, "another {what} of {run}: {then} was drawn, {now} is there")
            }
            Self::Record { run, file, became } => write!(f, "{file} of {run} {became}"),
            Self::Redrawn { what } => write!(f, "drawn again it differs: {what}"),
        }
    }
}

/// Checks a PNG or the text of an SVG, `path` of which is what errors call it; `folder_of` finds the folder of a run by its name.
///
/// # Errors
/// [`ReportError::NoOrigin`] for a picture that says nothing of where it comes from, [`ReportError::NoSuchRun`] where a run that it
/// shows is not found; records that cannot be read.
pub fn verify(
    bytes: &[u8],
    path: &Path,
    folder_of: &dyn Fn(&str) -> Option<PathBuf>,
) -> Result<Checked, ReportError> {
    let from_somewhere = |(stamp, _): &(Stamp, String)| !stamp.origin.runs.is_empty();
    let stamped = read_stamp(bytes).filter(from_somewhere);
    let (stamp, content) = stamped.ok_or_else(|| ReportError::NoOrigin { path: path.to_owned() })?;
    let mut findings = Vec::new();
    if stamp.content_sha256 != content {
        findings.push(Finding::Edited);
    }
    let origin = stamp.origin;
    let mut runs = Vec::new();
    for then in &origin.runs {
        let found = check_name(&then.run).ok().and_then(|()| folder_of(&then.run));
        let missing = || ReportError::NoSuchRun { path: path.to_owned(), run: then.run.clone() };
        let run = Records::read(&found.ok_or_else(missing)?)?.named(&then.run);
        let files = redraw::files(&origin.figure, &run)?;
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        match Origin::of(&origin.figure, &[&run], &files)?.and_then(|now| now.runs.into_iter().next()) {
            Some(now) => findings.extend(changes(then, &now, &run)?),
            None => findings.push(Finding::Record {
                run: then.run.clone(),
                file: files::MANIFEST.to_owned(),
                became: "is gone",
            }),
        }
        runs.push(run);
    }
    match redrawn(bytes, &origin, &runs) {
        Ok(finding) => findings.extend(finding),
        // What it is drawn from cannot be read any more: that is known already, or is what there is to say.
        Err(error) => findings.push(Finding::Redrawn { what: error.to_string() }),
    }
    let is_drawn_again = redraw::is_of_runs_alone(&origin.figure);
    Ok(Checked { origin, findings, is_drawn_again })
}

/// What of a run is another than it was.
fn changes(then: &RunOrigin, now: &RunOrigin, records: &Records) -> Result<Vec<Finding>, ReportError> {
    let commit = |run: &RunOrigin| {
        let dirty = if run.dirty == Some(true) { " with changes" } else { "" };
        format!("{}{dirty}", run.commit.as_deref().map_or("none", short))
    };
    // The manifest has the hash of the config that ran; the file beside it may have been changed since.
    let config = disk::read(Purpose::Config, &records.path.join(files::CONFIG))?.map(|bytes| sha256(&bytes));
    let config = config.filter(|hash| *hash != then.config_sha256).unwrap_or(now.config_sha256.clone());
    let none = || "none".to_owned();
    let pairs = [
        ("config", then.config_sha256.clone(), config),
        ("data", then.data_sha256.clone(), now.data_sha256.clone()),
        ("commit", commit(then), commit(now)),
        ("seed", then.seed.to_string(), now.seed.to_string()),
        ("protocol", then.protocol.clone().unwrap_or_else(none), now.protocol.clone().unwrap_or_else(none)),
        ("machine", then.machine.clone(), now.machine.clone()),
    ];
    let mut findings = Vec::new();
    for (what, then_is, now_is) in pairs {
        if then_is != now_is {
            let [then_is, now_is] = [&then_is, &now_is].map(|value| match what {
                "config" | "data" => short(value).to_owned(),
                _ => value.clone(),
            });
            findings.push(Finding::Run { run: then.run.clone(), what, then: then_is, now: now_is });
        }
    }
    let all = then.records.iter().chain(&now.records).map(|record| &record.file);
    let mut files: Vec<&String> = all.collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let of = |run: &RunOrigin| {
            run.records.iter().find(|record| record.file == *file).map(|r| r.sha256.clone())
        };
        let became = match (of(then), of(now)) {
            (Some(then), Some(now)) if then != now => "is another file",
            (Some(_), None) => "is gone",
            (None, Some(_)) => "is new",
            _ => continue,
        };
        findings.push(Finding::Record { run: then.run.clone(), file: file.clone(), became });
    }
    Ok(findings)
}

/// What differs when the figure is drawn again. It is drawn with the origin that it has, so that what changed there is not found a
/// second time.
fn redrawn(bytes: &[u8], origin: &Origin, runs: &[Records]) -> Result<Option<Finding>, ReportError> {
    if !redraw::is_of_runs_alone(&origin.figure) {
        return Ok(None);
    }
    let finding = |what: String| Some(Finding::Redrawn { what });
    let Some(drawn) = redraw::draw(&origin.figure, runs)? else {
        return Ok(finding(format!("there is no {} any more", origin.figure)));
    };
    if let Ok(svg) = str::from_utf8(bytes) {
        let again = drawn.svg(origin)?.unwrap_or_default();
        let (then, now) = (stamp::without_metadata(svg), stamp::without_metadata(&again));
        let lines = then.lines().zip(now.lines()).position(|(then, now)| then != now);
        let line = lines.unwrap_or_else(|| then.lines().count().min(now.lines().count())) + 1;
        return Ok((then != now).then(|| Finding::Redrawn { what: format!("from line {line} on") }));
    }
    let decoded = |bytes: &[u8]| {
        let picture = decode::read(bytes, Path::new(&origin.figure), &Limits::PHOTOGRAPH);
        let failed = |error: plumage_imaging::ImagingError| ReportError::Draw {
            picture: origin.figure.clone(),
            reason: error.to_string(),
        };
        picture.map(|picture| picture.to_rgb8()).map_err(failed)
    };
    let Some(again) = drawn.png(origin)? else { return Ok(finding("it is no PNG any more".to_owned())) };
    let (then, now) = (decoded(bytes)?, decoded(&again)?);
    Ok(difference(&then, &now).map(|what| Finding::Redrawn { what }))
}

/// How many pixels differ, and where.
fn difference(then: &RgbImage, now: &RgbImage) -> Option<String> {
    if then.dimensions() != now.dimensions() {
        let size = |picture: &RgbImage| format!("{} × {}", picture.width(), picture.height());
        return Some(format!("it has {} pixels, and had {}", size(now), size(then)));
    }
    let others = then.enumerate_pixels().filter(|(x, y, pixel)| now.get_pixel(*x, *y) != *pixel);
    let (mut count, mut first, mut last) = (0u64, (u32::MAX, u32::MAX), (0, 0));
    for (x, y, _) in others {
        count += 1;
        first = (first.0.min(x), first.1.min(y));
        last = (last.0.max(x), last.1.max(y));
    }
    (count > 0).then(|| {
        let pixels = if count == 1 { "1 pixel".to_owned() } else { format!("{count} pixels") };
        format!("{pixels} from ({}, {}) to ({}, {})", first.0, first.1, last.0, last.1)
    })
}
