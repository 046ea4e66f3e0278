//! A table for a terminal: aligned with spaces, the head underlined.

use super::{Align, Column, Table};

impl Table {
    /// As plain text; a row that sums up stands below a line of its own.
    pub fn text(&self) -> String {
        let columns: Vec<Vec<String>> =
            self.columns.iter().map(|column| lines(column, self.rows())).collect();
        let width = |column: &Vec<String>| column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = columns.iter().map(width).collect();
        let line = |line: usize| {
            let cell = |(index, column): (usize, &Vec<String>)| {
                let (cell, width) = (&column[line], widths[index]);
                match self.columns[index].align {
                    Align::Left => format!("{cell:<width$}"),
                    Align::Right => format!("{cell:>width$}"),
                }
            };
            columns.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1));
        let mut text = format!("{}\n{rule}\n", line(0));
        for row in 0..self.rows() {
            if self.is_sum(row) && row > 0 {
                text += &format!("{rule}\n");
            }
            text += &format!("{}\n", line(row + 1));
        }
        text
    }
}

/// Head and cells of a column, each on one line.
fn lines(column: &Column, rows: usize) -> Vec<String> {
    let clean = |cell: String| cell.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    let cells = (0..rows).map(|row| column.cell(row).written());
    std::iter::once(column.title()).chain(cells).map(clean).collect()
}
