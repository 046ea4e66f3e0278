//! The learning rate against steps.

use super::{is_sparse, step_axis};
use crate::{
    plot::{Axis, Heading, Line, Lines, Spacing, palette},
    records::Records,
};

/// None where there is no row.
pub(super) fn chart(records: &Records) -> Option<Lines> {
    if records.metrics.is_empty() {
        return None;
    }
    let points: Vec<_> = records.metrics.iter().map(|row| (row.step as f64, row.learning_rate)).collect();
    let x = step_axis(points.iter().map(|(step, _)| *step));
    let y = Axis::around("learning rate", Spacing::Log, points.iter().map(|(_, rate)| *rate));
    let dotted = is_sparse(&points);
    let line = Line { label: None, points, colour: palette::BLUE, width_px: 2.5, dotted };
    let heading =
        Heading { title: format!("{}: learning rate", records.name), subtitle: records.in_a_line() };
    Some(Lines { heading, x, y, lines: vec![line], levels: Vec::new(), marks: Vec::new() })
}
