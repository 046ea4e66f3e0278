//! PSNR of every image of the evaluation, bicubic interpolation beside the network.

use crate::{
    decibels::{self, On, Psnr},
    plot::{Axis, Bar, Bars, Group, Heading, Spacing, palette},
    records::Records,
    scores::SetScores,
};

/// With more images than this only the means are drawn.
const MOST_IMAGES: usize = 20;

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
    let images: usize = like_first.iter().map(|set| set.images.len()).sum();
    let groups: Vec<Group> =
        like_first.iter().flat_map(|set| groups(set, on, images <= MOST_IMAGES)).collect();

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

fn groups(set: &SetScores, on: On, with_images: bool) -> Vec<Group> {
    let bar = |psnr: Option<Psnr>| {
        let db = psnr.filter(|psnr| psnr.on == on).map_or(f64::NAN, |psnr| psnr.db);
        Bar { value: db, label: decibels::write(db) }
    };
    let means = (0..set.methods.len()).map(|index| bar(set.mean(index).and_then(|mean| mean.psnr())));
    let mean = Group { name: format!("{}, mean", set.set), bars: means.collect(), is_summary: true };
    let mut groups = vec![mean];
    if with_images && set.images.len() > 1 {
        groups.extend(set.images.iter().map(|image| Group {
            name: image.image.to_owned(),
            bars: image.of_methods.iter().map(|row| bar(row.and_then(Psnr::of_image))).collect(),
            is_summary: false,
        }));
    }
    groups
}
