//! README.md of a run folder: what ran, what came out, how to run it again, where it came from.

use plumage_record::{Manifest, Status};

use crate::{
    decibels::{self, Psnr},
    number::{duration, grouped},
    records::Records,
    tables,
};

/// With more figures than this the others are only named.
const MOST_FIGURES: usize = 6;

/// The charts that stand with the result; the others tell of the training.
const RESULT_CHARTS: [&str; 3] = ["evaluation", "gains", "psnr"];

/// The README of a run with the given charts and comparison figures, both by name, and with the drawing of its networks where it
/// has one.
pub(crate) fn markdown(records: &Records, charts: &[&str], figures: &[String], has_diagram: bool) -> String {
    let Records { name, manifest, .. } = records;
    let mut text = format!("# {name}\n\n");
    if let Some(manifest) = manifest {
        if !manifest.about.trim().is_empty() {
            text += &format!("{}\n\n", manifest.about.trim());
        }
        text += &format!("{}\n\n", progress(manifest));
    }
    text += &results(records, charts);
    text += &pictures(figures);
    if let Some(manifest) = manifest {
        text += &what_ran(manifest);
        text += if has_diagram { DIAGRAM } else { "" };
        text += &again(name, manifest, records);
    }
    text += &training_charts(charts);
    text += FILES;
    if let Some(manifest) = manifest {
        text += &provenance(manifest);
    }
    text
}

fn progress(manifest: &Manifest) -> String {
    let steps = format!("{} of {} steps", grouped(manifest.steps_done), grouped(manifest.steps));
    let state = match manifest.status {
        Status::Running => "Running, or its process has died",
        Status::Stopped => "Stopped, and can be resumed",
        Status::Failed => "Failed, and can be resumed from its newest checkpoint",
        Status::Finished => "Finished",
    };
    format!("{state}: {steps}, {} of training.", duration(manifest.training_s))
}

fn results(records: &Records, charts: &[&str]) -> String {
    let mut text = "## Result\n\n".to_owned();
    if records.evaluation.is_empty() {
        text += "There is no evaluation yet: it is made when the last step is done.\n\n";
    } else {
        text += &format!("{}\n", tables::evaluation_markdown(&records.evaluation));
        text += "PSNR is the mean of dB over images. Every image is in evaluation.csv.\n\n";
    }
    if let Some(best) = records.manifest.as_ref().and_then(best) {
        text += &format!("{best}\n\n");
    }
    for name in RESULT_CHARTS {
        if charts.contains(&name) {
            text += &embedded(name);
        }
    }
    text
}

/// The best validation beside bicubic interpolation, in a sentence.
fn best(manifest: &Manifest) -> Option<String> {
    let best = manifest.best.as_ref()?;
    let bicubic = manifest.bicubic.as_ref().filter(|bicubic| bicubic.protocol == best.protocol);
    let beside = bicubic.and_then(Psnr::of_baseline).map_or(String::new(), |bicubic| {
        let gain = decibels::write_gain(best.psnr_y_db, bicubic.db);
        format!("; bicubic has {} dB there, so the gain is {gain} dB", decibels::write(bicubic.db))
    });
    Some(format!(
        "Best validation: {} dB ({}, mean of {} images) at step {}{beside}.",
        decibels::write(best.psnr_y_db),
        best.protocol,
        grouped(manifest.validation_images),
        grouped(best.step)
    ))
}

pub(crate) fn pictures(figures: &[String]) -> String {
    if figures.is_empty() {
        return String::new();
    }
    let mut text =
        "## Pictures\n\nBelow each picture is the part in which bicubic is furthest from HR.\n\n".to_owned();
    for name in figures.iter().take(MOST_FIGURES) {
        text += &format!("![{}](images/{name})\n\n", name.trim_end_matches(".png"));
    }
    if figures.len() > MOST_FIGURES {
        text += &format!("{} more are in images/.\n\n", figures.len() - MOST_FIGURES);
    }
    text
}

fn what_ran(manifest: &Manifest) -> String {
    let rows = [
        ("network", manifest.model.name.clone()),
        ("weights", grouped(manifest.model.parameters)),
        ("multiplications per HR pixel", grouped(manifest.model.macs_per_hr_pixel)),
        ("scale", format!("×{}", manifest.scale)),
        ("training images", grouped(manifest.training_images)),
        ("validation images", grouped(manifest.validation_images)),
        ("steps", grouped(manifest.steps)),
        ("seed", manifest.seed.to_string()),
    ];
    let rows: String = rows.iter().map(|(what, value)| format!("| {what} | {value} |\n")).collect();
    format!(
        "## What ran\n\n| | |\n|---|---|\n{rows}\nconfig.toml has every setting, with nothing left to defaults elsewhere.\n\n"
    )
}

/// The drawing of the networks.
pub(crate) const DIAGRAM: &str = "![the networks, layer by layer](charts/architecture.svg)\n\n";

/// The commands that make the run again, or go on with it, and draw it again. A run of a report is not called as its experiment is: then
/// the report goes on with it.
pub(crate) fn commands(name: &str, manifest: &Manifest) -> String {
    let changes: String = manifest.set.iter().map(|change| format!(" --set {}", quoted(change))).collect();
    let experiment = &manifest.name;
    let mut commands = format!("cargo xtask experiment {experiment}{changes}\n");
    if manifest.status != Status::Finished && name == experiment {
        commands += &format!("cargo xtask experiment {experiment} --resume\n");
    }
    commands + &format!("cargo xtask chart {name}\n")
}

fn again(name: &str, manifest: &Manifest, records: &Records) -> String {
    let mut commands = commands(name, manifest);
    let row = records.evaluation.first();
    let (on, protocol) = row.map_or(("set5", "y_matlab"), |row| (&row.set, &row.protocol));
    if on != "test" {
        let (on, scale) = (quoted(on), manifest.scale);
        commands += &format!("cargo xtask evaluate {name} --on {on} --scale {scale} --protocol {protocol}\n");
    }
    format!(
        "## Again\n\n{} On the same machine the new metrics.csv and weights are the same byte for byte.\n\n```sh\n{commands}```\n\n",
        beside(name, manifest)
    )
}

/// What becomes of the run when it is made again.
pub(crate) fn beside(name: &str, manifest: &Manifest) -> String {
    match &manifest.name {
        experiment if experiment == name => {
            "A new run never overwrites this one: it is moved aside first.".to_owned()
        }
        experiment => format!(
            "A report made this run; a new one is called `{experiment}`, and lies beside it. The report that made it goes on with it, too."
        ),
    }
}

fn training_charts(charts: &[&str]) -> String {
    let shown: String =
        charts.iter().filter(|name| !RESULT_CHARTS.contains(name)).map(|name| embedded(name)).collect();
    if shown.is_empty() { String::new() } else { format!("## Training\n\n{shown}") }
}

pub(crate) fn embedded(chart: &str) -> String {
    format!("![{}](charts/{chart}.png)\n\n", chart.replace('_', " "))
}

pub(crate) fn provenance(manifest: &Manifest) -> String {
    let from = &manifest.provenance;
    let commit = match (&from.commit, from.dirty) {
        (Some(commit), Some(true)) => format!("{commit}, with uncommitted changes"),
        (Some(commit), _) => commit.clone(),
        (None, _) => "unknown: not run in a clone".to_owned(),
    };
    let features = if from.cpu_features.is_empty() {
        String::new()
    } else {
        format!(" ({})", from.cpu_features.join(", "))
    };
    let rows = [
        ("commit", commit),
        ("Plumage", from.version.clone()),
        ("SHA-256 of config.toml", manifest.config_sha256.clone()),
        ("SHA-256 of the training images", manifest.data_sha256.clone()),
        ("machine", format!("{}{features}, {}", from.cpu, from.platform)),
        ("threads", manifest.threads.to_string()),
        ("begun", manifest.started.clone()),
        ("manifest written", manifest.updated.clone()),
    ];
    let rows: String = rows.iter().map(|(what, value)| format!("| {what} | {value} |\n")).collect();
    format!("\n## Where it came from\n\n| | |\n|---|---|\n{rows}")
}

/// Quoted for a shell where that is needed.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.,/=:+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

const FILES: &str = "\
## Files

| file | what |
|---|---|
| config.toml | every setting of the run, `extends` and `--set` worked in |
| manifest.json | what ran, how far, on what, from which commit and data |
| data.csv | the images that were learnt from and measured on, with the SHA-256 of each |
| architecture.json | the networks, step by step |
| metrics.csv | loss, learning rate and validation by step |
| timing.csv | seconds that passed, seconds of processor time, and speed, by step |
| evaluation.csv | PSNR and SSIM of every image |
| curve.csv, snapshots/ | the weights that were kept on the way, and their mean PSNR and SSIM, measured after the end; with `trainer.snapshot_every` alone |
| weights.safetensors | the weights of the best validation |
| checkpoints/ | what `--resume` goes on from |
| images/ | comparison figures, and the pictures that they are drawn from |
| charts/, tables/, README.md | drawn from the records above, and again at any time by `cargo xtask chart` |
";
