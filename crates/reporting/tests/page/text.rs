//! A page as text: what is in it, and what is not. With `PLUMAGE_LOOK` set to a folder it is written there, to be looked at.

use crate::every_part;

/// The page without the bytes of its pictures, its style and its script.
fn outline(html: &str) -> String {
    let mut outline = String::new();
    let mut rest = html;
    let cuts = [("base64,", "\""), ("<style>", "</style>"), ("<script>", "</script>"), ("'sha256-", "'")];
    loop {
        let next = cuts.iter().filter_map(|cut| Some((rest.find(cut.0)? + cut.0.len(), cut.1))).min();
        let Some((begin, end)) = next else { break };
        let length = rest[begin..].find(end).unwrap();
        outline += &rest[..begin];
        outline.push('…');
        rest = &rest[begin + length..];
    }
    outline + rest
}

#[test]
fn a_page_has_every_part_that_it_is_given() {
    let html = every_part::page().html();
    if let Some(folder) = std::env::var_os("PLUMAGE_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join("page.html"), &html).unwrap();
    }
    insta::assert_snapshot!(outline(&html).replace("><", ">\n<"));
}

#[test]
fn a_page_asks_for_nothing_from_anywhere() {
    let html = every_part::page().html();
    for (place, _) in html.match_indices("src=\"") {
        assert!(html[place..].starts_with("src=\"data:image/png;base64,"), "{}", &html[place..place + 60]);
    }
    for asked in [
        "@import",
        "url(",
        "fetch(",
        "XMLHttpRequest",
        "import(",
        "WebSocket",
        "<link rel=\"style",
        "<iframe",
    ] {
        assert!(!html.contains(asked), "{asked}");
    }
}

#[test]
fn what_is_text_stays_text() {
    let html = every_part::page().html();
    assert!(html.contains("A page with &lt;everything&gt;"));
    assert!(html.contains("SRCNN &lt;9-1-5&gt;"));
    assert!(!html.contains("<everything>") && !html.contains("<9-1-5>") && !html.contains("<one>"));
}
