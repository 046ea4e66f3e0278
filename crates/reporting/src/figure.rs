//! The comparison figure of one image: the same picture by several methods, each with the same detail enlarged and its
//! score below.

mod detail;

use image::{
    Rgb, RgbImage,
    imageops::{self, FilterType},
};

use crate::{font::Weight, lettering::Type};
use detail::Square;

/// One picture of a figure.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What made it, as `bicubic`.
    pub caption: String,
    /// What is said of it: its score with unit and protocol, its size.
    pub detail: String,
    /// The picture; one of another size than the reference is enlarged to that by nearest neighbour, as LR has to be.
    pub picture: RgbImage,
}

/// Width of a panel; a multiple of all [`ENLARGEMENTS`], so that the pixels of a detail are enlarged evenly.
const PANEL_PX: u32 = 300;
const ENLARGEMENTS: [u32; 8] = [4, 5, 6, 10, 15, 20, 30, 50];
const GAP_PX: u32 = 12;
const MARGIN_PX: u32 = 24;
const TITLE_PX: u32 = 56;
const CAPTION_PX: u32 = 66;

const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
const INK: Rgb<u8> = Rgb([33, 37, 41]);
const QUIET: Rgb<u8> = Rgb([95, 103, 112]);
const FRAME: Rgb<u8> = Rgb([255, 204, 0]);

/// Draws `panels` side by side under a title. Every one shows the whole picture and, below it, the detail in which the
/// panel at index `baseline` differs most from the one at index `reference`; both are panels of the figure.
///
/// With `reference` or `baseline` out of range, or no panel at all, the figure is the title alone.
pub fn figure(title: &str, panels: &[Panel], reference: usize, baseline: usize) -> RgbImage {
    let columns = panels.len().max(1) as u32;
    let width = 2 * MARGIN_PX + columns * PANEL_PX + (columns - 1) * GAP_PX;
    let heading = Type { weight: Weight::Bold, size_px: 24., colour: INK };
    let title = heading.fitting(title, (width - 2 * MARGIN_PX) as f32);
    let draw_title = |figure: &mut RgbImage| heading.draw(figure, &title, MARGIN_PX as f32, 39.);

    let (Some(reference), Some(baseline)) = (panels.get(reference), panels.get(baseline)) else {
        let mut figure = RgbImage::from_pixel(width, TITLE_PX, PAPER);
        draw_title(&mut figure);
        return figure;
    };
    let size = reference.picture.dimensions();
    let detail =
        detail::most_different(&at_size(&baseline.picture, size), &reference.picture, detail_side(size));
    let shown = fitted(size);
    let height = TITLE_PX + shown.1 + GAP_PX + PANEL_PX + CAPTION_PX + MARGIN_PX / 2;
    let mut figure = RgbImage::from_pixel(width, height, PAPER);
    draw_title(&mut figure);
    for (index, panel) in panels.iter().enumerate() {
        let x = MARGIN_PX + index as u32 * (PANEL_PX + GAP_PX);
        draw_panel(&mut figure, panel, x, size, shown, detail);
    }
    figure
}

/// Draws one column: the whole picture, its detail, its words.
fn draw_panel(
    figure: &mut RgbImage,
    panel: &Panel,
    x: u32,
    size: (u32, u32),
    shown: (u32, u32),
    detail: Square,
) {
    let picture = at_size(&panel.picture, size);
    let whole = shown_at(&picture, shown);
    let (left, top) = (x + (PANEL_PX - shown.0) / 2, TITLE_PX);
    imageops::replace(figure, &whole, i64::from(left), i64::from(top));
    let ratio = f64::from(shown.0) / f64::from(size.0);
    let scaled = |px: u32| (f64::from(px) * ratio).round() as u32;
    draw_frame(figure, left + scaled(detail.x), top + scaled(detail.y), scaled(detail.side));

    let crop = imageops::crop_imm(&picture, detail.x, detail.y, detail.side, detail.side).to_image();
    let enlarged = imageops::resize(&crop, PANEL_PX, PANEL_PX, FilterType::Nearest);
    let below = TITLE_PX + shown.1 + GAP_PX;
    imageops::replace(figure, &enlarged, i64::from(x), i64::from(below));
    draw_frame(figure, x, below, PANEL_PX);

    let words = [
        (&panel.caption, Type { weight: Weight::Bold, size_px: 21., colour: INK }, 28.),
        (&panel.detail, Type { weight: Weight::Regular, size_px: 19., colour: QUIET }, 54.),
    ];
    for (text, set, line) in words {
        let text = set.fitting(text, PANEL_PX as f32);
        let middle = x as f32 + PANEL_PX as f32 / 2.;
        set.draw(figure, &text, middle - set.width(&text) / 2., (below + PANEL_PX) as f32 + line);
    }
}

/// The side of the detail: as little enlarged as leaves at least half of the picture's shorter side out.
fn detail_side((width, height): (u32, u32)) -> u32 {
    let short = width.min(height);
    let sides = ENLARGEMENTS.map(|times| PANEL_PX / times);
    sides.into_iter().find(|side| 2 * side <= short).unwrap_or(short)
}

/// The size at which the whole picture is shown: as wide as a panel, unless it would be higher than that.
fn fitted((width, height): (u32, u32)) -> (u32, u32) {
    let ratio = f64::from(PANEL_PX) / f64::from(width.max(height));
    let scaled = |px: u32| ((f64::from(px) * ratio).round() as u32).clamp(1, PANEL_PX);
    (scaled(width), scaled(height))
}

fn at_size(picture: &RgbImage, (width, height): (u32, u32)) -> RgbImage {
    if picture.dimensions() == (width, height) {
        return picture.clone();
    }
    imageops::resize(picture, width, height, FilterType::Nearest)
}

/// The picture at another size. One that grows is first enlarged by a whole number, so that its pixels stay alike.
fn shown_at(picture: &RgbImage, (width, height): (u32, u32)) -> RgbImage {
    let times = width.div_ceil(picture.width()).max(height.div_ceil(picture.height()));
    let (grown_width, grown_height) = (picture.width() * times, picture.height() * times);
    let grown = imageops::resize(picture, grown_width, grown_height, FilterType::Nearest);
    imageops::resize(&grown, width, height, FilterType::CatmullRom)
}

/// Draws the outline of a square inside it: a light line between two dark ones, which no picture hides.
fn draw_frame(figure: &mut RgbImage, x: u32, y: u32, side: u32) {
    const DEPTHS: [Rgb<u8>; 4] = [INK, FRAME, FRAME, INK];
    for (depth, colour) in (0..side.div_ceil(2)).zip(DEPTHS) {
        let far = side - 1 - depth;
        for along in depth..=far {
            for (dx, dy) in [(along, depth), (along, far), (depth, along), (far, along)] {
                if let Some(pixel) = figure.get_pixel_mut_checked(x + dx, y + dy) {
                    *pixel = colour;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(caption: &str, width: u32, height: u32) -> Panel {
        let picture =
            RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, caption.len() as u8 * 20]));
        Panel { caption: caption.into(), detail: "PSNR-Y 30.00 dB".into(), picture }
    }

    #[test]
    fn a_figure_has_a_column_for_every_panel_whatever_the_sizes() {
        for (width, height) in [(1u32, 1u32), (7, 300), (48, 48), (500, 30), (1200, 800)] {
            let panels = [
                panel("LR", width.div_ceil(3), height.div_ceil(3)),
                panel("bicubic", width, height),
                panel("HR", width, height),
            ];
            let figure = figure("set5: baby", &panels, 2, 1);
            assert_eq!(figure.width(), 2 * MARGIN_PX + 3 * PANEL_PX + 2 * GAP_PX, "{width}x{height}");
            assert!(figure.pixels().any(|pixel| *pixel == FRAME));
        }
    }

    #[test]
    fn a_figure_without_panels_is_its_title() {
        assert_eq!(figure("nothing", &[], 3, 1).height(), TITLE_PX);
    }

    #[test]
    fn long_words_are_cut_where_the_panel_ends() {
        let set = Type { weight: Weight::Regular, size_px: 20., colour: INK };
        let text = set.fitting(&"very long ".repeat(50), 300.);
        assert!(text.ends_with('…') && set.width(&text) <= 300.);
        assert_eq!(set.fitting("short", 300.), "short");
    }
}
