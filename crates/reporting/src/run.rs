//! Everything that is drawn of one run, into its folder.

use std::path::{Path, PathBuf};

use plumage_record::{Manifest, Purpose, commit, disk};

use crate::{
    ReportError, charts, diagram, gallery, judging, plot::Picture, records::Records, summary, tables,
};

/// The files in the folder of tables.
const TABLES: [&str; 2] = ["evaluation.md", "evaluation.csv"];

/// Draws the charts and comparison figures of the run folder `run` and writes its tables and its README.md; returns the files, README.md first.
///
/// Charts and tables of an earlier time for which there are no numbers any more are removed, so that a folder never
/// shows what its records do not say.
///
/// # Errors
/// [`ReportError::Record`] when there is no such folder, or its records cannot be read, or a file cannot be written;
/// [`ReportError::Draw`] when a chart cannot be drawn.
pub fn write_run(run: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let records = Records::read(run)?;
    if records.manifest.as_ref().is_some_and(|manifest| manifest.model.name == Manifest::JUDGE) {
        return judging::write(run, &records);
    }
    let pictures = charts::all(&records)?;
    let folder = run.join(charts::FOLDER);
    let mut written = vec![run.join("README.md")];
    written.extend(save_pictures(Purpose::Chart, &folder, &pictures)?);
    let diagram = save_diagram(&records)?;
    let has_diagram = diagram.is_some();
    written.extend(diagram);
    written.extend(save_tables(&run.join("tables"), &records)?);
    remove_all_but(run, &written)?;
    let drawn = gallery::draw_all(&records)?;
    let figures: Vec<String> =
        drawn.iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
    written.extend(drawn);
    let names: Vec<&str> = pictures.iter().map(|(name, _)| *name).collect();
    let text = summary::markdown(&records, &names, &figures, has_diagram);
    commit::file(Purpose::Readme, &written[0], text.as_bytes())?;
    Ok(written)
}

/// Writes pictures as NAME.svg and NAME.png into `folder`, which is made as needed; returns the files.
///
/// # Errors
/// [`ReportError::Record`] when a file cannot be written.
pub fn save_pictures(
    purpose: Purpose,
    folder: &Path,
    pictures: &[(&str, Picture)],
) -> Result<Vec<PathBuf>, ReportError> {
    let mut written = Vec::new();
    for (name, picture) in pictures {
        for (ending, bytes) in [("svg", picture.svg.as_bytes()), ("png", picture.png.as_slice())] {
            let path = folder.join(format!("{name}.{ending}"));
            commit::file(purpose, &path, bytes)?;
            written.push(path);
        }
    }
    Ok(written)
}

/// Writes the drawing of the networks, where the run has a record of them; returns the file.
pub(crate) fn save_diagram(records: &Records) -> Result<Option<PathBuf>, ReportError> {
    let Some(svg) = diagram::of_run(records)? else { return Ok(None) };
    let path = records.path.join(charts::FOLDER).join(format!("{}.svg", diagram::NAME));
    commit::file(Purpose::Chart, &path, svg.as_bytes())?;
    Ok(Some(path))
}

/// Writes the scores as Markdown and CSV into `folder`, which is made as needed; returns the files, none without scores.
fn save_tables(folder: &Path, records: &Records) -> Result<Vec<PathBuf>, ReportError> {
    if records.evaluation.is_empty() {
        return Ok(Vec::new());
    }
    let texts =
        [tables::evaluation_markdown(&records.evaluation), tables::evaluation_csv(&records.evaluation)];
    let files = TABLES.map(|name| folder.join(name));
    for (path, text) in files.iter().zip(texts) {
        commit::file(Purpose::Table, path, text.as_bytes())?;
    }
    Ok(files.into())
}

/// Removes charts and tables that were not written now; files that are none of ours stay.
fn remove_all_but(run: &Path, written: &[PathBuf]) -> Result<(), ReportError> {
    let pictures = |name: &&str| ["svg", "png"].map(|ending| run.join(format!("charts/{name}.{ending}")));
    let tables = TABLES.iter().map(|name| run.join("tables").join(name));
    let every = charts::NAMES.iter().chain([&diagram::NAME]).flat_map(pictures).chain(tables);
    for path in every.filter(|path| !written.contains(path) && path.exists()) {
        disk::remove(Purpose::Chart, &path)?;
    }
    Ok(())
}
