//! The networks of a run as a drawing: every layer as a body whose height is that of its feature maps and whose length grows with
//! their number, made from the record of the networks and from nothing else.

mod body;
mod layout;
mod paper;
mod path;

use plumage_record::{Architecture, NetworkRecord, Role, files};

use self::{
    layout::{Row, row},
    paper::{Anchor, Ink, Paper},
};
use crate::{
    ReportError,
    charts::FOLDER,
    font::Weight,
    number::grouped,
    origin::{Origin, stamp},
    plot::WIDTH,
    records::Records,
};

pub(crate) use self::paper::{PAPER_CLASS, QUIET_CLASS};

/// What the drawing of the networks is called among charts.
pub(crate) const NAME: &str = "architecture";

/// The drawing of the networks of a run with its origin; none where the run has no record of them.
///
/// # Errors
/// Records that cannot be read.
pub(crate) fn of_run(records: &Records) -> Result<Option<String>, ReportError> {
    let Some(architecture) = Architecture::read(&records.path)? else { return Ok(None) };
    let svg = draw(records, &architecture);
    Ok(Some(match Origin::of(&format!("{FOLDER}/{NAME}"), &[records], FILES)? {
        Some(origin) => stamp::stamped_svg(&svg, &origin)?,
        None => svg,
    }))
}

/// The records that it is drawn from.
pub(crate) const FILES: &[&str] = &[files::ARCHITECTURE];

/// Draws the networks of `architecture`, one row a network, as an SVG that is light on a light screen and dark on a dark one.
///
/// An upscaler and its discriminator are joined: what the one makes is what the other looks at.
pub(crate) fn draw(records: &Records, architecture: &Architecture) -> String {
    let rows: Vec<(&NetworkRecord, Row)> =
        architecture.networks.iter().map(|network| (network, row(network))).collect();
    let widest = rows.iter().map(|(_, row)| row.width).fold(0., f64::max);
    let width = (widest + 2. * MARGIN).max(f64::from(WIDTH));
    let joint = joined(architecture);
    let mut paper = Paper::new(width);
    let title = match joint {
        Some(_) => format!("{}: generator and discriminator, as they ran", records.name),
        None => format!("{}: the network, as it ran", records.name),
    };
    paper.text(MARGIN, 32., 20., Weight::Bold, Anchor::Start, Ink::Ink, &title);
    paper.text(MARGIN, 56., 14., Weight::Regular, Anchor::Start, Ink::Quiet, LEGEND);

    let mut top = 84.;
    let mut ends = Vec::new();
    for (number, (network, row)) in rows.iter().enumerate() {
        // What joins two rows runs between them.
        top += if joint.is_some() && number == 1 { 30. } else { 0. };
        paper.text(MARGIN, top + 14., 14., Weight::Bold, Anchor::Start, Ink::Ink, &named(network));
        let beside = MARGIN + 14. + paper::text_width(&named(network), 14., Weight::Bold);
        paper.text(beside, top + 14., 13., Weight::Regular, Anchor::Start, Ink::Quiet, &size(network));
        ends.push(row.draw(&mut paper, MARGIN, top + 26.));
        top += 26. + row.height + BETWEEN;
    }
    if let (Some(()), [generator, discriminator, ..]) = (joint, ends.as_slice()) {
        join(&mut paper, *generator, *discriminator, width);
        paper.text(MARGIN, top - 8., 13., Weight::Regular, Anchor::Start, Ink::Quiet, GAME);
        top += 12.;
    }
    paper.finish(top)
}

const MARGIN: f64 = 18.;
const BETWEEN: f64 = 34.;
const LEGEND: &str = "each body is what a step makes: as high as its maps, as long as there are many; below: maps, size on a patch, weights";

/// What the two networks do to one another.
const GAME: &str = "The verdict's loss teaches the discriminator to tell and the generator to mislead it, beside the generator's own loss against HR.";

/// Whether the first network is trained against the second.
fn joined(architecture: &Architecture) -> Option<()> {
    match architecture.networks.as_slice() {
        [first, second, ..] if (first.role, second.role) == (Role::Upscaler, Role::Discriminator) => Some(()),
        _ => None,
    }
}

fn named(network: &NetworkRecord) -> String {
    match network.role {
        Role::Upscaler => format!("{} ×{}", network.name, network.scale),
        Role::Discriminator | Role::Judge => network.name.clone(),
    }
}

fn size(network: &NetworkRecord) -> String {
    let on = if network.role == Role::Upscaler { "patches of" } else { "looks at" };
    let normal = if network.spectral_norm { ", spectral normalisation" } else { "" };
    let noise = if network.noise { "; noise times a learnt weight a map" } else { "" };
    format!(
        "{} weights, {} multiplications an HR pixel, {on} {side} × {side} HR pixels{normal}{noise}",
        grouped(network.parameters),
        grouped(network.macs_per_hr_pixel),
        side = network.patch_px,
    )
}

/// What goes from the generator to the discriminator, and what comes back.
fn join(paper: &mut Paper, generator: layout::Ends, discriminator: layout::Ends, width: f64) {
    let gutter = generator.bottom + 22.;
    let (sr_x, sr_y) = generator.output;
    let (in_x, in_y) = discriminator.input;
    let right = (width - MARGIN - 4.).min(sr_x + 26.);
    paper.arrow(
        &[
            (sr_x, sr_y),
            (right, sr_y),
            (right, gutter),
            (in_x - 30., gutter),
            (in_x - 30., in_y),
            (in_x, in_y),
        ],
        Ink::Accent,
        false,
    );
    paper.text(
        in_x + 6.,
        gutter - 6.,
        12.,
        Weight::Regular,
        Anchor::Start,
        Ink::Accent,
        "SR patches, and HR patches beside them",
    );
}
