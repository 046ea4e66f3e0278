//! The matrix of judges as a table, in the forms that scores have, and as HTML.

use super::Table;
use crate::JudgeMatrix;

/// A row for each training, a column for each test, every value with its interval, aligned for a terminal.
pub fn judge_matrix_text(matrix: &JudgeMatrix) -> String {
    format!("{}\n{}", matrix.heading.title, table(matrix).text())
}

/// A row for each training, a column for each test, every value with its interval, as Markdown.
pub fn judge_matrix_markdown(matrix: &JudgeMatrix) -> String {
    format!("**{}**\n\n{}", matrix.heading.title, table(matrix).markdown())
}

/// A row for each training, a column for each test, every value with its interval, as an HTML table.
pub fn judge_matrix_html(matrix: &JudgeMatrix) -> String {
    Table { caption: matrix.heading.title.clone(), ..table(matrix) }.html()
}

/// Every value that was measured with all its digits as CSV, one row a training and test.
pub fn judge_matrix_csv(matrix: &JudgeMatrix) -> String {
    let rows = matrix.trained_on.iter().zip(&matrix.cells);
    let cells = rows.flat_map(|(trained_on, cells)| {
        let of_row = matrix.tested_on.iter().zip(cells);
        of_row.filter_map(move |(tested_on, cell)| Some((trained_on, tested_on, (*cell)?)))
    });
    let cells: Vec<_> = cells.collect();
    let mut table = Table::of_rows("trained_on", cells.iter().map(|(trained_on, ..)| (*trained_on).clone()));
    table.push_written("tested_on", cells.iter().map(|(_, tested_on, _)| (*tested_on).clone()));
    table.push_written("measure", cells.iter().map(|_| matrix.measure.name().to_lowercase()));
    table.push_written("value", cells.iter().map(|(.., cell)| cell.value.to_string()));
    table.push_written("low", cells.iter().map(|(.., cell)| cell.low.to_string()));
    table.push_written("high", cells.iter().map(|(.., cell)| cell.high.to_string()));
    table.csv()
}

fn table(matrix: &JudgeMatrix) -> Table {
    let head = format!("trained on, {}", matrix.measure.name());
    let mut table = Table::of_rows(&head, matrix.trained_on.iter().cloned());
    for (column, tested_on) in matrix.tested_on.iter().enumerate() {
        let cell = |row: usize| {
            let cell = matrix.cells.get(row).and_then(|cells| (*cells.get(column)?).as_ref());
            cell.map_or("–".to_owned(), |cell| {
                format!("{} ({})", matrix.measure.write(cell.value), matrix.measure.write_interval(*cell))
            })
        };
        table.push_written(format!("on {tested_on}"), (0..matrix.trained_on.len()).map(cell));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Estimate, Heading, JudgeMeasure};

    fn matrix(measure: JudgeMeasure) -> JudgeMatrix {
        let cell = |value: f64| Some(Estimate { value, low: value - 0.03, high: value + 0.02 });
        JudgeMatrix {
            heading: Heading { title: "judges & <others>".into(), subtitle: "400 images".into() },
            measure,
            trained_on: vec!["SRCNN".into(), "SRGAN | GAN".into()],
            tested_on: vec!["SRCNN".into(), "SR\"GAN\", <b>".into()],
            cells: vec![vec![cell(0.96875), cell(0.51)], vec![None, cell(0.9)]],
        }
    }

    #[test]
    fn a_terminal_gets_values_with_their_intervals() {
        insta::assert_snapshot!(judge_matrix_text(&matrix(JudgeMeasure::Accuracy)));
    }

    #[test]
    fn markdown_has_a_row_for_each_training() {
        insta::assert_snapshot!(judge_matrix_markdown(&matrix(JudgeMeasure::Auc)));
    }

    #[test]
    fn html_is_well_formed_whatever_the_names() {
        let html = judge_matrix_html(&matrix(JudgeMeasure::Accuracy));
        let tree = roxmltree::Document::parse(&html).unwrap();
        let count = |name: &str| tree.descendants().filter(|node| node.has_tag_name(name)).count();
        assert_eq!((count("tr"), count("th"), count("td")), (3, 5, 4));
        insta::assert_snapshot!(html);
    }

    #[test]
    fn csv_has_every_digit_and_leaves_out_what_was_not_measured() {
        insta::assert_snapshot!(judge_matrix_csv(&matrix(JudgeMeasure::Accuracy)));
    }
}
