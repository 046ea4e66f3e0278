//! The names that other tools give to weights.

use super::Tensors;

/// Where BasicSR keeps the averaged weights, and the last ones.
const AVERAGED: &str = "params_ema.";
const LAST: &str = "params.";

/// What `torch.nn.DataParallel` puts before all names.
const PARALLEL: &str = "module.";

/// The same tensors without what stands before all their names; where there are averaged weights, without the last ones.
pub(super) fn without_prefixes(mut tensors: Tensors) -> Tensors {
    if tensors.keys().any(|name| name.starts_with(AVERAGED)) {
        tensors.retain(|name, _| !name.starts_with(LAST));
    }
    for prefix in [AVERAGED, LAST, PARALLEL] {
        if tensors.keys().all(|name| name.starts_with(prefix)) {
            let stripped = |(name, tensor): (String, _)| (name[prefix.len()..].to_owned(), tensor);
            tensors = tensors.into_iter().map(stripped).collect();
        }
    }
    tensors
}

/// Every name of `found` that is still free with the most similar one of `wanted` that may be it; no name is in two pairs.
pub(super) fn nearest(
    found: &[String],
    wanted: &[String],
    may_be: impl Fn(&String, &String) -> bool,
) -> Vec<(String, String)> {
    let mut left: Vec<&String> = wanted.iter().collect();
    let mut pairs = Vec::new();
    for found in found {
        let likeness = |name: &String| strsim::normalized_damerau_levenshtein(found, name);
        let fitting = left.iter().enumerate().filter(|(_, name)| may_be(found, name));
        let nearest = fitting.max_by(|(_, one), (_, other)| likeness(one).total_cmp(&likeness(other)));
        if let Some(index) = nearest.map(|(index, _)| index) {
            pairs.push((found.clone(), left.remove(index).clone()));
        }
    }
    pairs
}
