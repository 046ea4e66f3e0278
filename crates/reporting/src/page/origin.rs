//! Where a picture or a number comes from, in small letters below it.

use maud::{Markup, html};
use plumage_record::Manifest;

/// Names and values, from the most to the least important.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// As `("commit", "1a2b3c4")`.
    pub facts: Vec<(String, String)>,
}

impl Origin {
    /// What a run's manifest says of where its numbers come from, and under which protocol they were measured.
    pub fn of_run(manifest: &Manifest, protocol: &str) -> Self {
        let from = &manifest.provenance;
        let dirty = if from.dirty == Some(true) { ", with uncommitted changes" } else { "" };
        let commit =
            from.commit.as_ref().map_or("unknown".to_owned(), |commit| format!("{}{dirty}", short(commit)));
        let facts = [
            ("run", manifest.name.clone()),
            ("commit", commit),
            ("config", short(&manifest.config_sha256).to_owned()),
            ("data", short(&manifest.data_sha256).to_owned()),
            ("seed", manifest.seed.to_string()),
            ("protocol", protocol.to_owned()),
            ("machine", format!("{}, {} threads", from.cpu, manifest.threads)),
        ];
        Self { facts: facts.map(|(name, value)| (name.to_owned(), value)).into() }
    }

    /// What a figure carries of where it comes from.
    pub fn of_figure(origin: &crate::Origin) -> Self {
        Self { facts: origin.facts().into_iter().map(|(name, value)| (name.to_owned(), value)).collect() }
    }

    pub(super) fn markup(&self) -> Markup {
        html! {
            @if !self.facts.is_empty() {
                p.origin {
                    @for (index, (name, value)) in self.facts.iter().enumerate() {
                        @if index > 0 { " · " }
                        span { span.name { (name) } " " (value) }
                    }
                }
            }
        }
    }
}

/// The digits of a hash that tell it from others.
fn short(hash: &str) -> &str {
    hash.get(..10).unwrap_or(hash)
}
