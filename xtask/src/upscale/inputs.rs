//! Which file becomes which: files, folders and patterns on the command line, and names below the output folder.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use plumage_imaging::{decode::is_image_path, readable};
use walkdir::WalkDir;

use crate::failure::Failure;

/// One picture to be enlarged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    /// The file.
    pub(crate) input: PathBuf,
    /// The file that it becomes.
    pub(crate) output: PathBuf,
}

/// What there is to do, in the order of the command line and of the names in a folder, and what of it cannot be done.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The pictures.
    pub(crate) tasks: Vec<Task>,
    /// Paths that lead nowhere, and why.
    pub(crate) bad: Vec<(PathBuf, Failure)>,
}

/// Finds the pictures of `inputs` and their names below `out`: a file keeps its name, a file of a folder its path in it.
///
/// What lies in `out` is not an input of a folder around it.
///
/// # Errors
/// Two inputs that would become one file, an output that is an input, and, without `overwrite`, one that is there.
pub(crate) fn find(inputs: &[PathBuf], out: &Path, overwrite: bool) -> Result<Found, Failure> {
    if out.exists() && !out.is_dir() {
        return Err(Failure::usage(format!("--out {} is not a folder", readable(out)), "name a folder"));
    }
    let mut found = Found::default();
    for input in inputs {
        add(input, out, &mut found);
    }
    let mut by_output: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    let mut tasks = Vec::new();
    for task in found.tasks {
        let input = fs::canonicalize(&task.input).unwrap_or_else(|_| task.input.clone());
        match by_output.insert(resolved(&task.output), input.clone()) {
            // The same file, named twice.
            Some(other) if other == input => {}
            Some(other) => {
                let (one, two, output) = (readable(&other), readable(&input), readable(&task.output));
                return Err(Failure::usage(
                    format!("{one} and {two} would both become {output}"),
                    "give them other names, or upscale them into two folders",
                ));
            }
            None => tasks.push(task),
        }
    }
    if let Some(over) = by_output.values().find(|input| by_output.contains_key(*input)) {
        return Err(Failure::usage(
            format!("{} would be overwritten by an output", readable(over)),
            "name another folder with --out",
        ));
    }
    let there: Vec<&Task> = tasks.iter().filter(|task| task.output.symlink_metadata().is_ok()).collect();
    if let (false, Some(first)) = (overwrite, there.first()) {
        let more = if there.len() > 1 { format!(", and {} more", there.len() - 1) } else { String::new() };
        return Err(Failure::usage(
            format!("{} is there already{more}", readable(&first.output)),
            "--overwrite replaces it, or name another folder with --out",
        ));
    }
    Ok(Found { tasks, bad: found.bad })
}

/// Adds what one argument of the command line names.
fn add(input: &Path, out: &Path, found: &mut Found) {
    if input.is_dir() {
        return add_folder(input, out, found);
    }
    if input.symlink_metadata().is_err()
        && let Some(pattern) = input.to_str().filter(|text| text.contains(['*', '?', '[']))
    {
        let paths: Vec<PathBuf> = glob::glob(pattern).into_iter().flatten().filter_map(Result::ok).collect();
        paths.iter().for_each(|path| add(path, out, found));
        if paths.is_empty() {
            found
                .bad
                .push((input.to_owned(), Failure::in_image(&readable(input), "no file has such a name")));
        }
        return;
    }
    match input.file_name() {
        Some(name) => found.tasks.push(Task { input: input.to_owned(), output: out.join(name) }),
        None => found.bad.push((input.to_owned(), Failure::in_image(&readable(input), "it has no name"))),
    }
}

/// Adds the files below `folder` that are pictures by their names, in the order of the bytes of their paths.
fn add_folder(folder: &Path, out: &Path, found: &mut Found) {
    let before = (found.tasks.len(), found.bad.len());
    let out_place = resolved(out);
    let is_output = |path: &Path| path.is_dir() && resolved(path) == out_place;
    let walk = WalkDir::new(folder).follow_links(true).min_depth(1).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(|entry| !is_output(entry.path())) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() || !is_image_path(entry.path()) => {}
            Ok(entry) => {
                let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
                found.tasks.push(Task { output: out.join(below), input: entry.path().to_owned() });
            }
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                // A folder that cannot be listed may hide pictures; any other broken entry matters only if it is one.
                if is_image_path(&path) || path.is_dir() {
                    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    found.bad.push((path.clone(), Failure::in_image(&readable(&path), reason)));
                }
            }
        }
    }
    if before == (found.tasks.len(), found.bad.len()) {
        found
            .bad
            .push((folder.to_owned(), Failure::in_image(&readable(folder), "there is no picture in it")));
    }
}

/// The path with all links resolved, as far as it is there, but for the last name.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if path.is_dir() {
        return fs::canonicalize(&path).unwrap_or(path);
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return path };
    resolved(folder).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "picture").unwrap();
        }
        folder
    }

    fn outputs(found: &Found, out: &Path) -> Vec<String> {
        found.tasks.iter().map(|task| readable(task.output.strip_prefix(out).unwrap())).collect()
    }

    #[test]
    fn files_keep_their_names_and_folders_their_shape() {
        let place = place(&["a.png", "b/c.jpg", "b/d/e.webp", "b/notes.txt", "b/x.PNG"]);
        let out = place.path().join("out");
        let inputs = [place.path().join("a.png"), place.path().join("b"), place.path().join("*.png")];
        let found = find(&inputs, &out, false).unwrap();
        assert_eq!(outputs(&found, &out), ["a.png", "c.jpg", "d/e.webp", "x.PNG"]);
        assert!(found.bad.is_empty());
    }

    #[test]
    fn an_output_folder_inside_the_input_folder_is_no_input() {
        let place = place(&["a.png", "big/a.png", "big/deep/b.png", "bigger/c.png"]);
        let out = place.path().join("big");
        let found = find(&[place.path().to_owned()], &out, true).unwrap();
        assert_eq!(outputs(&found, &out), ["a.png", "bigger/c.png"]);
    }

    #[test]
    fn two_inputs_for_one_output_are_refused_and_one_input_twice_is_not() {
        let place = place(&["x/a.png", "y/a.png"]);
        let (one, two) = (place.path().join("x/a.png"), place.path().join("y/a.png"));
        let out = place.path().join("out");
        let Err(Failure::Said { message, .. }) = find(&[one.clone(), two], &out, true) else {
            panic!("two files have one name")
        };
        assert!(message.contains("x/a.png") && message.contains("y/a.png"), "{message}");
        assert_eq!(find(&[one, place.path().join("x")], &out, false).unwrap().tasks.len(), 1);
    }

    #[test]
    fn an_input_is_never_an_output_and_what_is_there_is_replaced_only_when_asked() {
        let place = place(&["a.png", "out/a.png"]);
        let (here, out) = (place.path().to_owned(), place.path().join("out"));
        for input in [here.join("a.png"), here.clone()] {
            assert!(find(&[input], &here, true).is_err());
        }
        assert!(find(&[here.join("a.png")], &out, false).is_err());
        assert_eq!(find(&[here.join("a.png")], &out, true).unwrap().tasks.len(), 1);
    }

    #[test]
    fn what_leads_nowhere_is_named() {
        let place = place(&["notes.txt"]);
        let inputs = [place.path().to_owned(), place.path().join("*.jpg")];
        let found = find(&inputs, &place.path().join("out"), false).unwrap();
        assert_eq!((found.tasks.len(), found.bad.len()), (0, 2));
    }

    #[cfg(unix)]
    #[test]
    fn odd_names_are_told_apart() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        let text = |bytes: &[u8]| readable(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(text(b"a\nb"), "a\\nb");
        assert_eq!(text(b"\xff.png"), "\\xff.png");
        assert_eq!(text("- größe.png".as_bytes()), "- größe.png");
    }
}
