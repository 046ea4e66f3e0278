//! `--set a.b.c=value`: one key changed from the command line.

use std::num::IntErrorKind;

use crate::{
    Mistake, Place, Source, extends,
    key_path::is_bare_key,
    suggest::shorten,
    tree::{Node, Table, Value},
};

/// Deeper than any configuration, and shallow enough to recurse over.
const MAX_DEPTH: usize = 64;

/// Where the argument begins in its source, after `--set `.
const START: usize = 6;

/// The argument as a layer of its own: tables around one value.
///
/// The value is TOML; what is not TOML is a string without its quotes, so that `loss=mse` needs none in a shell.
pub(crate) fn layer(argument: &str) -> Result<Node, Mistake> {
    let source = Source::argument(argument);
    let whole = Place::new(&source, START..source.text().len());
    let usage = |wrong: &str| {
        Mistake::new("", format!("`--set {}` {wrong}", shorten(argument)))
            .at(whole.clone())
            .help("for example: --set trainer.steps=100")
    };
    let Some((path, text)) = argument.split_once('=') else {
        return Err(usage("has no `=`"));
    };
    let keys: Vec<&str> = path.split('.').map(str::trim).collect();
    if !keys.iter().copied().all(is_bare_key) || keys.len() > MAX_DEPTH {
        return Err(usage("does not begin with a key"));
    }
    if keys[0] == extends::KEY {
        return Err(
            Mistake::new(path, format!("`{}` stands in a file, not in --set", extends::KEY)).at(whole)
        );
    }
    if text.trim().is_empty() {
        return Err(usage("has no value").key(path));
    }

    let leading = text.len() - text.trim_start().len();
    let value_start = START + path.len() + 1 + leading;
    let bare_end = value_start + text.trim().len();
    let leaf = match Node::value(&source, value_start) {
        Ok(node) => node,
        Err(mistake) if text.trim_start().starts_with(['[', '{', '"', '\'']) || is_too_large(text) => {
            return Err(mistake.key(path));
        }
        Err(_) => Node {
            value: Value::String(text.trim().to_owned()),
            key: None,
            place: Place::new(&source, value_start..bare_end),
        },
    };

    let mut end = START + path.len();
    let mut node = leaf;
    for segment in path.rsplit('.') {
        let start = end - segment.len();
        let indent = segment.len() - segment.trim_start().len();
        let key = Place::new(&source, start + indent..start + indent + segment.trim().len());
        node.key = Some(key.clone());
        let table = Table::from_iter([(segment.trim().to_owned(), node)]);
        node = Node { value: Value::Table(table), key: None, place: key };
        end = start.saturating_sub(1);
    }
    Ok(node)
}

/// Whether the value is an integer beyond 64 bits, and no bare string.
fn is_too_large(text: &str) -> bool {
    let parsed = text.trim().parse::<i64>();
    parsed.is_err_and(|error| matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow))
}

#[cfg(test)]
mod tests {
    use super::layer;

    fn parsed(argument: &str) -> String {
        layer(argument).unwrap().to_toml().to_string()
    }

    #[test]
    fn a_value_is_toml_or_else_a_bare_string() {
        assert_eq!(parsed("a.b=3"), "{ a = { b = 3 } }");
        assert_eq!(parsed("a=1e-3"), "{ a = 0.001 }");
        assert_eq!(parsed("a=[1, 2]"), "{ a = [1, 2] }");
        assert_eq!(parsed("loss=mse"), r#"{ loss = "mse" }"#);
        assert_eq!(
            parsed("loss={ charbonnier = { epsilon = 1 } }"),
            "{ loss = { charbonnier = { epsilon = 1 } } }"
        );
        assert_eq!(parsed("path=/data/a=b"), r#"{ path = "/data/a=b" }"#);
        assert_eq!(parsed(" a . b = some words "), r#"{ a = { b = "some words" } }"#);
    }

    #[test]
    fn a_malformed_argument_is_named() {
        let message = |argument| layer(argument).unwrap_err().message;
        assert_eq!(message("steps"), "`--set steps` has no `=`");
        assert_eq!(message("steps="), "`--set steps=` has no value");
        assert_eq!(message("=3"), "`--set =3` does not begin with a key");
        assert_eq!(message("a..b=3"), "`--set a..b=3` does not begin with a key");
        assert!(layer("a=[1, 2").unwrap_err().message.contains("array"));
        assert!(layer(&format!("{}a=1", "a.".repeat(5000))).is_err());
    }

    #[test]
    fn an_integer_that_is_too_large_is_no_string() {
        let message = |argument| layer(argument).unwrap_err().message;
        let too_large = |number| format!("the integer {number} does not fit into 64 bits");
        assert_eq!(message("seed=9223372036854775808"), too_large("9223372036854775808"));
        assert_eq!(message("seed= -9223372036854775809"), too_large("-9223372036854775809"));
        assert_eq!(parsed("seed=9223372036854775807"), "{ seed = 9223372036854775807 }");
    }

    #[test]
    fn extends_is_told_to_stand_in_a_file() {
        let mistake = layer("extends=tiny").unwrap_err();
        assert_eq!(mistake.message, "`extends` stands in a file, not in --set");
        assert!(layer("a.extends=tiny").is_ok());
    }

    #[test]
    fn the_caret_falls_on_the_key_or_the_value() {
        let node = layer("a.bc = xyz").unwrap();
        let leaf = node.nearest("a.bc");
        let text = |place: &crate::Place| place.source.text()[place.span.clone()].to_owned();
        assert_eq!(leaf.key.as_ref().map(text).as_deref(), Some("bc"));
        assert_eq!(text(&leaf.place), "xyz");
    }
}
