//! Colours for pixels that nobody sees, so that no edge to them shows beside those that are seen.
//!
//! A file says anything of the colour where alpha is 0, mostly black. A filter over the colours would carry it into the
//! pixels beside: a fringe. Here the colours of what is seen are carried into what is not.

use crate::picture::Pixel;

/// How far colours are carried, in pixels: further than a bicubic filter reaches, and most of what a network sees.
pub const REACH: usize = 4;

/// Gives every pixel of alpha 0 that is at most [`REACH`] from a visible one the mean colour of those around it, from the
/// nearest outwards. Alpha stays, and so do all other pixels.
///
/// `rows: [H, width, samples]`. What becomes of a row depends on no row further than [`REACH`] from it.
pub fn fill(rows: &mut [u16], width: usize, pixel: Pixel) {
    if !pixel.alpha || width == 0 {
        return;
    }
    let samples = pixel.samples();
    let mut known: Vec<bool> = rows.chunks_exact(samples).map(|pixel| pixel[samples - 1] > 0).collect();
    for _ in 0..REACH {
        let mut found = Vec::new();
        for (place, _) in known.iter().enumerate().filter(|(_, known)| !**known) {
            if let Some(mean) = mean_around(rows, &known, place, width, pixel) {
                found.push((place, mean));
            }
        }
        if found.is_empty() {
            return;
        }
        for (place, mean) in found {
            known[place] = true;
            rows[place * samples..][..pixel.colours].copy_from_slice(&mean[..pixel.colours]);
        }
    }
}

/// The mean colour of the known pixels around the one at `place`; none if there are none.
fn mean_around(rows: &[u16], known: &[bool], place: usize, width: usize, pixel: Pixel) -> Option<[u16; 3]> {
    let (x, y) = (place % width, place / width);
    let (mut sums, mut count) = ([0u32; 3], 0u32);
    for y in y.saturating_sub(1)..=(y + 1).min(known.len() / width - 1) {
        for x in x.saturating_sub(1)..=(x + 1).min(width - 1) {
            let place = y * width + x;
            if known[place] {
                let colours = &rows[place * pixel.samples()..][..pixel.colours];
                sums.iter_mut().zip(colours).for_each(|(sum, &colour)| *sum += u32::from(colour));
                count += 1;
            }
        }
    }
    (count > 0).then(|| sums.map(|sum| ((sum + count / 2) / count) as u16))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: Pixel = Pixel { colours: 1, alpha: true, white: 255 };

    #[test]
    fn colours_go_outwards_from_what_is_seen_and_no_further_than_their_reach() {
        let mut row = [[200, 255], [0, 0], [0, 0], [7, 0], [0, 0], [9, 0], [100, 1]].concat();
        fill(&mut row, 7, GREY);
        let colours: Vec<u16> = row.iter().step_by(2).copied().collect();
        // Four go right and four go left; where they meet is the mean.
        assert_eq!(colours, [200, 200, 200, 150, 100, 100, 100]);
        let alphas: Vec<u16> = row.iter().skip(1).step_by(2).copied().collect();
        assert_eq!(alphas, [255, 0, 0, 0, 0, 0, 1]);
        let mut far = [[50, 255]].into_iter().chain([[0, 0]; 6]).flatten().collect::<Vec<u16>>();
        fill(&mut far, 7, GREY);
        assert_eq!(far.iter().step_by(2).copied().collect::<Vec<_>>(), [50, 50, 50, 50, 50, 0, 0]);
    }

    #[test]
    fn a_window_with_the_rows_in_reach_is_filled_like_the_whole() {
        let (width, height) = (5, 30);
        let rows: Vec<u16> = (0..width * height)
            .flat_map(|i: usize| [(i * 37 % 251) as u16, if i * i % 11 == 3 { 255 } else { 0 }])
            .collect();
        let mut whole = rows.clone();
        fill(&mut whole, width, GREY);
        for y in 0..height {
            let (first, end) = (y.saturating_sub(REACH), (y + REACH + 1).min(height));
            let mut window = rows[first * width * 2..end * width * 2].to_vec();
            fill(&mut window, width, GREY);
            let row = |rows: &[u16], y: usize| rows[y * width * 2..][..width * 2].to_vec();
            assert_eq!(row(&window, y - first), row(&whole, y), "row {y}");
        }
    }
}
