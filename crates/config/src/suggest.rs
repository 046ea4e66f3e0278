//! "did you mean", and lists of what is allowed.

/// Texts longer than this are cut in messages.
const MAX_CHARS: usize = 60;

/// The candidate that `word` is most probably a misspelling of.
///
/// As in rustc, a third of the letters may be wrong; case and the choice between `-` and `_` do not count.
pub(crate) fn did_you_mean<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > 4 * MAX_CHARS {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    let word = plain(word);
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(&word, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `` `a`, `b`, `c` ``
pub(crate) fn list<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// At most 60 characters of `text`.
pub(crate) fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn a_typo_finds_its_word_and_a_stranger_finds_none() {
        let keys = ["steps", "seed", "batch_size", "mse"];
        let meant = |word| did_you_mean(word, keys.into_iter());
        assert_eq!(meant("stpes"), Some("steps"));
        assert_eq!(meant("batch-size"), Some("batch_size"));
        assert_eq!(meant("BatchSize"), Some("batch_size"));
        assert_eq!(meant("mes"), Some("mse"));
        assert_eq!(meant("momentum"), None);
        assert_eq!(meant(""), None);
    }
}
