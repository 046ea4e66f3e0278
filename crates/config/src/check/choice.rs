//! Choices: `loss = "mse"`, `[model.srcnn]`.

use super::Checker;
use crate::{
    schema::{Shape, Variant},
    suggest::{did_you_mean, list, shorten},
    tree::{Node, Table},
};

impl Checker {
    /// A choice written as a string.
    pub(super) fn word(&mut self, variants: &[Variant<'_>], word: &str, node: &Node) {
        match variants.iter().find(|variant| variant.name == word) {
            Some(Variant { values: None, .. }) => {}
            Some(variant) => {
                let message = format!("`{}`: `{word}` needs values of its own", self.here());
                self.report(message, Some(as_table(variant)), &node.place);
            }
            None => {
                let message = format!("`{}`: unknown choice `{}`", self.here(), shorten(word).escape_debug());
                self.report(message, Some(allowed(variants, word)), &node.place);
            }
        }
    }

    /// A choice written as a table with one key.
    pub(super) fn variant(&mut self, variants: &[Variant<'_>], table: &Table, node: &Node) {
        let exactly_one = format!("`{}` takes exactly one of {}", self.here(), list(names(variants)));
        if table.is_empty() {
            self.report(format!("{exactly_one}, found none"), None, &node.place);
        }
        if let Some((_, second)) = table.iter().nth(1) {
            let found = table.keys().map(|key| shorten(key)).collect::<Vec<_>>();
            let message = format!("{exactly_one}, found {}", list(found.iter().map(String::as_str)));
            self.report(message, None, second.key.as_ref().unwrap_or(&second.place));
        }
        for (name, chosen) in table {
            self.path.push_key(name);
            let place = chosen.key.as_ref().unwrap_or(&chosen.place);
            match variants.iter().find(|variant| variant.name == name) {
                Some(Variant { values: Some(values), .. }) => self.visit(*values, chosen),
                Some(Variant { values: None, .. }) => {
                    let message = format!("`{}` has no values", self.here());
                    self.report(message, Some(format!("write it as a string: \"{name}\"")), place);
                }
                None => {
                    let message = format!("unknown choice `{}`", self.here());
                    self.report(message, Some(allowed(variants, name)), place);
                    let meant = did_you_mean(name, names(variants));
                    let meant = variants.iter().find(|variant| Some(variant.name) == meant);
                    if let Some(values) = meant.and_then(|variant| variant.values) {
                        self.guess(values, chosen);
                    }
                }
            }
            self.path.pop();
        }
    }
}

fn names<'s>(variants: &[Variant<'s>]) -> impl Iterator<Item = &'s str> {
    variants.iter().map(|variant| variant.name)
}

fn allowed(variants: &[Variant<'_>], word: &str) -> String {
    let allowed = list(names(variants));
    match did_you_mean(word, names(variants)) {
        Some(meant) => format!("did you mean `{meant}`? allowed: {allowed}"),
        None => format!("allowed: {allowed}"),
    }
}

/// How the variant is written with its values: `{ charbonnier = { epsilon = ... } }`.
fn as_table(variant: &Variant<'_>) -> String {
    let name = variant.name;
    match variant.values.map(|values| values.shape()) {
        Some(Shape::Table(table)) if table.required.is_empty() => format!("write {{ {name} = {{}} }}"),
        Some(Shape::Table(table)) => {
            let keys: Vec<String> = table.required.iter().map(|key| format!("{key} = ...")).collect();
            format!("write {{ {name} = {{ {} }} }}", keys.join(", "))
        }
        _ => format!("write {{ {name} = ... }}"),
    }
}
