//! Everything that is drawn of one run, into its folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use plumage_record::{RecordError, commit};

use crate::{ReportError, charts, plot::Picture, records::Records, summary};

/// Draws the charts of the run folder `run` and writes its README.md; returns the files, README.md first.
///
/// Charts of an earlier time for which there are no numbers any more are removed, so that a folder never shows what
/// its records do not say.
///
/// # Errors
/// [`ReportError::Record`] when there is no such folder, or its records cannot be read, or a file cannot be written;
/// [`ReportError::Draw`] when a chart cannot be drawn.
pub fn write_run(run: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let records = Records::read(run)?;
    let pictures = charts::all(&records)?;
    let folder = run.join("charts");
    let mut written = vec![run.join("README.md")];
    written.extend(save(&folder, &pictures)?);
    remove_all_but(&folder, &written)?;
    let names: Vec<&str> = pictures.iter().map(|(name, _)| *name).collect();
    let text = summary::markdown(&records, &names, &figures(run));
    commit::file(&written[0], text.as_bytes())?;
    Ok(written)
}

/// Writes pictures as SVG and PNG into `folder`, which is made as needed; returns the files.
pub(crate) fn save(folder: &Path, pictures: &[(&str, Picture)]) -> Result<Vec<PathBuf>, ReportError> {
    fs::create_dir_all(folder).map_err(|source| RecordError::Write { path: folder.to_owned(), source })?;
    let mut written = Vec::new();
    for (name, picture) in pictures {
        for (ending, bytes) in [("svg", picture.svg.as_bytes()), ("png", picture.png.as_slice())] {
            let path = folder.join(format!("{name}.{ending}"));
            commit::file(&path, bytes)?;
            written.push(path);
        }
    }
    Ok(written)
}

/// Removes charts that were not written now; files that are no charts of ours stay.
fn remove_all_but(folder: &Path, written: &[PathBuf]) -> Result<(), ReportError> {
    let every = charts::NAMES.iter().flat_map(|name| ["svg", "png"].map(|ending| format!("{name}.{ending}")));
    for path in every.map(|file| folder.join(file)).filter(|path| !written.contains(path) && path.exists()) {
        fs::remove_file(&path).map_err(|source| RecordError::Write { path, source })?;
    }
    Ok(())
}

/// The comparison figures in the folder, by name.
fn figures(run: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(run.join("images")) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".png")).collect();
    names.sort();
    names
}
