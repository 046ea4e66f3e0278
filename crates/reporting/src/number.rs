//! Numbers as people read them.

/// A whole number with commas between thousands: `57,184`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The label of the tick `value` among `ticks`: all in the same notation, with the digits that tell them apart.
pub(crate) fn tick(value: f64, ticks: &[f64]) -> String {
    let sizes = ticks.iter().map(|v| v.abs()).filter(|v| *v > 0.);
    let (small, large) = sizes.fold((f64::INFINITY, 0f64), |(s, l), v| (s.min(v), l.max(v)));
    if !(2e-3..1e7).contains(&large) || (small < 1e-3 && ticks.len() > 1 && large / small >= 10.) {
        return if value == 0. { "0".into() } else { format!("{value:e}") };
    }
    let decimals = |v: &f64| (0..=6).find(|&d| is_whole(v * 10f64.powi(d))).unwrap_or(6);
    // A linear axis shows the same number of decimals everywhere, a logarithmic one those that each number has.
    let is_even =
        ticks.windows(3).all(|t| ((t[2] - t[1]) - (t[1] - t[0])).abs() <= 1e-6 * (t[1] - t[0]).abs());
    let shown = if is_even { ticks.iter().map(decimals).max().unwrap_or(0) } else { decimals(&value) };
    if shown == 0 && value >= 0. {
        grouped(value.round() as u64)
    } else {
        format!("{value:.*}", shown as usize)
    }
}

/// Seconds in the unit that suits them: `0.8 s`, `42 s`, `3 min 20 s`, `2 h 5 min`.
pub(crate) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "unknown".into();
    }
    let whole = seconds.max(0.).round() as u64;
    match whole {
        0..=9 => format!("{:.1} s", seconds.max(0.)),
        10..=59 => format!("{whole} s"),
        60..=3599 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() <= 1e-6 * value.abs().max(1.)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(
            [0, 999, 1000, 57_184, 1_000_000].map(grouped),
            ["0", "999", "1,000", "57,184", "1,000,000"]
        );
    }

    #[test]
    fn ticks_share_a_notation() {
        let labels = |ticks: &[f64]| ticks.iter().map(|v| tick(*v, ticks)).collect::<Vec<_>>();
        assert_eq!(labels(&[0., 0.2, 0.4]), ["0.0", "0.2", "0.4"]);
        assert_eq!(labels(&[0., 5000., 10000.]), ["0", "5,000", "10,000"]);
        assert_eq!(labels(&[1e-5, 1e-4, 1e-3]), ["1e-5", "1e-4", "1e-3"]);
        assert_eq!(labels(&[29., 29.5, 30.]), ["29.0", "29.5", "30.0"]);
        assert_eq!(labels(&[-1., 0., 1.]), ["-1", "0", "1"]);
        assert_eq!(labels(&[0.1, 1., 10.]), ["0.1", "1", "10"]);
    }

    #[test]
    fn durations_are_told_in_the_unit_that_suits_them() {
        assert_eq!(
            [0.84, 42.2, 200., 7500., f64::NAN].map(duration),
            ["0.8 s", "42 s", "3 min 20 s", "2 h 5 min", "unknown"]
        );
    }
}
