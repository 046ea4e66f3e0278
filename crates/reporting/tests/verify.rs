//! Every figure says where it comes from, and whatever became of it or of its run since is found.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

mod made_up;

use std::{
    fs,
    path::{Path, PathBuf},
};

use image::{Rgb, RgbImage};
use made_up::{manifest, metrics_row, whole_run};
use plumage_imaging::notes;
use plumage_record::{Manifest, Purpose, RunFolder, read_manifest, sha256};
use plumage_reporting::{Checked, Finding, Panel, ReportError, compare, keep_figure, verify, write_run};

/// A run with charts and a comparison figure, drawn.
fn drawn_run(results: &Path, name: &str) -> RunFolder {
    let folder = whole_run(results, name);
    folder.save(Purpose::Config, "config.toml", b"seed = 1\n").unwrap();
    change_manifest(folder.path(), |manifest| manifest.config_sha256 = sha256(b"seed = 1\n"));
    let panels = [10, 50].map(|shift| Panel {
        caption: format!("method {shift}"),
        detail: "PSNR-Y 30.00 dB".into(),
        picture: RgbImage::from_fn(40, 30, |x, y| Rgb([x as u8 * 5 + shift, y as u8 * 7, shift])),
    });
    keep_figure(folder.path(), "set-a", "a title", &panels, 1, 0).unwrap();
    write_run(folder.path()).unwrap();
    folder
}

fn change_manifest(run: &Path, change: impl FnOnce(&mut Manifest)) {
    let mut manifest = read_manifest(run).unwrap().unwrap_or_else(|| manifest("made_up"));
    change(&mut manifest);
    manifest.save(run).unwrap();
}

/// Every picture that was drawn of a run.
fn pictures(run: &Path) -> Vec<PathBuf> {
    let files = |folder: &str| fs::read_dir(run.join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let is_picture = |path: &PathBuf| path.extension().is_some_and(|end| end == "svg" || end == "png");
    // `whole_run` leaves a file that is no picture.
    let is_ours = |path: &PathBuf| !path.ends_with("set5-baby.png");
    files("charts").chain(files("images")).filter(is_picture).filter(is_ours).collect()
}

fn check(results: &Path, bytes: &[u8]) -> Result<Checked, ReportError> {
    verify(bytes, Path::new("a picture"), &|run| Some(results.join(run)).filter(|folder| folder.is_dir()))
}

fn findings(results: &Path, picture: &Path) -> Vec<Finding> {
    check(results, &fs::read(picture).unwrap()).unwrap().findings
}

#[test]
fn every_picture_of_an_untouched_run_holds() {
    let results = tempfile::tempdir().unwrap();
    let folder = drawn_run(results.path(), "made_up");
    let all = pictures(folder.path());
    assert_eq!(all.len(), 2 * 5 + 1);
    for picture in all {
        assert_eq!(findings(results.path(), &picture), [], "{}", picture.display());
    }
}

#[test]
fn a_pixel_that_was_changed_is_found_and_so_is_one_under_a_new_seal() {
    let results = tempfile::tempdir().unwrap();
    let folder = drawn_run(results.path(), "made_up");
    for figure in ["charts/loss.png", "images/set-a.png"] {
        let bytes = fs::read(folder.path().join(figure)).unwrap();
        let mut picture = image::load_from_memory(&bytes).unwrap().to_rgb8();
        picture.get_pixel_mut(100, 200).0[1] ^= 1;
        let stamp = notes::read(&bytes, "plumage-origin").unwrap();
        let edited = notes::png(&picture, &[("plumage-origin", &stamp)]).unwrap();
        let redrawn = Finding::Redrawn { what: "1 pixel from (100, 200) to (100, 200)".into() };
        assert_eq!(check(results.path(), &edited).unwrap().findings, [Finding::Edited, redrawn.clone()]);

        let (seal, _) = stamp.rsplit_once("\"content_sha256\":\"").unwrap();
        let size = format!("{}x{}\n", picture.width(), picture.height());
        let seal = format!(
            "{seal}\"content_sha256\":\"{}\"}}",
            sha256(&[size.as_bytes(), picture.as_raw()].concat())
        );
        let forged = notes::png(&picture, &[("plumage-origin", &seal)]).unwrap();
        assert_eq!(check(results.path(), &forged).unwrap().findings, [redrawn]);
    }
}

#[test]
fn a_word_that_was_changed_in_an_svg_is_found() {
    let results = tempfile::tempdir().unwrap();
    let folder = drawn_run(results.path(), "made_up");
    let svg = fs::read_to_string(folder.path().join("charts/psnr.svg")).unwrap();
    let edited = svg.replace("validation PSNR", "test PSNR");
    let found = check(results.path(), edited.as_bytes()).unwrap().findings;
    assert!(matches!(found.as_slice(), [Finding::Edited, Finding::Redrawn { .. }]), "{found:?}");
}

#[test]
fn what_only_a_viewer_would_see_is_found() {
    let results = tempfile::tempdir().unwrap();
    let folder = drawn_run(results.path(), "made_up");
    let png = fs::read(folder.path().join("charts/loss.png")).unwrap();
    // The same colours, of which none is seen.
    let mut hidden = image::load_from_memory(&png).unwrap().to_rgba8();
    hidden.pixels_mut().for_each(|pixel| pixel.0[3] = 0);
    let (width, height) = hidden.dimensions();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.add_itxt_chunk("plumage-origin".into(), notes::read(&png, "plumage-origin").unwrap()).unwrap();
    encoder.write_header().unwrap().write_image_data(hidden.as_raw()).unwrap();
    assert_eq!(check(results.path(), &bytes).unwrap().findings, [Finding::Edited]);

    // A viewer ends the stamp at the first end of such an element, however it is written.
    let svg = fs::read_to_string(folder.path().join("charts/loss.svg")).unwrap();
    let forged = svg.replacen("\"sha256\":\"", "\"sha256\":\"</metadata ><text>40 dB</text><metadata>", 1);
    assert_ne!(svg, forged);
    assert!(matches!(check(results.path(), forged.as_bytes()), Err(ReportError::NoOrigin { .. })));

    // A figure that is drawn from nothing.
    let from = svg.find("\"runs\":[").unwrap() + "\"runs\":[".len();
    let to = svg.find("]},\"content_sha256\"").unwrap();
    let of_nothing = format!("{}{}", &svg[..from], &svg[to..]);
    assert!(matches!(check(results.path(), of_nothing.as_bytes()), Err(ReportError::NoOrigin { .. })));
}

#[test]
fn a_changed_config_is_found_in_the_file_and_in_the_manifest() {
    let results = tempfile::tempdir().unwrap();
    let folder = drawn_run(results.path(), "made_up");
    let other = |found: Vec<Finding>| {
        assert!(matches!(found.as_slice(), [Finding::Run { what: "config", .. }]), "{found:?}");
    };
    folder.save(Purpose::Config, "config.toml", b"seed = 2\n").unwrap();
    other(findings(results.path(), &folder.path().join("charts/loss.svg")));
    folder.save(Purpose::Config, "config.toml", b"seed = 1\n").unwrap();
    change_manifest(folder.path(), |manifest| manifest.config_sha256 = "another".into());
    other(findings(results.path(), &folder.path().join("images/set-a.png")));
}

#[test]
fn a_run_of_another_commit_of_other_data_or_of_another_seed_is_found() {
    let results = tempfile::tempdir().unwrap();
    let folder = drawn_run(results.path(), "made_up");
    let loss = folder.path().join("charts/loss.png");
    type Change = fn(&mut Manifest);
    let changes: [(&str, Change, Change); 3] = [
        (
            "commit",
            |m| m.provenance.commit = Some("fedcba98".into()),
            |m| m.provenance.commit = Some("0123abc".into()),
        ),
        ("commit", |m| m.provenance.dirty = Some(true), |m| m.provenance.dirty = Some(false)),
        ("data", |m| m.data_sha256 = "other".into(), |m| m.data_sha256 = "da7a".into()),
    ];
    for (expected, change, back) in changes {
        change_manifest(folder.path(), change);
        let found = findings(results.path(), &loss);
        assert!(matches!(found.as_slice(), [Finding::Run { what, .. }] if *what == expected), "{found:?}");
        change_manifest(folder.path(), back);
    }
    change_manifest(folder.path(), |manifest| manifest.seed = 7);
    // The seed stands in the subtitle, too.
    let found = findings(results.path(), &loss);
    assert!(
        matches!(found.as_slice(), [Finding::Run { what: "seed", .. }, Finding::Redrawn { .. }]),
        "{found:?}"
    );
}

#[test]
fn records_that_changed_are_named() {
    let results = tempfile::tempdir().unwrap();
    let folder = drawn_run(results.path(), "made_up");
    folder.append_metrics(&metrics_row(2040)).unwrap();
    let of_loss = findings(results.path(), &folder.path().join("charts/loss.png"));
    let changed =
        Finding::Record { run: "made_up".into(), file: "metrics.csv".into(), became: "is another file" };
    assert!(of_loss.contains(&changed) && of_loss.len() == 2, "{of_loss:?}");
    assert_eq!(findings(results.path(), &folder.path().join("charts/evaluation.png")), []);

    fs::remove_file(folder.path().join("metrics.csv")).unwrap();
    let of_loss = findings(results.path(), &folder.path().join("charts/loss.png"));
    assert_eq!(of_loss.len(), 2, "{of_loss:?}");
    assert!(of_loss[0].to_string().ends_with("is gone"), "{of_loss:?}");
    assert_eq!(of_loss[1].to_string(), "drawn again it differs: there is no charts/loss any more");
}

#[test]
fn a_run_under_another_name_is_the_same_run() {
    let results = tempfile::tempdir().unwrap();
    let folder = drawn_run(results.path(), "made_up");
    let loss = fs::read(folder.path().join("charts/loss.png")).unwrap();
    drop(folder);
    fs::rename(results.path().join("made_up"), results.path().join("moved")).unwrap();
    let checked = verify(&loss, Path::new("loss.png"), &|_| Some(results.path().join("moved"))).unwrap();
    assert_eq!(checked.findings, []);
}

#[test]
fn the_charts_of_a_comparison_hold_as_long_as_all_its_runs_do() {
    let results = tempfile::tempdir().unwrap();
    let runs = ["one", "two"].map(|name| drawn_run(results.path(), name));
    let folders = [runs[0].path().to_owned(), runs[1].path().to_owned()];
    let files = compare(&folders, &results.path().join("compare-one-two")).unwrap().files;
    let charts: Vec<_> =
        files.iter().filter(|file| file.extension().is_some_and(|end| end == "png")).collect();
    assert_eq!(charts.len(), 2);
    for chart in &charts {
        assert_eq!(findings(results.path(), chart), []);
    }
    change_manifest(&folders[1], |manifest| manifest.provenance.commit = None);
    for chart in &charts {
        let found = findings(results.path(), chart);
        assert!(
            matches!(found.as_slice(), [Finding::Run { what: "commit", run, .. }] if run == "two"),
            "{found:?}"
        );
    }
}

#[test]
fn a_picture_of_unknown_origin_and_one_of_a_run_that_is_gone_are_errors() {
    let results = tempfile::tempdir().unwrap();
    let folder = drawn_run(results.path(), "made_up");
    let plain = notes::png(&RgbImage::new(3, 3), &[]).unwrap();
    assert!(matches!(check(results.path(), &plain), Err(ReportError::NoOrigin { .. })));
    let loss = fs::read(folder.path().join("charts/loss.png")).unwrap();
    let error = check(&results.path().join("elsewhere"), &loss).unwrap_err().to_string();
    assert_eq!(error, "the run made_up, which a picture shows, is not found");
}

#[test]
fn names_that_are_paths_lead_nowhere() {
    let results = tempfile::tempdir().unwrap();
    let folder = drawn_run(results.path(), "made_up");
    let svg = fs::read_to_string(folder.path().join("charts/loss.svg")).unwrap();
    let away = svg.replace("\"run\":\"made_up\"", "\"run\":\"../made_up\"");
    assert!(matches!(check(results.path(), away.as_bytes()), Err(ReportError::NoSuchRun { .. })));
    let away = svg.replace("\"figure\":\"charts/loss\"", "\"figure\":\"images/../charts\"");
    let found = check(results.path(), away.as_bytes()).unwrap().findings;
    assert!(found.iter().any(|one| one.to_string().contains("there is no images/../charts")), "{found:?}");
}
