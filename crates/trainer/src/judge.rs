//! Judges: classifiers trained to tell crops of HR from crops of what a method made of the LR image, and what their
//! verdicts say of the methods.
//!
//! After S.-Y. Wang et al., "CNN-generated images are surprisingly easy to spot... for now", CVPR 2020,
//! <https://arxiv.org/abs/1912.11035>: a detector of one generator's images may be near chance on another's, so one judge
//! says little. Here there is a judge for every [`Contest`] and several seeds of each, and all are tested on all methods,
//! on source images that neither judges nor methods have seen.

mod config;

mod contest;
mod pictures;

mod study;
mod training;
mod verdicts;

mod feature;
mod findings;
mod methods;

pub use config::{JudgeTrainerConfig, StatisticsConfig};
pub use contest::{BICUBIC, CONTROLS, Contest, MIX};
pub use findings::{Findings, findings};
pub use methods::{MethodNumbers, of_hr, of_method, rows as method_rows};
pub use pictures::{Pictures, Versions};
pub use study::{Judged, Judging, judges, train};
pub use verdicts::Verdicts;
