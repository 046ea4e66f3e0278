use toml::{Table, Value};

use crate::{
    extends,
    key_path::{KeyPath, Segment},
    schema::{Bound, Bounds, Lengths, Schema, Shape},
};

/// A configuration with one mistake in it.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// What was done: "`trainer.steps` = -1".
    pub description: String,
    /// The key that an error must name.
    pub key: String,
    /// The broken file.
    pub text: String,
}

/// Every mutation of `text`.
pub(super) fn all(schema: Schema<'_>, text: &str) -> Vec<Mutation> {
    let Ok(document) = text.parse::<Table>() else { return Vec::new() };
    let mut breaker = Breaker { document: &document, found: Vec::new() };
    breaker.visit(schema, &mut KeyPath::default(), &Value::Table(document.clone()));
    breaker.found
}

struct Breaker<'d> {
    document: &'d Table,
    found: Vec<Mutation>,
}

impl Breaker<'_> {
    fn visit(&mut self, schema: Schema<'_>, path: &mut KeyPath, value: &Value) {
        let shape = schema.shape();
        let is_extends = matches!(&path.0[..], [Segment::Key(key)] if key == extends::KEY);
        if !path.0.is_empty() && (is_extends || !matches!(shape, Shape::Anything)) {
            self.replace(path, retyped(value));
        }
        match (shape, value) {
            (Shape::Table(shape), Value::Table(entries)) => {
                for (key, value) in entries {
                    path.push_key(key);
                    if shape.others.is_none() {
                        self.rename(path);
                    }
                    if shape.required.contains(&key.as_str()) && !self.document.contains_key(extends::KEY) {
                        self.remove(path);
                    }
                    self.visit(schema.below(key), path, value);
                    path.pop();
                }
            }
            (Shape::Choice(_), Value::Table(entries)) => {
                for (key, value) in entries {
                    path.push_key(key);
                    self.rename(path);
                    self.visit(schema.below(key), path, value);
                    path.pop();
                }
            }
            (Shape::Choice(_), Value::String(word)) => self.replace(path, Value::from(format!("{word}q"))),
            (Shape::Array(shape), Value::Array(items)) => {
                for length in beyond(shape.lengths) {
                    let filler = items.first().cloned().unwrap_or(Value::from(0));
                    let mut items = items.clone();
                    items.resize(length, filler);
                    self.replace(path, Value::Array(items));
                }
                for (index, item) in items.iter().enumerate() {
                    path.push_index(index);
                    self.visit(shape.item(index), path, item);
                    path.pop();
                }
            }
            (Shape::String(lengths), Value::String(_)) => {
                for length in beyond(lengths) {
                    self.replace(path, Value::from("q".repeat(length)));
                }
            }
            (Shape::Integer(bounds), Value::Integer(_)) => {
                self.replace(path, Value::from(1.5));
                for number in bounds.beyond() {
                    self.replace(path, Value::from(number as i64));
                }
            }
            (Shape::Float(bounds), Value::Integer(_) | Value::Float(_)) => {
                for number in bounds.beyond().into_iter().chain([f64::NAN, f64::INFINITY]) {
                    self.replace(path, Value::from(number));
                }
            }
            _ => {}
        }
    }

    fn rename(&mut self, path: &KeyPath) {
        let mut renamed = path.clone();
        if let Some(Segment::Key(key)) = renamed.0.last_mut() {
            key.push('q');
        }
        self.found.push(Mutation {
            description: format!("`{path}` renamed to `{renamed}`"),
            key: renamed.to_string(),
            text: self.changed(path, |parent, last| {
                if let (Value::Table(table), Segment::Key(key)) = (parent, last) {
                    let rename = |name: String| if name == *key { format!("{name}q") } else { name };
                    *table = std::mem::take(table)
                        .into_iter()
                        .map(|(name, value)| (rename(name), value))
                        .collect();
                }
            }),
        });
    }

    fn remove(&mut self, path: &KeyPath) {
        self.found.push(Mutation {
            description: format!("`{path}` removed"),
            key: path.to_string(),
            text: self.changed(path, |parent, last| {
                if let (Value::Table(table), Segment::Key(key)) = (parent, last) {
                    table.remove(key);
                }
            }),
        });
    }

    fn replace(&mut self, path: &KeyPath, value: Value) {
        self.found.push(Mutation {
            description: format!("`{path}` = {value}"),
            key: path.to_string(),
            text: self.changed(path, |parent, last| {
                if let Some(slot) = below(parent, last) {
                    *slot = value;
                }
            }),
        });
    }

    /// The document after `change` was applied to the parent of the value at `path`.
    fn changed(&self, path: &KeyPath, change: impl FnOnce(&mut Value, &Segment)) -> String {
        let mut document = Value::Table(self.document.clone());
        if let Some((last, parents)) = path.0.split_last() {
            let parent = parents.iter().try_fold(&mut document, |value, segment| below(value, segment));
            if let Some(parent) = parent {
                change(parent, last);
            }
        }
        // What was read as TOML can be written as TOML.
        toml::to_string(&document).unwrap_or_default()
    }
}

fn below<'v>(value: &'v mut Value, segment: &Segment) -> Option<&'v mut Value> {
    match segment {
        Segment::Key(key) => value.get_mut(key.as_str()),
        Segment::Index(index) => value.get_mut(*index),
    }
}

/// A value of another type, one that no field that takes `value` would take.
fn retyped(value: &Value) -> Value {
    match value {
        Value::Integer(_) | Value::Float(_) | Value::Datetime(_) => Value::from("word"),
        Value::Array(_) => Value::from(true),
        Value::String(_) | Value::Boolean(_) | Value::Table(_) => Value::from(17),
    }
}

/// Lengths just beyond the limits.
fn beyond(lengths: Lengths) -> Vec<usize> {
    let shorter = lengths.min.and_then(|min| min.checked_sub(1));
    let longer = lengths.max.map(|max| max + 1);
    shorter.into_iter().chain(longer).map(|length| length as usize).collect()
}

impl Bounds<'_> {
    /// Numbers beyond the limits, and the limits themselves where they are excluded.
    fn beyond(&self) -> Vec<f64> {
        let past = |bound: Option<Bound<'_>>, direction: f64| {
            bound.map(|bound| match bound.inclusive {
                // Farther from a larger limit, so that the sum is not rounded back onto it.
                true => bound.number() + direction * (1.0 + bound.number().abs()),
                false => bound.number(),
            })
        };
        past(self.min, -1.0).into_iter().chain(past(self.max, 1.0)).collect()
    }
}
