//! What papers report: `data/papers.toml`.

use std::{collections::BTreeMap, path::Path};

use plumage_record::{Purpose, disk};
use serde::Deserialize;

use super::Group;
use crate::{
    ReportError,
    tables::{Cell, Column, Table},
};

/// The name of its table's files.
pub(super) const NAME: &str = "papers";

/// All of `data/papers.toml`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedScores {
    /// The papers, by the names that scores have for them.
    pub papers: BTreeMap<String, Paper>,
    /// What they report.
    pub scores: Vec<PublishedScore>,
}

/// A paper.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Authors, title, place and year.
    pub title: String,
    /// Where people find it.
    pub url: String,
}

/// A score that a paper reports.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedScore {
    /// Which of the papers.
    pub paper: String,
    /// Where in it.
    pub table: String,
    /// What it is compared with.
    pub group: Group,
    /// What the network is called.
    pub network: String,
    /// What it was trained on.
    pub trained_on: String,
    /// How many numbers it learns, where the paper says.
    pub weights: Option<u64>,
    /// The set that it was measured on.
    pub set: String,
    /// How much it enlarges.
    pub scale: usize,
    /// How it was measured.
    pub protocol: String,
    /// Mean PSNR on Y.
    pub psnr_y_db: f64,
    /// Mean SSIM, where the paper has one that can be compared.
    pub ssim: Option<f64>,
}

impl PublishedScores {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`ReportError::Beside`] when it is not there, or is not what it should be.
    pub fn read(path: &Path) -> Result<Self, ReportError> {
        let refused = |reason: String| ReportError::Beside { path: path.to_owned(), reason };
        let bytes = disk::read(Purpose::Table, path)?.ok_or_else(|| refused("it is not there".into()))?;
        let read: Self = toml::from_slice(&bytes).map_err(|error| refused(error.to_string()))?;
        match read.scores.iter().find(|score| !read.papers.contains_key(&score.paper)) {
            Some(score) => Err(refused(format!("[papers] has no `{}`, which a score names", score.paper))),
            None => Ok(read),
        }
    }

    /// The scores of a group on a set under a protocol.
    pub(super) fn of<'a>(
        &'a self,
        group: Group,
        set: &'a str,
        protocol: &'a str,
    ) -> impl Iterator<Item = &'a PublishedScore> {
        let is_of = move |score: &&PublishedScore| {
            score.group == group && score.set == set && score.protocol == protocol
        };
        self.scores.iter().filter(is_of)
    }

    /// All of it as a table.
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new("What the papers report");
        let text = |of: fn(&PublishedScore) -> String| {
            self.scores.iter().map(|score| Cell::Text(of(score))).collect()
        };
        table.push(Column::text("network", text(|score| score.network.clone())));
        table.push(Column::text("trained on", text(|score| score.trained_on.clone())));
        table.push(Column::text("set", text(|score| score.set.clone())));
        table.push(Column::numbers("scale", None, text(|score| format!("×{}", score.scale))));
        table.push(Column::text("protocol", text(|score| score.protocol.clone())));
        let numbers = |of: fn(&PublishedScore) -> Cell| self.scores.iter().map(of).collect();
        table.push(Column::numbers(
            "PSNR-Y",
            Some("dB"),
            numbers(|score| Cell::number(Some(score.psnr_y_db), 2)),
        ));
        table.push(Column::numbers("SSIM", None, numbers(|score| Cell::number(score.ssim, 4))));
        let weights = |score: &PublishedScore| score.weights.map_or(Cell::Missing, Cell::count);
        table.push(Column::numbers("weights", None, numbers(weights)));
        table.push(Column::text("paper", text(|score| score.paper.clone())));
        table.push(Column::text("where", text(|score| score.table.clone())));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_the_workspace_is_understood() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/papers.toml");
        let read = PublishedScores::read(&path).unwrap();
        let of = |network: &str, scale: usize| {
            let is_it = |score: &&PublishedScore| score.network == network && score.scale == scale;
            read.scores.iter().filter(is_it).map(|score| score.psnr_y_db).collect::<Vec<_>>()
        };
        assert_eq!(of("SRCNN 9-1-5", 3), [32.39, 32.52]);
        assert_eq!(of("SRCNN 9-5-5", 2), [36.66]);
        assert!(read.scores.iter().all(|score| (20. ..50.).contains(&score.psnr_y_db)));
        assert!(read.papers.values().all(|paper| paper.url.starts_with("https://")));
    }

    #[test]
    fn a_key_that_is_misspelt_and_a_paper_that_is_missing_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("papers.toml");
        let score = "[[scores]]\npaper = \"a\"\ntable = \"1\"\ngroup = \"light\"\nnetwork = \"n\"\ntrained_on = \"T91\"\n\
                     set = \"set5\"\nscale = 3\nprotocol = \"y_matlab\"\npsnr_y_db = 32.5\n";
        for (text, wrong) in [
            (format!("papers = {{}}\n{score}"), "[papers] has no `a`"),
            (format!("[papers.a]\ntitle = \"t\"\nurl = \"u\"\n{score}psnr = 1\n"), "psnr"),
            (String::new(), "papers"),
        ] {
            std::fs::write(&path, text).unwrap();
            let error = PublishedScores::read(&path).unwrap_err().to_string();
            assert!(error.contains(wrong) && error.contains("papers.toml"), "{error}");
        }
        let error = PublishedScores::read(&folder.path().join("none.toml")).unwrap_err().to_string();
        assert!(error.contains("none.toml"), "{error}");
    }
}
