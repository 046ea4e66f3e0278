//! What differs between the config of a run and the one it should be resumed with.

use std::{collections::BTreeMap, fs, path::Path};

use toml::{Table, Value};

/// The keys that differ between config.toml in the run folder and `now`, as `trainer.steps: 100 -> 200`; empty where
/// nothing differs or config.toml cannot be read.
pub(crate) fn of_configs(run: &Path, now: &str) -> String {
    let then = fs::read_to_string(run.join("config.toml")).unwrap_or_default();
    let (then, now) = (leaves(&then), leaves(now));
    let keys: std::collections::BTreeSet<_> = then.keys().chain(now.keys()).collect();
    let changed = keys.into_iter().filter(|key| then.get(*key) != now.get(*key));
    let absent = || "(absent)".to_owned();
    let show =
        |leaves: &BTreeMap<String, Value>, key: &str| leaves.get(key).map_or_else(absent, Value::to_string);
    changed
        .map(|key| format!("{key}: {} -> {}", show(&then, key), show(&now, key)))
        .collect::<Vec<_>>()
        .join(", ")
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
}
