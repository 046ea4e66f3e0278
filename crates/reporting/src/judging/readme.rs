//! README.md of a study: what came out in words, then the matrices, the methods, how it was judged.

use plumage_record::{JudgeRecords, JudgeRow, Manifest, Status};

use super::{
    claim::{self, Says, points},
    matrix, methods,
};
use crate::{
    JudgeMeasure,
    number::{duration, grouped},
    records::Records,
    summary::{DIAGRAM, beside, commands, embedded, pictures, provenance},
};

/// The README of a study with the given charts and comparison figures, both by name.
pub(super) fn markdown(
    records: &Records,
    judged: Option<&JudgeRecords>,
    charts: &[String],
    figures: &[String],
    has_diagram: bool,
) -> String {
    let Records { name, manifest, .. } = records;
    let mut text = format!("# {name}\n\n");
    if let Some(manifest) = manifest {
        if !manifest.about.trim().is_empty() {
            text += &format!("{}\n\n", manifest.about.trim());
        }
        text += &progress(manifest);
    }
    let Some(judged) = judged else {
        text += "What the judges say is counted when all of them are trained.\n\n";
        return text + &manifest.as_ref().map_or(String::new(), |manifest| again(name, manifest));
    };
    text += &verdict(judged, charts);
    text += &matrices(judged, charts);
    text += &of_controls(judged);
    text += &of_methods(judged, charts);
    text += &pictures(figures);
    text += &how(judged);
    text += if has_diagram { DIAGRAM } else { "" };
    if let Some(manifest) = manifest {
        text += &again(name, manifest);
    }
    text += FILES;
    if let Some(manifest) = manifest {
        text += &provenance(manifest);
    }
    text
}

fn progress(manifest: &Manifest) -> String {
    let state = match manifest.status {
        Status::Running => "Running, or its process has died",
        Status::Stopped => "Stopped, and can be resumed",
        Status::Failed => "Failed, and can be resumed from the last judge that was trained",
        Status::Finished => "Finished",
    };
    let (done, all) = (grouped(manifest.steps_done), grouped(manifest.steps));
    format!(
        "{state}: {done} of {all} steps of all judges, {} of training.\n\n",
        duration(manifest.training_s)
    )
}

/// What the study says of its claim, and from which differences it does.
fn verdict(judged: &JudgeRecords, charts: &[String]) -> String {
    let Some((claim, verdict)) = judged.study.claim.as_ref().zip(claim::verdict(judged)) else {
        return String::new();
    };
    let mut text = format!("## Verdict\n\n{verdict}\n\n");
    text += &chart("claim", charts);
    text += &format!(
        "| crops | judge trained on | accuracy on {} minus on {} | interval | p | says |\n|---:|---|---:|---|---:|---|\n",
        claim.fools_more, claim.than
    );
    for case in claim::cases(judged, claim) {
        let says = match case.says() {
            Says::Holds => format!("{} fools it more", claim.fools_more),
            Says::Reversed => format!("{} fools it more", claim.than),
            Says::Nothing => "nothing".to_owned(),
        };
        text += &format!(
            "| {} px | {} | {} | {} to {} | {} | {says} |\n",
            case.row.patch_px,
            claim::training(&case.row.trained_on),
            points(case.difference),
            points(case.low),
            points(case.high),
            p_value(case.p),
        );
    }
    text + &format!(
        "\nDifferences in percentage points of right verdicts, mean over {}; {} intervals by bootstrap over source \
         images, each for itself; p by exchanging the two methods on images, for all comparisons together (Holm). A judge that fails \
         on a method it was not trained on says how it was trained as much as what the method makes; judges that were trained \
         on what they are tested on, or on the mix, know both sides.\n\n",
        matrix::counted(judged.study.seeds, "seed"),
        matrix::percent(judged.study.confidence)
    )
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

fn matrices(judged: &JudgeRecords, charts: &[String]) -> String {
    let mut text = "## How well judges tell each method from HR\n\n".to_owned();
    for &patch_px in &judged.study.patches_px {
        if let Some(words) = own(judged, patch_px) {
            text += &format!("{words}\n\n");
        }
        for name in ["judge_matrix", "judge_matrix_gradient_energy"] {
            text += &chart(&format!("{name}_{patch_px}px"), charts);
        }
    }
    for &patch_px in &judged.study.patches_px {
        for name in ["judge_roc", "judge_accuracy"] {
            text += &chart(&format!("{name}_{patch_px}px"), charts);
        }
    }
    text + "The same by AUC is in charts/ and tables/.\n\n"
}

/// How well each method is told by judges of its own, in a sentence.
fn own(judged: &JudgeRecords, patch_px: usize) -> Option<String> {
    let of = |judge: &str, method: &String| {
        matrix::cell(judged, patch_px, judge, JudgeMeasure::Accuracy, method, method)
            .map(|row| 100. * row.value)
    };
    let told = |method: &String| {
        let (network, alone) = (of(matrix::CNN, method)?, of(matrix::GRADIENT_ENERGY, method)?);
        Some(format!("`{method}` {network:.1}% (gradient energy alone {alone:.1}%)"))
    };
    let all: Vec<String> = judged.study.methods.iter().map(told).collect::<Option<_>>()?;
    Some(format!(
        "**{patch_px}×{patch_px} crops.** Right verdicts of judges that were trained on the method: {}.",
        all.join(", ")
    ))
}

/// The cells of a judge in which there is nothing to tell: trained on the mix with shuffled labels, on HR against HR, and all on HR
/// against HR.
pub(crate) fn controls<'a>(judged: &'a JudgeRecords, judge: &str) -> Vec<&'a JudgeRow> {
    let controls = &judged.study.controls;
    let is_control = |row: &&JudgeRow| {
        row.judge == judge
            && row.measure == matrix::name(JudgeMeasure::Accuracy)
            && (controls.contains(&row.trained_on) || controls.contains(&row.tested_on))
    };
    judged.cells.iter().filter(is_control).collect()
}

/// Whether nothing was learnt where nothing can be.
fn of_controls(judged: &JudgeRecords) -> String {
    let study = &judged.study;
    let is_at_chance = |row: &&&JudgeRow| (row.low..=row.high).contains(&0.5);
    let (networks, thresholds) = (controls(judged, matrix::CNN), controls(judged, matrix::GRADIENT_ENERGY));
    let beside = match thresholds.len() {
        0 => String::new(),
        all => {
            let within = thresholds.iter().filter(is_at_chance).count();
            format!(", and {within} of {all} of the threshold on gradient energy")
        }
    };
    let mut text = format!(
        "## Controls\n\nWhere nothing can be told, {} of {} intervals contain 50%{beside}: judges of the mix with shuffled labels, judges \
         of HR against HR, and all judges on HR against HR; of {} intervals one in {:.0} misses by chance.",
        networks.iter().filter(is_at_chance).count(),
        networks.len(),
        matrix::percent(study.confidence),
        1. / (1. - study.confidence)
    );
    for row in networks.iter().chain(&thresholds).filter(|row| !is_at_chance(row)) {
        text += &format!(
            "\n- {} px, {}, trained on `{}`, tested on `{}`: {:.1}% ({:.1} to {:.1})",
            row.patch_px,
            row.judge,
            row.trained_on,
            row.tested_on,
            100. * row.value,
            100. * row.low,
            100. * row.high
        );
    }
    text + "\n\n"
}

fn of_methods(judged: &JudgeRecords, charts: &[String]) -> String {
    let mut text = format!("## The methods themselves\n\n{}\n", methods::markdown(judged));
    text += &format!(
        "Means over the {} images that judges are tested on, Y alone, {}, within a border of {} pixels but for PSNR and SSIM. Gradient \
         energy in squared 8-bit levels, drift and spread in levels; checkerboard is the height of lines at the pixel shuffle's \
         frequencies over their neighbours, to be compared with HR's. Intervals are in methods.csv.\n\n",
        judged.study.images[2], judged.study.protocol, judged.study.border_px
    );
    for name in ["sharpness", "spectra_against_hr", "spectra"] {
        text += &chart(name, charts);
    }
    text
}

fn how(judged: &JudgeRecords) -> String {
    let study = &judged.study;
    let [train, validation, test] = study.images.map(grouped);
    format!(
        "## How it was judged\n\n- Images: {} were left out, since a judged network was trained on them or its best step was chosen \
         by them. Judges learnt from {train} others, their best step was chosen by {validation}, and they were tested on {test}.\n\
         - A real crop has its generated ones at the same place of the same image; all of them are Y of 8 bits, so that neither \
         chroma nor rounding tells anything, and {} pixels at every border are off.\n\
         - The mix is all networks in equal parts, without bicubic: that is a control, and would teach judges to look for blur.\n\
         - `shuffled_labels` is the mix, the labels of half of the images exchanged; `real` is HR against HR, where half of the \
         images are called generated.\n\
         - Gradient energy alone is a threshold on one number of a crop, fitted to the training images of the judges.\n\n",
        grouped(study.left_out),
        study.border_px
    )
}

fn again(name: &str, manifest: &Manifest) -> String {
    let commands = commands(name, manifest);
    format!(
        "## Again\n\n{} On the same machine the verdicts are the same byte for byte.\n\n```sh\n{commands}```\n\n",
        beside(name, manifest)
    )
}

fn chart(name: &str, charts: &[String]) -> String {
    if charts.iter().any(|drawn| drawn == name) { embedded(name) } else { String::new() }
}

const FILES: &str = "\
## Files

| file | what |
|---|---|
| config.toml | every setting, `extends` and `--set` worked in |
| manifest.json | what ran, how far, on what, from which commit and data |
| data.csv | the images of each part and the weights of the methods, with the SHA-256 of each |
| architecture.json | the judge, step by step |
| judge.json | what was judged, and how |
| judge.csv | accuracy and AUC by what was trained on and tested on, with intervals |
| judge_differences.csv | how much better judges tell one method than another, with intervals and p |
| judge_roc.csv, judge_curves.csv | ROC curves, and how the judges came to their verdicts |
| methods.csv, spectra.csv | the methods in numbers that need no judge |
| verdicts.safetensors | what every judge says of every test crop in every version |
| timing.csv | seconds and speed by judge |
| checkpoints/ | what `--resume` goes on from |
| images/ | comparison figures, and the pictures that they are drawn from |
| charts/, tables/, README.md | drawn from the records above, and again at any time by `cargo xtask chart` |
";

#[cfg(test)]
pub(super) mod tests {
    use plumage_record::{Claim, JudgeStudy};

    use super::*;

    /// A study without any number.
    pub(in crate::judging) fn records() -> JudgeRecords {
        JudgeRecords {
            study: JudgeStudy {
                methods: ["bicubic", "srcnn", "srgan"].map(str::to_owned).into(),
                controls: ["shuffled_labels", "real"].map(str::to_owned).into(),
                claim: Some(Claim { fools_more: "srcnn".into(), than: "srgan".into() }),
                patches_px: vec![16],
                seeds: 3,
                images: [60, 15, 25],
                left_out: 100,
                crops_per_image: 4,
                border_px: 12,
                protocol: "y_matlab".into(),
                confidence: 0.95,
            },
            cells: Vec::new(),
            differences: Vec::new(),
            roc: Vec::new(),
            curves: Vec::new(),
            methods: Vec::new(),
            spectra: Vec::new(),
        }
    }

    #[test]
    fn a_control_that_is_not_at_chance_is_named() {
        let mut records = records();
        let row = |trained_on: &str, value: f64| JudgeRow {
            patch_px: 16,
            judge: "cnn".into(),
            trained_on: trained_on.into(),
            tested_on: trained_on.into(),
            measure: "accuracy".into(),
            value,
            low: value - 0.02,
            high: value + 0.02,
            seeds_std: None,
            images: 25,
            crops: 200,
        };
        records.cells = vec![row("real", 0.51), row("shuffled_labels", 0.6), row("srcnn", 0.9)];
        let text = of_controls(&records);
        assert!(text.contains("1 of 2 intervals contain 50%"), "{text}");
        assert!(text.contains("one in 20 misses"), "{text}");
        assert!(text.contains("trained on `shuffled_labels`, tested on `shuffled_labels`: 60.0%"), "{text}");
    }
}
