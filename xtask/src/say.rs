//! What is said to people: results on stdout, everything else on stderr. A reader that hung up, as `| head -1` does,
//! is no reason to stop a run, where `println!` would panic.

use std::{
    fmt::Arguments,
    io::{Write, stderr, stdout},
};

/// A line on stdout.
macro_rules! say {
    ($($part:tt)*) => { $crate::say::line_out(format_args!($($part)*)) };
}

/// A line on stderr.
macro_rules! note {
    ($($part:tt)*) => { $crate::say::line_err(format_args!($($part)*)) };
}

pub(crate) use {note, say};

pub(crate) fn line_out(text: Arguments) {
    let _ = writeln!(stdout(), "{text}");
}

pub(crate) fn line_err(text: Arguments) {
    let _ = writeln!(stderr(), "{text}");
}
