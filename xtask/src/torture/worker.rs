//! Trials in a process of their own: whatever they do to it, the torture goes on and knows which one it was.

use std::{
    fs::{self, File},
    io::Write,
    panic,
    path::Path,
    time::Duration,
};

use super::{Arena, Group, Outcome, Wrong, child::Running};

/// A trial that takes longer hangs; in most groups it is a thousandth of a second.
const PATIENCE: Duration = Duration::from_secs(60);

/// Trials that start runs of their own, each of which has its own patience.
const PATIENCE_WITH_RUNS: Duration = Duration::from_secs(600);

/// What a batch of trials comes to.
pub(super) struct Batch {
    /// Trials that were made.
    pub(super) made: u64,
    /// Those that failed, and why.
    pub(super) failures: Vec<(u64, String)>,
}

/// Makes up to `count` trials from `first` on in a process of their own; the first that ends or blocks it is the last.
pub(super) fn make_in_a_process(group: Group, arena: &Arena, first: u64, count: u64) -> Result<Batch, Wrong> {
    let place = arena.work().join(format!("worker-{}", group.name()));
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::create_dir_all(&place)?;
    let journal = place.join("journal.txt");
    let (seed, first_text, count_text) = (arena.seed().to_string(), first.to_string(), count.to_string());
    let arguments = ["torture-worker", group.name(), &seed, &first_text, &count_text];
    let mut command = if group.mounts() { arena.command_alone(arguments) } else { arena.command(arguments) };
    let mut running = Running::start(command.arg(arena.work()), &place)?;
    let (mut length, mut since_change) = (0, Duration::ZERO);
    let patience = if group.mounts() { PATIENCE_WITH_RUNS } else { PATIENCE };
    let mut hung = false;
    while running.until(|_| true)? {
        // A look every now and then is enough: the journal tells what happened.
        let now = fs::metadata(&journal).map_or(0, |meta| meta.len());
        (length, since_change) =
            if now > length { (now, Duration::ZERO) } else { (length, since_change + NAP) };
        if since_change > patience {
            hung = true;
            break;
        }
        std::thread::sleep(NAP);
    }
    let ended = if hung { running.kill()? } else { running.wait()? };
    let text = fs::read_to_string(&journal).unwrap_or_default();
    let mut batch = Batch { made: 0, failures: Vec::new() };
    let mut done = false;
    for line in text.lines() {
        match line.split_once(' ') {
            Some(("begin", _)) => batch.made += 1,
            Some(("failed", reason)) => batch.failures.push((first + batch.made - 1, reason.to_owned())),
            _ => done |= line == "done",
        }
    }
    if !done {
        // The trial that was begun last is the one that ended it, or the process did not even begin.
        batch.made = batch.made.max(1);
        let why = if hung { format!("it hung for {} s", patience.as_secs()) } else { ended.to_string() };
        batch.failures.push((first + batch.made - 1, why));
    }
    Ok(batch)
}

/// Between two looks at the journal.
const NAP: Duration = Duration::from_millis(5);

/// The process itself: a line in the journal before each trial, one after each that failed, and one at the end.
pub(crate) fn work(group: Group, work: &Path, seed: u64, first: u64, count: u64) -> Result<(), Wrong> {
    let arena = Arena::enter(work, seed)?;
    let mut journal =
        File::create(arena.work().join(format!("worker-{}", group.name())).join("journal.txt"))?;
    for trial in first..first + count {
        writeln!(journal, "begin {trial}")?;
        let outcome: Outcome = panic::catch_unwind(|| group.make(&arena, trial)).unwrap_or_else(|panic| {
            let words = panic.downcast_ref::<String>().map(String::as_str);
            let words = words.or(panic.downcast_ref::<&str>().copied()).unwrap_or("without a word");
            Err(format!("it panicked: {words}").into())
        });
        match outcome {
            Ok(()) => drop(fs::remove_dir_all(arena.place_of(group, trial))),
            Err(wrong) => writeln!(journal, "failed {}", wrong.to_string().replace('\n', " / "))?,
        }
    }
    writeln!(journal, "done")?;
    Ok(())
}
