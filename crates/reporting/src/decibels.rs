//! Which of two PSNRs is the one to show, and how it is written.

use plumage_record::{Baseline, EvaluationRow, Validation};

/// What a PSNR was measured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Y,
    Rgb,
}

/// A PSNR and what it was measured on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Psnr {
    pub(crate) db: f64,
    pub(crate) on: On,
}

impl On {
    /// The name of the axis or column, with unit and protocol.
    pub(crate) fn label(self, protocol: &str) -> String {
        match self {
            Self::Y => format!("PSNR on Y, dB ({protocol})"),
            Self::Rgb => format!("PSNR on RGB, dB ({protocol})"),
        }
    }
}

impl Psnr {
    /// The PSNR on Y where the protocol has it, else that on RGB.
    pub(crate) fn first_of(psnr_y_db: Option<f64>, psnr_rgb_db: Option<f64>) -> Option<Self> {
        let on_y = psnr_y_db.map(|db| Self { db, on: On::Y });
        on_y.or(psnr_rgb_db.map(|db| Self { db, on: On::Rgb }))
    }

    pub(crate) fn of_validation(row: &Validation) -> Option<Self> {
        Self::first_of(row.psnr_y_db, row.psnr_rgb_db)
    }

    pub(crate) fn of_baseline(row: &Baseline) -> Option<Self> {
        Self::first_of(row.psnr_y_db, row.psnr_rgb_db)
    }

    pub(crate) fn of_image(row: &EvaluationRow) -> Option<Self> {
        Self::first_of(row.psnr_y_db, row.psnr_rgb_db)
    }
}

/// Two decimals, as tables of the field have; equal images have `inf`.
pub(crate) fn write(db: f64) -> String {
    if db.is_nan() { "–".to_owned() } else { format!("{db:.2}") }
}

/// A difference of two PSNRs with its sign; of two infinite ones it is 0.
pub(crate) fn write_gain(ours: f64, theirs: f64) -> String {
    let gain = if ours == theirs { 0. } else { ours - theirs };
    if gain.is_nan() {
        return "–".to_owned();
    }
    let text = format!("{gain:+.2}");
    if text == "-0.00" { "+0.00".to_owned() } else { text }
}
