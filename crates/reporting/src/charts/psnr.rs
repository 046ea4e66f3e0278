//! Validation PSNR against steps, with bicubic interpolation and the best step.

use super::{decibel_axis, is_sparse, step_axis};
use crate::{
    decibels::Psnr,
    number::grouped,
    plot::{Heading, Level, Line, Lines, Mark, palette},
    records::Records,
};

/// None where nothing was validated.
pub(super) fn chart(records: &Records) -> Option<Lines> {
    let validated = records.metrics.iter().filter_map(|row| Some((row.step, row.validation.as_ref()?)));
    let scored: Vec<_> = validated.filter_map(|(step, v)| Some((step, v, Psnr::of_validation(v)?))).collect();
    let (_, first, Psnr { on, .. }) = *scored.first()?;
    let same = scored.iter().filter(|(_, v, psnr)| v.protocol == first.protocol && psnr.on == on);
    let points: Vec<_> = same.map(|(step, _, psnr)| (*step as f64, psnr.db)).collect();

    let baseline = records.manifest.as_ref().and_then(|manifest| manifest.bicubic.as_ref());
    let baseline = baseline.filter(|baseline| baseline.protocol == first.protocol);
    let baseline = baseline.and_then(Psnr::of_baseline).filter(|psnr| psnr.on == on && psnr.db.is_finite());
    let level = baseline.map(|psnr| Level {
        label: format!("bicubic: {:.2} dB", psnr.db),
        value: psnr.db,
        colour: palette::QUIET,
    });
    let finite = points.iter().filter(|(_, db)| db.is_finite());
    let best = finite.copied().reduce(|best, point| if point.1 > best.1 { point } else { best });
    let mark = best.map(|point| Mark {
        label: format!("best: {:.2} dB at step {}", point.1, grouped(point.0 as u64)),
        point,
        colour: palette::VERMILION,
    });

    let x = step_axis(records.metrics.iter().map(|row| row.step as f64));
    let shown = points.iter().map(|(_, db)| *db).chain(level.as_ref().map(|level| level.value));
    let y = decibel_axis(on.label(&first.protocol), shown);
    let line = Line {
        label: Some("validation".to_owned()),
        dotted: is_sparse(&points),
        points,
        colour: palette::BLUE,
        width_px: 2.5,
    };
    let heading =
        Heading { title: format!("{}: validation PSNR", records.name), subtitle: records.in_a_line() };
    Some(Lines {
        heading,
        x,
        y,
        lines: vec![line],
        levels: level.into_iter().collect(),
        marks: mark.into_iter().collect(),
    })
}
