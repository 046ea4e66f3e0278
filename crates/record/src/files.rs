//! The names of the files in a run folder that charts, figures and reports are drawn from.

/// The whole config of the run.
pub const CONFIG: &str = "config.toml";
/// What the run is, where it came from, and how far it got.
pub const MANIFEST: &str = "manifest.json";
/// The networks of the run, step by step.
pub const ARCHITECTURE: &str = "architecture.json";
/// Training loss and validation by step.
pub const METRICS: &str = "metrics.csv";
/// Seconds and speed by step.
pub const TIMING: &str = "timing.csv";
/// PSNR and SSIM of every image.
pub const EVALUATION: &str = "evaluation.csv";
/// How well the weights kept on the way do.
pub const CURVE: &str = "curve.csv";
/// The loss on images that were learnt from and on others, measured alike.
pub const GAP: &str = "gap.csv";
/// What a study of judges judged, and how.
pub const JUDGE_STUDY: &str = "judge.json";
/// How well judges tell each method.
pub const JUDGE_CELLS: &str = "judge.csv";
/// How much better judges tell one method than another.
pub const JUDGE_DIFFERENCES: &str = "judge_differences.csv";
/// ROC curves of judges.
pub const JUDGE_ROC: &str = "judge_roc.csv";
/// How judges came to their verdicts.
pub const JUDGE_CURVES: &str = "judge_curves.csv";
/// Numbers of the methods that were judged.
pub const METHODS: &str = "methods.csv";
/// Spectra of the methods that were judged.
pub const SPECTRA: &str = "spectra.csv";
