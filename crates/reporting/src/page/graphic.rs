//! A picture that is in the page itself.

use base64::{Engine, engine::general_purpose::STANDARD};
use image::{DynamicImage, RgbImage};
use maud::{Markup, PreEscaped, html};
use plumage_imaging::encode;

use crate::ReportError;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Graphic {
    /// The text of an SVG of our own, from its tag on; it is not escaped, and takes the page's colours.
    Svg(String),
    /// A PNG.
    Png {
        /// The file.
        bytes: Vec<u8>,
        /// Its width.
        width_px: u32,
        /// Its height.
        height_px: u32,
    },
}

impl Graphic {
    /// The picture in a PNG file.
    ///
    /// # Errors
    /// [`ReportError::Draw`] when it is none; `name` is for the message.
    pub fn png(name: &str, bytes: Vec<u8>) -> Result<Self, ReportError> {
        let reader = image::ImageReader::with_format(std::io::Cursor::new(&bytes), image::ImageFormat::Png);
        let size = reader.into_dimensions();
        let (width_px, height_px) =
            size.map_err(|error| ReportError::Draw { picture: name.to_owned(), reason: error.to_string() })?;
        Ok(Self::Png { bytes, width_px, height_px })
    }

    /// A picture of pixels, without loss.
    ///
    /// # Errors
    /// [`ReportError::Draw`] when it cannot be encoded; `name` is for the message.
    pub fn pixels(name: &str, picture: RgbImage) -> Result<Self, ReportError> {
        let (width_px, height_px) = picture.dimensions();
        let bytes = encode::png(&DynamicImage::ImageRgb8(picture))
            .map_err(|error| ReportError::Draw { picture: name.to_owned(), reason: error.to_string() })?;
        Ok(Self::Png { bytes, width_px, height_px })
    }

    /// Width and height in pixels; an SVG has none that matter.
    pub(super) fn size(&self) -> Option<(u32, u32)> {
        match self {
            Self::Svg(_) => None,
            Self::Png { width_px, height_px, .. } => Some((*width_px, *height_px)),
        }
    }

    /// The picture, which `alt` tells to those who do not see it.
    pub(super) fn markup(&self, alt: &str) -> Markup {
        match self {
            Self::Svg(text) => html! {
                div.graphic role="img" aria-label=(alt) {
                    (PreEscaped(text.find("<svg").map_or("", |begin| &text[begin..])))
                }
            },
            Self::Png { bytes, width_px, height_px } => html! {
                img src={ "data:image/png;base64," (base64(bytes)) } width=(width_px) height=(height_px) alt=(alt);
            },
        }
    }
}

/// Bytes as base64.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_picture_is_named() {
        let error = Graphic::png("baby", b"GIF89a".to_vec()).unwrap_err().to_string();
        assert!(error.contains("baby"), "{error}");
    }

    #[test]
    fn a_picture_says_its_size_and_words_and_is_in_the_page() {
        let graphic = Graphic::pixels("grey", RgbImage::from_pixel(3, 2, image::Rgb([9; 3]))).unwrap();
        let html = graphic.markup("a \"grey\" one").into_string();
        assert!(html.starts_with("<img src=\"data:image/png;base64,iVBORw0KGgo"), "{html}");
        assert!(html.contains("width=\"3\" height=\"2\" alt=\"a &quot;grey&quot; one\""), "{html}");
    }
}
