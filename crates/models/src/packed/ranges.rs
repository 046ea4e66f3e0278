//! The ranges of a config, which serde does not know: those of the schema that configs in TOML are checked against.

use serde_json::Value;

/// The first number of `config` that is beyond its range: its key, such as `srcnn.widths[0]`, and what is wrong with it.
pub(super) fn out_of_range(schema: &Value, config: &Value) -> Option<(String, String)> {
    visit(schema, schema, config, "")
}

/// The same below the key `path`, where `node` of the schema `root` says what `value` may be.
fn visit(root: &Value, node: &Value, value: &Value, path: &str) -> Option<(String, String)> {
    if let (Some(number), Some(range)) = (value.as_f64(), Range::of(node))
        && !range.contains(number)
    {
        return Some((path.to_owned(), format!("expected {} to {}, got {value}", range.min, range.max)));
    }
    let reference = node["$ref"].as_str().and_then(|name| root.pointer(name.trim_start_matches('#')));
    let same = ["oneOf", "anyOf"].into_iter().filter_map(|key| node[key].as_array()).flatten();
    if let found @ Some(_) = reference.into_iter().chain(same).find_map(|node| visit(root, node, value, path))
    {
        return found;
    }
    let fields = node["properties"].as_object().into_iter().flatten();
    let below = fields.filter_map(|(key, node)| Some((key, node, value.get(key)?)));
    let below = below.map(|(key, node, value)| (format!("{path}.{key}"), node, value));
    let items = value.as_array().into_iter().flatten().enumerate();
    let items = items.map(|(index, item)| (format!("{path}[{index}]"), &node["items"], item));
    below.chain(items).find_map(|(path, node, value)| visit(root, node, value, path.trim_start_matches('.')))
}

/// Numbers from `min` to `max`, both included.
struct Range {
    min: f64,
    max: f64,
}

impl Range {
    /// Of a place of the schema that has one.
    fn of(node: &Value) -> Option<Self> {
        let (min, max) = (node["minimum"].as_f64(), node["maximum"].as_f64());
        (min.is_some() || max.is_some())
            .then(|| Self { min: min.unwrap_or(f64::NEG_INFINITY), max: max.unwrap_or(f64::INFINITY) })
    }

    fn contains(&self, number: f64) -> bool {
        (self.min..=self.max).contains(&number)
    }
}
