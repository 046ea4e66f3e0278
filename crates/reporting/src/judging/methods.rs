//! The methods of a study in a table of their numbers.

use plumage_record::JudgeRecords;

use super::charts::HR;
use crate::tables::{Cell, Column, Table};

/// A column: what it is called, the measure in records, and its decimals.
const COLUMNS: [(&str, &str, usize); 7] = [
    ("PSNR-Y dB", "psnr_y_db", 2),
    ("SSIM", "ssim", 4),
    ("gradient energy", "gradient_energy", 0),
    ("spectrum from HR dB", "spectrum_distance_db", 1),
    ("checkerboard dB", "checkerboard_db", 1),
    ("brightness drift", "brightness_drift_levels", 2),
    ("spread over noise", "noise_spread_levels", 2),
];

/// A row for HR and for each method, a column for each measure that anyone has.
pub(super) fn markdown(records: &JudgeRecords) -> String {
    let methods: Vec<&str> =
        [HR].into_iter().chain(records.study.methods.iter().map(String::as_str)).collect();
    let names = methods.iter().map(|name| if *name == HR { "HR".into() } else { (*name).into() });
    let mut table = Table::of_rows("", names);
    for (head, measure, decimals) in COLUMNS {
        if records.methods.iter().any(|row| row.measure == measure) {
            let cell = |method: &&str| {
                let of_method =
                    |row: &&plumage_record::MethodRow| row.method == **method && row.measure == measure;
                let row = records.methods.iter().find(of_method);
                Cell::number(row.map(|row| row.value), decimals)
            };
            table.push(Column::numbers(head, None, methods.iter().map(cell).collect()));
        }
    }
    table.markdown()
}
