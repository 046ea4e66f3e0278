//! The figures in a page: every picture of Plumage that an HTML file holds, as the bytes that it was drawn as.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::origin::stamp::KEYWORD;

/// Every PNG and SVG in the text of a page that says where it comes from, in their order, also where what it says cannot be read any
/// more. Other pictures are passed over: icons, and the lines of charts that the page itself draws.
pub fn embedded_figures(page: &str) -> Vec<Vec<u8>> {
    let mut found: Vec<(usize, Vec<u8>)> = Vec::new();
    for kind in ["image/png", "image/svg+xml"] {
        let start = format!("data:{kind};base64,");
        for (at, _) in page.match_indices(&start) {
            let rest = &page[at + start.len()..];
            let length = rest.bytes().take_while(|byte| is_base64(*byte)).count();
            if let Ok(bytes) = STANDARD.decode(&rest[..length]) {
                found.push((at, bytes));
            }
        }
    }
    found.retain(|(_, bytes)| bytes.windows(KEYWORD.len()).any(|at| at == KEYWORD.as_bytes()));
    let mut from = 0;
    while let Some(at) = page[from..].find("<svg ").map(|at| from + at) {
        let Some(length) = page[at..].find("</svg>") else { break };
        from = at + length;
        let svg = &page[at..from];
        if svg.contains(KEYWORD) {
            // A file of ours ends in a line's end, which a page may leave out.
            found.push((at, format!("{svg}</svg>\n").into_bytes()));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, bytes)| bytes).collect()
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;
    use crate::origin::{
        stamp::{stamped_png, stamped_svg},
        tests::{origin, run},
    };

    #[test]
    fn figures_are_found_in_their_order_and_other_pictures_are_not_figures() {
        let origin = origin(vec![run("a", 1)]);
        let png = stamped_png(&RgbImage::new(30, 4), 1, &origin).unwrap();
        let svg = "<svg width=\"9\" height=\"5\" viewBox=\"0 0 9 5\">\n</svg>\n";
        let figure = stamped_svg(svg, &origin).unwrap();
        let broken = figure.replace("\"format\"", "\"form\"");
        assert_ne!(broken, figure);
        let plain = plumage_imaging::notes::png(&RgbImage::new(3, 3), &[]).unwrap();
        let page = format!(
            "<html>{svg}{figure}{broken}<img src=\"data:image/png;base64,{}\"><img src='data:image/png;base64,{}'>\
             <img src=\"data:image/svg+xml;base64,{}\"><img src=\"data:image/png;base64,!\"></html>",
            STANDARD.encode(&plain),
            STANDARD.encode(&png),
            STANDARD.encode(&figure)
        );
        let figure = figure.into_bytes();
        assert!(embedded_figures(&page) == [figure.clone(), broken.into_bytes(), png, figure]);
        assert!(embedded_figures("").is_empty());
        assert!(embedded_figures(&("<svg ".repeat(1_000_000) + "</svg>")).is_empty());
    }
}
