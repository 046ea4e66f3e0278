//! From something that can be drawn to the bytes of an SVG and a PNG.

use image::{DynamicImage, Rgb, RgbImage};
use plotters::{
    backend::{DrawingBackend, SVGBackend},
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
    style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle},
};
use plumage_imaging::encode;

use super::{
    palette,
    sheet::{SIZE_PER_EM, Sheet},
};
use crate::{
    ReportError,
    font::{self, Weight},
    lettering::{CAP_HEIGHT_EM, Type},
    origin::{Origin, stamp},
};

/// Width of a chart at its natural size, in CSS pixels: what a README shows.
pub(crate) const WIDTH: u32 = 900;

/// Device pixels in a CSS pixel of the PNG.
const PNG_DENSITY: u32 = 2;

/// Drawn pixels in a CSS pixel. The PNG is the mean of blocks of them, since plotters has no antialiasing, and in the
/// SVG, whose coordinates are whole numbers, curves stay smooth.
const DRAWN_DENSITY: u32 = 4;

/// Something that plotters draws, at any density and with any of its backends.
pub(crate) trait Draw {
    /// Height in CSS pixels, at the width [`WIDTH`].
    fn height(&self) -> u32;

    /// Draws it over the whole of `area`, on paper.
    fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        pen: Pen,
    ) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>>;
}

/// Turns sizes in CSS pixels into those of the backend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen;

impl Pen {
    /// Drawn pixels.
    pub(crate) fn px(self, css_px: f64) -> i32 {
        (css_px * f64::from(DRAWN_DENSITY)).round() as i32
    }

    /// A line of this width.
    pub(crate) fn line(self, colour: RGBColor, css_px: f64) -> ShapeStyle {
        ShapeStyle { color: colour.into(), filled: false, stroke_width: self.px(css_px) as u32 }
    }

    /// Text of this height.
    pub(crate) fn text(self, css_px: f64, weight: Weight, colour: RGBColor) -> TextStyle<'static> {
        let style = match weight {
            Weight::Regular => FontStyle::Normal,
            Weight::Bold => FontStyle::Bold,
        };
        let size = f64::from(self.px(css_px)) * SIZE_PER_EM;
        TextStyle { color: colour.to_backend_color(), ..(font::FAMILY, size).into_font().style(style).into() }
    }
}

/// Width in CSS pixels of a text of the given height.
pub(crate) fn text_width(text: &str, css_px: f64, weight: Weight) -> f64 {
    f64::from(Type { weight, size_px: css_px as f32, colour: Rgb([0; 3]) }.width(text))
}

/// The height of letters, between `smallest` and `largest` CSS pixels, in which a text is not wider than `width_px`.
pub(crate) fn size_that_fits(text: &str, smallest: f64, largest: f64, weight: Weight, width_px: f64) -> f64 {
    // A hair narrower than it may be: widths are sums of rounded ones.
    let widest = text_width(text, largest, weight).max(1.);
    (largest * (width_px - 0.5) / widest).clamp(smallest, largest)
}

/// As much of the beginning of a text as fits into `width_px` CSS pixels, with an ellipsis where that is not all.
pub(crate) fn fitting(text: &str, css_px: f64, weight: Weight, width_px: f64) -> String {
    Type { weight, size_px: css_px as f32, colour: Rgb([0; 3]) }.fitting(text, width_px as f32)
}

/// A picture in both forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The text of an SVG, whose letters are text.
    pub svg: String,
    /// The bytes of a PNG, of twice the natural size.
    pub png: Vec<u8>,
}

impl Picture {
    /// The same picture with its origin at its foot and in its metadata; unchanged where it has none.
    pub(crate) fn with_origin(self, origin: Option<&Origin>) -> Result<Self, ReportError> {
        match origin {
            Some(origin) => stamp::stamped(&self, origin),
            None => Ok(self),
        }
    }
}

/// Draws `drawing` in both forms; `name` is for the error.
pub(crate) fn picture(name: &str, drawing: &impl Draw) -> Result<Picture, ReportError> {
    font::register();
    let failed = |reason: String| ReportError::Draw { picture: name.to_owned(), reason };
    let svg = svg(drawing).map_err(&failed)?;
    let pixels = pixels(drawing).map_err(&failed)?;
    let png = encode::png(&DynamicImage::ImageRgb8(pixels)).map_err(|error| failed(error.to_string()))?;
    Ok(Picture { svg, png })
}

fn pixels(drawing: &impl Draw) -> Result<RgbImage, String> {
    let (width, height) = (WIDTH * DRAWN_DENSITY, drawing.height() * DRAWN_DENSITY);
    let mut buffer = vec![255u8; width as usize * height as usize * 3];
    {
        let area = Sheet::new(&mut buffer, (width, height)).into_drawing_area();
        area.fill(&palette::PAPER).map_err(|error| error.to_string())?;
        drawing.draw(&area, Pen).map_err(|error| error.to_string())?;
        area.present().map_err(|error| error.to_string())?;
    }
    let drawn = RgbImage::from_raw(width, height, buffer).ok_or("the drawing buffer has another size")?;
    Ok(shrunk(&drawn, DRAWN_DENSITY / PNG_DENSITY))
}

/// The picture with every square of `times` by `times` pixels as one that has their mean. (`image::imageops::thumbnail`
/// does the same for any ratio, and takes ten times as long.)
fn shrunk(picture: &RgbImage, times: u32) -> RgbImage {
    let (width, height) = (picture.width() / times, picture.height() / times);
    RgbImage::from_fn(width, height, |x, y| {
        let mut sums = [0u32; 3];
        for row in 0..times {
            for column in 0..times {
                let pixel = picture.get_pixel(x * times + column, y * times + row);
                sums.iter_mut().zip(pixel.0).for_each(|(sum, value)| *sum += u32::from(value));
            }
        }
        let count = times * times;
        Rgb(sums.map(|sum| ((sum + count / 2) / count) as u8))
    })
}

fn svg(drawing: &impl Draw) -> Result<String, String> {
    let (width, height) = (WIDTH, drawing.height());
    let size = (width * DRAWN_DENSITY, height * DRAWN_DENSITY);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        area.fill(&palette::PAPER).map_err(|error| error.to_string())?;
        drawing.draw(&area, Pen).map_err(|error| error.to_string())?;
        area.present().map_err(|error| error.to_string())?;
    }
    // The coordinates stay fine, the picture gets its natural size.
    let fine = format!("width=\"{}\" height=\"{}\" viewBox", size.0, size.1);
    let natural = format!("width=\"{width}\" height=\"{height}\" stroke-linejoin=\"round\" viewBox");
    let family = format!("font-family=\"{}\"", font::FAMILY);
    let families = "font-family=\"Noto Sans, Helvetica, Arial, sans-serif\"";
    // Half a capital's height below the middle, as in the bitmap.
    let centred = format!("dy=\"{:.2}em\"", CAP_HEIGHT_EM / 2.);
    Ok(text.replacen(&fine, &natural, 1).replace(&family, families).replace("dy=\"0.5ex\"", &centred))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shrunk_picture_has_the_mean_of_each_square() {
        let picture = RgbImage::from_fn(4, 2, |x, y| Rgb([(10 * x + y) as u8, 255, 0]));
        let shrunk = shrunk(&picture, 2);
        assert_eq!(shrunk.dimensions(), (2, 1));
        assert_eq!([shrunk[(0, 0)], shrunk[(1, 0)]], [Rgb([6, 255, 0]), Rgb([26, 255, 0])]);
    }
}
