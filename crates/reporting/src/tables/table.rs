//! A table: columns of cells that are text or numbers. How it is written is the concern of the files beside.

/// Columns under their heads; the first one names the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What is in it, for the forms that have a caption.
    pub caption: String,
    /// All equally long.
    pub columns: Vec<Column>,
    /// Whether the last row sums up those above it.
    pub sums_up: bool,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What it holds.
    pub head: String,
    /// What its numbers are counted in, if they are.
    pub unit: Option<String>,
    /// Where its cells stand.
    pub align: Align,
    /// From top to bottom.
    pub cells: Vec<Cell>,
}

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// As names do.
    Left,
    /// As numbers do.
    Right,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words, or a number that is written already.
    Text(String),
    /// A number.
    Number {
        /// With all its digits, which CSV has.
        value: f64,
        /// Digits after the point that are shown.
        decimals: usize,
    },
    /// A difference, written with its sign.
    Difference {
        /// With all its digits.
        value: f64,
        /// Digits after the point that are shown.
        decimals: usize,
    },
    /// A mean and the standard deviation around it.
    Spread {
        /// The mean, with all its digits.
        value: f64,
        /// The standard deviation.
        spread: f64,
        /// Digits after the point that are shown.
        decimals: usize,
    },
    /// An estimate and its interval.
    Interval {
        /// The estimate, with all its digits.
        value: f64,
        /// Where the interval begins.
        low: f64,
        /// Where it ends.
        high: f64,
        /// Digits after the point that are shown.
        decimals: usize,
    },
    /// What was not measured.
    Missing,
}

impl Table {
    /// A table without columns.
    pub fn new(caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), columns: Vec::new(), sums_up: false }
    }

    /// A table with the names of its rows only.
    pub(crate) fn of_rows(head: &str, names: impl Iterator<Item = String>) -> Self {
        let names = names.map(Cell::Text).collect();
        Self { columns: vec![Column::text(head, names)], ..Self::new("") }
    }

    /// Adds a column.
    pub fn push(&mut self, column: Column) {
        self.columns.push(column);
    }

    /// Adds a column of cells that are written already.
    pub(crate) fn push_written(&mut self, head: impl Into<String>, cells: impl Iterator<Item = String>) {
        self.push(Column::numbers(head, None, cells.map(Cell::Text).collect()));
    }

    /// Removes the columns in which nothing was measured.
    pub(crate) fn drop_empty_columns(&mut self) {
        self.columns.retain(|column| column.cells.iter().any(|cell| *cell != Cell::Missing));
    }

    /// How many rows there are below the head.
    pub fn rows(&self) -> usize {
        self.columns.iter().map(|column| column.cells.len()).max().unwrap_or(0)
    }

    /// Whether the row at an index is the one that sums up the others.
    pub(super) fn is_sum(&self, row: usize) -> bool {
        self.sums_up && row + 1 == self.rows()
    }
}

impl Column {
    /// A column of words.
    pub fn text(head: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { head: head.into(), unit: None, align: Align::Left, cells }
    }

    /// A column of numbers, with what they are counted in.
    pub fn numbers(head: impl Into<String>, unit: Option<&str>, cells: Vec<Cell>) -> Self {
        Self { head: head.into(), unit: unit.map(str::to_owned), align: Align::Right, cells }
    }

    /// Head and unit in one.
    pub fn title(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{} {unit}", self.head),
            None => self.head.clone(),
        }
    }

    /// The cell of a row; a column that is too short has none there.
    pub(super) fn cell(&self, row: usize) -> &Cell {
        self.cells.get(row).unwrap_or(&Cell::Missing)
    }
}

impl Cell {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }

    /// A number that may not be there.
    pub fn number(value: Option<f64>, decimals: usize) -> Self {
        value.filter(|value| !value.is_nan()).map_or(Self::Missing, |value| Self::Number { value, decimals })
    }

    /// A difference that may not be there; that of two infinite values is 0.
    pub fn difference(ours: Option<f64>, theirs: Option<f64>, decimals: usize) -> Self {
        let Some((ours, theirs)) = ours.zip(theirs) else { return Self::Missing };
        let value = if ours == theirs { 0. } else { ours - theirs };
        if value.is_nan() { Self::Missing } else { Self::Difference { value, decimals } }
    }

    /// A whole number.
    pub fn count(value: u64) -> Self {
        Self::Number { value: value as f64, decimals: 0 }
    }

    /// What it is sorted by, where that is a number.
    pub(super) fn value(&self) -> Option<f64> {
        match *self {
            Self::Number { value, .. }
            | Self::Difference { value, .. }
            | Self::Spread { value, .. }
            | Self::Interval { value, .. } => Some(value),
            Self::Text(_) | Self::Missing => None,
        }
    }

    /// As people read it, without anything that a form would have to escape.
    pub(crate) fn written(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number { value, decimals } => number(*value, *decimals),
            Self::Difference { value, decimals } => difference(*value, *decimals),
            Self::Spread { value, spread, decimals } => {
                format!("{} ± {}", number(*value, *decimals), number(*spread, *decimals))
            }
            Self::Interval { value, low, high, decimals } => {
                let [value, low, high] = [value, low, high].map(|value| number(*value, *decimals));
                format!("{value} ({low} to {high})")
            }
            Self::Missing => "–".to_owned(),
        }
    }
}

/// With commas between thousands, unless it is shown with decimals.
fn number(value: f64, decimals: usize) -> String {
    const WHOLE: f64 = 9e15;
    if decimals == 0 && (0. ..WHOLE).contains(&value) {
        return crate::number::grouped(value.round() as u64);
    }
    format!("{value:.decimals$}")
}

fn difference(value: f64, decimals: usize) -> String {
    let text = format!("{value:+.decimals$}");
    // What rounds to nothing has no sign of its own.
    if text.trim_start_matches(['-', '0', '.']).is_empty() { text.replacen('-', "+", 1) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_shows_the_digits_it_is_asked_for() {
        let written = |cell: Cell| cell.written();
        assert_eq!(written(Cell::number(Some(32.391), 2)), "32.39");
        assert_eq!(written(Cell::number(Some(f64::INFINITY), 2)), "inf");
        assert_eq!(written(Cell::number(Some(f64::NAN), 2)), "–");
        assert_eq!(written(Cell::number(None, 2)), "–");
        assert_eq!(written(Cell::count(57_184)), "57,184");
        assert_eq!(written(Cell::difference(Some(32.39), Some(30.3922), 2)), "+2.00");
        assert_eq!(written(Cell::difference(Some(30.), Some(30.004), 2)), "+0.00");
        assert_eq!(written(Cell::difference(Some(30.), Some(31.), 2)), "-1.00");
        let both = Some(f64::INFINITY);
        assert_eq!(written(Cell::difference(both, both, 2)), "+0.00");
        assert_eq!(written(Cell::Spread { value: 32.4, spread: 0.021, decimals: 2 }), "32.40 ± 0.02");
        let interval = Cell::Interval { value: 0.9, low: 0.85, high: 0.95, decimals: 2 };
        assert_eq!(written(interval), "0.90 (0.85 to 0.95)");
    }

    /// A table with a cell of every kind, and with text that every form has to take care of.
    fn every_kind() -> Table {
        let mut table = Table::new("Set5 & others, ×3 <y_matlab>");
        let names = ["9-1-5", "a|b_c \"d\", 50%\n<e>", "mean"].map(Cell::text).into();
        table.push(Column::text("network", names));
        let psnr = [Some(32.391), None, Some(f64::INFINITY)].map(|db| Cell::number(db, 2)).into();
        table.push(Column::numbers("PSNR-Y", Some("dB"), psnr));
        let gain = |ours| Cell::difference(Some(ours), Some(30.5), 2);
        table.push(Column::numbers("gain", Some("dB"), [32.5, 30.25, 30.5].map(gain).into()));
        let spread = Cell::Spread { value: 32.4, spread: 0.021, decimals: 2 };
        table.push(Column::numbers("3 seeds", Some("dB"), vec![spread, Cell::Missing, Cell::Missing]));
        let interval = Cell::Interval { value: 0.9, low: 0.8512, high: 0.95, decimals: 2 };
        table.push(Column::numbers("accuracy", None, vec![Cell::Missing, interval, Cell::Missing]));
        table.push(Column::numbers("weights", None, [8_032, 57_184, 0].map(Cell::count).into()));
        table.sums_up = true;
        table
    }

    #[test]
    fn a_terminal_gets_aligned_columns() {
        insta::assert_snapshot!(every_kind().text());
    }

    #[test]
    fn markdown_has_the_sum_in_bold() {
        insta::assert_snapshot!(every_kind().markdown());
    }

    #[test]
    fn csv_has_every_digit_and_a_column_for_each_end_of_an_interval() {
        insta::assert_snapshot!(every_kind().csv());
    }

    #[test]
    fn latex_takes_no_text_for_a_command() {
        insta::assert_snapshot!(every_kind().latex());
    }

    #[test]
    fn html_is_well_formed_and_says_what_a_cell_is_sorted_by() {
        let html = every_kind().html();
        let tree = roxmltree::Document::parse(&html).unwrap();
        let count = |name: &str| tree.descendants().filter(|node| node.has_tag_name(name)).count();
        assert_eq!((count("tr"), count("th"), count("td")), (4, 9, 15));
        insta::assert_snapshot!(html.replace("><", ">\n<"));
    }

    #[test]
    fn a_table_without_rows_is_its_head() {
        let mut table = Table::new("");
        assert_eq!(table.text(), "\n\n");
        table.push(Column::text("name", Vec::new()));
        table.sums_up = true;
        assert_eq!([table.text(), table.csv()], ["name\n────\n", "name\n"]);
        assert!(table.html().contains("<tbody></tbody>"));
    }
}
