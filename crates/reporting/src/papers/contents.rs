//! The page: what came out first, then the tables, how fast it was reached, how it was measured, where it comes from.

use std::{collections::BTreeMap, ops::Range};

use plumage_record::Manifest;

use super::{
    Entry, Group, NamedTable, Papers, costs,
    progress::{self, LEVELS_DB, NamedChart, Way, reached},
    published,
    scores::{self, Row, Standing},
};
use crate::{
    number::grouped,
    origin::short,
    page::{Chart, Origin, Page, Part, Section, Verdict},
    tables::{Cell, Column, Table},
    words::joined,
};

/// How far below one trained on photographs a network trained on drawings may be, in dB, to be called as good.
const AS_GOOD_DB: f64 = 0.1;

pub(super) fn page(papers: &Papers, entries: &[Entry], tables: &[NamedTable], charts: &[NamedChart]) -> Page {
    let mut sections = vec![Section::new("outcome", "What came out", outcome(papers, entries))];
    for group in Group::ALL {
        let parts = of_group(papers, group, tables, charts);
        if !parts.is_empty() {
            sections.push(Section::new(group.id(), group.title(), parts));
        }
    }
    let mut more = |id: &str, title: &str, parts: Vec<Part>| {
        if !parts.is_empty() {
            sections.push(Section::new(id, title, parts));
        }
    };
    more("time", "Minutes to a level", minutes(tables));
    more("costs", "What they cost", named(tables, costs::NAME));
    more("measured", "How it was measured", measured(papers, entries, tables));
    more("origin", "Where it comes from", origin(papers, entries));
    Page {
        title: "Plumage beside the papers".to_owned(),
        lead: lead(papers, entries),
        sections,
        footer: format!(
            "Made by `{}` from the records of the runs; the tables are in `tables/` as CSV, Markdown and LaTeX, the charts in \
             `charts/` as SVG and PNG.",
            papers.command
        ),
    }
}

fn lead(papers: &Papers, entries: &[Entry]) -> String {
    let rows = all_rows(papers, entries);
    let with_paper: Vec<&Row> = rows.iter().filter(|row| row.ours.is_some() && row.paper.is_some()).collect();
    let waiting = with_paper.iter().filter(|row| row.scored.is_none()).count();
    let reached = rows.iter().filter(|row| row.standing() == Standing::Reached).count();
    let mut text = format!(
        "Networks trained by Plumage, measured on {} under `{}`, beside what papers report. On {}, **{reached} of {with_paper}** that \
         a paper has too reach the paper's PSNR.",
        papers.sets.join(", "),
        papers.protocol,
        papers.sets.first().map_or("no set", String::as_str),
        with_paper = with_paper.len()
    );
    if waiting > 0 {
        text += &format!(" Not run yet: {waiting}.");
    }
    if let Some(cut) = &papers.cut {
        text += &format!("\n\n**This is a shortened report:** {cut}");
    }
    text
}

/// The rows of all groups on the most important set.
fn all_rows<'a>(papers: &'a Papers, entries: &'a [Entry]) -> Vec<Row<'a>> {
    let Some(set) = papers.sets.first() else { return Vec::new() };
    Group::ALL.into_iter().flat_map(|group| scores::rows(papers, entries, group, set)).collect()
}

/// Every claim with its verdict.
fn outcome(papers: &Papers, entries: &[Entry]) -> Vec<Part> {
    let mut parts: Vec<Part> = all_rows(papers, entries).iter().filter_map(beside_paper).collect();
    parts.extend(drawn_beside_photographs(papers, entries));
    parts.extend(peers(papers, entries));
    parts
}

/// Whether a network of ours reaches the paper's.
fn beside_paper(row: &Row) -> Option<Part> {
    let (entry, paper) = (row.ours?, row.paper?);
    let network = entry.network;
    let claim = format!(
        "**{} ×{}**, trained on {}: the paper has {:.2} dB of PSNR on Y, trained on {}",
        network.name, network.scale, network.trained_on, paper.psnr_y_db, paper.trained_on
    );
    let said =
        |scored: &super::entry::Scored| format!("{claim}; ours has {} dB", scored.psnr_cell().written());
    let (verdict, words) = match (row.standing(), &row.scored) {
        (Standing::Reached, Some(scored)) => (Verdict::Holds, format!("{}.", said(scored))),
        (Standing::Short(db), Some(scored)) => {
            (Verdict::Fails, format!("{}, which is **{db:.2} dB short**.", said(scored)))
        }
        _ => (Verdict::Untested, format!("{claim}. There is no finished run of `{}`.", network.experiment)),
    };
    Some(Part::Verdict { verdict, words })
}

/// Whether networks that never saw a photograph are as good as those that did.
fn drawn_beside_photographs(papers: &Papers, entries: &[Entry]) -> Vec<Part> {
    const DRAWN: &str = "drawn birds";
    let Some(set) = papers.sets.first() else { return Vec::new() };
    let mut parts = Vec::new();
    for drawn in entries.iter().filter(|entry| entry.network.trained_on == DRAWN) {
        let is_twin = |other: &&Entry| {
            let (one, other) = (drawn.network, other.network);
            one.name == other.name && one.scale == other.scale && other.trained_on != DRAWN
        };
        for twin in entries.iter().filter(is_twin) {
            let (name, scale, on) = (&twin.network.name, twin.network.scale, &twin.network.trained_on);
            let claim = format!(
                "**{name} ×{scale}** trained on nothing but drawn birds, beside the one trained on {on}"
            );
            let scored = drawn.scored(set, &papers.protocol).zip(twin.scored(set, &papers.protocol));
            let (verdict, words) = match scored {
                None => (Verdict::Untested, format!("{claim}: one of them has not run.")),
                Some((ours, theirs)) => {
                    let gap = theirs.psnr_db() - ours.psnr_db();
                    let verdict = if gap <= AS_GOOD_DB { Verdict::Holds } else { Verdict::Fails };
                    let words = format!(
                        "{claim}: {} against {} dB, a difference of {gap:.2} dB; within {AS_GOOD_DB} is called as good.",
                        ours.psnr_cell().written(),
                        theirs.psnr_cell().written()
                    );
                    (verdict, words)
                }
            };
            parts.push(Part::Verdict { verdict, words });
        }
    }
    parts
}

/// How our minutes stand to those of another engine.
fn peers(papers: &Papers, entries: &[Entry]) -> Vec<Part> {
    let ways = progress::ways(papers, entries, progress::SCALE);
    let verdict = |peer: &Way| {
        let of_network = || ways.iter().filter(|way| way.ours.is_some() && way.network == peer.network);
        let ours =
            of_network().find(|way| way.trained_on == peer.trained_on).or_else(|| of_network().next())?;
        // What the peer had when it was measured first, it may have had long before. A level that it alone reached counts against us.
        let first = peer.moments.first()?;
        let levels = LEVELS_DB.iter().filter(|&&level| level > first.psnr_y_db).filter_map(|&level| {
            let theirs = reached(&peer.moments, level)?.minutes;
            // It came there after this at the earliest; ours at the latest when it was measured.
            let not_yet = peer.moments.iter().rfind(|moment| moment.minutes < theirs)?.minutes;
            Some((level, reached(&ours.moments, level).map(|moment| moment.minutes), not_yet..theirs))
        });
        let levels: Vec<(f64, Option<f64>, Range<f64>)> = levels.collect();
        let is_half = |(_, ours, theirs): &&(f64, Option<f64>, Range<f64>)| {
            ours.is_some_and(|ours| 2. * ours <= theirs.start)
        };
        let verdict = match levels.iter().filter(is_half).count() {
            _ if levels.is_empty() => Verdict::Untested,
            all if all == levels.len() => Verdict::Holds,
            0 => Verdict::Fails,
            _ => Verdict::Depends,
        };
        let each = levels.iter().map(|(level, ours, theirs)| match ours {
            Some(ours) => {
                format!("{level} dB after {ours:.2} against {:.2} to {:.2} min", theirs.start, theirs.end)
            }
            None => format!("{level} dB never against {:.2} to {:.2} min", theirs.start, theirs.end),
        });
        let each: Vec<String> = each.collect();
        let words = if each.is_empty() { "there is no level to compare".to_owned() } else { each.join("; ") };
        let images = if ours.trained_on == peer.trained_on {
            format!("both trained on {}", ours.trained_on)
        } else {
            format!("ours trained on {}, the other on {}", ours.trained_on, peer.trained_on)
        };
        let words = format!(
            "**At most half the minutes of {}**, recipe and engine together, {images}: {words}. The other was measured first after \
             {:.2} min, at {:.2} dB: lower levels are left out. In all of its {:.0} minutes it came to {:.2} dB.",
            peer.name,
            first.minutes,
            first.psnr_y_db,
            peer.moments.last()?.minutes,
            peer.moments.last()?.psnr_y_db,
        );
        Some(Part::Verdict { verdict, words })
    };
    ways.iter().filter(|way| way.ours.is_none()).filter_map(verdict).collect()
}

fn of_group(papers: &Papers, group: Group, tables: &[NamedTable], charts: &[NamedChart]) -> Vec<Part> {
    let mut parts = Vec::new();
    for index in 0..papers.sets.len() {
        parts.extend(named(tables, &scores::name(group, &papers.sets, index)));
    }
    let of_group: Vec<&NamedChart> = charts.iter().filter(|chart| chart.group == group).collect();
    let is_main = |chart: &NamedChart| chart.scale == progress::SCALE;
    let part = |chart: &NamedChart| {
        let origin = chart.origin.as_ref().map(Origin::of_figure).unwrap_or_default();
        Part::Chart(Chart::new(&chart.curves, "", origin))
    };
    // A group without that scale has no main one: all of it is shown.
    let has_main = of_group.iter().any(|chart| is_main(chart));
    let (main, others): (Vec<_>, Vec<_>) =
        of_group.into_iter().partition(|chart| is_main(chart) || !has_main);
    parts.extend(main.into_iter().map(part));
    if !others.is_empty() {
        let parts_of_others = others.into_iter().map(part).collect();
        parts.push(Part::Details { summary: "The other scales".to_owned(), parts: parts_of_others });
    }
    parts
}

fn minutes(tables: &[NamedTable]) -> Vec<Part> {
    let mut parts = named(tables, progress::NAME);
    if !parts.is_empty() {
        let words = "Minutes of training to the first weights that are at or above a level. Weights are kept after every so many steps, so \
                     that a level may have been reached earlier, and the first ones of a network stand for all levels below them; the \
                     learning rate falls to the end of each network's own budget. Processor time is that of all threads together. What a \
                     dash stands for was not reached, not counted, or, of another engine, reached before it was measured first. Networks of other machines and numbers of threads, below, are not \
                     to be compared by minutes.";
        parts.insert(0, Part::Prose(words.to_owned()));
    }
    parts.extend(named(tables, progress::BUDGETS));
    parts
}

/// The table of that name, if it has rows.
fn named(tables: &[NamedTable], name: &str) -> Vec<Part> {
    let table = tables.iter().find(|(of, _)| of == name);
    table.map(|(_, table)| Part::Table(table.clone())).into_iter().collect()
}

fn measured(papers: &Papers, entries: &[Entry], tables: &[NamedTable]) -> Vec<Part> {
    let words = format!(
        "Every score is under `{}`. With `y_matlab`, that of SRCNN, VDSR and most tables on luma, Y of BT.601 is rounded; LR is made \
         by MATLAB's bicubic and not rounded; SR is rounded; as many pixels as the scale are cut from every side; and the mean is that \
         of the decibels over the images. A score of ours reaches a paper's if it does so in the two decimals that papers print.\n\n\
         No network saw an image that it is measured on: the best step is chosen by images kept from training, and the weights that \
         were kept on the way were measured when the training was over. {}Minutes are those of training and validation, without the \
         measuring afterwards, and without those in which a process stood still: intervals of more than half a minute of which less than a \
         tenth was computed. `threads` are those that compute; beside them one reads and degrades images.",
        papers.protocol,
        of_seeds(entries)
    );
    let mut parts = vec![Part::Prose(words)];
    parts.extend(stood_still(entries).map(Part::Prose));
    parts.extend(other_budgets(entries).into_iter().map(Part::Prose));
    if !papers.peers.is_empty() {
        let words = "The minutes of other engines are those of their own recipes, which may differ from ours in more than the engine; how \
                     long equal steps take, `cargo xtask bench` measures.";
        parts.push(Part::Prose(words.to_owned()));
    }
    parts.push(Part::Commands(vec![papers.command.clone()]));
    let mut inside = named(tables, published::NAME);
    let list = papers.published.papers.iter();
    let list: String =
        list.map(|(key, paper)| format!("- `{key}`: [{}]({})\n", paper.title, paper.url)).collect();
    inside.push(Part::Prose(list));
    parts.push(Part::Details { summary: "The papers' numbers, and the papers".to_owned(), parts: inside });
    parts
}

/// By how many seeds the networks were trained, in a sentence and a space.
fn of_seeds(entries: &[Entry]) -> &'static str {
    match entries.iter().map(|entry| entry.runs.len()).max().unwrap_or(0) {
        0 | 1 => "Every network was trained by one seed: by how much another one differs is not known. ",
        _ => {
            "Where there are several seeds, ± is their standard deviation; curves, minutes and costs are those of the first. "
        }
    }
}

/// Which runs stood still, and for how long.
fn stood_still(entries: &[Entry]) -> Option<String> {
    let minutes = |entry: &Entry| {
        let minutes = entry.stood_still_minutes();
        (minutes > 0.).then(|| format!("`{}` for {minutes:.1} min", entry.network.experiment))
    };
    let each: Vec<String> = entries.iter().filter_map(minutes).collect();
    (!each.is_empty())
        .then(|| format!("These stood still, which is left out of their minutes: {}.", joined(&each)))
}

/// A sentence for every network whose experiments gave it different numbers of steps on the same images.
fn other_budgets(entries: &[Entry]) -> Vec<String> {
    let mut networks: BTreeMap<_, BTreeMap<u64, Vec<String>>> = BTreeMap::new();
    for entry in entries {
        let Some(first) = entry.manifests().next() else { continue };
        let of_network = networks.entry((&entry.network.name, &entry.network.trained_on)).or_default();
        let experiment = format!("`{}` (×{})", entry.network.experiment, entry.network.scale);
        of_network.entry(first.steps_done).or_default().push(experiment);
    }
    let sentence = |((name, trained_on), budgets): ((&String, &String), BTreeMap<u64, Vec<String>>)| {
        let budget = |(steps, experiments): (&u64, &Vec<String>)| {
            format!("{} steps in {}", grouped(*steps), joined(experiments))
        };
        let each: Vec<String> = budgets.iter().map(budget).collect();
        let words = format!(
            "{name}, trained on {trained_on}, made {}: what these files of experiments/ begin with tells how it came to that.",
            joined(&each)
        );
        (each.len() > 1).then_some(words)
    };
    networks.into_iter().filter_map(sentence).collect()
}

/// Every run with all that tells where it comes from.
fn origin(papers: &Papers, entries: &[Entry]) -> Vec<Part> {
    let runs: Vec<(&Entry, &Manifest)> =
        entries.iter().flat_map(|entry| entry.manifests().map(move |manifest| (entry, manifest))).collect();
    if runs.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new(format!("The runs, measured under {}", papers.protocol));
    let text = |of: fn(&(&Entry, &Manifest)) -> String| runs.iter().map(|run| Cell::Text(of(run))).collect();
    table.push(Column::text("experiment", text(|(entry, _)| entry.network.experiment.clone())));
    table.push(Column::numbers("seed", None, text(|(_, run)| run.seed.to_string())));
    if runs.iter().any(|(_, run)| !run.set.is_empty()) {
        table.push(Column::text("changes", text(|(_, run)| run.set.join(" "))));
    }
    table.push(Column::text("commit", text(|(_, run)| commit(run))));
    table.push(Column::text("config", text(|(_, run)| short(&run.config_sha256).to_owned())));
    table.push(Column::text("data", text(|(_, run)| short(&run.data_sha256).to_owned())));
    table.push(Column::text("machine", text(|(_, run)| run.provenance.cpu.clone())));
    table.push(Column::numbers("threads", None, text(|(_, run)| run.threads.to_string())));
    table.push(Column::text("begun", text(|(_, run)| run.started.clone())));
    vec![Part::Table(table)]
}

fn commit(run: &Manifest) -> String {
    let dirty = if run.provenance.dirty == Some(true) { " and changes" } else { "" };
    run.provenance.commit.as_ref().map_or("unknown".to_owned(), |commit| format!("{}{dirty}", short(commit)))
}
