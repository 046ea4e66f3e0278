//! Strict, layered TOML: every mistake at once, with file, line and caret.
//!
//! A configuration is a struct that derives `Deserialize` and `JsonSchema`. [`load()`] reads its file, the files that it
//! `extends` and the `--set` arguments of the command line, merges them, and checks the whole against the schema of the
//! very struct. Whoever wrote the mistake is shown the place where it was written, be it a base file or an argument.
//!
//! The crate knows nothing of experiments, nor of what any key means.

mod load;

mod extends;
mod key_path;
mod overrides;
mod source;
mod tree;

mod merge;
mod schema;

mod check;
mod last_word;
mod suggest;

mod mistake;
mod report;

pub mod probe;

pub use load::{Loaded, has_key, load};
pub use mistake::{ConfigErrors, Mistake};
pub use report::Look;
pub use source::{Place, Source};
