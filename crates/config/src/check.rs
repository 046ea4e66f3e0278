//! Compares a tree with its schema and collects every mistake, not only the first.

mod choice;
mod range;

use crate::{
    Mistake, Place, extends,
    key_path::KeyPath,
    schema::{ArrayShape, Schema, Shape, TableShape},
    suggest::{did_you_mean, list, shorten},
    tree::{Node, Table, Value},
};

/// Every mistake in the tree below `root`.
pub(crate) fn check(schema: Schema<'_>, root: &Node) -> Vec<Mistake> {
    let mut checker = Checker::default();
    checker.visit(schema, root);
    checker.mistakes
}

#[derive(Default)]
struct Checker {
    /// The way to the node that is visited.
    path: KeyPath,
    mistakes: Vec<Mistake>,
    /// Whether the visited table stands under a misspelt name: what it misses may be given under the right one.
    is_guess: bool,
}

impl Checker {
    fn visit(&mut self, schema: Schema<'_>, node: &Node) {
        match (schema.shape(), &node.value) {
            (Shape::Anything, _) | (Shape::Boolean, Value::Boolean(_)) => {}
            (Shape::Table(shape), Value::Table(table)) => self.table(&shape, table, &node.place),
            (Shape::Array(shape), Value::Array(items)) => self.array(schema, &shape, items, node),
            (Shape::Choice(variants), Value::String(word)) => self.word(&variants, word, node),
            (Shape::Choice(variants), Value::Table(table)) => self.variant(&variants, table, node),
            (Shape::Integer(bounds), Value::Integer(number)) => {
                self.range(schema, "an integer", bounds, *number as f64, node);
            }
            (Shape::Float(bounds), Value::Integer(number)) => {
                self.range(schema, "a number", bounds, *number as f64, node);
            }
            (Shape::Float(bounds), Value::Float(number)) => {
                self.range(schema, "a number", bounds, *number, node)
            }
            (Shape::String(lengths), Value::String(text)) => {
                self.length(schema, "a text", "characters", lengths, text.chars().count(), node);
            }
            (shape, value) => {
                let message =
                    format!("`{}`: expected {}, found {}", self.here(), shape.noun(), value.describe());
                self.report(message, schema.doc(), &node.place);
            }
        }
    }

    fn table(&mut self, shape: &TableShape<'_>, table: &Table, header: &Place) {
        // A misspelt key is one mistake, not also a missing one.
        let mut meant = Vec::new();
        for (key, node) in table {
            self.path.push_key(key);
            match shape.field(key) {
                Some(schema) => self.visit(schema, node),
                None => meant.extend(self.unknown_key(shape, table, key, node)),
            }
            self.path.pop();
        }
        for key in &shape.required {
            if !self.is_guess && !table.contains_key(*key) && !meant.iter().any(|word| word == key) {
                let doc = shape.field(key).and_then(Schema::doc);
                let path = self.path.below(key).to_string();
                let message = format!("missing key `{}`", shorten(&path));
                self.mistakes.push(Mistake::new(&path, message).help_if(doc).at(header.clone()));
            }
        }
    }

    /// Reports the key that was just entered; returns the one that was probably meant.
    fn unknown_key(
        &mut self,
        shape: &TableShape<'_>,
        table: &Table,
        key: &str,
        node: &Node,
    ) -> Option<String> {
        let known = || shape.fields.iter().map(|(name, _)| *name);
        let free = known().filter(|name| !table.contains_key(*name));
        let at_top = (self.path.0.len() == 1).then_some(extends::KEY);
        let meant = did_you_mean(key, free.chain(at_top)).or_else(|| did_you_mean(key, known()));
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if shape.fields.is_empty() => "this table has no keys".to_owned(),
            None => format!("known keys: {}", list(known())),
        };
        let message = format!("unknown key `{}`", self.here());
        self.report(message, Some(help), node.key.as_ref().unwrap_or(&node.place));
        if let Some(schema) = meant.and_then(|meant| shape.field(meant)) {
            self.guess(schema, node);
        }
        meant.map(str::to_owned)
    }

    /// Visits what stands under a misspelt name as if it stood under the right one.
    fn guess(&mut self, schema: Schema<'_>, node: &Node) {
        let outer = std::mem::replace(&mut self.is_guess, true);
        self.visit(schema, node);
        self.is_guess = outer;
    }

    fn array(&mut self, schema: Schema<'_>, shape: &ArrayShape<'_>, items: &[Node], node: &Node) {
        self.length(schema, "an array", "items", shape.lengths, items.len(), node);
        for (index, item) in items.iter().enumerate() {
            self.path.push_index(index);
            self.visit(shape.item(index), item);
            self.path.pop();
        }
    }

    fn report(&mut self, message: String, help: Option<String>, place: &Place) {
        let key = self.path.to_string();
        self.mistakes.push(Mistake::new(&key, message).help_if(help).at(place.clone()));
    }

    /// The path of the visited node, short enough for a message.
    fn here(&self) -> String {
        shorten(&self.path.to_string())
    }
}

impl Shape<'_> {
    /// What a person calls it: "an integer".
    fn noun(&self) -> String {
        match self {
            Self::Table(_) => "a table".to_owned(),
            Self::Choice(variants) => format!("one of {}", list(variants.iter().map(|variant| variant.name))),
            Self::Array(_) => "an array".to_owned(),
            Self::Integer(_) => "an integer".to_owned(),
            Self::Float(_) => "a number".to_owned(),
            Self::String(_) => "a string".to_owned(),
            Self::Boolean => "true or false".to_owned(),
            Self::Anything => "anything".to_owned(),
        }
    }
}
