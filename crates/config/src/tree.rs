use std::{ops::Range, sync::Arc};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
    map::Map,
    value::Datetime,
};

use crate::{Mistake, Place, Source};

/// A value that remembers where it was written.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    /// Where its key is written; none for the root and for the items of an array.
    pub(crate) key: Option<Place>,
    /// Where the value is written; for a table, its header or the key that implies it.
    pub(crate) place: Place,
}

/// Keys in the order they were written.
pub(crate) type Table = Map<String, Node>;

#[derive(Clone, Debug)]
pub(crate) enum Value {
    String(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Datetime(Datetime),
    Array(Vec<Node>),
    Table(Table),
}

impl Node {
    /// Parses a whole file, with every mistake of syntax; what could be understood is in the tree.
    pub(crate) fn document(source: &Arc<Source>) -> (Self, Vec<Mistake>) {
        let (root, errors) = DeTable::parse_recoverable(source.text());
        let mut parser = Parser { source, offset: 0, mistakes: Vec::new() };
        for error in &errors {
            parser.error(error);
        }
        let start = parser.first_line(root.get_ref());
        let value = parser.table(root.into_inner());
        let node = Self { value, key: None, place: Place::new(source, start..start) };
        (node, parser.mistakes)
    }

    /// Parses the value that begins at byte `offset` of `source`.
    pub(crate) fn value(source: &Arc<Source>, offset: usize) -> Result<Self, Mistake> {
        let mut parser = Parser { source, offset, mistakes: Vec::new() };
        let node = match DeValue::parse(&source.text()[offset..]) {
            Ok(value) => Some(parser.node(None, value)),
            Err(error) => {
                parser.error(&error);
                None
            }
        };
        match (node, parser.mistakes.pop()) {
            (Some(node), None) => Ok(node),
            (_, mistake) => Err(mistake.unwrap_or_else(|| Mistake::new("", "this value is not valid TOML"))),
        }
    }

    /// The value without its places.
    pub(crate) fn to_toml(&self) -> toml::Value {
        match &self.value {
            Value::String(text) => text.clone().into(),
            Value::Integer(number) => (*number).into(),
            Value::Float(number) => (*number).into(),
            Value::Boolean(truth) => (*truth).into(),
            Value::Datetime(date) => (*date).into(),
            Value::Array(items) => toml::Value::Array(items.iter().map(Self::to_toml).collect()),
            Value::Table(entries) => {
                toml::Value::Table(entries.iter().map(|(key, node)| (key.clone(), node.to_toml())).collect())
            }
        }
    }

    /// The node at a path like `data.train[1].aviary`, or the nearest one above it.
    pub(crate) fn nearest(&self, path: &str) -> &Self {
        let mut node = self;
        for segment in path.split(['.', '[']) {
            let below = match &node.value {
                Value::Table(entries) => entries.get(segment),
                Value::Array(items) => {
                    segment.trim_end_matches(']').parse().ok().and_then(|index: usize| items.get(index))
                }
                _ => None,
            };
            match below {
                Some(below) => node = below,
                None => break,
            }
        }
        node
    }
}

impl Value {
    /// What a person calls it: "the integer 3".
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::String(text) => format!("the string {:?}", crate::suggest::shorten(text)),
            Self::Integer(number) => format!("the integer {number}"),
            Self::Float(number) => format!("the number {number:?}"),
            Self::Boolean(truth) => format!("{truth}"),
            Self::Datetime(_) => "a date".to_owned(),
            Self::Array(_) => "an array".to_owned(),
            Self::Table(_) => "a table".to_owned(),
        }
    }
}

struct Parser<'s> {
    source: &'s Arc<Source>,
    /// Where in the source the parsed text begins.
    offset: usize,
    mistakes: Vec<Mistake>,
}

impl Parser<'_> {
    fn node(&mut self, key: Option<Range<usize>>, spanned: Spanned<DeValue<'_>>) -> Node {
        let place = self.place(spanned.span());
        let value = match spanned.into_inner() {
            DeValue::String(text) => Value::String(text.into_owned()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => {
                    self.mistakes.push(
                        Mistake::new("", format!("the integer {number} does not fit into 64 bits"))
                            .at(place.clone()),
                    );
                    Value::Integer(0)
                }
            },
            // A float too large for f64 becomes infinite here, and is then refused for that.
            DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(truth) => Value::Boolean(truth),
            DeValue::Datetime(date) => Value::Datetime(date),
            DeValue::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.node(None, item)).collect())
            }
            DeValue::Table(entries) => self.table(entries),
        };
        Node { value, key: key.map(|span| self.place(span)), place }
    }

    fn table(&mut self, entries: DeTable<'_>) -> Value {
        let nodes = entries.into_iter().map(|(key, value)| {
            let span = key.span();
            (key.into_inner().into_owned(), self.node(Some(span), value))
        });
        Value::Table(nodes.collect())
    }

    /// Where the first key of the file is written: the table of a file has no header to point at.
    fn first_line(&self, root: &DeTable<'_>) -> usize {
        let first = root.iter().map(|(key, _)| key.span().start).min().unwrap_or(0);
        self.source.line_around(first).start
    }

    fn error(&mut self, error: &toml::de::Error) {
        let end = self.source.text().len() - self.offset;
        let place = self.place(error.span().unwrap_or(end..end));
        self.mistakes.push(Mistake::new("", error.message()).at(place));
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place::new(self.source, span.start + self.offset..span.end + self.offset)
    }
}
