//! A table as LaTeX, for the packages `booktabs` and `inputenc`.

use super::{Align, Table, one_line};

impl Table {
    /// As a `table` with a caption and a `tabular` in it, the row that sums up below a line of its own.
    pub fn latex(&self) -> String {
        let line = |cells: Vec<String>| format!("{} \\\\\n", cells.join(" & "));
        let align = |align| match align {
            Align::Left => 'l',
            Align::Right => 'r',
        };
        let columns: String = self.columns.iter().map(|column| align(column.align)).collect();
        let mut text = "\\begin{table}\n\\centering\n".to_owned();
        if !self.caption.is_empty() {
            text += &format!("\\caption{{{}}}\n", escaped(&self.caption));
        }
        text += &format!("\\begin{{tabular}}{{{columns}}}\n\\toprule\n");
        text += &line(self.columns.iter().map(|column| escaped(&column.title())).collect());
        text += "\\midrule\n";
        for row in 0..self.rows() {
            if self.is_sum(row) && row > 0 {
                text += "\\midrule\n";
            }
            text += &line(self.columns.iter().map(|column| escaped(&column.cell(row).written())).collect());
        }
        text + "\\bottomrule\n\\end{tabular}\n\\end{table}\n"
    }
}

/// What TeX would take for a command is written as the sign that it is.
fn escaped(cell: &str) -> String {
    let mut text = String::new();
    for sign in one_line(cell).chars() {
        match sign {
            '\\' => text += "\\textbackslash{}",
            '~' => text += "\\textasciitilde{}",
            '^' => text += "\\textasciicircum{}",
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                text.push('\\');
                text.push(sign);
            }
            '<' => text += "$<$",
            '>' => text += "$>$",
            '|' => text += "$|$",
            '×' => text += "$\\times$",
            '±' => text += "$\\pm$",
            '≥' => text += "$\\geq$",
            '≤' => text += "$\\leq$",
            '–' => text += "--",
            '−' => text += "$-$",
            '²' => text += "$^2$",
            _ => text.push(sign),
        }
    }
    text
}
