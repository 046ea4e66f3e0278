//! How much PSNR each image of a large set gains over bicubic interpolation, from the largest gain to the smallest.

use super::{MOST_BARS, is_sparse};
use crate::{
    decibels::{self, On, Psnr},
    number::grouped,
    plot::{Axis, Heading, Level, Line, Lines, Spacing, palette},
    records::Records,
    scores::{BICUBIC, ImageScores, SetScores},
};

/// The first set that is too large for bars; none where there is none, or nothing to gain over.
pub(super) fn chart(records: &Records) -> Option<Lines> {
    let sets = SetScores::of(&records.evaluation);
    let mut of_set = sets.iter().filter_map(|set| Some((set, sorted_gains(set)?)));
    let (set, (on, gains)) = of_set.find(|(_, (_, gains))| gains.len() > MOST_BARS)?;

    let mean = gains.iter().sum::<f64>() / gains.len() as f64;
    let losers = gains.iter().filter(|gain| **gain < 0.).count();
    let points: Vec<_> = (1..).zip(&gains).map(|(rank, gain)| (f64::from(rank), *gain)).collect();
    let x = Axis::between("images, the largest gain first", Spacing::Linear, 0., gains.len() as f64 * 1.02);
    let y = Axis::around(
        format!("gain of {}", on.label(set.protocol)),
        Spacing::Linear,
        gains.iter().copied().chain([0.]),
    );
    let dotted = is_sparse(&points);
    let line = Line {
        label: Some("gain over bicubic".to_owned()),
        points,
        colour: palette::BLUE,
        width_px: 2.5,
        dotted,
    };
    let levels = [
        (format!("mean: {} dB", decibels::write_gain(mean, 0.)), mean, palette::VERMILION),
        ("bicubic".to_owned(), 0., palette::QUIET),
    ];
    let heading = Heading {
        title: format!("{}: gain over bicubic on {}, ×{}", records.name, set.set, set.scale),
        subtitle: format!("{} images, {} below bicubic", grouped(gains.len() as u64), grouped(losers as u64)),
    };
    let levels = levels.map(|(label, value, colour)| Level { label, value, colour }).into();
    Some(Lines { heading, x, y, lines: vec![line], levels, marks: Vec::new() })
}

/// The finite gains of the last method over bicubic, the largest first.
fn sorted_gains(set: &SetScores) -> Option<(On, Vec<f64>)> {
    if set.methods.len() < 2 || set.methods[0] != BICUBIC {
        return None;
    }
    let gain = |image: &ImageScores| {
        let [bicubic, .., network] = image.of_methods[..] else { return None };
        let (bicubic, network) = (Psnr::of_image(bicubic?)?, Psnr::of_image(network?)?);
        Some((network.on, network.db - bicubic.db)).filter(|(on, gain)| *on == bicubic.on && gain.is_finite())
    };
    let gains: Vec<_> = set.images.iter().filter_map(gain).collect();
    let on = gains.first()?.0;
    let mut gains: Vec<f64> = gains.into_iter().map(|(_, gain)| gain).collect();
    gains.sort_by(|a, b| b.total_cmp(a));
    Some((on, gains))
}
