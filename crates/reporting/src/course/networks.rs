//! Which networks there are and what they learn from: the report's first figures, and its first sentences.

use plumage_record::{Architecture, EvaluationRow, NetworkRecord, Purpose, StepKind, disk, files};

use super::{
    Course,
    claim::{Claim, again},
    estimates::{self, CONFIDENCE, written},
    figure, rules,
};
use crate::{Estimate, ReportError, diagram, number::grouped, page::Part, records::Records};

/// S3: about 5000 birds.
pub(super) fn images(course: &Course) -> Claim {
    let learnt = course.srcnn.manifest.as_ref().map_or(0, |manifest| manifest.training_images);
    let most = course.samples.sizes.last().map_or(0, |size| size.images);
    let sizes: Vec<String> = course.samples.sizes.iter().map(|size| grouped(size.images)).collect();
    let words = format!(
        "Here the images are {}. The networks that are compared learnt from {} of them; almost half are kept from them, for the \
         judges, so that no judge is shown what a network has learnt from. How much the number of images matters is a study of its \
         own, with {} images.",
        course.about.images,
        grouped(learnt),
        crate::words::joined(&sizes),
    );
    Claim {
        id: "S3",
        title: "The images",
        quote: "The model was trained on approximately 5000 bird images which was benchmarked against an SRGAN model as well as \
                qualitatively assessed against a CNN discriminator.",
        place: "introduction",
        number: format!(
            "{} training images of those that are compared, {} at most",
            grouped(learnt),
            grouped(most.max(learnt))
        ),
        ruling: rules::images(learnt, most),
        parts: vec![Part::Prose(words)],
        commands: again(&course.srcnn_and_largest()),
    }
}

/// S2, Figure 1: SRGAN.
pub(super) fn srgan(course: &Course) -> Result<Claim, ReportError> {
    let played =
        course.srgan.metrics.iter().any(|row| row.adversary.as_ref().is_some_and(|a| a.d_loss.is_some()));
    let spread = estimates::of_method(&course.judged, &course.srgan.name, "noise_spread_levels");
    let mut parts = drawing(
        &course.srgan,
        "Figure 1 of the report, as it was run: the generator above, the discriminator below.",
    )?;
    parts.push(Part::Prose(
        "The generator is trained alone at first, by its pixel loss, then both in alternate steps. Noise is a map of random numbers, \
         scaled by a weight that every feature map learns for itself and added after the first layer; a network under a pixel loss \
         soon learns to ignore it, so that it has to be shown that the picture changes with it: by more than a twentieth of a grey level \
         in the mean, which is far below what an eye sees. What the discriminator did in every step is in metrics.csv of the run."
            .to_owned(),
    ));
    Ok(Claim {
        id: "S2",
        title: "The baseline: SRGAN",
        quote: "This model takes in low resolution images, adds in noise and up samples a generated image while also feeding into a \
                discriminator that compares the fake and high resolution images which is then used to improve the generator.",
        place: "Figure 1",
        number: spread.map_or("not measured".to_owned(), |spread| {
            format!("{} grey levels of spread over noise", written(spread, 3, ""))
        }),
        ruling: rules::srgan(played, spread),
        parts,
        commands: again(&[&course.srgan]),
    })
}

/// S1, Figure 2: SRCNN.
pub(super) fn srcnn(course: &Course) -> Result<Claim, ReportError> {
    let kernels = Architecture::read(&course.srcnn.path)?;
    let kernels = kernels.and_then(|architecture| Some(kernels_of(architecture.networks.first()?)));
    let gain = gain_db(&course.srcnn);
    let mut parts = drawing(&course.srcnn, "Figure 2 of the report, as it was run.")?;
    parts.push(Part::Prose(format!(
        "One deviation: the network learns what the bicubic picture lacks, and not the whole picture. That trains in minutes what takes \
         days otherwise, and changes no layer. PSNR is measured on luma, protocol `{}`; intervals are {CONFIDENCE}, by bootstrap over images.",
        course.srcnn.protocol.as_deref().unwrap_or("none")
    )));
    Ok(Claim {
        id: "S1",
        title: "The network: SRCNN",
        quote: "The SRCNN architecture has three main components or layers. The first is the patch extraction layer, which uses a 9 by 9 \
                kernel to derive patches and create a feature map of the original image. Next, the patches are mapped to higher \
                dimensions in a second feature map by a 5 by 5 kernel.",
        place: "Figure 2",
        number: gain
            .map_or("not measured".to_owned(), |gain| format!("{} over bicubic", written(gain, 2, " dB"))),
        ruling: rules::srcnn(
            &kernels.unwrap_or_default(),
            loss(&course.srcnn)?.as_deref() == Some("mse"),
            gain,
        ),
        parts,
        commands: again(&[&course.srcnn]),
    })
}

/// The drawing of the networks of a run.
pub(super) fn drawing(run: &Records, caption: &str) -> Result<Vec<Part>, ReportError> {
    let Some(svg) = diagram::of_run(run)? else { return Ok(Vec::new()) };
    Ok(vec![figure(svg, "the networks, layer by layer", caption)])
}

fn kernels_of(network: &NetworkRecord) -> Vec<usize> {
    let kernel = |step: &plumage_record::StepRecord| match step.does {
        StepKind::Convolution { kernel, .. } => Some(kernel),
        _ => None,
    };
    network.steps.iter().filter_map(kernel).collect()
}

/// The pixel loss that the run's config names; none for a sum of several.
pub(super) fn loss(run: &Records) -> Result<Option<String>, ReportError> {
    let config = disk::read(Purpose::Config, &run.path.join(files::CONFIG))?.unwrap_or_default();
    let config: toml::Table = String::from_utf8_lossy(&config).parse().unwrap_or_default();
    Ok(config.get("loss").and_then(|loss| loss.as_str()).map(str::to_owned))
}

/// The gain of a run over bicubic in PSNR on Y, over the images of its first set that have both.
pub(super) fn gain_db(run: &Records) -> Option<Estimate> {
    let rows = &run.evaluation;
    let first = rows.first()?;
    let of = |method: &str, image: &str| -> Option<f64> {
        let is_it = |row: &&EvaluationRow| row.set == first.set && row.method == method && row.image == image;
        rows.iter().find(is_it)?.psnr_y_db
    };
    let ours = rows.iter().filter(|row| row.set == first.set && row.method != "bicubic");
    let gain = |row: &EvaluationRow| Some(row.psnr_y_db? - of("bicubic", &row.image)?);
    let gains: Vec<f64> = ours.filter_map(gain).filter(|gain| gain.is_finite()).collect();
    estimates::mean(&gains)
}
