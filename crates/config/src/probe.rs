//! A test driver: breaks a configuration in every way its schema knows, and tells which breaks go unnoticed.

mod mutation;

use std::path::Path;

use schemars::{JsonSchema, schema_for};
use serde::de::DeserializeOwned;

pub use mutation::Mutation;

use crate::{ConfigErrors, Mistake, Source, load::load_text, schema::Schema};

/// Every way to break `text` at one key: each key renamed, each value retyped, each number out of range or not finite,
/// each choice misspelt, each array or text too short or too long, each required key removed (where nothing is extended).
///
/// Keys that the file leaves to the one it extends are not touched. Text that is not TOML has no mutations.
pub fn mutations<T: JsonSchema>(text: &str) -> Vec<Mutation> {
    let json = schema_for!(T).to_value();
    mutation::all(Schema::root(&json), text)
}

/// The mutations of the file `entry` that are not refused with an error that names their key; all is well when it is
/// empty.
///
/// # Errors
/// The file does not even load unbroken.
pub fn survivors<T: DeserializeOwned + JsonSchema>(entry: &Path) -> Result<Vec<Mutation>, ConfigErrors> {
    let name = entry.to_string_lossy().into_owned();
    let source = Source::read(entry)
        .map_err(|error| ConfigErrors::new(&name, vec![Mistake::new("", error.to_string())]))?;
    load_text::<T>(source.clone(), entry, &[])?;
    let mut broken = mutations::<T>(source.text());
    broken.retain(|mutation| {
        let source = Source::file(name.clone(), mutation.text.clone());
        match load_text::<T>(source, entry, &[]) {
            Ok(_) => true,
            Err(errors) => !errors.mistakes().iter().any(|mistake| mistake.key == mutation.key),
        }
    });
    Ok(broken)
}
