//! A disk that fills up while a run trains: exit 5 with the last checkpoint named, and the same end once there is room.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
    time::Duration,
};

use rand::Rng;

use super::{Group, Outcome, Wrong, arena::Arena, child::Running, kill::Moment, mounted::Mounted, sameness};

/// The size of the disk; a run of the torture's experiment leaves less than a third.
const MIB: u64 = 16;

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let mut draws = arena.draws(Group::Full, trial);
    let place = arena.place(Group::Full, trial)?;
    let disk = place.join("disk");
    let _mounted = Mounted::memory(MIB, &disk)?;
    let run = Arena::run_in(&disk);
    let moment = Moment::in_training(&mut draws, &arena.reference()?, &run, Duration::from_millis(8))?;
    let left = draws.random_range(0..48) << 10;
    let mut running = Running::start(&mut arena.train(&disk), &place)?;
    let ballast = disk.join("ballast");
    // Held meanwhile, so that the disk is full before it goes on; on a busy machine it can be over before that.
    let is_held = moment.wait(&mut running)? && running.hold()?;
    fill(&ballast, left)?;
    running.go_on();
    let ended = running.wait()?;
    let judge = || -> Outcome {
        ended.expect(&[if is_held { 5 } else { 0 }])?;
        if let Some(checkpoint) = sameness::verified(&run)?.filter(|_| is_held) {
            ended.says(&format!("the checkpoint of step {} is whole", checkpoint.step))?;
        }
        fs::remove_file(&ballast)?;
        arena.finish(&disk)
    };
    judge().map_err(|wrong| format!("{left} bytes were left: {wrong}").into())
}

/// Fills a disk until only `left` bytes are free.
fn fill(ballast: &Path, left: u64) -> Result<(), Wrong> {
    let mut file = File::create(ballast)?;
    let page = [0; 4096];
    loop {
        match file.write_all(&page) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::StorageFull => break,
            Err(error) => return Err(error.into()),
        }
    }
    let length = file.metadata()?.len();
    Ok(file.set_len(length.saturating_sub(left))?)
}
