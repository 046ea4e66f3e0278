//! A table as CSV, with all digits of its numbers.

use super::{Cell, Column, Table};

impl Table {
    /// As CSV, quoted where it must be. A column with spreads or intervals is followed by one or two more, which hold
    /// them; what was not measured is empty.
    pub fn csv(&self) -> String {
        let columns: Vec<(String, Vec<String>)> =
            self.columns.iter().flat_map(|column| parts(column, self.rows())).collect();
        let line = |cells: Vec<String>| cells.join(",") + "\n";
        let mut text = line(columns.iter().map(|(head, _)| quoted(head)).collect());
        for row in 0..self.rows() {
            text += &line(columns.iter().map(|(_, cells)| quoted(&cells[row])).collect());
        }
        text
    }
}

/// The columns that a column becomes.
fn parts(column: &Column, rows: usize) -> Vec<(String, Vec<String>)> {
    let cells = || (0..rows).map(|row| column.cell(row));
    let has = |wanted: fn(&Cell) -> bool| cells().any(wanted);
    let mut parts = vec![(column.title(), cells().map(value).collect())];
    type Part = fn(&Cell) -> Option<f64>;
    let mut add = |name: &str, of: Part| {
        let of_cell = |cell: &Cell| of(cell).map_or(String::new(), |value| value.to_string());
        parts.push((format!("{} {name}", column.title()), cells().map(of_cell).collect()));
    };
    if has(|cell| matches!(cell, Cell::Spread { .. })) {
        add("spread", |cell| if let Cell::Spread { spread, .. } = cell { Some(*spread) } else { None });
    }
    if has(|cell| matches!(cell, Cell::Interval { .. })) {
        add("low", |cell| if let Cell::Interval { low, .. } = cell { Some(*low) } else { None });
        add("high", |cell| if let Cell::Interval { high, .. } = cell { Some(*high) } else { None });
    }
    parts
}

fn value(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        other => other.value().map_or(String::new(), |value| value.to_string()),
    }
}

fn quoted(cell: &str) -> String {
    let needs_quotes = cell.contains([',', '"', '\n', '\r']);
    if needs_quotes { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
