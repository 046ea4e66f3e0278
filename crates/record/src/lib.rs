//! What a run leaves behind: its folder, its manifest, rows of metrics, checkpoints, and how they are committed.
//!
//! The crate knows files and rows. It knows nothing of tensors, images, or how anything was trained.

mod folder;

mod architecture;
mod checkpoints;
mod gap;
mod judge;
mod manifest;
mod rows;

mod clock;
mod events;
mod seen;

pub mod commit;
pub mod disk;
mod error;
pub mod files;
mod provenance;

pub use architecture::{Architecture, NetworkRecord, Role, StepKind, StepRecord};
pub use checkpoints::{Checkpoint, Checkpoints, Identity, Rejection, newest_checkpoint, verify_checkpoints};
pub use clock::{Clock, Spent};
pub use disk::{Purpose, faults::mutant};
pub use error::{ErrorKind, RecordError};
pub use events::EventPicture;
pub use folder::{RunFolder, check_name};
pub use gap::{GapRow, read_gap};
pub use judge::{
    Claim, JudgeCurveRow, JudgeDifferenceRow, JudgeRecords, JudgeRocRow, JudgeRow, JudgeStudy, MethodRow,
    SpectrumRow,
};
pub use manifest::{Baseline, BestValidation, Manifest, ModelSummary, Status, read_manifest};
pub use provenance::{CodeSince, Provenance, hexadecimal, sha256};
pub use rows::{
    AdversaryRow, Artefacts, CurveRow, EvaluationRow, MetricsRow, TermRow, TimingRow, Validation, read_curve,
    read_evaluation, read_metrics, read_timing,
};
pub use seen::{ImageSet, SeenImage, read_seen};
