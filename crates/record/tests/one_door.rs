//! Nothing writes into a run folder but `record::disk`: no source of the workspace calls what the system has for it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{fs, path::Path};

/// What changes a file system.
const WRITES: [&str; 14] = [
    "fs::write",
    "File::create",
    "File::options",
    "OpenOptions",
    "fs::rename",
    "fs::copy",
    "fs::hard_link",
    "fs::symlink",
    "create_dir",
    "remove_file",
    "remove_dir",
    "file.set_len",
    "set_permissions",
    "tempfile",
];

/// The door; and torture, which damages runs of its own on purpose.
const EXCEPTIONS: [&str; 4] = [
    "crates/record/src/disk.rs",
    "crates/record/src/disk/",
    "xtask/src/torture/",
    "xtask/src/commands/torture.rs",
];

/// The sources below `folder`, without tests, benches and examples.
fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !matches!(name, "tests" | "benches" | "examples" | "target") {
            sources(&path, found);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
}

#[test]
fn only_the_disk_module_changes_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let mut found = Vec::new();
    for folder in ["crates", "xtask"] {
        sources(&root.join(folder), &mut found);
    }
    assert!(found.len() > 100, "only {} sources were found", found.len());
    let mut calls = Vec::new();
    for path in found {
        let relative = path.strip_prefix(&root).unwrap().to_str().unwrap();
        if EXCEPTIONS.iter().any(|exception| relative.starts_with(exception)) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        // Tests stand at the end of a file.
        let ends = ["#[cfg(test)]\nmod ", "#[cfg(test)]\npub(crate) mod "];
        let end = ends.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
        let code = &text[..end];
        for (number, line) in
            code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            if let Some(call) = WRITES.iter().find(|call| line.contains(*call)) {
                calls.push(format!("{relative}:{}: {call}", number + 1));
            }
        }
    }
    assert!(calls.is_empty(), "these go past record::disk:\n{}", calls.join("\n"));
}
