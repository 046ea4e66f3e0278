//! A table of finished cells, written in four forms.

/// Columns of text under a head; the first column names the rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grid {
    /// Head and cells of every column.
    columns: Vec<(String, Vec<String>)>,
    has_sum: bool,
}

impl Grid {
    /// A table with the names of its rows only.
    pub(crate) fn new(head: &str, names: impl Iterator<Item = String>) -> Self {
        Self { columns: vec![(head.to_owned(), names.collect())], has_sum: false }
    }

    /// Adds a column.
    pub(crate) fn push(&mut self, head: impl Into<String>, cells: impl Iterator<Item = String>) {
        self.columns.push((head.into(), cells.collect()));
    }

    /// Says that the last row sums up those above it.
    pub(crate) fn sum_up_in_last_row(&mut self) {
        self.has_sum = true;
    }

    fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, cells)| cells.len())
    }

    /// Aligned with spaces, the head underlined: names to the left, numbers to the right.
    pub(crate) fn text(&self) -> String {
        let clean =
            |cell: &str| cell.chars().map(|c| if c.is_control() { '?' } else { c }).collect::<String>();
        let columns: Vec<Vec<String>> = self
            .columns
            .iter()
            .map(|(head, cells)| std::iter::once(head).chain(cells).map(|cell| clean(cell)).collect())
            .collect();
        let width = |column: &Vec<String>| column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = columns.iter().map(width).collect();
        let line = |row: usize| {
            let cell = |(index, column): (usize, &Vec<String>)| {
                let (cell, width) = (&column[row], widths[index]);
                if index == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            };
            columns.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1));
        let mut text = String::new();
        for row in 0..=self.rows() {
            if self.has_sum && row == self.rows() && row > 1 {
                text += &format!("{rule}\n");
            }
            text += &format!("{}\n", line(row));
            if row == 0 {
                text += &format!("{rule}\n");
            }
        }
        text
    }

    /// As Markdown, the row that sums up in bold.
    pub(crate) fn markdown(&self) -> String {
        let clean = |cell: &str| {
            let one_line: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            one_line.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
        };
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut text = line(self.columns.iter().map(|(head, _)| clean(head)).collect());
        let rule = |index| if index == 0 { "---".to_owned() } else { "---:".to_owned() };
        text += &line((0..self.columns.len()).map(rule).collect());
        for row in 0..self.rows() {
            let is_sum = self.has_sum && row + 1 == self.rows();
            let cell = |(_, cells): &(String, Vec<String>)| {
                if is_sum { format!("**{}**", clean(&cells[row])) } else { clean(&cells[row]) }
            };
            text += &line(self.columns.iter().map(cell).collect());
        }
        text
    }

    /// As an HTML table with a caption, the row that sums up in bold.
    pub(crate) fn html(&self, caption: &str) -> String {
        let clean = |cell: &str| {
            let one_line: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            one_line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
        };
        let line = |cells: Vec<String>| format!("<tr>{}</tr>\n", cells.concat());
        let head = |(head, _): &(String, Vec<String>)| format!("<th scope=\"col\">{}</th>", clean(head));
        let mut text = format!("<table>\n<caption>{}</caption>\n", clean(caption));
        text += &format!("<thead>\n{}</thead>\n<tbody>\n", line(self.columns.iter().map(head).collect()));
        for row in 0..self.rows() {
            let is_sum = self.has_sum && row + 1 == self.rows();
            let cell = |(column, (_, cells)): (usize, &(String, Vec<String>))| {
                let text = clean(&cells[row]);
                let text = if is_sum { format!("<b>{text}</b>") } else { text };
                if column == 0 {
                    format!("<th scope=\"row\">{text}</th>")
                } else {
                    format!("<td>{text}</td>")
                }
            };
            text += &line(self.columns.iter().enumerate().map(cell).collect());
        }
        text + "</tbody>\n</table>\n"
    }

    /// As CSV, quoted where it must be.
    pub(crate) fn csv(&self) -> String {
        let quoted = |cell: &str| {
            let needs_quotes = cell.contains([',', '"', '\n', '\r']);
            if needs_quotes { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
        };
        let line = |cells: Vec<String>| cells.join(",") + "\n";
        let mut text = line(self.columns.iter().map(|(head, _)| quoted(head)).collect());
        for row in 0..self.rows() {
            text += &line(self.columns.iter().map(|(_, cells)| quoted(&cells[row])).collect());
        }
        text
    }
}
