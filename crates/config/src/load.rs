use std::{path::Path, sync::Arc};

use schemars::{JsonSchema, schema_for};
use serde::de::DeserializeOwned;

use crate::{
    ConfigErrors, Mistake, Place, Source,
    check::check,
    extends,
    last_word::deserialize,
    merge::merge,
    overrides,
    schema::Schema,
    tree::{Node, Value},
};

/// A configuration without mistakes.
#[derive(Debug)]
pub struct Loaded<T> {
    /// The typed configuration.
    pub value: T,
    /// The whole configuration as one TOML file that extends nothing: what was written, and nothing else. Loading it
    /// gives an equal value.
    pub resolved: String,
    entry: String,
    origins: Node,
}

/// Reads the configuration `entry`, the files it extends, and `overrides` (each `key=value`, the last one on top).
///
/// # Errors
/// Every mistake that can be found in one go: of syntax, or else of keys, types, ranges and choices.
pub fn load<T: DeserializeOwned + JsonSchema>(
    entry: &Path,
    overrides: &[String],
) -> Result<Loaded<T>, ConfigErrors> {
    match Source::read(entry) {
        Ok(source) => load_text(source, entry, overrides),
        Err(error) => {
            let folder = entry.parent().unwrap_or(Path::new(""));
            let help = extends::nearest_file(&error, &extends::name_of(entry), folder);
            let mistake = Mistake::new("", error.to_string()).help_if(help);
            Err(ConfigErrors::new(&entry.to_string_lossy(), vec![mistake]))
        }
    }
}

/// Whether the key `key` stands at the top of the configuration `entry`, or of what it extends, or in `overrides`: for files
/// of several kinds, of which each has a key that no other has. False where that cannot be read; loading it then says why.
pub fn has_key(entry: &Path, overrides: &[String], key: &str) -> bool {
    let files = Source::read(entry).ok().and_then(|source| extends::layers(source, entry).ok());
    let given = overrides.iter().filter_map(|argument| overrides::layer(argument).ok());
    files
        .into_iter()
        .flatten()
        .chain(given)
        .any(|layer| matches!(&layer.value, Value::Table(table) if table.contains_key(key)))
}

/// Loads `source` as if it stood at the path `entry`.
pub(crate) fn load_text<T: DeserializeOwned + JsonSchema>(
    source: Arc<Source>,
    entry: &Path,
    overrides: &[String],
) -> Result<Loaded<T>, ConfigErrors> {
    let name = source.name().to_owned();
    let failed = |mistakes| ConfigErrors::new(&name, mistakes);

    let json = schema_for!(T).to_value();
    let schema = Schema::root(&json);
    let root = layered(schema, source, entry, overrides).map_err(failed)?;
    let mistakes = check(schema, &root);
    if !mistakes.is_empty() {
        return Err(failed(mistakes));
    }
    let (value, resolved) = deserialize(&root).map_err(|mistake| failed(vec![mistake]))?;
    Ok(Loaded { value, resolved, entry: name, origins: root })
}

/// All layers laid over one another.
fn layered(
    schema: Schema<'_>,
    source: Arc<Source>,
    entry: &Path,
    overrides: &[String],
) -> Result<Node, Vec<Mistake>> {
    let mut layers = Vec::new();
    let mut mistakes = Vec::new();
    match extends::layers(source, entry) {
        Ok(files) => layers = files,
        Err(found) => mistakes = found,
    }
    for argument in overrides {
        match overrides::layer(argument) {
            Ok(layer) => layers.push(layer),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let mut layers = layers.into_iter();
    let Some(mut root) = layers.next() else { return Err(mistakes) };
    for layer in layers {
        merge(schema, &mut root, layer);
    }
    Ok(root)
}

impl<T> Loaded<T> {
    /// The same configuration as another type.
    pub fn map<U>(self, kind: impl FnOnce(T) -> U) -> Loaded<U> {
        let Self { value, resolved, entry, origins } = self;
        Loaded { value: kind(value), resolved, entry, origins }
    }

    /// Mistakes that only the meaning of the values shows, each a key path such as `trainer.steps`, a message and
    /// advice: they point at where that key was written.
    pub fn mistakes(&self, found: Vec<(String, String, Option<String>)>) -> ConfigErrors {
        let mistakes = found.into_iter().map(|(key, message, help)| {
            Mistake::new(&key, message).help_if(help).at(self.place(&key).clone())
        });
        ConfigErrors::new(&self.entry, mistakes.collect())
    }

    /// Where the value of the key `path` was written, or else the nearest table around it.
    pub fn place(&self, path: &str) -> &Place {
        &self.origins.nearest(path).place
    }
}
