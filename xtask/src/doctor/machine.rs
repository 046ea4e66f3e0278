//! Cores, the instructions that make convolutions fast, memory, threads and disk space.

use std::{env, path::Path};

use super::Finding;
use crate::machine::{cores, free_disk, free_memory, size};

/// Below this, memory and disk are said to be short.
const SHORT_BYTES: u64 = 1 << 30;

/// The machine, and the disk that `results` is on.
pub(crate) fn of_machine(results: &Path) -> Vec<Finding> {
    let place = format!("below {}", results.display());
    vec![
        instructions(),
        room("memory", free_memory(), "for this process", "close other programs, or run with --max-memory"),
        threads(),
        room("disk", free_disk(results), &place, "free some space, or name another disk with --out"),
    ]
}

fn instructions() -> Finding {
    let cores = match cores() {
        1 => "1 core".to_owned(),
        cores => format!("{cores} cores"),
    };
    #[cfg(target_arch = "x86_64")]
    let (has, which) = {
        let has = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let wider = has && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
        (has, if wider { "AVX2, FMA and AVX-512" } else { "AVX2 and FMA" })
    };
    #[cfg(not(target_arch = "x86_64"))]
    let (has, which) = (cfg!(target_arch = "aarch64"), "NEON");
    if has {
        return Finding::fine("machine", format!("{cores}, {which}"));
    }
    let message = format!("{cores}, without {which}");
    Finding::note("machine", message, "everything works, several times slower than in the README")
}

fn threads() -> Finding {
    let threads = rayon::current_num_threads();
    let message = format!("{threads} that compute");
    match env::var("RAYON_NUM_THREADS") {
        Ok(number) if threads < cores() => Finding::note(
            "threads",
            format!("{message}, as RAYON_NUM_THREADS={number} says"),
            "unset it to use every core; no result depends on it",
        ),
        _ => Finding::fine("threads", message),
    }
}

fn room(area: &'static str, free: Option<u64>, place: &str, help: &str) -> Finding {
    match free {
        Some(free) if free < SHORT_BYTES => {
            Finding::note(area, format!("only {} free {place}", size(free)), help)
        }
        Some(free) => Finding::fine(area, format!("{} free {place}", size(free))),
        None => Finding::fine(area, "the system does not say how much is free"),
    }
}
