//! The pictures that a comparison figure is made of, kept in the run folder so that the figure can be drawn again.

use std::path::{Path, PathBuf};

use image::{DynamicImage, RgbImage};
use plumage_imaging::{
    decode::{self, Limits},
    encode,
};
use plumage_record::{Purpose, commit, disk};
use serde::{Deserialize, Serialize};

use crate::{
    Panel, ReportError, figure,
    origin::{Origin, stamp},
    records::Records,
};

/// Where figures lie in a run folder.
pub(crate) const FOLDER: &str = "images";

/// What stands before the names of single pictures of a figure in their origin.
pub(crate) const PANELS: &str = "panels";

/// Beside the pictures in `images/NAME/`.
pub(crate) const SHEET: &str = "figure.json";

/// What the pictures of a figure are.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    title: String,
    panels: Vec<Entry>,
    reference: usize,
    baseline: usize,
}

/// One picture of a figure.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    caption: String,
    detail: String,
}

/// Keeps the pictures of the figure `name` in `images/NAME/` of the run folder; [`write_run`](crate::write_run) draws it
/// from them. The arguments are those of [`figure()`].
///
/// # Errors
/// A file that cannot be written.
pub fn keep_figure(
    run: &Path,
    name: &str,
    title: &str,
    panels: &[Panel],
    reference: usize,
    baseline: usize,
) -> Result<(), ReportError> {
    let folder = run.join(FOLDER).join(name);
    let mut entries = Vec::new();
    for (number, panel) in panels.iter().enumerate() {
        let file = format!("{number}.png");
        commit::file(Purpose::Picture, &folder.join(&file), &png(name, panel.picture.clone())?)?;
        entries.push(Entry { file, caption: panel.caption.clone(), detail: panel.detail.clone() });
    }
    let sheet = Sheet { title: title.to_owned(), panels: entries, reference, baseline };
    let text = serde_json::to_vec_pretty(&sheet).map_err(|error| failed(name, &error))?;
    Ok(commit::file(Purpose::Picture, &folder.join(SHEET), &text)?)
}

/// Draws every figure whose pictures were kept, into `images/NAME.png`, with its origin; returns the files in the order of their
/// names.
pub(crate) fn draw_all(records: &Records) -> Result<Vec<PathBuf>, ReportError> {
    let images = records.path.join(FOLDER);
    let mut folders = disk::list(Purpose::Figure, &images)?;
    folders.retain(|folder| folder.join(SHEET).is_file());
    let mut written = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = images.join(format!("{name}.png"));
        let picture = drawn(&folder, &name)?;
        let files = files(&records.path, &name)?;
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let bytes = match Origin::of(&format!("{FOLDER}/{name}"), &[records], &files)? {
            Some(origin) => stamp::stamped_png(&picture, 1, &origin)?,
            None => png(&name, picture)?,
        };
        commit::file(Purpose::Figure, &path, &bytes)?;
        written.push(path);
    }
    Ok(written)
}

/// The records that the figure of that name is drawn from: its pictures, and what they are.
pub(crate) fn files(run: &Path, name: &str) -> Result<Vec<String>, ReportError> {
    let all = disk::list(Purpose::Figure, &run.join(FOLDER).join(name))?;
    let names = all.iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
    Ok(names.map(|file| format!("{FOLDER}/{name}/{file}")).collect())
}

/// The figure of the pictures in `folder`.
pub(crate) fn drawn(folder: &Path, name: &str) -> Result<RgbImage, ReportError> {
    let sheet = sheet(folder, name)?;
    let (title, panels) = panels(folder, name)?;
    Ok(figure(&title, &panels, sheet.reference, sheet.baseline))
}

/// The title of the figure in `folder`, and its pictures.
pub(crate) fn panels(folder: &Path, name: &str) -> Result<(String, Vec<Panel>), ReportError> {
    let sheet = sheet(folder, name)?;
    let panels = sheet.panels.into_iter().map(|Entry { file, caption, detail }| {
        // A file name alone: what a sheet says never leads out of its folder.
        let file = Path::new(&file).file_name().unwrap_or_default();
        let path = folder.join(file);
        let bytes = disk::read(Purpose::Picture, &path)?.unwrap_or_default();
        let picture =
            decode::read(&bytes, &path, &Limits::PHOTOGRAPH).map_err(|error| failed(name, &error))?;
        Ok(Panel { caption, detail, picture: picture.to_rgb8() })
    });
    Ok((sheet.title, panels.collect::<Result<Vec<_>, ReportError>>()?))
}

fn sheet(folder: &Path, name: &str) -> Result<Sheet, ReportError> {
    let text = disk::read(Purpose::Picture, &folder.join(SHEET))?.unwrap_or_default();
    serde_json::from_slice(&text).map_err(|error| failed(name, &error))
}

fn png(name: &str, picture: RgbImage) -> Result<Vec<u8>, ReportError> {
    encode::png(&DynamicImage::ImageRgb8(picture)).map_err(|error| failed(name, &error))
}

fn failed(name: &str, reason: &impl std::fmt::Display) -> ReportError {
    ReportError::Draw { picture: format!("{FOLDER}/{name}"), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_figure_is_drawn_again_from_the_pictures_that_were_kept() {
        let run = tempfile::tempdir().unwrap();
        let picture = |shift: u8| {
            RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8 * 5 + shift, y as u8 * 7, shift]))
        };
        let panels = [0, 20, 40].map(|shift| Panel {
            caption: format!("method {shift}"),
            detail: "PSNR-Y 30.00 dB".into(),
            picture: picture(shift),
        });
        keep_figure(run.path(), "set-a", "a title", &panels, 2, 0).unwrap();
        let written = draw_all(&Records::read(run.path()).unwrap()).unwrap();
        assert_eq!(written, [run.path().join("images/set-a.png")]);
        let drawn = image::open(&written[0]).unwrap().to_rgb8();
        assert!(drawn == figure("a title", &panels, 2, 0));
    }

    #[test]
    fn a_sheet_that_cannot_be_read_is_named() {
        let run = tempfile::tempdir().unwrap();
        let folder = run.path().join("images/broken");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(SHEET), "{}").unwrap();
        let error = draw_all(&Records::read(run.path()).unwrap()).unwrap_err().to_string();
        assert!(error.contains("images/broken"), "{error}");
    }
}
