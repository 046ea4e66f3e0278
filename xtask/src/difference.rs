//! What differs between the config and the images of a run and those it should be resumed with.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use plumage_record::{Purpose, SeenImage, disk, read_seen};
use toml::{Table, Value};

/// The keys that differ between config.toml in the run folder and `now`, as `trainer.steps: 100 -> 200`; empty where
/// nothing differs or config.toml cannot be read.
pub(crate) fn of_configs(run: &Path, now: &str) -> String {
    let then = disk::read(Purpose::Config, &run.join("config.toml")).ok().flatten().unwrap_or_default();
    let (then, now) = (leaves(&String::from_utf8_lossy(&then)), leaves(now));
    let keys: BTreeSet<_> = then.keys().chain(now.keys()).collect();
    let changed = keys.into_iter().filter(|key| then.get(*key) != now.get(*key));
    let absent = || "(absent)".to_owned();
    let show =
        |leaves: &BTreeMap<String, Value>, key: &str| leaves.get(key).map_or_else(absent, Value::to_string);
    changed
        .map(|key| format!("{key}: {} -> {}", show(&then, key), show(&now, key)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The images that are not those of data.csv in the run folder, as `validation: a.png is another image`; empty where
/// nothing differs or data.csv cannot be read.
pub(crate) fn of_data(run: &Path, now: &[SeenImage]) -> String {
    const SHOWN: usize = 10;
    let Ok(then) = read_seen(run) else { return String::new() };
    let (then, now) = (contents(&then), contents(now));
    let images: BTreeSet<_> = then.keys().chain(now.keys()).collect();
    let changed = images.into_iter().filter(|image| then.get(*image) != now.get(*image));
    let mut lines: Vec<String> = changed
        .map(|image| {
            let what = match (then.contains_key(image), now.contains_key(image)) {
                (true, true) => "is another image",
                (true, false) => "is gone",
                _ => "is new",
            };
            format!("{}: {} {what}", image.0, image.1)
        })
        .collect();
    if lines.len() > SHOWN {
        let more = lines.split_off(SHOWN).len();
        lines.push(format!("and {more} more"));
    }
    lines.join(", ")
}

/// The contents of images by set and name.
fn contents(images: &[SeenImage]) -> BTreeMap<(&str, &str), &str> {
    images.iter().map(|image| ((image.set.as_str(), image.image.as_str()), image.sha256.as_str())).collect()
}

/// Every value that is no table, by its full key.
fn leaves(text: &str) -> BTreeMap<String, Value> {
    let mut leaves = BTreeMap::new();
    let mut tables = vec![(String::new(), text.parse::<Table>().unwrap_or_default())];
    while let Some((path, table)) = tables.pop() {
        for (key, value) in table {
            let path = if path.is_empty() { key } else { format!("{path}.{key}") };
            match value {
                Value::Table(table) => tables.push((path, table)),
                value => drop(leaves.insert(path, value)),
            }
        }
    }
    leaves
}

#[cfg(test)]
mod tests {
    use std::fs;

    use plumage_record::RunFolder;

    use super::*;

    #[test]
    fn changed_new_and_removed_keys_are_shown() {
        let run = tempfile::tempdir().unwrap();
        fs::write(run.path().join("config.toml"), "seed = 1\nloss = \"mse\"\n[trainer]\nsteps = 10\n")
            .unwrap();
        let now = "seed = 1\nscale = 3\n[trainer]\nsteps = 20\n";
        let shown = of_configs(run.path(), now);
        assert_eq!(shown, "loss: \"mse\" -> (absent), scale: (absent) -> 3, trainer.steps: 10 -> 20");
    }
    #[test]
    fn changed_new_and_removed_images_are_named() {
        let results = tempfile::tempdir().unwrap();
        let (folder, _) = RunFolder::begin(results.path(), "a").unwrap();
        let seen = |set: &str, name: &str, content: u8| SeenImage::new(set, name.to_owned(), &[content; 32]);
        let then = [seen("train", "a", 1), seen("train", "b", 2), seen("validation", "a", 3)];
        folder.write_seen(&then).unwrap();
        assert_eq!(of_data(folder.path(), &then), "");
        let now = [seen("train", "a", 9), seen("train", "c", 2), seen("validation", "a", 3)];
        let shown = of_data(folder.path(), &now);
        assert_eq!(shown, "train: a is another image, train: b is gone, train: c is new");
        let many: Vec<_> = (0..20).map(|number| seen("train", &number.to_string(), number)).collect();
        assert!(of_data(folder.path(), &many).ends_with("and 13 more"));
    }
}
