//! BT.601 studio swing: RGB to YCbCr and back, with the coefficients that MATLAB and the papers use.
//!
//! In units of 1/255, Y is in [16, 235] and Cb and Cr are in [16, 240] about 128. See ITU-R BT.601-7,
//! <https://www.itu.int/rec/R-REC-BT.601>; the three decimals are those of MATLAB's `rgb2ycbcr`.

use crate::Planes;

/// Rows Y, Cb, Cr; columns R, G, B in [0, 1]; the result in units of 1/255, before [`OFFSETS`] is added.
const YCBCR_FROM_RGB: [[f64; 3]; 3] =
    [[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]];

/// Black's Y, Cb and Cr in units of 1/255.
const OFFSETS: [f64; 3] = [16.0, 128.0, 128.0];

const RGB_FROM_YCBCR: [[f64; 3]; 3] = inverse(YCBCR_FROM_RGB);

/// Y of `rgb: [3, H, W]` in [0, 1], not rounded; returns `[1, H, W]` in [16/255, 235/255].
///
/// A grey picture `[1, H, W]` is its own Y and comes back as it is.
///
/// # Panics
/// When there are neither 1 nor 3 planes.
pub fn rgb_to_y(rgb: &Planes) -> Planes {
    if rgb.channels == 1 {
        return rgb.clone();
    }
    let [red, green, blue] = three_planes(rgb);
    let y = combine(YCBCR_FROM_RGB[0], red, green, blue).map(|sum| (OFFSETS[0] + sum) / 255.0);
    Planes::new(1, rgb.height, rgb.width, y.collect())
}

/// Y as MATLAB's `rgb2ycbcr` computes it for `uint8`: `rgb: [3, H, W]` in [0, 1] is rounded to 8 bits, and so is its Y.
/// Returns `[1, H, W]` of values k/255.
///
/// A grey picture `[1, H, W]` is its own Y and is only rounded.
///
/// # Panics
/// When there are neither 1 nor 3 planes.
pub fn y_rounded(rgb: &Planes) -> Planes {
    if rgb.channels == 1 {
        return rgb.rounded();
    }
    let y = rgb.to_rgb8().pixels().map(|pixel| f64::from(y_8_bit(pixel.0)) / 255.0).collect();
    Planes::new(1, rgb.height, rgb.width, y)
}

/// Y, Cb and Cr of `rgb: [3, H, W]` in [0, 1]; returns `[3, H, W]`, Y in [16/255, 235/255], chroma in [16/255, 240/255].
///
/// # Panics
/// When there are not 3 planes.
pub fn rgb_to_ycbcr(rgb: &Planes) -> Planes {
    let [red, green, blue] = three_planes(rgb);
    let mut values = Vec::with_capacity(rgb.values.len());
    for (row, offset) in YCBCR_FROM_RGB.into_iter().zip(OFFSETS) {
        values.extend(combine(row, red, green, blue).map(|sum| (offset + sum) / 255.0));
    }
    Planes::new(3, rgb.height, rgb.width, values)
}

/// The inverse of [`rgb_to_ycbcr`]: `[3, H, W]` of Y, Cb, Cr; returns `[3, H, W]` of R, G, B, in [0, 1] where the
/// colour exists and outside where it does not.
///
/// # Panics
/// When there are not 3 planes.
pub fn ycbcr_to_rgb(ycbcr: &Planes) -> Planes {
    let [y, cb, cr] = three_planes(ycbcr);
    let mut values = Vec::with_capacity(ycbcr.values.len());
    for row in RGB_FROM_YCBCR {
        values.extend(combine(row, y, cb, cr).map(|sum| 255.0 * sum - black(row)));
    }
    Planes::new(3, ycbcr.height, ycbcr.width, values)
}

/// [`rgb_to_y`] of one pixel, of values in [0, 1], in the precision of a picture that is made and not measured.
#[inline]
pub fn y_of_rgb(rgb: [f32; 3]) -> f32 {
    ycbcr_of_rgb(rgb)[0]
}

/// [`rgb_to_ycbcr`] of one pixel, as [`y_of_rgb`].
#[inline]
pub fn ycbcr_of_rgb([red, green, blue]: [f32; 3]) -> [f32; 3] {
    let channel = |[r, g, b]: [f64; 3], offset: f64| {
        let sum = (r / 255.0) as f32 * red + (g / 255.0) as f32 * green + (b / 255.0) as f32 * blue;
        (offset / 255.0) as f32 + sum
    };
    let [y, cb, cr] = YCBCR_FROM_RGB;
    [channel(y, OFFSETS[0]), channel(cb, OFFSETS[1]), channel(cr, OFFSETS[2])]
}

/// [`ycbcr_to_rgb`] of one pixel, as [`y_of_rgb`].
#[inline]
pub fn rgb_of_ycbcr([y, cb, cr]: [f32; 3]) -> [f32; 3] {
    let channel = |row: [f64; 3]| {
        let sum = (255.0 * row[0]) as f32 * y + (255.0 * row[1]) as f32 * cb + (255.0 * row[2]) as f32 * cr;
        sum - black(row) as f32
    };
    let [red, green, blue] = RGB_FROM_YCBCR;
    [channel(red), channel(green), channel(blue)]
}

/// What a row of [`RGB_FROM_YCBCR`] makes of [`OFFSETS`].
#[inline]
fn black(row: [f64; 3]) -> f64 {
    row[0] * OFFSETS[0] + row[1] * OFFSETS[1] + row[2] * OFFSETS[2]
}

fn three_planes(picture: &Planes) -> [&[f64]; 3] {
    assert_eq!(picture.channels, 3, "a colour picture has 3 planes");
    [picture.plane(0), picture.plane(1), picture.plane(2)]
}

/// The weighted sum of three planes, pixel by pixel.
fn combine<'a>(
    weights: [f64; 3],
    a: &'a [f64],
    b: &'a [f64],
    c: &'a [f64],
) -> impl Iterator<Item = f64> + 'a {
    a.iter().zip(b).zip(c).map(move |((a, b), c)| weights[0] * a + weights[1] * b + weights[2] * c)
}

/// Y of an 8-bit pixel, to the nearest level. Integers decide the ties, so every machine agrees.
fn y_8_bit([red, green, blue]: [u8; 3]) -> u8 {
    let thousandths = 65_481 * u32::from(red) + 128_553 * u32::from(green) + 24_966 * u32::from(blue);
    (16 + (thousandths + 127_500) / 255_000) as u8
}

/// The inverse of a 3x3 matrix by cofactors.
const fn inverse(m: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let mut adjugate = [[0.0; 3]; 3];
    let mut i = 0;
    while i < 3 {
        let mut j = 0;
        while j < 3 {
            // Taking the other two rows and columns in cyclic order gives each cofactor its sign.
            let (r1, r2, c1, c2) = ((j + 1) % 3, (j + 2) % 3, (i + 1) % 3, (i + 2) % 3);
            adjugate[i][j] = m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
            j += 1;
        }
        i += 1;
    }
    let determinant = m[0][0] * adjugate[0][0] + m[0][1] * adjugate[1][0] + m[0][2] * adjugate[2][0];
    let mut i = 0;
    while i < 9 {
        adjugate[i / 3][i % 3] /= determinant;
        i += 1;
    }
    adjugate
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(r: f64, g: f64, b: f64) -> Planes {
        Planes::new(3, 1, 1, vec![r, g, b])
    }

    #[test]
    fn black_and_white_have_the_levels_of_studio_swing() {
        let levels = |grey: f64| rgb_to_ycbcr(&pixel(grey, grey, grey)).map(|value| value * 255.0).values;
        for (level, expected) in levels(0.0).into_iter().zip([16.0, 128.0, 128.0]) {
            assert!((level - expected).abs() < 1e-12);
        }
        for (level, expected) in levels(1.0).into_iter().zip([235.0, 128.0, 128.0]) {
            assert!((level - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn ycbcr_and_back_is_the_same_colour() {
        let rgb = Planes::new(3, 1, 4, vec![0.0, 0.3, 1.0, 0.9, 0.5, 0.1, 0.0, 0.2, 1.0, 0.7, 0.0, 0.4]);
        let back = ycbcr_to_rgb(&rgb_to_ycbcr(&rgb));
        for (value, expected) in back.values.iter().zip(&rgb.values) {
            assert!((value - expected).abs() < 1e-12, "{value} {expected}");
        }
    }

    #[test]
    fn a_pixel_on_its_own_is_that_of_the_planes_but_for_its_precision() {
        let close = |values: [f32; 3], planes: &Planes| {
            for (value, expected) in values.into_iter().zip(&planes.values) {
                assert!((f64::from(value) - expected).abs() < 3e-7, "{value} {expected}");
            }
        };
        for rgb in [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.2, 0.5, 0.7], [1.0, 0.0, 0.3]] {
            let planes = pixel(rgb[0], rgb[1], rgb[2]);
            let ycbcr = ycbcr_of_rgb(rgb.map(|value| value as f32));
            close(ycbcr, &rgb_to_ycbcr(&planes));
            close(rgb_of_ycbcr(ycbcr), &planes);
            assert_eq!(y_of_rgb(rgb.map(|value| value as f32)), ycbcr[0]);
        }
    }

    #[test]
    fn the_luma_plane_is_the_same_alone_and_in_ycbcr() {
        let rgb = pixel(0.2, 0.5, 0.7);
        assert_eq!(rgb_to_y(&rgb).values[0], rgb_to_ycbcr(&rgb).values[0]);
    }

    #[test]
    fn grey_is_its_own_luma() {
        let grey = Planes::new(1, 1, 2, vec![0.1, 0.9]);
        assert_eq!(rgb_to_y(&grey), grey);
        assert_eq!(y_rounded(&grey).values, [26.0 / 255.0, 230.0 / 255.0]);
    }
}
