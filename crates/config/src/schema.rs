//! The JSON schema of a configuration, seen one level at a time.

use serde_json::{Number, Value};

/// What is known of keys that the schema does not describe.
static ANYTHING: Value = Value::Bool(true);

/// One place in a JSON schema.
#[derive(Clone, Copy)]
pub(crate) struct Schema<'s> {
    root: &'s Value,
    node: &'s Value,
}

/// What may stand at one place.
pub(crate) enum Shape<'s> {
    Table(TableShape<'s>),
    /// Exactly one of several variants, externally tagged: `"mse"`, or `{ charbonnier = { epsilon = 1e-3 } }`.
    Choice(Vec<Variant<'s>>),
    Array(ArrayShape<'s>),
    Integer(Bounds<'s>),
    Float(Bounds<'s>),
    String(Lengths),
    Boolean,
    /// A form that schemars gives to no struct of ours; serde has the last word on it.
    Anything,
}

pub(crate) struct TableShape<'s> {
    pub(crate) fields: Vec<(&'s str, Schema<'s>)>,
    pub(crate) required: Vec<&'s str>,
    /// What any other key may hold: a map's values.
    pub(crate) others: Option<Schema<'s>>,
}

pub(crate) struct Variant<'s> {
    pub(crate) name: &'s str,
    /// None for a variant without values, which is written as a string.
    pub(crate) values: Option<Schema<'s>>,
}

pub(crate) struct ArrayShape<'s> {
    /// A tuple's items, one after the other.
    pub(crate) first: Vec<Schema<'s>>,
    pub(crate) rest: Schema<'s>,
    pub(crate) lengths: Lengths,
}

#[derive(Clone, Copy)]
pub(crate) struct Lengths {
    pub(crate) min: Option<u64>,
    pub(crate) max: Option<u64>,
}

#[derive(Clone, Copy)]
pub(crate) struct Bounds<'s> {
    pub(crate) min: Option<Bound<'s>>,
    pub(crate) max: Option<Bound<'s>>,
    /// Whether the field is an `f32`.
    pub(crate) is_single: bool,
}

#[derive(Clone, Copy)]
pub(crate) struct Bound<'s> {
    pub(crate) value: &'s Number,
    pub(crate) inclusive: bool,
}

impl<'s> Schema<'s> {
    pub(crate) fn root(root: &'s Value) -> Self {
        Self { root, node: root }
    }

    /// What may stand here.
    pub(crate) fn shape(self) -> Shape<'s> {
        let here = self.resolved();
        if let Some(variants) = here.variants() {
            return Shape::Choice(variants);
        }
        match here.type_name() {
            Some("object") => Shape::Table(here.table()),
            Some("array") => Shape::Array(here.array()),
            Some("integer") => Shape::Integer(here.bounds()),
            Some("number") => Shape::Float(here.bounds()),
            Some("string") => Shape::String(here.lengths("minLength", "maxLength")),
            Some("boolean") => Shape::Boolean,
            _ => Shape::Anything,
        }
    }

    /// What may stand under `key`.
    pub(crate) fn below(self, key: &str) -> Self {
        let found = match self.shape() {
            Shape::Table(table) => table.field(key),
            Shape::Choice(variants) => {
                variants.iter().find(|variant| variant.name == key).and_then(|variant| variant.values)
            }
            _ => None,
        };
        found.unwrap_or(self.at(&ANYTHING))
    }

    /// The first sentence of the field's doc comment, or of its type's.
    pub(crate) fn doc(self) -> Option<String> {
        let text = [self, self.resolved()].into_iter().find_map(|at| at.node.get("description")?.as_str())?;
        let paragraph = text.split("\n\n").next()?.replace('\n', " ");
        let end = paragraph.find(". ").map_or(paragraph.len(), |dot| dot + 1);
        Some(paragraph[..end].to_owned())
    }

    fn at(self, node: &'s Value) -> Self {
        Self { node, ..self }
    }

    /// Follows references, and sees an `Option` as what it may hold: TOML has no null.
    fn resolved(self) -> Self {
        let referenced = self
            .get("$ref")
            .and_then(|at| at.node.as_str()?.strip_prefix('#'))
            .and_then(|pointer| self.root.pointer(pointer));
        if let Some(node) = referenced {
            return self.at(node).resolved();
        }
        let mut some = self.list("anyOf").filter(|option| option.type_name() != Some("null"));
        match (some.next(), some.next()) {
            (Some(only), None) => only.resolved(),
            _ => self,
        }
    }

    fn get(self, keyword: &str) -> Option<Self> {
        self.node.get(keyword).map(|node| self.at(node))
    }

    fn list(self, keyword: &str) -> impl Iterator<Item = Self> + use<'s> {
        let items = self.node.get(keyword).and_then(Value::as_array);
        items.into_iter().flatten().map(move |node| self.at(node))
    }

    fn members(self, keyword: &str) -> impl Iterator<Item = (&'s str, Self)> + use<'s> {
        let members = self.node.get(keyword).and_then(Value::as_object);
        members.into_iter().flatten().map(move |(key, node)| (key.as_str(), self.at(node)))
    }

    fn type_name(self) -> Option<&'s str> {
        match self.node.get("type")? {
            Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
            name => name.as_str(),
        }
    }

    fn variants(self) -> Option<Vec<Variant<'s>>> {
        if self.node.get("oneOf").is_none() {
            return self.words();
        }
        let mut variants = Vec::new();
        for option in self.list("oneOf") {
            match (option.words(), option.members("properties").next()) {
                (Some(words), _) => variants.extend(words),
                (None, Some((name, values))) => variants.push(Variant { name, values: Some(values) }),
                (None, None) => return None,
            }
        }
        Some(variants)
    }

    /// The variants without values: `enum = ["l1", "l2"]`, or `const = "mse"` where the variant has a doc comment.
    fn words(self) -> Option<Vec<Variant<'s>>> {
        let words = match (self.node.get("const"), self.node.get("enum")) {
            (Some(word), _) => std::slice::from_ref(word),
            (None, Some(words)) => words.as_array()?,
            (None, None) => return None,
        };
        Some(words.iter().filter_map(Value::as_str).map(|name| Variant { name, values: None }).collect())
    }

    fn table(self) -> TableShape<'s> {
        let others = match self.get("additionalProperties") {
            Some(Self { node: Value::Bool(false), .. }) => None,
            Some(values) => Some(values),
            // A struct without `deny_unknown_fields` would swallow a misspelt key: we are stricter than serde.
            None if self.node.get("properties").is_some() => None,
            None => Some(self.at(&ANYTHING)),
        };
        let required = self.list("required").filter_map(|key| key.node.as_str()).collect();
        TableShape { fields: self.members("properties").collect(), required, others }
    }

    fn array(self) -> ArrayShape<'s> {
        ArrayShape {
            first: self.list("prefixItems").collect(),
            rest: self.get("items").unwrap_or(self.at(&ANYTHING)),
            lengths: self.lengths("minItems", "maxItems"),
        }
    }

    fn lengths(self, min: &str, max: &str) -> Lengths {
        let length = |keyword| self.node.get(keyword).and_then(Value::as_u64);
        Lengths { min: length(min), max: length(max) }
    }

    fn bounds(self) -> Bounds<'s> {
        let bound = |inclusive, keyword| match self.node.get(keyword) {
            Some(Value::Number(value)) => Some(Bound { value, inclusive }),
            _ => None,
        };
        Bounds {
            min: bound(false, "exclusiveMinimum").or(bound(true, "minimum")),
            max: bound(false, "exclusiveMaximum").or(bound(true, "maximum")),
            is_single: self.node.get("format").and_then(Value::as_str) == Some("float"),
        }
    }
}

impl<'s> TableShape<'s> {
    /// What may stand under `key`; none where the key is unknown.
    pub(crate) fn field(&self, key: &str) -> Option<Schema<'s>> {
        self.fields.iter().find(|(name, _)| *name == key).map(|(_, schema)| *schema).or(self.others)
    }
}

impl<'s> ArrayShape<'s> {
    pub(crate) fn item(&self, index: usize) -> Schema<'s> {
        self.first.get(index).copied().unwrap_or(self.rest)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::{JsonSchema, schema_for};
    use serde::Deserialize;

    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Forms {
        /// A documented field.
        #[schemars(range(min = 2, max = 4))]
        ranged: usize,
        #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
        half_open: f32,
        optional: Option<u32>,
        optional_choice: Option<Mixed>,
        words: Words,
        #[schemars(length(min = 1))]
        list: Vec<Mixed>,
        fixed: [u8; 3],
        pair: (u64, bool),
        map: BTreeMap<String, f64>,
        path: std::path::PathBuf,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Words {
        YMatlab,
        Rgb,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case", deny_unknown_fields)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    enum Mixed {
        /// With a doc comment, a unit variant is a `const` of its own.
        Mse,
        L1,
        Charbonnier {
            epsilon: f64,
        },
        Folder(std::path::PathBuf),
    }

    #[test]
    fn the_schema_has_the_forms_that_this_file_reads() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&schema_for!(Forms)).unwrap());
    }
}
