//! How a page looks: on a telephone, in the dark, without its script, on paper.

use serde_json::json;

use crate::{browser::Screen, every_part, shown, shown_as};

/// Whether nothing is wider than the screen but what can be moved by itself.
const FITS: &str = "document.documentElement.scrollWidth <= window.innerWidth";

#[test]
fn a_telephone_shows_all_of_its_width() {
    let Some(mut browser) = shown("a_telephone_shows_all_of_its_width", Screen::TELEPHONE) else { return };
    assert_eq!(browser.value("window.innerWidth"), 360);
    assert_eq!(browser.value(FITS), true);
}

#[test]
fn words_stand_out_in_light_and_dark() {
    // The contrast of WCAG, of text with what is behind it, for every element that has text of its own.
    let worst = "(() => {
        const channels = colour => colour.match(/[\\d.]+/g).map(Number);
        const luminance = colour => channels(colour).slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = element => {
            for (let at = element; at; at = at.parentElement) {
                const colour = getComputedStyle(at).backgroundColor;
                if ((channels(colour)[3] ?? 1) === 1) return colour;
            }
            return 'rgb(255, 255, 255)';
        };
        const hasText = element => [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
        let worst = { contrast: 21 };
        for (const element of document.querySelectorAll('body *:not(script, svg, svg *, option)')) {
            if (!hasText(element) || !element.checkVisibility()) continue;
            const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
            const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            if (contrast < worst.contrast) worst = { contrast, words: element.textContent.slice(0, 40) };
        }
        return worst;
    })()";
    for dark in [false, true] {
        let screen = Screen { dark, ..Screen::DESK };
        let name = if dark { "words_stand_out_in_dark" } else { "words_stand_out_in_light" };
        let Some(mut browser) = shown(name, screen) else { return };
        let paper = browser.value("getComputedStyle(document.documentElement).backgroundColor");
        assert_eq!(paper, if dark { "rgb(20, 23, 26)" } else { "rgb(255, 255, 255)" });
        let worst = browser.value(worst);
        assert!(worst["contrast"].as_f64().unwrap() >= 4.5, "dark: {dark}, {worst}");
    }
}

#[test]
fn without_its_script_a_page_shows_every_picture_table_and_chart() {
    let html = every_part::page().html();
    let (begin, end) = (html.rfind("<script>").unwrap(), html.rfind("</script>").unwrap());
    let bare = format!("{}{}", &html[..begin], &html[end + "</script>".len()..]);
    let name = "without_its_script_a_page_shows_every_picture_table_and_chart";
    let Some(mut browser) = shown_as(name, Screen::DESK, &bare) else { return };
    browser.value("document.querySelectorAll('details').forEach(details => details.open = true)");
    let seen = "(selector => [...document.querySelectorAll(selector)].filter(element => {
        const box = element.getBoundingClientRect(); return box.width > 20 && box.height > 10; }).length)";
    // Three figures of four views; the chart's lines and its frame of numbers.
    assert_eq!(browser.value(&format!("{seen}('.view img')")), 12);
    assert_eq!(browser.value(&format!("{seen}('.chart .area svg')")), 1);
    assert_eq!(browser.value(&format!("{seen}('table tbody tr')")), 3);
    assert_eq!(browser.value("document.querySelectorAll('button, input, select').length"), 0);
    assert_eq!(browser.value(FITS), true);
}

#[test]
fn on_paper_nothing_is_left_that_only_a_screen_can_use() {
    let name = "on_paper_nothing_is_left_that_only_a_screen_can_use";
    let Some(mut browser) = shown(name, Screen { dark: true, ..Screen::DESK }) else { return };
    browser.ask("Emulation.setEmulatedMedia", json!({ "media": "print", "features": [] }));
    let visible = "(selector => [...document.querySelectorAll(selector)].filter(element => element.checkVisibility()).length)";
    for gone in [".slider", ".tools", "nav"] {
        assert_eq!(browser.value(&format!("{visible}({gone:?})")), 0, "{gone}");
    }
    // The pictures of a slider stand beside one another.
    assert_eq!(browser.value(&format!("{visible}('.views:not([data-zoom]) .view img')")), 4);
    assert_eq!(
        browser.value("getComputedStyle(document.documentElement).backgroundColor"),
        "rgb(255, 255, 255)"
    );
    let pdf = browser.ask("Page.printToPDF", json!({ "preferCSSPageSize": true }));
    assert!(pdf["data"].as_str().unwrap().len() > 10_000);
}
