//! The course's page from made-up runs: as text, as figures that are checked, and in a browser.
//!
//! With `PLUMAGE_LOOK` set to a folder the page and pictures of it are written there, to be looked at.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

#[path = "../page/browser.rs"]
#[expect(dead_code, reason = "its own tests use all of it")]
mod browser;
#[path = "../made_up/mod.rs"]
#[expect(dead_code, reason = "other tests use all of it")]
mod made_up;
mod study;

use std::{
    fs,
    path::{Path, PathBuf},
};

use browser::{Browser, Screen};
use plumage_record::read_manifest;
use plumage_reporting::{CourseAbout, ReportError, embedded_figures, verify, write_course};

fn about(cut: &[&str]) -> CourseAbout {
    CourseAbout {
        command: "cargo xtask report course --data aviary".into(),
        images: "birds that the program draws".into(),
        cut: cut.iter().map(|cut| (*cut).to_owned()).collect(),
    }
}

/// A folder with the runs and the page, and the page's text.
fn made() -> (tempfile::TempDir, String) {
    let results = tempfile::tempdir().unwrap();
    let runs = study::runs(results.path());
    let place = results.path().join("course");
    let written = write_course(&runs, &about(&[]), &place).unwrap();
    assert_eq!(written[0], place.join("index.html"));
    assert!(written.iter().all(|file| file.is_file()));
    let html = fs::read_to_string(&written[0]).unwrap();
    if let Some(look) = std::env::var_os("PLUMAGE_LOOK") {
        fs::write(Path::new(&look).join("course.html"), &html).unwrap();
    }
    (results, html)
}

fn check(results: &Path, figure: &[u8]) -> Result<plumage_reporting::Checked, ReportError> {
    let folder_of = |run: &str| Some(results.join(run)).filter(|folder: &PathBuf| folder.is_dir());
    verify(figure, Path::new("index.html"), &folder_of)
}

#[test]
fn every_claim_has_its_words_a_verdict_a_number_and_a_command() {
    let (results, html) = made();
    let claims = ["s3", "s2", "s1", "s6a", "s5", "s7", "s8", "s4", "s9", "s6b"];
    let places: Vec<usize> = claims
        .iter()
        .map(|id| html.find(&format!("<section id=\"{id}\"")).unwrap_or_else(|| panic!("{id} is not there")))
        .collect();
    assert!(places.is_sorted(), "in the order of the report");
    let sections: Vec<&str> =
        places.iter().map(|place| html[*place..].split("</section>").next().unwrap()).collect();
    for (id, section) in claims.iter().zip(&sections) {
        for part in ["<blockquote>", "class=\"verdict", "our number", "cargo xtask "] {
            assert!(section.contains(part), "{id} lacks {part}");
        }
        assert!(!section.contains("<dd>not measured</dd>"), "{id} has no number");
    }
    insta::assert_snapshot!(fs::read_to_string(results.path().join("course/claims.md")).unwrap());
}

#[test]
fn every_figure_of_the_page_holds_and_none_does_once_a_run_is_another() {
    let (results, html) = made();
    let figures = embedded_figures(&html);
    // Three drawings of networks, eight charts, a comparison of four pictures and two of six.
    assert_eq!(figures.len(), 3 + 8 + 4 + 2 * 6);
    for figure in &figures {
        let checked = check(results.path(), figure).unwrap();
        assert_eq!(checked.findings, [], "{}", checked.origin.figure);
    }
    for name in ["srcnn_a", "srgan_a", "judge_a", "samples_a-50-seed1"] {
        let run = results.path().join(name);
        let mut manifest = read_manifest(&run).unwrap().unwrap();
        manifest.provenance.commit = Some("fedcba9876".into());
        manifest.save(&run).unwrap();
    }
    for figure in &figures {
        let checked = check(results.path(), figure).unwrap();
        assert!(!checked.findings.is_empty(), "{}", checked.origin.figure);
    }
}

#[test]
fn a_quick_page_says_what_it_cut() {
    let results = tempfile::tempdir().unwrap();
    let runs = study::runs(results.path());
    let place = results.path().join("course");
    write_course(&runs, &about(&["Half of everything."]), &place).unwrap();
    let html = fs::read_to_string(place.join("index.html")).unwrap();
    assert!(html.contains("This is the quick version") && html.contains("<li>Half of everything.</li>"));
}

#[test]
fn without_runs_by_number_of_images_two_claims_are_left_untested() {
    let results = tempfile::tempdir().unwrap();
    let mut runs = study::runs(results.path());
    runs.samples.clear();
    let place = results.path().join("course");
    write_course(&runs, &about(&[]), &place).unwrap();
    let csv = fs::read_to_string(place.join("claims.csv")).unwrap();
    for claim in ["S5", "S7"] {
        let line = csv.lines().find(|line| line.starts_with(claim)).unwrap();
        assert!(line.contains("cannot be tested"), "{line}");
    }
}

#[test]
fn a_run_that_is_missing_is_named() {
    let results = tempfile::tempdir().unwrap();
    let mut runs = study::runs(results.path());
    runs.judge = results.path().join("none");
    let error = write_course(&runs, &about(&[]), &results.path().join("course")).unwrap_err().to_string();
    assert!(error.contains("none"), "{error}");
}

/// The page in a browser, or nothing after a loud line where there is none.
fn shown(test: &str, screen: Screen) -> Option<Browser> {
    let Some(program) = browser::find() else {
        assert!(std::env::var_os("PLUMAGE_REQUIRE_BROWSER").is_none(), "{test} needs a Chromium");
        eprintln!("SKIPPED: {test} needs a Chromium; name it with PLUMAGE_BROWSER, or install chromium");
        return None;
    };
    let (results, _) = made();
    let page = results.path().join("course/index.html");
    let mut browser = Browser::open(&program, results, &page, screen);
    if let Some(look) = std::env::var_os("PLUMAGE_LOOK") {
        browser.screenshot(&Path::new(&look).join(format!("{test}.png")));
    }
    Some(browser)
}

#[test]
fn in_a_browser_nothing_goes_wrong_nothing_is_asked_for_and_what_moves_moves() {
    let test = "in_a_browser_nothing_goes_wrong_nothing_is_asked_for_and_what_moves_moves";
    let Some(mut browser) = shown(test, Screen::DESK) else { return };
    for method in ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"] {
        assert!(browser.of(method).is_empty(), "{method}: {:?}", browser.of(method));
    }
    for request in browser.of("Network.requestWillBeSent") {
        let url = request["request"]["url"].as_str().unwrap();
        assert!(url.starts_with("data:") || url.ends_with("index.html"), "{url}");
    }
    assert_eq!(
        browser.value("document.querySelectorAll('.views input[type=range], .views [role=slider]').length"),
        3
    );
    let names = "[...document.querySelectorAll('#summary table tbody tr')].map(row => row.cells[0].textContent).join()";
    let first = browser.value(names);
    browser.click("#summary table thead th:nth-child(1) button");
    assert_ne!(browser.value(names), first);
}

#[test]
fn a_telephone_in_the_dark_shows_all_of_the_width() {
    let Some(mut browser) = shown("a_telephone_in_the_dark_shows_all_of_the_width", Screen::TELEPHONE) else {
        return;
    };
    assert_eq!(browser.value("document.documentElement.scrollWidth <= window.innerWidth"), true);
}
