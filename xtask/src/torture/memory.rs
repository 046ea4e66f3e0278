//! How much memory a piece of work takes at its highest, as Linux tells it of the whole process.

use std::fs;

/// Runs `work`; returns by how many MiB the process was larger than before at the most, where the system tells.
pub(super) fn rise<T>(work: impl FnOnce() -> T) -> (T, Option<f64>) {
    // Puts the peak back to what is held now.
    let is_reset = fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = status_mib("VmRSS:").filter(|_| is_reset);
    let result = work();
    let rise = before.and_then(|before| Some(status_mib("VmHWM:")? - before));
    (result, rise)
}

fn status_mib(key: &str) -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.)
}
