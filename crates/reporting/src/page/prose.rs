//! Markdown as HTML, of which nothing is fetched: HTML in it is text, and a picture is its words.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// Paragraphs, lists, tables, emphasis, code and links.
pub(super) fn markup(text: &str) -> Markup {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(harmless);
    let mut written = String::new();
    html::push_html(&mut written, events);
    PreEscaped(written)
}

/// The same without what could run or be fetched.
fn harmless(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if is_harmless(&dest_url) { dest_url } else { CowStr::from("#") };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        other => Some(other),
    }
}

/// Whether a link leads to a page or a place, and runs nothing.
fn is_harmless(link: &str) -> bool {
    link.starts_with('#')
        || link.starts_with("https://")
        || link.starts_with("http://")
        || !link.contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emphasis_code_lists_and_links_come_through() {
        let html = markup("a **b** `c` [d](https://example.org)\n\n- one\n- two\n").into_string();
        for part in
            ["<strong>b</strong>", "<code>c</code>", "<a href=\"https://example.org\">d</a>", "<li>one</li>"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn nothing_in_a_text_runs_or_is_fetched() {
        let text = "<script>alert(1)</script> <img src=x onerror=y>\n\n<b>x</b>\n\n![words](http://example.org/a.png) \
                    [link](javascript:alert) <javascript:alert>";
        let html = markup(text).into_string();
        for part in ["<script", "<img", "<b>", "href=\"javascript"] {
            assert!(!html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("words"), "{html}");
    }
}
