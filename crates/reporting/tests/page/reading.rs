//! What a reader does with a page.

use serde_json::json;

use crate::{browser::Screen, shown};

#[test]
fn nothing_goes_wrong_and_nothing_is_asked_for() {
    let Some(mut browser) = shown("nothing_goes_wrong_and_nothing_is_asked_for", Screen::DESK) else {
        return;
    };
    assert_eq!(browser.value("document.documentElement.classList.contains('js')"), true);
    for method in ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"] {
        assert!(browser.of(method).is_empty(), "{method}: {:?}", browser.of(method));
    }
    let requests = browser.of("Network.requestWillBeSent");
    assert!(!requests.is_empty());
    for request in requests {
        let url = request["request"]["url"].as_str().unwrap();
        assert!(url.starts_with("data:") || url.ends_with("page.html"), "{url}");
    }
}

#[test]
fn what_would_leave_the_file_is_stopped_by_the_browser_itself() {
    let name = "what_would_leave_the_file_is_stopped_by_the_browser_itself";
    let Some(mut browser) = shown(name, Screen::DESK) else { return };
    let fetched = browser.value("fetch('https://example.org/').then(() => 'fetched', () => 'stopped')");
    assert_eq!(fetched, "stopped");
    let ran =
        "(() => { const script = document.createElement('script'); script.textContent = 'window.ran = true';
        document.body.append(script); return window.ran === true; })()";
    assert_eq!(browser.value(ran), false);
}

#[test]
fn a_table_is_sorted_by_a_click_turned_around_and_put_back() {
    let name = "a_table_is_sorted_by_a_click_turned_around_and_put_back";
    let Some(mut browser) = shown(name, Screen::DESK) else { return };
    let heads = |number: usize| format!("table.sortable thead th:nth-child({number}) button");
    let names =
        "[...document.querySelectorAll('table.sortable tbody tr')].map(row => row.cells[0].textContent)";
    let order = |number: usize| {
        format!(
            "document.querySelector('table.sortable thead th:nth-child({number})').getAttribute('aria-sort')"
        )
    };
    let first = browser.value(names);
    // What has no number stays below, whatever the order.
    for (clicks, sorted) in [
        ("ascending", json!(["9-1-5", "9-5-5", "a <b> & \"c\""])),
        ("descending", json!(["9-5-5", "9-1-5", "a <b> & \"c\""])),
        ("none", first.clone()),
    ] {
        browser.click(&heads(2));
        assert_eq!(browser.value(&order(2)), clicks);
        assert_eq!(browser.value(names), sorted, "{clicks}");
    }
    // By number and not by letter: 8,032 comes after 1, and 57,184 after that.
    browser.click(&heads(4));
    assert_eq!(browser.value(names), json!(["a <b> & \"c\"", "9-1-5", "9-5-5"]));
    assert_eq!(browser.value(&order(2)), "none");
}

#[test]
fn the_border_between_two_pictures_moves_by_pointer_and_by_key() {
    let name = "the_border_between_two_pictures_moves_by_pointer_and_by_key";
    let Some(mut browser) = shown(name, Screen::DESK) else { return };
    let border = "(() => { const stage = document.querySelector('.slider .stage'); const box = stage.getBoundingClientRect();
        const edge = stage.querySelector('.edge').getBoundingClientRect();
        return Math.round(100 * ((edge.left + edge.right) / 2 - box.left) / box.width); })()";
    assert_eq!(browser.value(border), 50);
    let from = browser.place(".slider .stage", (0.5, 0.5));
    let to = browser.place(".slider .stage", (0.8, 0.5));
    browser.mouse("mousePressed", from, 0.);
    browser.mouse("mouseMoved", to, 0.);
    browser.mouse("mouseReleased", to, 0.);
    assert_eq!(browser.value(border), 80);
    browser.value("document.querySelector('.slider input').focus()");
    browser.key("ArrowLeft");
    assert_eq!(browser.value(border), 79);
    let label = browser.value("document.querySelector('.slider input').getAttribute('aria-label')");
    assert_eq!(label, "a made-up bird: share of LR, HR beside it");
}

#[test]
fn what_is_done_to_one_picture_happens_to_all_of_its_figure() {
    let name = "what_is_done_to_one_picture_happens_to_all_of_its_figure";
    let Some(mut browser) = shown(name, Screen::DESK) else { return };
    let transforms = "(figure => [...new Set([...document.querySelectorAll('.views')[figure].querySelectorAll('.frame img')]
        .map(image => image.style.transform))])";
    let of = |figure: usize| format!("{transforms}({figure})");
    let whole = json!(["scale(1) translate(0%, 0%)"]);
    assert_eq!(browser.value(&of(0)), whole);
    // A wheel moves the page, until a picture is chosen.
    let place = browser.place(".views .frame", (0.25, 0.75));
    browser.mouse("mouseWheel", place, -100.);
    assert_eq!(browser.value(&of(0)), whole);
    browser.click(".views .frame");
    let place = browser.place(".views .frame", (0.25, 0.75));
    browser.mouse("mouseWheel", place, -200.);
    let zoomed = browser.value(&of(0));
    assert_eq!(zoomed.as_array().unwrap().len(), 1, "{zoomed}");
    assert_ne!(zoomed, whole);
    // The place under the pointer stays where it is.
    let seen = "(() => { const frame = document.querySelector('.views .frame'); const image = frame.querySelector('img');
        const [outer, inner] = [frame, image].map(element => element.getBoundingClientRect());
        return [(outer.left + 0.25 * outer.width - inner.left) / inner.width,
                (outer.top + 0.75 * outer.height - inner.top) / inner.height]; })()";
    let seen = browser.value(seen);
    assert!((seen[0].as_f64().unwrap() - 0.25).abs() < 0.01, "{seen}");
    assert!((seen[1].as_f64().unwrap() - 0.75).abs() < 0.01, "{seen}");
    browser.mouse("mousePressed", place, 0.);
    browser.mouse("mouseMoved", (place.0 - 20., place.1), 0.);
    browser.mouse("mouseReleased", (place.0 - 20., place.1), 0.);
    let dragged = browser.value(&of(0));
    assert_eq!(dragged.as_array().unwrap().len(), 1);
    assert_ne!(dragged, zoomed);
    browser.key("0");
    assert_eq!(browser.value(&of(0)), whole);
    // The figure in the details is another one.
    browser.key("+");
    assert_ne!(browser.value(&of(0)), whole);
    assert_eq!(browser.value(&of(2)), whole);
}

#[test]
fn the_values_of_a_chart_are_read_by_pointer_and_by_key() {
    let name = "the_values_of_a_chart_are_read_by_pointer_and_by_key";
    let Some(mut browser) = shown(name, Screen::DESK) else { return };
    let lines = "(reading => reading.hidden ? [] : [...reading.querySelectorAll('p')].map(line => line.textContent))\
                 (document.querySelector('.reading'))";
    assert_eq!(browser.value(lines), json!([]));
    let place = browser.place(".chart .area", (0.5, 0.5));
    browser.mouse("mouseMoved", place, 0.);
    let read = browser.value(lines);
    assert_eq!(read.as_array().unwrap().len(), 2, "{read}");
    assert!(read[0].as_str().unwrap().starts_with("9-1-5: 3"), "{read}");
    browser.value("document.querySelector('.chart .plot').focus()");
    browser.mouse("mouseMoved", (1., 1.), 0.);
    browser.key("ArrowRight");
    let first = browser.value(lines);
    assert!(first[0].as_str().unwrap().ends_with("at 0.33333"), "{first}");
    browser.key("ArrowRight");
    assert!(browser.value(lines)[0].as_str().unwrap().ends_with("at 0.66667"));
    browser.key("Escape");
    assert_eq!(browser.value(lines), json!([]));
}
