//! The report that sets our runs beside the papers: tables of scores, of what they cost and of how fast they were reached,
//! and a page of all of it, from records alone.

mod entry;
mod peers;
mod scores;

mod costs;
mod progress;
mod published;

mod contents;

use std::path::{Path, PathBuf};

use plumage_record::{EvaluationRow, Purpose, commit, disk};

pub use peers::{PeerCurve, PeerPoint};
pub use published::{Paper, PublishedScore, PublishedScores};

use self::entry::Entry;
pub(crate) use self::progress::FILES;
use crate::{ReportError, charts, page::Page, save_pictures, tables::Table};

/// What stands before the names of its charts in their origin.
pub(crate) const FOLDER: &str = "papers";

/// Where its tables are, below the report's folder.
const TABLES: &str = "tables";

/// What the report is made of.
#[derive(Clone, Debug)]
pub struct Papers {
    /// Our networks, in the order in which they are shown.
    pub networks: Vec<Network>,
    /// What papers report.
    pub published: PublishedScores,
    /// What other engines need to learn the same.
    pub peers: Vec<PeerCurve>,
    /// The sets that are measured on, the most important one first.
    pub sets: Vec<String>,
    /// The protocol of every score.
    pub protocol: String,
    /// What a shortened report left out, in a sentence.
    pub cut: Option<String>,
    /// The command that makes it again.
    pub command: String,
}

/// A network of ours, by any number of seeds.
#[derive(Clone, Debug)]
pub struct Network {
    /// The experiment that trains it.
    pub experiment: String,
    /// In which table it stands.
    pub group: Group,
    /// What it is called, as papers call it.
    pub name: String,
    /// How much it enlarges.
    pub scale: usize,
    /// What it was trained on, as papers call it.
    pub trained_on: String,
    /// One run a seed; none where it has not run.
    pub runs: Vec<Run>,
}

/// A finished run of a network.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its folder.
    pub folder: PathBuf,
    /// What it scores on sets that are not among its own.
    pub more: Vec<EvaluationRow>,
}

/// Networks that are compared with one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// SRCNN, on the bicubic enlargement.
    Srcnn,
    /// Small networks on the LR grid.
    Light,
    /// Residual networks.
    Srresnet,
}

impl Group {
    /// All there are, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Srcnn, Self::Light, Self::Srresnet];

    /// The name of its files, and of its place in the page.
    fn id(self) -> &'static str {
        match self {
            Self::Srcnn => "srcnn",
            Self::Light => "light",
            Self::Srresnet => "srresnet",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Srcnn => "SRCNN",
            Self::Light => "Light networks",
            Self::Srresnet => "SRResNet",
        }
    }
}

/// Writes the page, index.html, and its tables and charts into the folder `place`; returns the files, the page first. Tables and
/// charts that an earlier report left there, of sets that are not asked for any more, are removed.
///
/// # Errors
/// [`ReportError::Record`] when a run cannot be read or a file cannot be written; [`ReportError::Draw`] when a chart cannot be
/// drawn.
pub fn write(papers: &Papers, place: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let entries = papers.networks.iter().map(Entry::read).collect::<Result<Vec<_>, _>>()?;
    let tables = tables(papers, &entries);
    let charts = progress::charts(papers, &entries)?;
    let pictures = charts.iter().map(|chart| {
        let picture = chart.curves.picture(&chart.name)?.with_origin(chart.origin.as_ref())?;
        Ok((chart.name.as_str(), picture))
    });
    let pictures = pictures.collect::<Result<Vec<_>, ReportError>>()?;
    let page = contents::page(papers, &entries, &tables, &charts);
    let files = save(place, &page, &tables, &pictures)?;
    Ok(files)
}

/// A table by the name of its files.
type NamedTable = (String, Table);

/// Every table that has rows.
fn tables(papers: &Papers, entries: &[Entry]) -> Vec<NamedTable> {
    let mut tables = Vec::new();
    for (index, set) in papers.sets.iter().enumerate() {
        for group in Group::ALL {
            let name = scores::name(group, &papers.sets, index);
            tables.push((name, scores::table(papers, entries, group, set)));
        }
    }
    tables.push((costs::NAME.to_owned(), costs::table(entries)));
    tables.push((progress::NAME.to_owned(), progress::table(papers, entries)));
    tables.push((progress::BUDGETS.to_owned(), progress::budgets(papers, entries)));
    tables.push((published::NAME.to_owned(), papers.published.table()));
    tables.retain(|(_, table)| table.rows() > 0);
    tables.iter_mut().for_each(|(_, table)| table.drop_empty_columns());
    tables
}

fn save(
    place: &Path,
    page: &Page,
    tables: &[NamedTable],
    pictures: &[(&str, crate::Picture)],
) -> Result<Vec<PathBuf>, ReportError> {
    commit::sweep(place)?;
    let mut files = vec![place.join("index.html")];
    for (name, table) in tables {
        for (ending, text) in [("md", table.markdown()), ("csv", table.csv()), ("tex", table.latex())] {
            let path = place.join(TABLES).join(format!("{name}.{ending}"));
            commit::file(Purpose::Table, &path, text.as_bytes())?;
            files.push(path);
        }
    }
    files.extend(save_pictures(Purpose::Chart, &place.join(charts::FOLDER), pictures)?);
    // The page is the last one: where it is, all that it tells of is there.
    commit::file(Purpose::Readme, &files[0], page.html().as_bytes())?;
    remove_all_but(place, &files)?;
    Ok(files)
}

/// Removes tables and charts of networks that were not written now; files that are none of ours stay.
fn remove_all_but(place: &Path, written: &[PathBuf]) -> Result<(), ReportError> {
    let is_of_networks = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Group::ALL.iter().any(|group| name.starts_with(&format!("{}_", group.id())))
    };
    for folder in [TABLES, charts::FOLDER] {
        for path in disk::list(Purpose::Leftover, &place.join(folder))? {
            if is_of_networks(&path) && !written.contains(&path) {
                disk::remove(Purpose::Leftover, &path)?;
            }
        }
    }
    Ok(())
}
