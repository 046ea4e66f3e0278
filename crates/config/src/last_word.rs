//! The step from a checked tree to the typed value: whatever serde still refuses is refused, with its place.

use serde::de::DeserializeOwned;

use crate::{
    Mistake, Place, Source,
    key_path::KeyPath,
    tree::{Node, Value},
};

/// The typed value and the merged text, the value read from that very text.
pub(crate) fn deserialize<T: DeserializeOwned>(root: &Node) -> Result<(T, String), Mistake> {
    let merged = toml::to_string(&root.to_toml())
        .map_err(|error| Mistake::new("", format!("failed to write the merged configuration: {error}")))?;
    match toml::from_str(&merged) {
        Ok(value) => Ok((value, merged)),
        Err(error) => {
            // The error knows its place in the merged text; the same path leads to where the user wrote it.
            let path = error.span().map(|span| path_at(merged, span.start)).unwrap_or_default();
            let message = match path.as_str() {
                "" => error.message().to_owned(),
                path => format!("`{path}`: {}", error.message()),
            };
            Err(Mistake::new(&path, message).at(root.nearest(&path).place.clone()))
        }
    }
}

/// The path of the smallest value that is written around byte `at` of `text`.
fn path_at(text: String, at: usize) -> String {
    let source = Source::file("merged configuration".to_owned(), text);
    let (root, _) = Node::document(&source);
    let mut search = Search { at, path: KeyPath::default(), width: usize::MAX, found: KeyPath::default() };
    search.visit(&root);
    search.found.to_string()
}

struct Search {
    at: usize,
    path: KeyPath,
    /// Of the smallest value found.
    width: usize,
    found: KeyPath,
}

impl Search {
    fn visit(&mut self, node: &Node) {
        self.consider(&node.place);
        if let Some(key) = &node.key {
            self.consider(key);
        }
        match &node.value {
            Value::Table(entries) => {
                for (key, node) in entries {
                    self.path.push_key(key);
                    self.visit(node);
                    self.path.pop();
                }
            }
            Value::Array(items) => {
                for (index, node) in items.iter().enumerate() {
                    self.path.push_index(index);
                    self.visit(node);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn consider(&mut self, place: &Place) {
        if place.span.contains(&self.at) && place.span.len() < self.width {
            self.width = place.span.len();
            self.found = self.path.clone();
        }
    }
}
