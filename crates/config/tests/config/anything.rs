//! Whatever is fed in, the answer is a configuration or a list of mistakes.

use std::fs;

use crate::sample::{Folder, GOOD};
use plumage_config::Look;
use proptest::prelude::*;

/// Loads without panicking; what fails says something, what loads can be loaded again.
fn survives(bytes: &[u8], arguments: &[&str]) {
    let folder = Folder::with(&[("any", "")]);
    fs::write(folder.path("any"), bytes).expect("a file");
    match folder.load("any", arguments) {
        Ok(loaded) => {
            let again = Folder::with(&[("again", &loaded.resolved)])
                .load("again", &[])
                .expect("the resolved text loads");
            assert_eq!(again.value, loaded.value);
        }
        Err(errors) => {
            assert!(!errors.mistakes().is_empty());
            assert!(!errors.render(Look::Plain).is_empty() && !errors.render(Look::Terminal).is_empty());
            assert!(errors.to_json().is_array());
        }
    }
}

/// Text out of the pieces that TOML is made of.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "seed",
        "scale",
        "trainer",
        "model",
        "srcnn",
        "loss",
        "extends",
        "\"good\"",
        "'é'",
        "=",
        "=",
        ".",
        ",",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "\n",
        "\n",
        " ",
        "1",
        "-0",
        "1e999",
        "nan",
        "0xff",
        "true",
        "1979-05-27",
        "\"\"\"",
        "#",
        "\r",
        "\u{feff}",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        survives(&bytes, &[]);
    }

    #[test]
    fn random_pieces(text in pieces()) {
        survives(text.as_bytes(), &[]);
    }

    #[test]
    fn a_good_file_with_a_piece_replaced(piece in pieces(), at in 0..GOOD.len(), length in 0..20_usize) {
        let end = (at + length).min(GOOD.len());
        survives(&[&GOOD.as_bytes()[..at], piece.as_bytes(), &GOOD.as_bytes()[end..]].concat(), &[]);
    }

    #[test]
    fn random_arguments(argument in any::<String>(), key in pieces(), value in pieces()) {
        survives(GOOD.as_bytes(), &[&argument, &format!("{key}={value}"), &format!("trainer.steps={value}")]);
    }
}

#[test]
fn deep_nesting_overflows_no_stack() {
    for text in [
        "[".repeat(100_000),
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("x = {}", "{a=".repeat(100_000)),
    ] {
        survives(text.as_bytes(), &[&format!("{}=1", text.replace("= 1", ""))]);
    }
}
