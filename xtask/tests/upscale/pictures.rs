//! Pictures of every kind, and the files they become.

use image::{
    ColorType, DynamicImage, ImageEncoder,
    codecs::{jpeg::JpegEncoder, png::PngEncoder, tiff::TiffEncoder, webp::WebPEncoder},
};

/// Stands for a colour profile: nobody looks into it.
pub(crate) fn profile() -> Vec<u8> {
    (0..3000u32).map(|i| (i * i % 251) as u8).collect()
}

/// An Exif block with nothing but an orientation.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    block.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    block
}

/// White on the left, invisible on the right where there is alpha, and waves between; `height` x `width`.
pub(crate) fn samples(width: u32, height: u32, colour: ColorType) -> Vec<u16> {
    let has_alpha = colour.has_alpha();
    let channels = usize::from(colour.channel_count());
    let white = if colour.bytes_per_pixel() / colour.channel_count() == 2 { 65_535 } else { 255 };
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for channel in 0..channels {
                let wave = (f64::from(x * 3 + y * 5) + channel as f64).sin().abs() * f64::from(white);
                samples.push(match (x * 3 / width.max(3), has_alpha && channel + 1 == channels) {
                    (2, true) => 0,
                    (_, true) | (0, false) => white,
                    (_, false) => wave as u16,
                });
            }
        }
    }
    samples
}

pub(crate) fn picture(width: u32, height: u32, colour: ColorType) -> DynamicImage {
    let samples = samples(width, height, colour);
    let eight = || samples.iter().map(|&sample| sample as u8).collect::<Vec<_>>();
    let sixteen = || samples.clone();
    match colour {
        ColorType::L8 => image::GrayImage::from_raw(width, height, eight()).map(Into::into),
        ColorType::La8 => image::GrayAlphaImage::from_raw(width, height, eight()).map(Into::into),
        ColorType::Rgb8 => image::RgbImage::from_raw(width, height, eight()).map(Into::into),
        ColorType::Rgba8 => image::RgbaImage::from_raw(width, height, eight()).map(Into::into),
        ColorType::L16 => {
            image::ImageBuffer::from_raw(width, height, sixteen()).map(DynamicImage::ImageLuma16)
        }
        ColorType::La16 => {
            image::ImageBuffer::from_raw(width, height, sixteen()).map(DynamicImage::ImageLumaA16)
        }
        ColorType::Rgb16 => {
            image::ImageBuffer::from_raw(width, height, sixteen()).map(DynamicImage::ImageRgb16)
        }
        _ => image::ImageBuffer::from_raw(width, height, sixteen()).map(DynamicImage::ImageRgba16),
    }
    .unwrap()
}

/// A way to write a file, with a colour profile and an orientation if the format has room for them.
pub(crate) type Encode = fn(&DynamicImage, bool, Option<u8>) -> Vec<u8>;

pub(crate) fn encoded(
    image: &DynamicImage,
    mut encoder: impl ImageEncoder,
    icc: bool,
    orientation: Option<u8>,
) {
    if icc {
        encoder.set_icc_profile(profile()).unwrap();
    }
    if let Some(orientation) = orientation {
        encoder.set_exif_metadata(exif(orientation)).unwrap();
    }
    image.write_with_encoder(encoder).unwrap();
}

pub(crate) fn png(image: &DynamicImage, icc: bool, orientation: Option<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoded(image, PngEncoder::new(&mut bytes), icc, orientation);
    bytes
}

pub(crate) fn jpeg(image: &DynamicImage, icc: bool, orientation: Option<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoded(image, JpegEncoder::new_with_quality(&mut bytes, 100), icc, orientation);
    bytes
}

pub(crate) fn webp(image: &DynamicImage, icc: bool, orientation: Option<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoded(image, WebPEncoder::new_lossless(&mut bytes), icc, orientation);
    bytes
}

pub(crate) fn tiff(image: &DynamicImage, icc: bool, _: Option<u8>) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    encoded(image, TiffEncoder::new(&mut bytes), icc, None);
    bytes.into_inner()
}

pub(crate) fn bmp(image: &DynamicImage, _: bool, _: Option<u8>) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Bmp).unwrap();
    bytes.into_inner()
}

pub(crate) fn pnm(image: &DynamicImage, _: bool, _: Option<u8>) -> Vec<u8> {
    let (colour, bytes) = (image.color(), image.as_bytes());
    let is_16_bit = colour.bytes_per_pixel() / colour.channel_count() == 2;
    let (white, depth) = (if is_16_bit { 65_535 } else { 255 }, colour.channel_count());
    let (width, height) = (image.width(), image.height());
    let kind = ["GRAYSCALE", "GRAYSCALE_ALPHA", "RGB", "RGB_ALPHA"][usize::from(depth) - 1];
    let mut file = match depth {
        1 => format!("P5 # a comment\n{width}\n{height} {white}\n"),
        3 => format!("P6\n{width} {height}\n{white}\n"),
        _ => format!(
            "P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {depth}\nMAXVAL {white}\nTUPLTYPE {kind}\nENDHDR\n"
        ),
    }
    .into_bytes();
    if is_16_bit {
        file.extend(
            bytes.chunks_exact(2).flat_map(|pair| u16::from_ne_bytes([pair[0], pair[1]]).to_be_bytes()),
        );
    } else {
        file.extend(bytes);
    }
    file
}

/// A PNG of pixels with a palette of white, a half transparent red, and an invisible blue.
pub(crate) fn palette(width: u32, height: u32, interlaced: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut info = png::Info::with_size(width, height);
    (info.color_type, info.bit_depth, info.interlaced) =
        (png::ColorType::Indexed, png::BitDepth::Two, interlaced);
    info.palette = Some([255, 255, 255, 200, 10, 10, 0, 0, 255].to_vec().into());
    info.trns = Some([255, 128, 0].to_vec().into());
    let mut writer = png::Encoder::with_info(&mut bytes, info).unwrap().write_header().unwrap();
    // Four pixels a byte: white, red, blue, red.
    let row = vec![0b00_01_10_01; width.div_ceil(4) as usize];
    writer.write_image_data(&row.repeat(height as usize)).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A small PNG.
pub(crate) fn small_png() -> Vec<u8> {
    png(&picture(8, 6, ColorType::Rgb8), false, None)
}
