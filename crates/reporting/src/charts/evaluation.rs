//! PSNR of every image of the evaluation, bicubic interpolation beside the network.

use super::MOST_BARS;
use crate::{
    decibels::{self, On, Psnr},
    plot::{Axis, Bar, Bars, Group, Heading, Spacing, palette},
    records::Records,
    scores::SetScores,
};

/// None where nothing was evaluated. All sets that share the first one's scale and protocol are in one chart.
pub(super) fn chart(records: &Records) -> Option<Bars> {
    let sets = SetScores::of(&records.evaluation);
    let first = sets.first()?;
    let on = first.mean(0).and_then(|mean| mean.psnr()).map(|psnr| psnr.on)?;
    let like_first: Vec<&SetScores> = sets
        .iter()
        .filter(|set| {
            (set.protocol, set.scale, &set.methods) == (first.protocol, first.scale, &first.methods)
        })
        .collect();
    let groups: Vec<Group> = like_first.iter().flat_map(|set| groups(set, on)).collect();

    let values = groups.iter().flat_map(|group| &group.bars).map(|bar| bar.value);
    let most = values.filter(|value| value.is_finite()).fold(1., f64::max).min(1e250);
    let x = Axis::between(on.label(first.protocol), Spacing::Linear, 0., most);
    let colours = [palette::AXIS, palette::BLUE, palette::VERMILION, palette::GREEN, palette::PURPLE];
    let kinds = first.methods.iter().map(|method| (*method).to_owned()).zip(colours).collect();
    let heading = Heading {
        title: format!("{}: PSNR after training, ×{}", records.name, first.scale),
        subtitle: records.in_a_line(),
    };
    Some(Bars { heading, x, kinds, groups })
}

/// The mean of a set and, unless they are too many, its images.
fn groups(set: &SetScores, on: On) -> Vec<Group> {
    let bar = |psnr: Option<Psnr>| {
        let db = psnr.filter(|psnr| psnr.on == on).map_or(f64::NAN, |psnr| psnr.db);
        Bar { value: db, label: decibels::write(db), interval: None }
    };
    let means = (0..set.methods.len()).map(|index| bar(set.mean(index).and_then(|mean| mean.psnr())));
    let mean = Group { name: format!("{}, mean", set.set), bars: means.collect(), is_summary: true };
    let mut groups = vec![mean];
    if (2..=MOST_BARS).contains(&set.images.len()) {
        groups.extend(set.images.iter().map(|image| Group {
            name: image.image.to_owned(),
            bars: image.of_methods.iter().map(|row| bar(row.and_then(Psnr::of_image))).collect(),
            is_summary: false,
        }));
    }
    groups
}
