//! Tables of scores and of judges, as plain text for a terminal, as Markdown, CSV, LaTeX and HTML.

mod table;

mod csv;
mod html;
mod latex;
mod markdown;
mod text;

mod judge_matrix;

use plumage_record::EvaluationRow;

pub use judge_matrix::{judge_matrix_csv, judge_matrix_html, judge_matrix_markdown, judge_matrix_text};

pub use table::{Align, Cell, Column, Table};

use crate::{
    decibels,
    number::grouped,
    scores::{BICUBIC, ImageScores, Mean, SetScores},
};

/// A set with more images than this is shown by its mean alone; CSV has them all.
const MOST_IMAGES: usize = 24;

/// The scores of every image and their means, one table a set, aligned for a terminal.
pub fn evaluation_text(rows: &[EvaluationRow]) -> String {
    let tables = SetScores::of(rows).into_iter().map(|set| {
        let (title, table) = (title(&set), evaluation(&set, MOST_IMAGES));
        format!("{title}\n{}", table.text())
    });
    tables.collect::<Vec<_>>().join("\n")
}

/// The scores of every image and their means, one table a set, as Markdown.
pub fn evaluation_markdown(rows: &[EvaluationRow]) -> String {
    let tables = SetScores::of(rows).into_iter().map(|set| {
        let (title, table) = (title(&set), evaluation(&set, MOST_IMAGES));
        format!("**{title}**\n\n{}", table.markdown())
    });
    tables.collect::<Vec<_>>().join("\n")
}

/// The scores of every image and their means as CSV, one row an image and method; the gain is that in PSNR over bicubic.
pub fn evaluation_csv(rows: &[EvaluationRow]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut lines: [Vec<String>; 9] = Default::default();
    for set in SetScores::of(rows) {
        for (image, means) in named_scores(&set) {
            let bicubic = means[0].filter(|_| set.methods[0] == BICUBIC).and_then(|mean| mean.psnr());
            for (method, mean) in set.methods.iter().zip(means) {
                let Some(mean) = mean else { continue };
                let exact = |db: Option<f64>| db.map_or(String::new(), |db| db.to_string());
                let gain = mean.psnr().zip(bicubic).filter(|(ours, theirs)| ours.on == theirs.on);
                let cells = [
                    set.set.to_owned(),
                    set.scale.to_string(),
                    set.protocol.to_owned(),
                    image.clone(),
                    (*method).to_owned(),
                    exact(mean.psnr_y_db),
                    exact(mean.psnr_rgb_db),
                    mean.ssim.to_string(),
                    gain.map_or(String::new(), |(ours, theirs)| decibels::write_gain(ours.db, theirs.db)),
                ];
                lines.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
            }
        }
    }
    let [set, scale, protocol, image, method, psnr_y_db, psnr_rgb_db, ssim, gain_db] = lines;
    let mut table = Table::of_rows("set", set.into_iter());
    let rest = [
        ("scale", scale),
        ("protocol", protocol),
        ("image", image),
        ("method", method),
        ("psnr_y_db", psnr_y_db),
        ("psnr_rgb_db", psnr_rgb_db),
        ("ssim", ssim),
        ("gain_db", gain_db),
    ];
    for (head, cells) in rest {
        table.push_written(head, cells.into_iter());
    }
    table.csv()
}

/// The scores of every image by its name, one for each method, and their means in the last row.
fn named_scores(set: &SetScores) -> Vec<(String, Vec<Option<Mean>>)> {
    let score = |row: &Option<&EvaluationRow>| {
        row.map(|row| Mean { psnr_y_db: row.psnr_y_db, psnr_rgb_db: row.psnr_rgb_db, ssim: row.ssim })
    };
    let of_image =
        |image: &ImageScores| (image.image.to_owned(), image.of_methods.iter().map(score).collect());
    let means = (0..set.methods.len()).map(|index| set.mean(index)).collect();
    set.images.iter().map(of_image).chain([("mean".to_owned(), means)]).collect()
}

fn title(set: &SetScores) -> String {
    let images = match set.images.len() {
        1 => "1 image".to_owned(),
        count => format!("{} images", grouped(count as u64)),
    };
    format!("{}, ×{}, {}, {images}", set.set, set.scale, set.protocol)
}

/// One row an image, and the mean in the last; the gain is that of the last method over bicubic.
fn evaluation(set: &SetScores, most_images: usize) -> Table {
    let mut rows = named_scores(set);
    if set.images.len() > most_images {
        rows.drain(..set.images.len());
    }
    let mut table = Table::of_rows("image", rows.iter().map(|(name, _)| name.clone()));
    type Column = fn(&Mean) -> Option<f64>;
    let columns: [(&str, Column); 2] =
        [("PSNR-Y dB", |mean| mean.psnr_y_db), ("PSNR-RGB dB", |mean| mean.psnr_rgb_db)];
    for (name, of) in columns {
        let cells: Vec<Vec<Option<f64>>> = rows
            .iter()
            .map(|(_, means)| means.iter().map(|mean| mean.as_ref().and_then(of)).collect())
            .collect();
        if cells.iter().flatten().all(Option::is_none) {
            continue;
        }
        let written =
            |index: usize| cells.iter().map(move |row| row[index].map_or("–".into(), decibels::write));
        for (index, method) in set.methods.iter().enumerate() {
            table.push_written(format!("{method} {name}"), written(index));
        }
        if set.methods.len() > 1 && set.methods[0] == BICUBIC {
            let gain = |row: &Vec<Option<f64>>| Some(decibels::write_gain((*row.last()?)?, row[0]?));
            table.push_written(
                format!("gain {}", name.trim_start_matches("PSNR-")),
                cells.iter().map(|row| gain(row).unwrap_or("–".into())),
            );
        }
    }
    for (index, method) in set.methods.iter().enumerate() {
        let ssim =
            |means: &Vec<Option<Mean>>| means[index].map_or("–".into(), |mean| format!("{:.4}", mean.ssim));
        table.push_written(format!("{method} SSIM"), rows.iter().map(|(_, means)| ssim(means)));
    }
    table.sums_up = true;
    table
}

/// A cell without line breaks, which no form but CSV can hold.
fn one_line(cell: &str) -> String {
    cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<EvaluationRow> {
        let row = |image: &str, method: &str, db: f64, rgb: Option<f64>, ssim: f64| EvaluationRow {
            set: "set5".into(),
            image: image.into(),
            method: method.into(),
            protocol: if rgb.is_some() { "rgb_basicsr" } else { "y_matlab" }.into(),
            scale: 3,
            psnr_y_db: Some(db),
            psnr_rgb_db: rgb,
            ssim,
        };
        vec![
            row("baby.bmp", "bicubic", 33.9101, None, 0.9039),
            row("baby.bmp", "srcnn_t91_x3", 35.2, None, 0.9201),
            row("a | b, \"c\"\n.png", "bicubic", 24.0365, None, 0.8216),
            row("a | b, \"c\"\n.png", "srcnn_t91_x3", f64::INFINITY, None, 1.),
            row("baby.bmp", "bicubic", 33.93, Some(32.5), 0.9041),
            row("baby.bmp", "srcnn_t91_x3", 33.9, Some(32.4), 0.904),
        ]
    }

    #[test]
    fn the_terminal_gets_aligned_columns() {
        insta::assert_snapshot!(evaluation_text(&rows()), @r#"
        set5, ×3, y_matlab, 2 images
        image            bicubic PSNR-Y dB  srcnn_t91_x3 PSNR-Y dB  gain Y dB  bicubic SSIM  srcnn_t91_x3 SSIM
        ──────────────────────────────────────────────────────────────────────────────────────────────────────
        baby.bmp                     33.91                   35.20      +1.29        0.9039             0.9201
        a | b, "c"?.png              24.04                     inf       +inf        0.8216             1.0000
        ──────────────────────────────────────────────────────────────────────────────────────────────────────
        mean                         28.97                     inf       +inf        0.8628             0.9601

        set5, ×3, rgb_basicsr, 1 image
        image     bicubic PSNR-Y dB  srcnn_t91_x3 PSNR-Y dB  gain Y dB  bicubic PSNR-RGB dB  srcnn_t91_x3 PSNR-RGB dB  gain RGB dB  bicubic SSIM  srcnn_t91_x3 SSIM
        ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
        baby.bmp              33.93                   33.90      -0.03                32.50                     32.40        -0.10        0.9041             0.9040
        ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
        mean                  33.93                   33.90      -0.03                32.50                     32.40        -0.10        0.9041             0.9040
        "#);
    }

    #[test]
    fn markdown_survives_bars_in_names() {
        insta::assert_snapshot!(evaluation_markdown(&rows()), @r#"
        **set5, ×3, y_matlab, 2 images**

        | image | bicubic PSNR-Y dB | srcnn_t91_x3 PSNR-Y dB | gain Y dB | bicubic SSIM | srcnn_t91_x3 SSIM |
        | --- | ---: | ---: | ---: | ---: | ---: |
        | baby.bmp | 33.91 | 35.20 | +1.29 | 0.9039 | 0.9201 |
        | a \| b, "c" .png | 24.04 | inf | +inf | 0.8216 | 1.0000 |
        | **mean** | **28.97** | **inf** | **+inf** | **0.8628** | **0.9601** |

        **set5, ×3, rgb_basicsr, 1 image**

        | image | bicubic PSNR-Y dB | srcnn_t91_x3 PSNR-Y dB | gain Y dB | bicubic PSNR-RGB dB | srcnn_t91_x3 PSNR-RGB dB | gain RGB dB | bicubic SSIM | srcnn_t91_x3 SSIM |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | baby.bmp | 33.93 | 33.90 | -0.03 | 32.50 | 32.40 | -0.10 | 0.9041 | 0.9040 |
        | **mean** | **33.93** | **33.90** | **-0.03** | **32.50** | **32.40** | **-0.10** | **0.9041** | **0.9040** |
        "#);
    }

    #[test]
    fn csv_names_set_scale_and_protocol_in_every_row() {
        insta::assert_snapshot!(evaluation_csv(&rows()), @r#"
        set,scale,protocol,image,method,psnr_y_db,psnr_rgb_db,ssim,gain_db
        set5,3,y_matlab,baby.bmp,bicubic,33.9101,,0.9039,+0.00
        set5,3,y_matlab,baby.bmp,srcnn_t91_x3,35.2,,0.9201,+1.29
        set5,3,y_matlab,"a | b, ""c""
        .png",bicubic,24.0365,,0.8216,+0.00
        set5,3,y_matlab,"a | b, ""c""
        .png",srcnn_t91_x3,inf,,1,+inf
        set5,3,y_matlab,mean,bicubic,28.973300000000002,,0.86275,+0.00
        set5,3,y_matlab,mean,srcnn_t91_x3,inf,,0.9600500000000001,+inf
        set5,3,rgb_basicsr,baby.bmp,bicubic,33.93,32.5,0.9041,+0.00
        set5,3,rgb_basicsr,baby.bmp,srcnn_t91_x3,33.9,32.4,0.904,-0.03
        set5,3,rgb_basicsr,mean,bicubic,33.93,32.5,0.9041,+0.00
        set5,3,rgb_basicsr,mean,srcnn_t91_x3,33.9,32.4,0.904,-0.03
        "#);
    }

    #[test]
    fn a_large_set_is_shown_by_its_mean() {
        let many: Vec<_> =
            (0..100).map(|i| EvaluationRow { image: format!("{i}"), ..rows()[0].clone() }).collect();
        insta::assert_snapshot!(evaluation_text(&many), @r"
        set5, ×3, y_matlab, 100 images
        image  bicubic PSNR-Y dB  bicubic SSIM
        ──────────────────────────────────────
        mean               33.91        0.9039
        ");
        assert_eq!(evaluation_csv(&many).lines().count(), 102);
    }

    #[test]
    fn no_rows_make_no_table() {
        assert_eq!([evaluation_text(&[]), evaluation_markdown(&[]), evaluation_csv(&[])], ["", "", ""]);
    }
}
