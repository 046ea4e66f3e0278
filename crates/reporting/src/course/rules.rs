//! What the numbers say of each claim of the course report: the rules, and nothing else.
//!
//! A rule sees estimates with their intervals and gives a verdict and the reason for it. It is written down here, before any number is
//! seen, and tested on made-up ones.

use super::estimates::{Compared, compared, written};
use crate::{
    Estimate,
    judging::{Outcome, Says, outcome},
    number::grouped,
    page::Verdict,
};

/// A verdict and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ruling {
    pub(super) verdict: Verdict,
    /// In Markdown.
    pub(super) why: String,
}

fn ruling(verdict: Verdict, why: impl Into<String>) -> Ruling {
    Ruling { verdict, why: why.into() }
}

/// What cannot be ruled upon.
pub(super) fn untested(why: impl Into<String>) -> Ruling {
    ruling(Verdict::Untested, why)
}

/// S1, that SRCNN is three layers, the first 9×9 and the second 5×5, and makes pictures of higher resolution. Holds, if the network that
/// ran is that, was trained by MSE, and the interval of its gain over bicubic lies above 0.
pub(super) fn srcnn(kernels: &[usize], is_mse: bool, gain_db: Option<Estimate>) -> Ruling {
    let is_it = matches!(kernels, [9, 5, _]) && is_mse;
    match gain_db {
        _ if !is_it => untested("The network that ran is another one."),
        None => untested("The network was not measured."),
        Some(gain) if gain.low > 0. => ruling(
            Verdict::Holds,
            format!(
                "The network as it is described gains {} dB over bicubic interpolation.",
                written(gain, 2, "")
            ),
        ),
        Some(gain) if gain.high < 0. => ruling(
            Verdict::Fails,
            format!(
                "The network as it is described does worse than bicubic interpolation: {} dB.",
                written(gain, 2, "")
            ),
        ),
        Some(gain) => untested(format!(
            "It can be built as it is described, but its gain of {} dB may be none.",
            written(gain, 2, "")
        )),
    }
}

/// S6, that the upscaled picture is more than the LR one: nearer to HR than its bicubic enlargement, image by image, with the whole
/// interval above 0.
pub(super) fn nearer(gain_db: Option<Estimate>) -> Ruling {
    match gain_db {
        None => untested("The pictures were not measured."),
        Some(gain) if gain.low > 0. => ruling(
            Verdict::Holds,
            format!(
                "On images that it has not seen SRCNN is {} dB nearer to HR than bicubic interpolation.",
                written(gain, 2, "")
            ),
        ),
        Some(gain) if gain.high < 0. => ruling(
            Verdict::Fails,
            format!("SRCNN is further from HR than bicubic interpolation: {} dB.", written(gain, 2, "")),
        ),
        Some(gain) => untested(format!("Its gain of {} dB may be none.", written(gain, 2, ""))),
    }
}

/// S2, that SRGAN takes LR and noise and is trained against a discriminator. Holds, if the discriminator played and the noise changes the
/// picture by more than a twentieth of a grey level; does not hold, if it changes it by less.
pub(super) fn srgan(played: bool, spread_levels: Option<Estimate>) -> Ruling {
    const SEEN: f64 = 0.05;
    match spread_levels {
        _ if !played => untested("No discriminator played in the run."),
        None => untested("How much the noise changes was not measured."),
        Some(spread) if spread.low > SEEN => ruling(
            Verdict::Holds,
            format!(
                "A discriminator played, and with other noise a pixel changes by {} grey levels in the mean.",
                written(spread, 3, "")
            ),
        ),
        Some(spread) if spread.high < SEEN => ruling(
            Verdict::Fails,
            format!(
                "The network has learnt to ignore its noise: a pixel changes by {} grey levels.",
                written(spread, 3, "")
            ),
        ),
        Some(spread) => untested(format!(
            "A discriminator played; whether the noise is ignored cannot be told: a pixel changes by {} grey levels.",
            written(spread, 3, "")
        )),
    }
}

/// S3, that the networks that are compared learnt from about 5000 birds. Holds from 4500 on; in part, if only the study of numbers of
/// images had so many. It is a fact of an experiment and no claim, so that fewer are no failure but leave it untested.
pub(super) fn images(of_compared: u64, of_study: u64) -> Ruling {
    const ABOUT: u64 = 4500;
    match (of_compared, of_study) {
        (ABOUT.., _) => ruling(
            Verdict::Holds,
            format!("The networks that are compared learnt from {} images.", grouped(of_compared)),
        ),
        (_, ABOUT..) => ruling(
            Verdict::Depends,
            format!(
                "In part: the networks that are compared learnt from {} images; {} were learnt from in the study of the number of images \
                 below.",
                grouped(of_compared),
                grouped(of_study)
            ),
        ),
        _ => untested(format!(
            "There are not so many: at most {} images were learnt from here.",
            grouped(of_compared.max(of_study))
        )),
    }
}

/// S5, that a loss of 0.001 in training against 0.0982 shows overfitting. The report's own ratio is 98; a network that learns by heart is
/// taken to have 10 or more, one that does not at most 1.5, both losses measured alike, in shares of bicubic's on the same images.
pub(super) fn overfit(ratio: Option<Estimate>) -> Ruling {
    match ratio {
        None => untested("The losses were not measured alike."),
        Some(ratio) if ratio.low >= 10. => {
            ruling(Verdict::Holds, format!("{ALIKE} {} times that on its own.", written(ratio, 1, "")))
        }
        Some(ratio) if ratio.high <= 1.5 => ruling(
            Verdict::Fails,
            format!(
                "{ALIKE} {} times that on its own, not 98 times: trained so long, this network does not overfit.",
                written(ratio, 2, "")
            ),
        ),
        Some(ratio) if ratio.low > 1.5 && ratio.high < 10. => ruling(
            Verdict::Depends,
            format!(
                "{ALIKE} {} times that on its own: more than none, and less than is called learning by heart here, ten times.",
                written(ratio, 2, "")
            ),
        ),
        Some(ratio) => untested(format!(
            "{ALIKE} {} times that on its own: the interval is too wide to tell.",
            written(ratio, 2, "")
        )),
    }
}

/// How the losses of [`overfit`] are compared.
const ALIKE: &str =
    "Measured alike, each in shares of bicubic's loss on the same images, the loss on other images is";

/// A difference that is worth speaking of: a hundredth of bicubic's loss.
const MATTERS: f64 = 0.01;

/// What the study of the number of images found, for [`more_images`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ByImages {
    /// The smallest and the largest number.
    pub(super) fewest: u64,
    pub(super) most: u64,
    /// The gap between the losses with each of the two.
    pub(super) gap_of_fewest: Estimate,
    pub(super) gap_of_most: Estimate,
    /// What the step from the smallest to the largest number takes off the loss on other images, and what the last step does.
    pub(super) help_of_all: Estimate,
    pub(super) help_of_last: Estimate,
}

/// S7, that more images would have helped. Holds, if the last step to more images still helps by more than a hundredth of bicubic's loss;
/// does not hold, if not even the way from the fewest to the most does; depends on how many there are, if the whole way helps and the
/// last step does not.
pub(super) fn more_images(found: Option<ByImages>) -> Ruling {
    let Some(found) = found else { return untested("There are no runs with other numbers of images.") };
    let ByImages { gap_of_fewest, gap_of_most, help_of_all, help_of_last, .. } = found;
    let (fewest, most) = (grouped(found.fewest), grouped(found.most));
    let percent = |share: Estimate| {
        let times = |value: f64| 100. * value;
        written(
            Estimate { value: times(share.value), low: times(share.low), high: times(share.high) },
            1,
            "%",
        )
    };
    let gaps = format!(
        "The gap is {} of bicubic's loss with {fewest} images and {} with {most}.",
        percent(gap_of_fewest),
        percent(gap_of_most)
    );
    match () {
        () if help_of_last.low > MATTERS => ruling(
            Verdict::Holds,
            format!(
                "{gaps} The last step to {most} images still takes {} off the loss on other images.",
                percent(help_of_last)
            ),
        ),
        () if help_of_all.high < MATTERS => ruling(
            Verdict::Fails,
            format!(
                "{gaps} Even from {fewest} to {most} images the loss on others falls by {} alone.",
                percent(help_of_all)
            ),
        ),
        () if help_of_all.low > MATTERS && help_of_last.high < MATTERS => ruling(
            Verdict::Depends,
            format!(
                "{gaps} From {fewest} to {most} images the loss on others falls by {}, but the last step to {most} changes it by {} alone: \
                 more images help where there are few, and no more where there are so many.",
                percent(help_of_all),
                percent(help_of_last)
            ),
        ),
        () => untested(format!(
            "{gaps} From {fewest} to {most} images the loss on others falls by {}, in the last step by {}: too little is certain of it.",
            percent(help_of_all),
            percent(help_of_last)
        )),
    }
}

/// The gradient energy of what is compared, for [`blur`] and [`vivid`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sharpnesses {
    pub(super) hr: Estimate,
    pub(super) bicubic: Estimate,
    pub(super) srcnn: Estimate,
    pub(super) srgan: Estimate,
}

/// S8, that MSE leaves pictures blurry and "not sharper than the originals". The first half asks whether SRCNN is less sharp than HR, the
/// second whether it is no sharper than what it enlarges, the bicubic picture: that is how we read "the originals".
pub(super) fn blur(found: Option<Sharpnesses>) -> Ruling {
    let Some(Sharpnesses { hr, bicubic, srcnn, .. }) = found else {
        return untested("Sharpness was not measured.");
    };
    let share = |of: Estimate| 100. * of.value / hr.value;
    let numbers = format!(
        "SRCNN has {:.0}% of the gradient energy of HR, bicubic {:.0}%.",
        share(srcnn),
        share(bicubic)
    );
    match (compared(srcnn, hr), compared(srcnn, bicubic)) {
        (Compared::Less, Compared::More) => ruling(
            Verdict::Depends,
            format!(
                "{numbers} It is blurrier than HR, as is said; it is sharper than the bicubic picture that it begins with, against what is \
                 said, if “originals” means what is enlarged."
            ),
        ),
        (Compared::Less, Compared::Less) => ruling(
            Verdict::Holds,
            format!(
                "{numbers} It is blurrier than HR, and less sharp than the bicubic picture that it begins with."
            ),
        ),
        (Compared::Less, Compared::Unclear) => untested(format!(
            "{numbers} It is blurrier than HR; whether it is sharper than the bicubic picture that it begins with cannot be told."
        )),
        (Compared::More, _) => ruling(Verdict::Fails, format!("{numbers} It is sharper than HR.")),
        (Compared::Unclear, _) => ruling(
            Verdict::Untested,
            format!("{numbers} The intervals overlap: by themselves they do not tell."),
        ),
    }
}

/// S6, that SRCNN is smoother, and that the GAN increases contrast and makes details more vivid. The second half is not measured, so
/// that the whole holds in part at most.
pub(super) fn vivid(found: Option<Sharpnesses>) -> Ruling {
    let Some(Sharpnesses { hr, srcnn, srgan, .. }) = found else {
        return untested("Sharpness was not measured.");
    };
    let share = |of: Estimate| 100. * of.value / hr.value;
    let numbers =
        format!("SRGAN has {:.0}% of the gradient energy of HR, SRCNN {:.0}%.", share(srgan), share(srcnn));
    match compared(srgan, srcnn) {
        Compared::More => {
            let words =
                "In part: the GAN's pictures are the sharper ones, as is said; contrast was not measured.";
            ruling(Verdict::Depends, format!("{numbers} {words}"))
        }
        Compared::Less => ruling(Verdict::Fails, format!("{numbers} SRCNN's pictures are the sharper ones.")),
        Compared::Unclear => ruling(
            Verdict::Untested,
            format!("{numbers} The intervals overlap: by themselves they do not tell."),
        ),
    }
}

/// S4, that a classifier can be tested on the two kinds of pictures so that its score says something. Holds, if nine of ten controls, in
/// which there is nothing for the classifiers to tell, have 50% in their interval.
pub(super) fn controls(at_chance: usize, all: usize) -> Ruling {
    let why = format!(
        "Where there is nothing to tell, {at_chance} of {all} intervals of the classifiers contain 50%."
    );
    match all {
        0 => untested("There are no controls."),
        _ if 10 * at_chance >= 9 * all => ruling(Verdict::Holds, why),
        _ => ruling(Verdict::Fails, format!("{why} The judges see something that is not in the pictures.")),
    }
}

/// S9, that the classifier is worse at telling SRCNN's pictures from HR than the GAN's, by every size of crop and every training that
/// knows both kinds.
pub(super) fn fools(says: &[Says]) -> Ruling {
    let all = says.len();
    match outcome(says) {
        _ if all == 0 => untested("There are no judges that were tested on both."),
        Outcome::Nothing => {
            untested(format!("In none of {all} comparisons is the difference more than chance makes."))
        }
        Outcome::Holds(some) => ruling(
            Verdict::Holds,
            format!(
                "In {some} of {all} comparisons the difference is more than chance makes, and in none the opposite is."
            ),
        ),
        Outcome::Reversed(some) => ruling(
            Verdict::Fails,
            format!(
                "In {some} of {all} comparisons the opposite is more than chance makes, and in none the claim is."
            ),
        ),
        Outcome::Depends(some, others) => ruling(
            Verdict::Depends,
            format!(
                "In {some} of {all} comparisons it is so by more than chance makes, in {others} the opposite is: it depends on the training of \
                 the judge and the size of the crops."
            ),
        ),
    }
}

#[cfg(test)]
mod tests;
