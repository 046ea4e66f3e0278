//! What a run looks like: charts, comparison figures, tables, and the README of its folder, drawn from records alone.
//!
//! Everything here is a function of the files in a run folder and can be done again at any time. The crate knows
//! nothing of tensors, networks or training.

mod run;

mod embedded;
mod origin;
mod redraw;
mod verify;

mod charts;
mod comparison;
mod course;
mod diagram;
mod figure;
mod gallery;
mod judging;
pub mod page;
pub mod papers;
mod summary;
pub mod tables;

mod plot;

mod decibels;
mod error;
mod font;
mod lettering;
mod number;
mod records;
mod scores;
mod words;

pub use charts::{
    Adversarial, AdversarialStep, Curve, Curves, Estimate, JudgeCurves, JudgeMatrix, JudgeMeasure, JudgeStep,
    MethodSharpness, MethodSpectrum, Quantity, Roc, RocCurve, Sharpness, Spectra,
};
pub use comparison::{Comparison, compare};
pub use course::{CourseAbout, CourseRuns, write_course};
pub use embedded::embedded_figures;
pub use error::ReportError;
pub use figure::{Panel, figure};
pub use gallery::keep_figure;
pub use judging::verdict_text;
pub use origin::{Origin, RecordOrigin, RunOrigin, Stamp, read_stamp};
pub use plot::{Heading, Picture};
pub use run::{save_pictures, write_run};
pub use verify::{Checked, Finding, verify};
