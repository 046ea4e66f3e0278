//! Training patches in a second against steps.

use super::{is_sparse, step_axis};
use crate::{
    number::duration,
    plot::{Axis, Heading, Level, Line, Lines, Spacing, palette},
    records::Records,
};

/// None where there is no row.
pub(super) fn chart(records: &Records) -> Option<Lines> {
    let timing = records.timing.iter();
    let points: Vec<_> = timing.filter_map(|row| Some((row.step as f64, row.images_per_s?))).collect();
    let elapsed_s = records.timing.last()?.elapsed_s;
    let x = step_axis(points.iter().map(|(step, _)| *step));
    let mut speeds: Vec<f64> = points.iter().map(|(_, speed)| *speed).filter(|s| s.is_finite()).collect();
    speeds.sort_by(f64::total_cmp);
    let most = speeds.last().copied().unwrap_or(1.).clamp(1e-3, 1e250);
    let y = Axis::between("training patches per second", Spacing::Linear, 0., most * 1.1);
    let level = speeds.get(speeds.len() / 2).map(|&median| Level {
        label: format!("median: {median:.0} per second"),
        value: median,
        colour: palette::QUIET,
    });
    let dotted = is_sparse(&points);
    let line = Line {
        label: Some("between two rows of timing.csv".to_owned()),
        points,
        colour: palette::GREEN,
        width_px: 2.,
        dotted,
    };
    let machine = records.manifest.as_ref().map(|manifest| {
        format!(
            "{} in training, {} threads on {}",
            duration(elapsed_s),
            manifest.threads,
            manifest.provenance.cpu
        )
    });
    let subtitle = machine.unwrap_or_else(|| format!("{} in training", duration(elapsed_s)));
    let heading = Heading { title: format!("{}: throughput", records.name), subtitle };
    Some(Lines { heading, x, y, lines: vec![line], levels: level.into_iter().collect(), marks: Vec::new() })
}
