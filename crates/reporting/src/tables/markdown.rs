//! A table as Markdown.

use super::{Align, Table, one_line};

impl Table {
    /// As Markdown, the row that sums up in bold.
    pub fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut text = line(self.columns.iter().map(|column| escaped(&column.title())).collect());
        let rule = |align| match align {
            Align::Left => "---".to_owned(),
            Align::Right => "---:".to_owned(),
        };
        text += &line(self.columns.iter().map(|column| rule(column.align)).collect());
        for row in 0..self.rows() {
            let cell = |cell: String| if self.is_sum(row) { format!("**{cell}**") } else { cell };
            let cells = self.columns.iter().map(|column| cell(escaped(&column.cell(row).written())));
            text += &line(cells.collect());
        }
        text
    }
}

fn escaped(cell: &str) -> String {
    one_line(cell).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}
