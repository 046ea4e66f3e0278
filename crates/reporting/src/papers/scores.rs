//! The tables of scores: ours beside the papers' beside bicubic interpolation.

use super::{Entry, Group, Papers, PublishedScore, entry::Scored};
use crate::tables::{Cell, Column, Table};

/// The name of the files of a table of that one of `sets`: folders of one name are numbered.
pub(super) fn name(group: Group, sets: &[String], index: usize) -> String {
    let set = plain(&sets[index]);
    match sets[..index].iter().filter(|other| plain(other) == set).count() {
        0 => format!("{}_{set}", group.id()),
        before => format!("{}_{set}.{}", group.id(), before + 1),
    }
}

/// The last part of a set's name, in letters that are plain in any file's name.
fn plain(set: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let set = std::path::Path::new(set).file_name().unwrap_or_default().to_string_lossy();
    set.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}

/// A row of the table.
pub(super) struct Row<'a> {
    /// Our network, if it is one of ours.
    pub(super) ours: Option<&'a Entry<'a>>,
    /// What it scores, if it has run.
    pub(super) scored: Option<Scored>,
    /// What a paper reports of the same network, or of one that we do not have.
    pub(super) paper: Option<&'a PublishedScore>,
}

/// How a row of ours stands to the paper's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Standing {
    /// At least the paper's number, in the two decimals that papers print.
    Reached,
    /// Less, by so many dB.
    Short(f64),
    /// No paper reports this network here.
    NoPaper,
    /// It was not measured.
    NotRun,
}

impl Row<'_> {
    pub(super) fn standing(&self) -> Standing {
        match (&self.scored, self.paper) {
            (None, _) => Standing::NotRun,
            (Some(_), None) => Standing::NoPaper,
            (Some(scored), Some(paper)) => {
                let hundredths = |db: f64| (db * 100.).round();
                let missing = hundredths(paper.psnr_y_db) - hundredths(scored.psnr_db());
                if missing > 0. { Standing::Short(missing / 100.) } else { Standing::Reached }
            }
        }
    }

    /// Whether the paper's number is reached.
    fn is_reached(&self) -> &'static str {
        match self.standing() {
            _ if self.ours.is_none() => "–",
            Standing::Reached => "yes",
            Standing::Short(_) => "no",
            Standing::NoPaper => "no paper",
            Standing::NotRun => "not run yet",
        }
    }

    fn network(&self) -> String {
        let ours = self.ours.map(|entry| entry.network.name.clone());
        ours.or(self.paper.map(|paper| paper.network.clone())).unwrap_or_default()
    }

    fn scale(&self) -> usize {
        self.ours.map(|entry| entry.network.scale).or(self.paper.map(|paper| paper.scale)).unwrap_or_default()
    }
}

/// The rows of a group on a set: ours in their order, then what papers alone have. A set on which neither was measured has none.
pub(super) fn rows<'a>(papers: &'a Papers, entries: &'a [Entry], group: Group, set: &'a str) -> Vec<Row<'a>> {
    let published: Vec<_> = papers.published.of(group, set, &papers.protocol).collect();
    let of_group: Vec<_> = entries.iter().filter(|entry| entry.network.group == group).collect();
    let mut rows: Vec<Row> = Vec::new();
    for &entry in &of_group {
        let network = entry.network;
        let same =
            published.iter().filter(|score| score.network == network.name && score.scale == network.scale);
        // The same training images are the fairer comparison; without them, the paper's best.
        let paper = same.copied().max_by(|one, other| {
            let key = |score: &PublishedScore| (score.trained_on == network.trained_on, score.psnr_y_db);
            key(one).partial_cmp(&key(other)).unwrap_or(std::cmp::Ordering::Equal)
        });
        rows.push(Row { ours: Some(entry), scored: entry.scored(set, &papers.protocol), paper });
    }
    let is_ours = |score: &PublishedScore| {
        of_group.iter().any(|entry| entry.network.name == score.network && entry.network.scale == score.scale)
    };
    let alone = published.into_iter().filter(|score| !is_ours(score));
    rows.extend(alone.map(|score| Row { ours: None, scored: None, paper: Some(score) }));
    let is_empty = rows.iter().all(|row| row.scored.is_none() && row.paper.is_none());
    if is_empty { Vec::new() } else { rows }
}

/// The table of a group on a set.
pub(super) fn table(papers: &Papers, entries: &[Entry], group: Group, set: &str) -> Table {
    let rows = rows(papers, entries, group, set);
    let mut table = Table::new(format!("{} on {set}, {}", group.title(), papers.protocol));
    let text = |of: &dyn Fn(&Row) -> String| rows.iter().map(|row| Cell::Text(of(row))).collect();
    let cells = |of: &dyn Fn(&Row) -> Cell| rows.iter().map(of).collect();
    let dash = || "–".to_owned();
    let trained_on = |row: &Row| row.ours.map_or_else(dash, |entry| entry.network.trained_on.clone());
    let bicubic = |row: &Row| row.scored.as_ref().and_then(|scored| scored.bicubic);
    let paper_db = |row: &Row| row.paper.map(|paper| paper.psnr_y_db);
    let ours_db = |row: &Row| row.scored.as_ref().map(Scored::psnr_db);

    table.push(Column::text("network", text(&|row| row.network())));
    table.push(Column::numbers("scale", None, text(&|row| format!("×{}", row.scale()))));
    table.push(Column::text("trained on", text(&trained_on)));
    table.push(Column::numbers(
        "bicubic",
        Some("dB"),
        cells(&|row| Cell::number(bicubic(row).map(|of| of.0), 2)),
    ));
    let ours = |row: &Row| row.scored.as_ref().map_or(Cell::Missing, Scored::psnr_cell);
    table.push(Column::numbers("ours", Some("dB"), cells(&ours)));
    table.push(Column::numbers("paper", Some("dB"), cells(&|row| Cell::number(paper_db(row), 2))));
    table.push(Column::text(
        "paper trained on",
        text(&|row| row.paper.map_or_else(dash, |paper| paper.trained_on.clone())),
    ));
    let difference = |row: &Row| Cell::difference(ours_db(row), paper_db(row), 2);
    table.push(Column::numbers("ours − paper", Some("dB"), cells(&difference)));
    table.push(Column::numbers(
        "bicubic",
        Some("SSIM"),
        cells(&|row| Cell::number(bicubic(row).map(|of| of.1), 4)),
    ));
    let ssim = |row: &Row| row.scored.as_ref().map_or(Cell::Missing, Scored::ssim_cell);
    table.push(Column::numbers("ours", Some("SSIM"), cells(&ssim)));
    let paper_ssim = |row: &Row| Cell::number(row.paper.and_then(|paper| paper.ssim), 4);
    table.push(Column::numbers("paper", Some("SSIM"), cells(&paper_ssim)));
    let seeds = |row: &Row| row.ours.map_or(Cell::Missing, |entry| Cell::count(entry.runs.len() as u64));
    table.push(Column::numbers("seeds", None, cells(&seeds)));
    table.push(Column::text("reached", text(&|row| row.is_reached().to_owned())));
    table
}
