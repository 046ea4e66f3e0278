//! How fast networks learn: PSNR against time, and the minutes to levels of it.

use std::collections::BTreeSet;

use plumage_record::files;

use super::{Entry, FOLDER, Group, Papers, entry::Moment};
use crate::{
    Curve, Curves, Heading, Quantity, ReportError,
    origin::Origin,
    records::Records,
    tables::{Cell, Column, Table},
};

/// The names of its tables' files.
pub(super) const NAME: &str = "minutes";
pub(super) const BUDGETS: &str = "budgets";

/// The scale that has [`LEVELS_DB`].
pub(super) const SCALE: usize = 3;

/// Levels of PSNR on Set5 at x3, the last one that of the paper's 9-1-5.
pub(super) const LEVELS_DB: [f64; 4] = [31.0, 31.5, 32.0, 32.39];

/// Budgets of processor time after which networks are compared, in minutes.
const BUDGETS_MIN: [f64; 3] = [0.5, 1., 5.];

/// The records that its charts are drawn from.
pub(crate) const FILES: &[&str] = &[files::CURVE, files::TIMING];

/// A chart of the report.
pub(super) struct NamedChart {
    /// The name of its files.
    pub(super) name: String,
    pub(super) group: Group,
    pub(super) scale: usize,
    pub(super) curves: Curves,
    /// Where our curves come from; none where there is none of ours.
    pub(super) origin: Option<Origin>,
}

/// A network's way up, ours or a peer's.
pub(super) struct Way<'a> {
    pub(super) name: String,
    pub(super) trained_on: &'a str,
    /// Our entry; none for a peer.
    pub(super) ours: Option<&'a Entry<'a>>,
    /// Which network it is, for peers and ours alike.
    pub(super) network: &'a str,
    pub(super) moments: Vec<Moment>,
}

/// The ways at a scale on the report's first set, peers after ours.
pub(super) fn ways<'a>(papers: &'a Papers, entries: &'a [Entry], scale: usize) -> Vec<Way<'a>> {
    let Some(set) = papers.sets.first() else { return Vec::new() };
    let ours = entries.iter().filter(|entry| entry.network.scale == scale).map(|entry| Way {
        name: label(entries, entry),
        trained_on: &entry.network.trained_on,
        ours: Some(entry),
        network: &entry.network.name,
        moments: entry.moments(set, &papers.protocol),
    });
    // Peers are measured under that protocol alone.
    let is_alike = papers.protocol == "y_matlab";
    let is_here = |peer: &&super::PeerCurve| is_alike && peer.scale == scale && peer.set == *set;
    let peers = papers.peers.iter().filter(is_here).map(|peer| Way {
        name: peer.name.clone(),
        trained_on: "T91",
        ours: None,
        network: &peer.network,
        moments: peer
            .points
            .iter()
            .map(|point| Moment { minutes: point.minutes, cpu_minutes: None, psnr_y_db: point.psnr_y_db })
            .collect(),
    });
    ours.chain(peers).filter(|way| !way.moments.is_empty()).collect()
}

/// What a chart calls a network: with its training images where there are two of its kind.
fn label(entries: &[Entry], entry: &Entry) -> String {
    let network = entry.network;
    let is_twin = |other: &&Entry| other.network.name == network.name && other.network.scale == network.scale;
    if entries.iter().filter(is_twin).count() > 1 {
        format!("{}, {}", network.name, network.trained_on)
    } else {
        network.name.clone()
    }
}

/// The last moment that took no more than so many minutes of processor time.
fn within(moments: &[Moment], minutes: f64) -> Option<Moment> {
    moments.iter().copied().rfind(|moment| moment.cpu_minutes.is_some_and(|took| took <= minutes))
}

/// The first moment at which a way was at a level; none where it is a peer's and was there when it was measured first: it may have been
/// there long before.
fn told(way: &Way, level_db: f64) -> Option<Moment> {
    let was_there = way.moments.first().is_some_and(|first| first.psnr_y_db >= level_db);
    if way.ours.is_none() && was_there { None } else { reached(&way.moments, level_db) }
}

/// The first moment at which a level was reached.
pub(super) fn reached(moments: &[Moment], level_db: f64) -> Option<Moment> {
    moments.iter().copied().find(|moment| moment.psnr_y_db >= level_db)
}

/// Minutes to every level, on the report's first set at [`SCALE`].
pub(super) fn table(papers: &Papers, entries: &[Entry]) -> Table {
    let ways = ways(papers, entries, SCALE);
    let mut table = of_ways("Minutes of training to a PSNR", papers, &ways);
    for level in LEVELS_DB {
        let minutes = |way: &Way| told(way, level).map(|moment| moment.minutes);
        table.push(Column::numbers(format!("{level} dB"), Some("min"), numbers(&ways, &minutes)));
    }
    for level in LEVELS_DB {
        let minutes = |way: &Way| told(way, level)?.cpu_minutes;
        table.push(Column::numbers(format!("{level} dB"), Some("processor min"), numbers(&ways, &minutes)));
    }
    table
}

/// PSNR after equal processor time, and in the end, on the same set and scale.
pub(super) fn budgets(papers: &Papers, entries: &[Entry]) -> Table {
    let ways = ways(papers, entries, SCALE);
    let set = papers.sets.first().map_or("", String::as_str);
    let mut table = of_ways("PSNR in dB after equal processor time", papers, &ways);
    for minutes in BUDGETS_MIN {
        let of_budget = |way: &Way| within(&way.moments, minutes).map(|moment| moment.psnr_y_db);
        table.push(Column::numbers(format!("{minutes}"), Some("processor min"), numbers(&ways, &of_budget)));
    }
    // Which step is kept is chosen by validation images, and not by this set.
    let kept = |way: &Way| match way.ours {
        Some(entry) => entry.scored(set, &papers.protocol).map(|scored| scored.psnr_db()),
        None => way.moments.last().map(|moment| moment.psnr_y_db),
    };
    table.push(Column::numbers("in the end", None, numbers(&ways, &kept)));
    table
}

/// A table with a row a way.
fn of_ways(title: &str, papers: &Papers, ways: &[Way]) -> Table {
    let set = papers.sets.first().map_or("", String::as_str);
    let mut table = Table::new(format!("{title} on {set} ×{SCALE}, {}", papers.protocol));
    table.push(Column::text("network", ways.iter().map(|way| Cell::text(way.name.as_str())).collect()));
    table.push(Column::text("trained on", ways.iter().map(|way| Cell::text(way.trained_on)).collect()));
    table
}

fn numbers(ways: &[Way], of: &dyn Fn(&Way) -> Option<f64>) -> Vec<Cell> {
    ways.iter().map(|way| Cell::number(of(way), 2)).collect()
}

/// PSNR against minutes and against minutes of processor time, for every group at every scale.
pub(super) fn charts(papers: &Papers, entries: &[Entry]) -> Result<Vec<NamedChart>, ReportError> {
    let mut charts = Vec::new();
    let scales: BTreeSet<usize> = entries.iter().map(|entry| entry.network.scale).collect();
    for group in Group::ALL {
        for &scale in &scales {
            let is_of = |way: &Way| match way.ours {
                Some(entry) => entry.network.group == group,
                None => entries.iter().any(|entry| {
                    entry.network.group == group
                        && entry.network.name == way.network
                        && entry.network.scale == scale
                }),
            };
            let ways: Vec<Way> = ways(papers, entries, scale).into_iter().filter(is_of).collect();
            let axes: [(&str, Against); 2] = [
                (
                    "minutes",
                    Against {
                        title: "time",
                        label: "minutes of training",
                        minutes: |moment| Some(moment.minutes),
                    },
                ),
                (
                    "processor_minutes",
                    Against {
                        title: "processor time",
                        label: "minutes of processor time, all threads together",
                        minutes: |moment| moment.cpu_minutes,
                    },
                ),
            ];
            for (name, against) in axes {
                if let Some(curves) = chart(papers, &ways, (group, scale), &against) {
                    let name = format!("{}_x{scale}_{name}", group.id());
                    let runs: Vec<&Records> = ways.iter().filter_map(|way| way.ours?.runs.first()).collect();
                    let origin = Origin::of(&format!("{FOLDER}/{name}"), &runs, FILES)?;
                    charts.push(NamedChart { name, group, scale, curves, origin });
                }
            }
        }
    }
    Ok(charts)
}

/// What PSNR is drawn against.
struct Against {
    title: &'static str,
    label: &'static str,
    minutes: fn(&Moment) -> Option<f64>,
}

fn chart(papers: &Papers, ways: &[Way], (group, scale): (Group, usize), against: &Against) -> Option<Curves> {
    let curve = |way: &Way| Curve {
        name: way.name.clone(),
        points: way
            .moments
            .iter()
            .filter_map(|moment| Some(((against.minutes)(moment)?, moment.psnr_y_db)))
            .collect(),
    };
    let curves: Vec<Curve> = ways.iter().map(curve).filter(|curve| !curve.points.is_empty()).collect();
    let set = papers.sets.first()?;
    if curves.is_empty() {
        return None;
    }
    let all = || curves.iter().flat_map(|curve| &curve.points).map(|(_, db)| *db);
    let (worst, best) = (all().fold(f64::MAX, f64::min), all().fold(f64::MIN, f64::max));
    // A level far from everything would press the curves together.
    let is_near = |level: &&f64| (worst - 0.2..=best + 0.5).contains(*level);
    let levels = LEVELS_DB.iter().filter(is_near).map(|level| (format!("{level} dB"), *level));
    Some(Curves {
        heading: Heading {
            title: format!("{} ×{scale}: PSNR on {set} against {}", group.title(), against.title),
            subtitle: "of the averaged weights; ours measured when the training was over".to_owned(),
        },
        x: Quantity::logarithmic(against.label),
        y: Quantity::linear(format!("PSNR on Y, dB ({})", papers.protocol)),
        curves,
        levels: if scale == SCALE && set == "set5" { levels.collect() } else { Vec::new() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_reached_at_the_first_moment_that_is_not_below_it() {
        let moment = |minutes: f64, psnr_y_db: f64| Moment { minutes, cpu_minutes: None, psnr_y_db };
        let moments = [moment(1., 31.2), moment(2., 31.5), moment(3., 31.4), moment(4., 32.1)];
        let at = |level: f64| reached(&moments, level).map(|moment| moment.minutes);
        assert_eq!([31., 31.5, 32., 32.39].map(at), [Some(1.), Some(2.), Some(4.), None]);
    }

    #[test]
    fn a_budget_takes_the_last_moment_within_it() {
        let moment =
            |cpu_minutes: Option<f64>, psnr_y_db: f64| Moment { minutes: 1., cpu_minutes, psnr_y_db };
        let moments = [moment(Some(0.2), 31.), moment(Some(0.9), 32.), moment(Some(1.1), 33.)];
        let at = |minutes: f64| within(&moments, minutes).map(|moment| moment.psnr_y_db);
        assert_eq!([0.1, 0.2, 1., 9.].map(at), [None, Some(31.), Some(32.), Some(33.)]);
        assert_eq!(within(&[moment(None, 31.)], 9.), None);
    }
}
