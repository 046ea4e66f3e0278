//! A set of many images is shown by its sorted gains instead of a bar for each.

use plumage_record::{EvaluationRow, RunFolder};
use plumage_reporting::write_run;

fn row(index: u32, method: &str, psnr_y_db: f64) -> EvaluationRow {
    EvaluationRow {
        set: "test".into(),
        image: format!("bird-{index:03}.png"),
        method: method.into(),
        protocol: "y_matlab".into(),
        scale: 2,
        psnr_y_db: Some(psnr_y_db),
        psnr_rgb_db: None,
        ssim: 0.9,
    }
}

#[test]
fn many_images_have_a_chart_of_gains_and_few_have_none() {
    let results = tempfile::tempdir().unwrap();
    let (folder, _) = RunFolder::begin(results.path(), "many").unwrap();
    let gains = folder.path().join("charts/gains.png");
    for (images, has_gains) in [(5, false), (100, true)] {
        let scores = |index: u32| {
            let bicubic_db = 25. + f64::from(index % 10);
            let gain = f64::from(index * 37 % 100) / 40. - 0.3;
            [row(index, "bicubic", bicubic_db), row(index, "many", bicubic_db + gain)]
        };
        folder.write_evaluation(&(0..images).flat_map(scores).collect::<Vec<_>>()).unwrap();
        let written = write_run(folder.path()).unwrap();
        assert_eq!(written.contains(&gains), has_gains, "{images} images");
    }
}
