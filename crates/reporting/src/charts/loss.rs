//! Training and validation loss against steps, on a logarithmic axis.

use super::{is_sparse, smooth, step_axis};
use crate::{
    plot::{Axis, Heading, Line, Lines, Spacing, palette},
    records::Records,
};

/// None where there is no row.
pub(super) fn chart(records: &Records) -> Option<Lines> {
    let rows = &records.metrics;
    if rows.is_empty() {
        return None;
    }
    let raw: Vec<_> = rows.iter().map(|row| (row.step as f64, row.train_loss)).collect();
    let of_validation =
        |row: &plumage_record::MetricsRow| Some((row.step as f64, row.validation.as_ref()?.loss));
    let validation: Vec<_> = rows.iter().filter_map(of_validation).collect();

    let values = raw.iter().chain(&validation).map(|(_, loss)| *loss);
    let y = Axis::around("loss, mean over values in [0, 1]", Spacing::Log, values);
    let mut lines = Vec::new();
    if is_sparse(&raw) {
        lines.push(line("training", raw, palette::BLUE));
    } else {
        let smooth = line("smoothed", smooth::smoothed(&raw, Spacing::Log), palette::BLUE);
        lines
            .extend([Line { width_px: 1.2, ..line("training", raw, palette::faint(palette::BLUE)) }, smooth]);
    }
    if !validation.is_empty() {
        lines.push(line("validation", validation, palette::VERMILION));
    }
    let x = step_axis(rows.iter().map(|row| row.step as f64));
    let heading = Heading {
        title: format!("{}: training and validation loss", records.name),
        subtitle: records.in_a_line(),
    };
    Some(Lines { heading, x, y, lines, levels: Vec::new(), marks: Vec::new() })
}

fn line(label: &str, points: Vec<(f64, f64)>, colour: plotters::style::RGBColor) -> Line {
    let dotted = is_sparse(&points);
    Line { label: Some(label.to_owned()), points, colour, width_px: 2.5, dotted }
}
