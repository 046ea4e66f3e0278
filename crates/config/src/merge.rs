//! How a layer lies over the one below: tables merge key by key, everything else replaces.

use crate::{
    schema::{Schema, Shape},
    tree::{Node, Table, Value},
};

/// Lays `over` onto `base`.
///
/// A choice such as `[model.srcnn]` is a table by its looks, yet `[model.bicubic]` above it means another model, not two
/// models: where the variants differ, the upper one replaces the lower one whole.
pub(crate) fn merge(schema: Schema<'_>, base: &mut Node, over: Node) {
    let Node { value, key, place } = over;
    match (&mut base.value, value) {
        (Value::Table(below), Value::Table(above)) if !is_another_choice(schema, below, &above) => {
            for (name, node) in above {
                match below.get_mut(&name) {
                    Some(slot) => merge(schema.below(&name), slot, node),
                    None => {
                        below.insert(name, node);
                    }
                }
            }
            // A key that is missing is then missed in the uppermost file, and never in an argument.
            if !place.source.is_argument() {
                base.key = key;
                base.place = place;
            }
        }
        (_, value) => *base = Node { value, key, place },
    }
}

fn is_another_choice(schema: Schema<'_>, below: &Table, above: &Table) -> bool {
    matches!(schema.shape(), Shape::Choice(_)) && !above.is_empty() && !(below.keys().eq(above.keys()))
}
