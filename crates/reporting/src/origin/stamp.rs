//! An origin on a picture: as text that programs read, in a PNG's notes or an SVG's metadata, and as a line at its foot.

use std::path::Path;

use image::{Rgb, RgbImage, imageops};
use plumage_imaging::{
    decode::{self, Limits},
    notes,
};
use plumage_record::sha256;
use serde::{Deserialize, Serialize};

use super::Origin;
use crate::{
    ReportError,
    diagram::{PAPER_CLASS, QUIET_CLASS},
    font::Weight,
    lettering::Type,
    plot::Picture,
};

/// What a picture carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// Version of this format.
    pub format: u32,
    /// Where the picture comes from.
    pub origin: Origin,
    /// SHA-256 of what is seen: the pixels of a PNG, the text of an SVG without its stamp.
    pub content_sha256: String,
}

/// The version that new stamps have.
const FORMAT: u32 = 1;

/// The keyword of the note in a PNG, and the class of the element in an SVG.
pub(crate) const KEYWORD: &str = "plumage-origin";

/// Height of the foot, and of its letters, in pixels at natural size.
const FOOT_PX: u32 = 24;
const LETTERS_PX: u32 = 11;
const MARGIN_PX: u32 = 18;

const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
const QUIET: Rgb<u8> = Rgb([95, 103, 112]);

/// The same picture with its origin in both forms.
///
/// # Errors
/// [`ReportError::Draw`] when the picture cannot be read or encoded.
pub(crate) fn stamped(picture: &Picture, origin: &Origin) -> Result<Picture, ReportError> {
    let pixels = decode::read(&picture.png, Path::new(&origin.figure), &Limits::PHOTOGRAPH)
        .map_err(|error| failed(origin, &error))?;
    Ok(Picture { svg: stamped_svg(&picture.svg, origin)?, png: stamped_png(&pixels.to_rgb8(), 2, origin)? })
}

/// A PNG of the picture with its origin, where a pixel at natural size has `density` pixels along each side.
///
/// # Errors
/// [`ReportError::Draw`] when it cannot be encoded.
pub(crate) fn stamped_png(picture: &RgbImage, density: u32, origin: &Origin) -> Result<Vec<u8>, ReportError> {
    let (width, height) = picture.dimensions();
    let mut footed = RgbImage::from_pixel(width, height + FOOT_PX * density, PAPER);
    imageops::replace(&mut footed, picture, 0, 0);
    let margin = (MARGIN_PX * density) as f32;
    let letters = Type { weight: Weight::Regular, size_px: (LETTERS_PX * density) as f32, colour: QUIET };
    let line = letters.fitting(&origin.line(), width as f32 - 2. * margin);
    let baseline = height as f32 + (FOOT_PX * density) as f32 * 0.6;
    letters.draw(&mut footed, &line, margin, baseline);
    sealed_png(&footed, origin)
}

/// A PNG of the picture with its origin in its notes alone, as one has that is looked at beside others.
///
/// # Errors
/// [`ReportError::Draw`] when it cannot be encoded.
pub(crate) fn sealed_png(picture: &RgbImage, origin: &Origin) -> Result<Vec<u8>, ReportError> {
    let stamp = Stamp { format: FORMAT, origin: origin.clone(), content_sha256: of_pixels(picture) };
    let software = format!("Plumage {}", origin.plumage);
    let written = notes::png(picture, &[("Software", &software), (KEYWORD, &json(&stamp)?)]);
    written.map_err(|error| failed(origin, &error))
}

/// An SVG of ours with its origin: the line below it, and the rest as metadata.
///
/// # Errors
/// [`ReportError::Draw`] when it is no SVG that this crate drew.
pub(crate) fn stamped_svg(svg: &str, origin: &Origin) -> Result<String, ReportError> {
    let footed =
        with_foot(svg, origin).ok_or_else(|| failed(origin, &"its SVG has no size that can be read"))?;
    let stamp = Stamp { format: FORMAT, origin: origin.clone(), content_sha256: sha256(footed.as_bytes()) };
    let metadata = format!("<metadata class=\"{KEYWORD}\">{}</metadata>\n", escaped(&json(&stamp)?));
    let body = end_of_tag(&footed).ok_or_else(|| failed(origin, &"it is no SVG"))?;
    Ok(format!("{}{metadata}{}", &footed[..body], &footed[body..]))
}

/// The stamp of a PNG or of the text of an SVG, and the hash of what is seen in it now; none where it has no stamp that this
/// version can read.
pub fn read_stamp(bytes: &[u8]) -> Option<(Stamp, String)> {
    if let Some(text) = notes::read(bytes, KEYWORD) {
        let picture = decode::read(bytes, Path::new("picture"), &Limits::PHOTOGRAPH).ok()?;
        // What a viewer shows of another kind of PNG may be something else than its pixels.
        let seen = if notes::is_plain(bytes) { of_pixels(&picture.to_rgb8()) } else { String::new() };
        return Some((understood(&text)?, seen));
    }
    let svg = str::from_utf8(bytes).ok()?;
    let (stamp, rest) = cut_metadata(svg)?;
    // A viewer would end the stamp there, and show what follows.
    if stamp.contains(['<', '>']) {
        return None;
    }
    Some((understood(&unescaped(stamp))?, sha256(rest.as_bytes())))
}

/// The SVG without its stamp: what [`read_stamp`] hashes.
pub(crate) fn without_metadata(svg: &str) -> String {
    cut_metadata(svg).map_or_else(|| svg.to_owned(), |(_, rest)| rest)
}

/// What stands in the metadata element, and the SVG without the element.
fn cut_metadata(svg: &str) -> Option<(&str, String)> {
    let (open, close) = (format!("<metadata class=\"{KEYWORD}\">"), "</metadata>\n");
    let (before, after) = svg.split_once(&open)?;
    let (stamp, rest) = after.split_once(close)?;
    Some((stamp, format!("{before}{rest}")))
}

/// The SVG with a foot of paper below it, on which the line stands. Its height at natural size and the height of its view box
/// grow by the same share, so that nothing else moves.
fn with_foot(svg: &str, origin: &Origin) -> Option<String> {
    let body = end_of_tag(svg)?;
    let (tag, rest) = svg.split_at(body);
    let number = |name: &str| attribute(tag, name)?.parse::<f64>().ok();
    let (width, height) = (number("width")?, number("height")?);
    let view_box = attribute(tag, "viewBox")?;
    let sizes: Vec<f64> = view_box.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let [left, top, view_width, view_height] = sizes[..] else { return None };
    let unit = view_width / width;
    let foot = f64::from(FOOT_PX) * unit;
    let tag = tag
        .replacen(
            &format!(" height=\"{}\"", attribute(tag, "height")?),
            &format!(" height=\"{}\"", height + f64::from(FOOT_PX)),
            1,
        )
        .replacen(view_box, &format!("{left} {top} {view_width} {}", view_height + foot), 1);

    let letters = Type { weight: Weight::Regular, size_px: LETTERS_PX as f32, colour: QUIET };
    let line = letters.fitting(&origin.line(), (width - 2. * f64::from(MARGIN_PX)) as f32);
    let (x, y) = (left + f64::from(MARGIN_PX) * unit, top + view_height + 0.6 * foot);
    let size = f64::from(LETTERS_PX) * unit;
    let end = rest.rfind("</svg>")?;
    Some(format!(
        "{tag}{}<rect class=\"{PAPER_CLASS}\" x=\"{left}\" y=\"{}\" width=\"{view_width}\" height=\"{foot}\" fill=\"#FFFFFF\"/>\n\
         <text class=\"{QUIET_CLASS}\" x=\"{x}\" y=\"{y}\" font-family=\"Noto Sans, Helvetica, Arial, sans-serif\" \
         font-size=\"{size}\" fill=\"#5F6770\">{}</text>\n</svg>\n",
        &rest[..end],
        top + view_height,
        escaped(&line)
    ))
}

/// Where the opening tag of the SVG and the line that it stands in end.
fn end_of_tag(svg: &str) -> Option<usize> {
    let end = svg.find("<svg").and_then(|start| Some(start + svg[start..].find('>')? + 1))?;
    Some(if svg[end..].starts_with('\n') { end + 1 } else { end })
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!(" {name}=\""))?;
    Some(after.split_once('"')?.0)
}

/// SHA-256 of the size and the pixels.
fn of_pixels(picture: &RgbImage) -> String {
    let size = format!("{}x{}\n", picture.width(), picture.height());
    sha256(&[size.as_bytes(), picture.as_raw()].concat())
}

fn json(stamp: &Stamp) -> Result<String, ReportError> {
    serde_json::to_string(stamp).map_err(|error| failed(&stamp.origin, &error))
}

fn understood(text: &str) -> Option<Stamp> {
    serde_json::from_str::<Stamp>(text).ok().filter(|stamp| stamp.format == FORMAT)
}

/// Text as it stands between tags.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn failed(origin: &Origin, reason: &impl std::fmt::Display) -> ReportError {
    ReportError::Draw { picture: origin.figure.clone(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::tests::{origin, run};

    const SVG: &str = "<svg width=\"900\" height=\"500\" viewBox=\"0 0 3600 2000\" xmlns=\"http://www.w3.org/2000/svg\">\n\
                       <text>a &amp; b</text>\n</svg>\n";

    fn picture() -> RgbImage {
        RgbImage::from_fn(900, 40, |x, y| Rgb([x as u8, y as u8, 7]))
    }

    #[test]
    fn both_forms_give_the_origin_back_and_are_as_they_were_sealed() {
        let origin = origin(vec![run("a <b> & \"c\"", 1)]);
        let svg = stamped_svg(SVG, &origin).unwrap();
        let png = stamped_png(&picture(), 1, &origin).unwrap();
        for bytes in [svg.as_bytes(), &png] {
            let (stamp, content) = read_stamp(bytes).unwrap();
            assert_eq!((&stamp.origin, &stamp.content_sha256), (&origin, &content));
        }
    }

    #[test]
    fn the_picture_itself_is_left_as_it_was_above_its_foot() {
        let png = stamped_png(&picture(), 1, &origin(vec![run("a", 1)])).unwrap();
        let drawn = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(drawn.dimensions(), (900, 40 + FOOT_PX));
        assert_eq!(imageops::crop_imm(&drawn, 0, 0, 900, 40).to_image(), picture());
        let foot = imageops::crop_imm(&drawn, 0, 40, 900, FOOT_PX).to_image();
        assert!(foot.pixels().filter(|pixel| **pixel != PAPER).count() > 500, "the line is there to be read");
    }

    #[test]
    fn the_foot_of_an_svg_has_the_line_and_room_of_its_own() {
        let svg = stamped_svg(SVG, &origin(vec![run("a", 1)])).unwrap();
        let tree = roxmltree::Document::parse(&svg).unwrap();
        let root = tree.root_element();
        assert_eq!(
            (root.attribute("height"), root.attribute("viewBox")),
            (Some("524"), Some("0 0 3600 2096"))
        );
        let words: Vec<_> = root.descendants().filter(|node| node.has_tag_name("text")).collect();
        assert!(words.last().unwrap().text().unwrap().contains("commit 01234567 · config c0ffee00"));
    }

    #[test]
    fn a_changed_pixel_and_a_changed_word_break_the_seal() {
        let origin = origin(vec![run("a", 1)]);
        let png = stamped_png(&picture(), 1, &origin).unwrap();
        let mut drawn = image::load_from_memory(&png).unwrap().to_rgb8();
        drawn.put_pixel(3, 3, Rgb([0, 0, 0]));
        let text = notes::read(&png, KEYWORD).unwrap();
        let forged = notes::png(&drawn, &[(KEYWORD, &text)]).unwrap();
        let svg = stamped_svg(SVG, &origin).unwrap().replace("a &amp; b", "c");
        for bytes in [forged.as_slice(), svg.as_bytes()] {
            let (stamp, content) = read_stamp(bytes).unwrap();
            assert_ne!(stamp.content_sha256, content);
        }
    }

    #[test]
    fn pictures_without_a_stamp_have_none() {
        let png = notes::png(&picture(), &[]).unwrap();
        for bytes in [png.as_slice(), SVG.as_bytes(), b"", b"\xff\xfe"] {
            assert_eq!(read_stamp(bytes), None);
        }
    }
}
