//! The table of what networks cost: to keep, to use, to train.

use plumage_record::Manifest;

use super::Entry;
use crate::tables::{Cell, Column, Table};

/// The name of its files.
pub(super) const NAME: &str = "costs";

/// One row a network that has run, by its first run.
pub(super) fn table(entries: &[Entry]) -> Table {
    let entries: Vec<&Entry> = entries.iter().filter(|entry| !entry.runs.is_empty()).collect();
    let mut table = Table::new("What the networks cost");
    let text =
        |of: &dyn Fn(&Entry) -> String| entries.iter().map(|entry| Cell::Text(of(entry))).collect::<Vec<_>>();
    let of_first = |of: fn(&Manifest) -> u64| -> Vec<Cell> {
        let cell =
            |entry: &&Entry| entry.manifests().next().map_or(Cell::Missing, |first| Cell::count(of(first)));
        entries.iter().map(cell).collect()
    };
    table.push(Column::text("network", text(&|entry| entry.network.name.clone())));
    table.push(Column::numbers("scale", None, text(&|entry| format!("×{}", entry.network.scale))));
    table.push(Column::text("trained on", text(&|entry| entry.network.trained_on.clone())));
    table.push(Column::numbers("weights", None, of_first(|manifest| manifest.model.parameters)));
    table.push(Column::numbers(
        "MACs",
        Some("an HR pixel"),
        of_first(|manifest| manifest.model.macs_per_hr_pixel),
    ));
    table.push(Column::numbers("steps", None, of_first(|manifest| manifest.steps_done)));
    let minutes = |entry: &&Entry| Cell::number(entry.minutes(), 1);
    table.push(Column::numbers("training", Some("min"), entries.iter().map(minutes).collect()));
    let processor = |entry: &&Entry| {
        let seconds = entry.runs.first().and_then(|run| run.timing.last()?.cpu_s);
        Cell::number(seconds.map(|seconds| seconds / 60.), 1)
    };
    table.push(Column::numbers("processor time", Some("min"), entries.iter().map(processor).collect()));
    table.push(Column::numbers("threads", None, of_first(|manifest| manifest.threads as u64)));
    let machine = |entry: &Entry| {
        entry.manifests().next().map_or(String::new(), |manifest| manifest.provenance.cpu.clone())
    };
    table.push(Column::text("machine", text(&machine)));
    table
}
