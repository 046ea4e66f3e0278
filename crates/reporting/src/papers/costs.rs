//! The table of what networks cost: to keep, to use, to train.

use plumage_record::Manifest;

use super::{Entry, entry::spread};
use crate::tables::{Cell, Column, Table};

/// The name of its files.
pub(super) const NAME: &str = "costs";

/// One row a network that has run.
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
    let minutes = |entry: &&Entry| spread(&entry.minutes(), 1);
    table.push(Column::numbers("training", Some("min"), entries.iter().map(minutes).collect()));
    let processor = |entry: &&Entry| {
        let last = |run: &crate::records::Records| Some(run.timing.last()?.cpu_s? / 60.);
        let minutes: Option<Vec<f64>> = entry.runs.iter().map(last).collect();
        minutes.map_or(Cell::Missing, |minutes| spread(&minutes, 1))
    };
    table.push(Column::numbers("processor time", Some("min"), entries.iter().map(processor).collect()));
    table.push(Column::numbers("threads", None, of_first(|manifest| manifest.threads as u64)));
    let machine = |entry: &Entry| {
        entry.manifests().next().map_or(String::new(), |manifest| manifest.provenance.cpu.clone())
    };
    table.push(Column::text("machine", text(&machine)));
    table
}
