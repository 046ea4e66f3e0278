//! `extends = "other"`: a file that states only how it differs from another one of its folder.

use std::{fs, path::Path, sync::Arc};

use crate::{
    Mistake, Source,
    source::Unreadable,
    suggest::{did_you_mean, list, shorten},
    tree::{Node, Value},
};

/// The key at the top of a file that names its base.
pub(crate) const KEY: &str = "extends";

/// The trees of `entry` and of every file below it, the most basic one first.
pub(crate) fn layers(entry: Arc<Source>, path: &Path) -> Result<Vec<Node>, Vec<Mistake>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut chain = vec![name_of(path)];
    let mut layers = Vec::new();
    let mut mistakes = Vec::new();
    let mut next = Some(entry);
    while let Some(source) = next.take() {
        let (mut root, syntax) = Node::document(&source);
        mistakes.extend(syntax);
        let base = match &mut root.value {
            Value::Table(entries) => entries.remove(KEY),
            _ => None,
        };
        layers.push(root);
        if let Some(base) = base {
            match read_base(&base, folder, &mut chain) {
                Ok(source) => next = Some(source),
                Err(mistake) => mistakes.push(mistake.at(base.place)),
            }
        }
    }
    layers.reverse();
    if mistakes.is_empty() { Ok(layers) } else { Err(mistakes) }
}

fn read_base(base: &Node, folder: &Path, chain: &mut Vec<String>) -> Result<Arc<Source>, Mistake> {
    let Value::String(name) = &base.value else {
        let message = format!("`{KEY}`: expected the name of a file, found {}", base.value.describe());
        return Err(Mistake::new(KEY, message));
    };
    if name.is_empty() || name.contains(['/', '\\', '\0']) || name.starts_with('.') {
        return Err(Mistake::new(KEY, format!("`{KEY}`: {:?} is not the name of a file", shorten(name)))
            .help("name a file of the same folder, without `.toml`"));
    }
    if chain.contains(name) {
        let circle = chain.iter().chain([name]).map(String::as_str).collect::<Vec<_>>().join(" -> ");
        return Err(Mistake::new(KEY, format!("`{KEY}` goes in a circle: {circle}")));
    }
    chain.push(name.clone());
    Source::read(&folder.join(format!("{name}.toml"))).map_err(|error| {
        Mistake::new(KEY, format!("`{KEY}`: {error}")).help_if(nearest_file(&error, name, folder))
    })
}

/// "did you mean `tiny`?" over the TOML files of the folder, where the file `name` is missing, or else all of them.
pub(crate) fn nearest_file(error: &Unreadable, name: &str, folder: &Path) -> Option<String> {
    let Unreadable::Missing(_) = error else { return None };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut names: Vec<String> = fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| name_of(&path))
        .collect();
    names.sort();
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let names = || names.iter().map(String::as_str);
    Some(match did_you_mean(name, names()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", list(names())),
    })
}

/// A file's name without `.toml`.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
