//! A table as HTML.

use maud::{Markup, html};

use super::{Align, Column, Table, one_line};

/// A cell of more letters may be broken into lines.
const LONG: usize = 40;

impl Table {
    /// As HTML with a caption, if it has one; the row that sums up is the foot.
    pub fn html(&self) -> String {
        self.markup(false).into_string()
    }

    /// The same as a part of a page, which a reader may sort where that makes sense.
    pub(crate) fn markup(&self, sortable: bool) -> Markup {
        let rows = self.rows() - usize::from(self.sums_up && self.rows() > 0);
        html! {
            table class=[sortable.then_some("sortable")] {
                @if !self.caption.is_empty() {
                    caption { (one_line(&self.caption)) }
                }
                thead {
                    tr {
                        @for column in &self.columns {
                            th scope="col" class=[column.class()] {
                                (one_line(&column.head))
                                @if let Some(unit) = &column.unit { " " span.unit { (one_line(unit)) } }
                            }
                        }
                    }
                }
                tbody {
                    @for row in 0..rows { (self.row(row)) }
                }
                @if rows < self.rows() {
                    tfoot { (self.row(rows)) }
                }
            }
        }
    }

    /// A row; a cell with a number also says what it is sorted by.
    fn row(&self, row: usize) -> Markup {
        html! {
            tr {
                @for (index, column) in self.columns.iter().enumerate() {
                    @let (text, value) = (one_line(&column.cell(row).written()), column.cell(row).value());
                    @if index == 0 {
                        th scope="row" data-sort=[value] { (text) }
                    } @else {
                        @let class = column.class().or((text.len() > LONG).then_some("long"));
                        td class=[class] data-sort=[value] { (text) }
                    }
                }
            }
        }
    }
}

impl Column {
    fn class(&self) -> Option<&'static str> {
        (self.align == Align::Right).then_some("number")
    }
}
