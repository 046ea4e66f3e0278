//! Everything that is drawn of a study of judges, into its run folder.

pub(crate) mod charts;
mod claim;
pub(crate) mod matrix;
mod methods;
mod readme;

pub(crate) use self::{
    claim::{Case, Outcome, Says, cases, outcome, training},
    readme::controls,
};

use std::path::{Path, PathBuf};

use plumage_record::{JudgeRecords, Purpose, commit};

use crate::{
    JudgeMeasure, ReportError,
    charts::FOLDER,
    gallery,
    origin::Origin,
    records::Records,
    run::{save_diagram, save_pictures},
    tables::{judge_matrix_csv, judge_matrix_markdown, judge_matrix_text},
};

/// Draws the charts and comparison figures of a study, and writes its tables and its README.md; returns the files,
/// README.md first. A study that is not done has no charts yet.
pub(crate) fn write(run: &Path, records: &Records) -> Result<Vec<PathBuf>, ReportError> {
    let judged = JudgeRecords::read(run)?;
    let mut written = vec![run.join("README.md")];
    let mut names = Vec::new();
    if let Some(judged) = &judged {
        names = charts::names(judged);
        for name in &names {
            let Some(picture) = charts::one(name, judged, records)? else { continue };
            let origin = Origin::of(&format!("{FOLDER}/{name}"), &[records], charts::files(name))?;
            let picture = picture.with_origin(origin.as_ref())?;
            written.extend(save_pictures(Purpose::Chart, &run.join(FOLDER), &[(name, picture)])?);
        }
        written.extend(save_tables(&run.join("tables"), judged, records)?);
    }
    let diagram = save_diagram(records)?;
    let has_diagram = diagram.is_some();
    written.extend(diagram);
    let drawn = gallery::draw_all(records)?;
    let figures: Vec<String> =
        drawn.iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
    written.extend(drawn);
    let text = readme::markdown(records, judged.as_ref(), &names, &figures, has_diagram);
    commit::file(Purpose::Readme, &written[0], text.as_bytes())?;
    Ok(written)
}

/// What a study came to, for a terminal: the matrix of each size of crop, and what it says of the claim.
pub fn verdict_text(records: &JudgeRecords) -> String {
    let matrices = records.study.patches_px.iter().map(|&patch_px| {
        judge_matrix_text(&matrix::of(records, patch_px, matrix::CNN, JudgeMeasure::Accuracy, ""))
    });
    let mut text: String = matrices.map(|table| table + "\n").collect();
    if let Some(verdict) = claim::verdict(records) {
        text += &verdict.replace(['*', '`'], "");
    }
    text.trim_end().to_owned()
}

/// Writes the matrices as Markdown and CSV into `folder`, which is made as needed; returns the files.
fn save_tables(folder: &Path, judged: &JudgeRecords, records: &Records) -> Result<Vec<PathBuf>, ReportError> {
    let mut written = Vec::new();
    for &patch_px in &judged.study.patches_px {
        let of = |judge, measure| matrix::of(judged, patch_px, judge, measure, &records.name);
        let accuracy = of(matrix::CNN, JudgeMeasure::Accuracy);
        let auc = of(matrix::CNN, JudgeMeasure::Auc);
        let alone = of(matrix::GRADIENT_ENERGY, JudgeMeasure::Accuracy);
        let markdown: Vec<_> = [&accuracy, &auc, &alone].map(judge_matrix_markdown).into();
        let texts = [("md", markdown.join("\n")), ("csv", judge_matrix_csv(&accuracy))];
        for (ending, text) in texts {
            let path = folder.join(format!("judge_matrix_{patch_px}px.{ending}"));
            commit::file(Purpose::Table, &path, text.as_bytes())?;
            written.push(path);
        }
    }
    Ok(written)
}
