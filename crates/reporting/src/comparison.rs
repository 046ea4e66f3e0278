//! Several runs in one table and one pair of charts.

use std::path::{Path, PathBuf};

use plumage_record::{Purpose, commit, files};

use crate::{
    ReportError, charts,
    decibels::{self, On, Psnr},
    number::{duration, grouped},
    origin::Origin,
    plot::{self, Picture},
    records::Records,
    run::save_pictures,
    scores::{BICUBIC, SetScores},
    tables::Table,
};

/// What stands before the names of the charts of a comparison in their origin.
pub(crate) const FOLDER: &str = "comparison";

const OVER_STEPS: &str = "psnr_over_steps";
const OVER_SECONDS: &str = "psnr_over_seconds";
const CHARTS: [&str; 2] = [OVER_STEPS, OVER_SECONDS];

/// What came of comparing runs.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// A table for the terminal.
    pub table: String,
    /// The files that were written.
    pub files: Vec<PathBuf>,
}

/// Compares the run folders `runs` and writes README.md, comparison.csv and charts into the folder `place`.
///
/// Charts show the runs that were validated under the protocol of the first one; others are named in README.md.
///
/// # Errors
/// [`ReportError::Record`] when a run is not there, or its records cannot be read, or a file cannot be written;
/// [`ReportError::Draw`] when a chart cannot be drawn.
pub fn compare(runs: &[PathBuf], place: &Path) -> Result<Comparison, ReportError> {
    let runs: Vec<Records> = runs.iter().map(|run| Records::read(run)).collect::<Result<_, _>>()?;
    let table = table(&runs);
    let mut pictures = Vec::new();
    for name in CHARTS {
        if let Some(picture) = one(name, &runs)? {
            let all: Vec<&Records> = runs.iter().collect();
            let origin = Origin::of(&format!("{FOLDER}/{name}"), &all, files(name))?;
            pictures.push((name, picture.with_origin(origin.as_ref())?));
        }
    }
    let basis = runs.iter().find_map(measured_on);
    commit::sweep(place)?;
    let mut files = save_pictures(Purpose::Comparison, place, &pictures)?;
    let names: Vec<&str> = pictures.iter().map(|(name, _)| *name).collect();
    let others: Vec<&str> =
        runs.iter().filter(|run| measured_on(run) != basis).map(|run| run.name.as_str()).collect();
    for (file, text) in
        [("README.md", markdown(&runs, &table, &names, &others)), ("comparison.csv", table.csv())]
    {
        let path = place.join(file);
        commit::file(Purpose::Comparison, &path, text.as_bytes())?;
        files.push(path);
    }
    Ok(Comparison { table: table.text(), files })
}

/// Draws the chart of that name, without its origin; none where the runs have no numbers for it.
pub(crate) fn one(name: &str, runs: &[Records]) -> Result<Option<Picture>, ReportError> {
    let Some((on, protocol)) = runs.iter().find_map(measured_on) else { return Ok(None) };
    let chart = match name {
        OVER_STEPS => charts::over_steps(runs, on, &protocol),
        OVER_SECONDS => charts::over_seconds(runs, on, &protocol),
        _ => None,
    };
    chart.map(|chart| plot::picture(name, &chart)).transpose()
}

/// The records that the chart of that name is drawn from.
pub(crate) fn files(name: &str) -> &'static [&'static str] {
    if name == OVER_SECONDS { &[files::METRICS, files::TIMING] } else { &[files::METRICS] }
}

/// What the validation of a run measured PSNR on, and under which protocol.
fn measured_on(run: &Records) -> Option<(On, String)> {
    let validation = run.metrics.iter().find_map(|row| row.validation.as_ref())?;
    Some((Psnr::of_validation(validation)?.on, validation.protocol.clone()))
}

/// One row a run.
fn table(runs: &[Records]) -> Table {
    let mut table = Table::of_rows("run", runs.iter().map(|run| run.name.clone()));
    type Cell = fn(&plumage_record::Manifest) -> String;
    let columns: [(&str, Cell); 7] = [
        ("network", |manifest| manifest.model.name.clone()),
        ("weights", |manifest| grouped(manifest.model.parameters)),
        ("MACs/HR px", |manifest| grouped(manifest.model.macs_per_hr_pixel)),
        ("scale", |manifest| format!("×{}", manifest.scale)),
        ("steps", |manifest| grouped(manifest.steps_done)),
        ("training", |manifest| duration(manifest.training_s)),
        ("best validation", |manifest| {
            let best = manifest.best.as_ref();
            best.map_or("–".into(), |best| {
                format!("{} dB ({})", decibels::write(best.psnr_y_db), best.protocol)
            })
        }),
    ];
    for (head, cell) in columns {
        table.push_written(head, runs.iter().map(|run| run.manifest.as_ref().map_or("–".into(), cell)));
    }
    let sets: Vec<Vec<SetScores>> = runs.iter().map(|run| SetScores::of(&run.evaluation)).collect();
    let mut keys: Vec<(&str, usize, &str)> = Vec::new();
    for set in sets.iter().flatten() {
        let key = (set.set, set.scale, set.protocol);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    for key in keys {
        let of_key = |sets: &Vec<SetScores>| {
            let set = sets.iter().find(|set| (set.set, set.scale, set.protocol) == key)?;
            let network = set.methods.iter().rposition(|method| *method != BICUBIC)?;
            let ours = set.mean(network)?.psnr()?;
            let bicubic = set.methods.iter().position(|method| *method == BICUBIC);
            let bicubic = bicubic.and_then(|index| set.mean(index)?.psnr());
            let gain = bicubic
                .map_or(String::new(), |bicubic| format!(" ({})", decibels::write_gain(ours.db, bicubic.db)));
            Some(format!("{}{gain}", decibels::write(ours.db)))
        };
        let (set, scale, protocol) = key;
        let head = format!("{set} ×{scale} dB, {protocol} (gain)");
        table.push_written(head, sets.iter().map(|sets| of_key(sets).unwrap_or("–".into())));
    }
    table
}

fn markdown(runs: &[Records], table: &Table, charts: &[&str], others: &[&str]) -> String {
    let names: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    let mut text = format!("# {}\n\n{}\n", names.join(", "), table.markdown());
    text += "The gain is that over bicubic interpolation; PSNR is the mean of dB over images.\n\n";
    for chart in charts {
        text += &format!("![{}]({chart}.png)\n\n", chart.replace('_', " "));
    }
    if !charts.is_empty() && !others.is_empty() {
        text +=
            &format!("Not in the charts, as measured otherwise or not at all: {}.\n\n", others.join(", "));
    }
    text += &format!("Drawn by `cargo xtask compare {}`.\n", names.join(" "));
    text
}
