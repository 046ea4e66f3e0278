//! What the machine has: cores, memory and disk space.

use std::{fs, path::Path, thread};

/// Cores that this process may use.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Bytes of memory that are free for this process; none where the system does not tell.
pub(crate) fn free_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let free = available_in(&text)?;
    Some(container_memory().map_or(free, |left| left.min(free)))
}

/// `MemAvailable` of /proc/meminfo: what can be used without swapping.
fn available_in(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

/// What the limit of a container leaves, if there is one: cgroup v2, then v1.
fn container_memory() -> Option<u64> {
    let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let places = [
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ];
    places.into_iter().find_map(|(limit, used)| Some(number(limit)?.saturating_sub(number(used)?)))
}

/// Bytes that can be written below `folder`, which need not exist yet; none where the system does not tell.
pub(crate) fn free_disk(folder: &Path) -> Option<u64> {
    let folder = std::path::absolute(folder).ok()?;
    let there = folder.ancestors().find(|place| place.is_dir())?;
    fs4::available_space(there).ok()
}

/// Bytes for people: `3 MiB`, `1.5 GiB`.
pub(crate) fn size(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    if mib < 1024. { format!("{:.0} MiB", mib.ceil()) } else { format!("{:.1} GiB", mib / 1024.) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_available_memory_is_read_and_nothing_else() {
        let text = "MemTotal:       24530428 kB\nMemFree:        1 kB\nMemAvailable:       2048 kB\n";
        assert_eq!(available_in(text), Some(2 << 20));
        assert_eq!(available_in("MemTotal: 1 kB\n"), None);
        assert_eq!(available_in("MemAvailable: many kB\n"), None);
    }

    #[test]
    fn a_folder_that_is_not_there_has_the_space_of_the_one_around_it() {
        assert!(free_disk(Path::new("no/such/folder")).is_some_and(|bytes| bytes > 0));
    }

    #[test]
    fn sizes_are_rounded_up_below_a_gibibyte() {
        assert_eq!([1, 3 << 20, 3 << 29].map(size), ["1 MiB", "3 MiB", "1.5 GiB"]);
    }
}
