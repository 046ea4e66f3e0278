//! Pages, as text and as a browser shows them.
//!
//! The browser is a headless Chromium: the one that `PLUMAGE_BROWSER` names, or else one in PATH. Without one its tests say
//! loudly that they are skipped; with `PLUMAGE_REQUIRE_BROWSER=1` they fail.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

mod browser;
mod every_part;

mod layout;
mod papers;
mod reading;
mod text;

use std::{fs, path::Path};

use browser::{Browser, Screen};

/// The page with a part of every kind in a browser, or nothing after a loud line where there is none.
fn shown(test: &str, screen: Screen) -> Option<Browser> {
    shown_as(test, screen, &every_part::page().html())
}

/// A file in a browser, or nothing after a loud line where there is none.
fn shown_as(test: &str, screen: Screen, html: &str) -> Option<Browser> {
    let Some(program) = browser::find() else {
        assert!(std::env::var_os("PLUMAGE_REQUIRE_BROWSER").is_none(), "{test} needs a Chromium");
        eprintln!("SKIPPED: {test} needs a Chromium; name it with PLUMAGE_BROWSER, or install chromium");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    fs::write(&path, html).unwrap();
    let mut browser = Browser::open(&program, folder, &path, screen);
    if let Some(look) = std::env::var_os("PLUMAGE_LOOK") {
        browser.screenshot(&Path::new(&look).join(format!("{test}.png")));
    }
    Some(browser)
}
