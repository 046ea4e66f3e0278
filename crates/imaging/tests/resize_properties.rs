//! What is true of a resize whatever the picture.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use plumage_imaging::{
    Planes,
    resize::{Ratio, resize, resize_to},
};
use proptest::prelude::*;

/// Any ratio from 1/8 to 8 of small whole numbers.
fn any_ratio() -> impl Strategy<Value = Ratio> {
    (1usize..=8, 1usize..=8).prop_map(|(num, den)| Ratio { num, den })
}

/// Any picture of 1 to 3 planes and sides of 1 to 24 pixels, values in [0, 1].
fn any_picture() -> impl Strategy<Value = Planes> {
    (1usize..=3, 1usize..=24, 1usize..=24).prop_flat_map(|(channels, height, width)| {
        prop::collection::vec(0.0..=1.0, channels * height * width)
            .prop_map(move |values| Planes::new(channels, height, width, values))
    })
}

fn assert_close(values: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(values.len(), expected.len());
    for (value, expected) in values.iter().zip(expected) {
        assert!((value - expected).abs() < tolerance, "{value} {expected}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_output_is_the_input_times_the_ratio_rounded_up(picture in any_picture(), ratio in any_ratio()) {
        let resized = resize(&picture, ratio);
        let exact = |len: usize| (len as f64 * ratio.num as f64 / ratio.den as f64).ceil() as usize;
        prop_assert_eq!(resized.channels, picture.channels);
        prop_assert_eq!((resized.height, resized.width), (exact(picture.height), exact(picture.width)));
    }

    #[test]
    fn a_constant_picture_stays_constant(
        level in 0.0f64..=1.0, height in 1usize..40, width in 1usize..40, ratio in any_ratio()
    ) {
        let resized = resize(&Planes::new(1, height, width, vec![level; height * width]), ratio);
        assert_close(&resized.values, &vec![level; resized.values.len()], 1e-12);
    }

    #[test]
    fn a_ratio_of_one_changes_nothing(picture in any_picture(), same in 1usize..=8) {
        let resized = resize(&picture, Ratio { num: same, den: same });
        prop_assert_eq!(resized, picture);
    }

    #[test]
    fn a_ratio_need_not_be_in_lowest_terms(picture in any_picture(), ratio in any_ratio(), factor in 1usize..=5) {
        let expanded = Ratio { num: ratio.num * factor, den: ratio.den * factor };
        assert_close(&resize(&picture, expanded).values, &resize(&picture, ratio).values, 1e-12);
    }

    #[test]
    fn a_ramp_stays_a_ramp_away_from_the_edges(slope in -1.0f64..=1.0, scale in 1usize..=4, shrinks: bool) {
        const LEN: usize = 48;
        let ratio = if shrinks { Ratio::shrink(scale) } else { Ratio::enlarge(scale) };
        let ramp = (0..LEN * LEN).map(|i| slope * (i % LEN) as f64 - 0.5 * (i / LEN) as f64).collect();
        let resized = resize(&Planes::new(1, LEN, LEN, ramp), ratio);
        let factor = ratio.num as f64 / ratio.den as f64;
        let source = |position: usize| (position as f64 + 0.5) / factor - 0.5;
        // The kernel reaches 2 pixels to either side, of whichever grid is coarser.
        let margin = 2 * ratio.num.max(ratio.den).div_ceil(ratio.den) + 1;
        for y in margin..resized.height - margin {
            for x in margin..resized.width - margin {
                let value = resized.values[y * resized.width + x];
                let expected = slope * source(x) - 0.5 * source(y);
                prop_assert!((value - expected).abs() < 1e-9, "{value} {expected} at ({x}, {y})");
            }
        }
    }

    #[test]
    fn a_mirrored_picture_resizes_to_the_mirrored_result(picture in any_picture(), scale in 1usize..=4) {
        let mirrored = |picture: &Planes| {
            let rows = picture.values.chunks_exact(picture.width);
            let values = rows.flat_map(|row| row.iter().rev()).copied().collect();
            Planes::new(picture.channels, picture.height, picture.width, values)
        };
        let ratio = Ratio::enlarge(scale);
        assert_close(&resize(&mirrored(&picture), ratio).values, &mirrored(&resize(&picture, ratio)).values, 1e-12);
    }

    #[test]
    fn an_explicit_size_only_moves_where_the_output_ends(picture in any_picture(), ratio in any_ratio()) {
        let whole = resize(&picture, ratio);
        let cut = resize_to(&picture, ratio, whole.height, 1);
        let first_column: Vec<f64> = whole.values.iter().step_by(whole.width).copied().collect();
        assert_close(&cut.values, &first_column, 1e-15);
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let picture =
        Planes::new(3, 150, 200, (0..90_000).map(|i| ((i * 7919) % 10_007) as f64 / 10_007.0).collect());
    for ratio in [Ratio::enlarge(3), Ratio { num: 7, den: 5 }, Ratio::shrink(2)] {
        let alone = in_threads(1, &picture, ratio);
        for threads in [2, 3, 4, 8] {
            assert_eq!(in_threads(threads, &picture, ratio), alone, "{ratio:?} with {threads} threads");
        }
    }
}

fn in_threads(threads: usize, picture: &Planes, ratio: Ratio) -> Vec<u64> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| resize(picture, ratio)).values.into_iter().map(f64::to_bits).collect()
}
