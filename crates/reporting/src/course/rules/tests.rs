//! The rules on made-up numbers.

use super::*;

fn of(value: f64, half: f64) -> Estimate {
    Estimate { value, low: value - half, high: value + half }
}

#[test]
fn srcnn_is_what_is_described_and_gains() {
    let verdict = |kernels: &[usize], is_mse, gain| srcnn(kernels, is_mse, gain).verdict;
    assert_eq!(verdict(&[9, 5, 5], true, Some(of(1., 0.1))), Verdict::Holds);
    assert_eq!(verdict(&[9, 5, 5], true, Some(of(0.05, 0.1))), Verdict::Untested);
    assert_eq!(verdict(&[9, 5, 5], true, Some(of(-1., 0.1))), Verdict::Fails);
    for (kernels, is_mse, gain) in [
        (vec![9, 1, 5], true, Some(of(1., 0.1))),
        (vec![9, 5, 5], false, Some(of(1., 0.1))),
        (vec![9, 5, 5], true, None),
    ] {
        assert_eq!(verdict(&kernels, is_mse, gain), Verdict::Untested);
    }
}

#[test]
fn nearer_to_hr_is_what_gains_on_the_same_images() {
    assert_eq!(nearer(Some(of(1., 0.1))).verdict, Verdict::Holds);
    assert_eq!(nearer(Some(of(0.05, 0.1))).verdict, Verdict::Untested);
    assert_eq!(nearer(Some(of(-1., 0.1))).verdict, Verdict::Fails);
    assert_eq!(nearer(None).verdict, Verdict::Untested);
}

#[test]
fn noise_has_to_be_seen_and_a_discriminator_to_play() {
    assert_eq!(srgan(true, Some(of(0.5, 0.1))).verdict, Verdict::Holds);
    assert_eq!(srgan(true, Some(of(0.02, 0.01))).verdict, Verdict::Fails);
    assert_eq!(srgan(true, Some(of(0.05, 0.01))).verdict, Verdict::Untested);
    assert_eq!(srgan(false, Some(of(0.5, 0.1))).verdict, Verdict::Untested);
    assert_eq!(srgan(true, None).verdict, Verdict::Untested);
}

#[test]
fn five_thousand_birds_are_about_five_thousand() {
    let verdicts = [(5000, 0), (1179, 5000), (1179, 1000)]
        .map(|(of_compared, of_study)| images(of_compared, of_study).verdict);
    assert_eq!(verdicts, [Verdict::Holds, Verdict::Depends, Verdict::Untested]);
}

#[test]
fn a_ratio_of_losses_is_overfitting_from_ten_on_and_none_below_one_and_a_half() {
    assert_eq!(overfit(Some(of(98., 5.))).verdict, Verdict::Holds);
    assert_eq!(overfit(Some(of(3., 1.))).verdict, Verdict::Depends);
    assert_eq!(overfit(Some(of(8., 4.))).verdict, Verdict::Untested);
    assert_eq!(overfit(Some(of(1.5, 0.1))).verdict, Verdict::Untested);
    assert_eq!(overfit(Some(of(1.05, 0.05))).verdict, Verdict::Fails);
    assert_eq!(overfit(None).verdict, Verdict::Untested);
}

fn by_images(help_of_all: Estimate, help_of_last: Estimate) -> ByImages {
    let (gap_of_fewest, gap_of_most) = (of(0.2, 0.02), of(0.01, 0.02));
    ByImages { fewest: 50, most: 5000, gap_of_fewest, gap_of_most, help_of_all, help_of_last }
}

#[test]
fn more_images_help_as_long_as_the_last_step_does() {
    let verdict = |all, last| more_images(Some(by_images(all, last))).verdict;
    assert_eq!(verdict(of(0.1, 0.01), of(0.03, 0.01)), Verdict::Holds);
    assert_eq!(verdict(of(0.1, 0.01), of(0.001, 0.001)), Verdict::Depends);
    assert_eq!(verdict(of(0.002, 0.002), of(0., 0.001)), Verdict::Fails);
    assert_eq!(verdict(of(0.1, 0.01), of(0.01, 0.002)), Verdict::Untested);
    assert_eq!(verdict(of(0.01, 0.005), of(0., 0.001)), Verdict::Untested);
    assert_eq!(more_images(None).verdict, Verdict::Untested);
    let why = more_images(Some(by_images(of(0.1, 0.01), of(0.001, 0.001)))).why;
    assert!(why.contains("20.0% (18.0 to 22.0) of bicubic's loss with 50 images"), "{why}");
}

#[test]
fn blurry_has_two_halves() {
    let verdict = |srcnn: f64| {
        let (hr, bicubic, srgan) = (of(100., 2.), of(50., 2.), of(90., 2.));
        blur(Some(Sharpnesses { hr, bicubic, srcnn: of(srcnn, 2.), srgan })).verdict
    };
    assert_eq!(verdict(70.), Verdict::Depends);
    assert_eq!(verdict(40.), Verdict::Holds);
    assert_eq!(verdict(50.), Verdict::Untested);
    assert_eq!(verdict(99.), Verdict::Untested);
    assert_eq!(verdict(120.), Verdict::Fails);
}

#[test]
fn the_gan_is_vivid_in_part_where_it_is_sharper() {
    let verdict = |srgan: f64| {
        let (hr, bicubic, srcnn) = (of(100., 2.), of(50., 2.), of(70., 2.));
        vivid(Some(Sharpnesses { hr, bicubic, srcnn, srgan: of(srgan, 2.) })).verdict
    };
    assert_eq!(
        [verdict(90.), verdict(60.), verdict(71.)],
        [Verdict::Depends, Verdict::Fails, Verdict::Untested]
    );
    assert_eq!(vivid(None).verdict, Verdict::Untested);
}

#[test]
fn a_classifier_that_sees_something_in_nothing_is_not_sound() {
    assert_eq!(controls(19, 20).verdict, Verdict::Holds);
    assert_eq!(controls(18, 20).verdict, Verdict::Holds);
    assert_eq!(controls(17, 20).verdict, Verdict::Fails);
    assert_eq!(controls(0, 0).verdict, Verdict::Untested);
}

#[test]
fn who_fools_judges_more_follows_their_intervals() {
    use Says::{Holds, Nothing, Reversed};
    assert_eq!(fools(&[Holds, Nothing]).verdict, Verdict::Holds);
    assert_eq!(fools(&[Reversed, Nothing]).verdict, Verdict::Fails);
    assert_eq!(fools(&[Reversed, Holds]).verdict, Verdict::Depends);
    assert_eq!(fools(&[Nothing, Nothing]).verdict, Verdict::Untested);
    assert_eq!(fools(&[]).verdict, Verdict::Untested);
}
