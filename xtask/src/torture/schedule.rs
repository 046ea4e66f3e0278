//! Which trial comes next: the groups share the time equally, until each has done enough or the time is over.

use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, Instant},
};

use super::{
    Arena, Group, Wrong,
    tally::{Count, Tally},
    worker::{Batch, make_in_a_process},
};
use crate::say::{note, say};

/// Between two lines of progress.
const LINE_EVERY: Duration = Duration::from_secs(60);

/// What is asked of a torture.
pub(crate) struct Plan {
    /// The groups.
    pub(crate) groups: Vec<Group>,
    /// Time for all of it, that before a resume included; without it there is no limit.
    pub(crate) time: Option<Duration>,
    /// Trials of each group; without it as many as are enough.
    pub(crate) trials: Option<u64>,
    /// The first of them. Progress is kept only of a torture that begins at the beginning.
    pub(crate) first: u64,
}

/// What a torture comes to.
pub(crate) struct Sum {
    /// Trials that passed.
    pub(crate) passed: u64,
    /// Trials that failed.
    pub(crate) failed: u64,
    /// Groups of which no trial could be made on this machine.
    pub(crate) skipped: usize,
}

/// Makes the trials.
pub(crate) fn carry_out(plan: &Plan, arena: &Arena) -> Result<Sum, Wrong> {
    let mut tally = if plan.first == 0 { Tally::open(arena.work())? } else { Tally::default() };
    if tally.spent_s > 0. {
        note!("going on after {:.0} s", tally.spent_s);
    }
    // Without these there is nothing to compare with.
    arena.reference()?;
    arena.half()?;
    let mut ends = BTreeMap::new();
    let mut groups = Vec::new();
    for &group in &plan.groups {
        if let Some(obstacle) = group.obstacle(arena) {
            note!("SKIPPED {}, which mounts file systems: {obstacle}", group.name());
            continue;
        }
        groups.push(group);
        let end = match plan.trials {
            Some(trials) => (plan.first + trials).min(group.end(arena)?),
            None => group.enough(arena)?,
        };
        ends.insert(group.name(), end);
        tally.groups.entry(group.name().to_owned()).or_insert(Count { next: plan.first, ..Count::default() });
    }
    let mut last_line = Instant::now();
    while plan.time.is_none_or(|time| tally.spent_s < time.as_secs_f64()) {
        let unfinished = groups.iter().filter(|group| tally.groups[group.name()].next < ends[group.name()]);
        let spent = |group: &&Group| tally.groups[group.name()].spent_s;
        let Some(&group) = unfinished.min_by(|a, b| spent(a).total_cmp(&spent(b))) else { break };
        let first = tally.groups[group.name()].next;
        let left = ends[group.name()] - first;
        let started = Instant::now();
        let Batch { made, failures } = match group.together() {
            Some(together) => make_in_a_process(group, arena, first, together.min(left))?,
            None => make_here(group, arena, first),
        };
        let took_s = started.elapsed().as_secs_f64();
        tally.spent_s += took_s;
        let count_of = tally.groups.entry(group.name().to_owned()).or_default();
        count_of.next += made;
        count_of.passed += made - failures.len() as u64;
        count_of.failed += failures.len() as u64;
        count_of.spent_s += took_s;
        for (trial, reason) in &failures {
            report(arena, group, *trial, reason);
        }
        tally.save()?;
        if last_line.elapsed() >= LINE_EVERY {
            last_line = Instant::now();
            let (passed, failed) = tally.totals();
            note!("{:.0} min: {passed} passed, {failed} failed", tally.spent_s / 60.);
        }
    }
    for (name, count) in &tally.groups {
        say!("{name:12} {:6} passed, {} failed, {:.0} s", count.passed, count.failed, count.spent_s);
    }
    tally.close()?;
    let (passed, failed) = tally.totals();
    Ok(Sum { passed, failed, skipped: plan.groups.len() - groups.len() })
}

/// Says what failed, and how to see it again.
fn report(arena: &Arena, group: Group, trial: u64, reason: &str) {
    note!("FAILED {} {trial}: {reason}", group.name());
    note!(
        "  again: cargo xtask torture --seed {} --only {} --first {trial} --trials 1",
        arena.seed(),
        group.name()
    );
    let place = arena.place_of(group, trial);
    if place.exists() {
        note!("  left:  {}", place.display());
    }
}

/// Makes one trial, which starts processes of its own.
fn make_here(group: Group, arena: &Arena, trial: u64) -> Batch {
    match group.make(arena, trial) {
        // What a failed trial left is kept, for people to look at.
        Err(wrong) => Batch { made: 1, failures: vec![(trial, wrong.to_string())] },
        Ok(()) => {
            let _ = fs::remove_dir_all(arena.place_of(group, trial));
            Batch { made: 1, failures: Vec::new() }
        }
    }
}
