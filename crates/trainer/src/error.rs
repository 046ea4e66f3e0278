use plumage_data::DataError;
use plumage_metrics::MetricsError;
use plumage_models::weights::WeightsError;
use plumage_record::RecordError;

/// Why training or evaluating ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The training data could not be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// An image could not be measured.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// An image of a set could not be measured.
    #[error("{name}: {source}")]
    Image {
        /// The image's name in its set.
        name: String,
        /// Why not.
        source: MetricsError,
    },
    /// The run folder could not be written or read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Weights could not be read.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The device failed, or shapes did not fit.
    #[error("failed to compute: {0}")]
    Device(#[from] candle_core::Error),
    /// A checkpoint whose files are whole but do not belong to this run.
    #[error("the checkpoint cannot be used: {0}")]
    State(String),
    /// The loss, a gradient or a weight became NaN or infinite; nothing of that step was kept.
    #[error("training diverged: {term} was not finite at step {step}{}", Held(images))]
    Diverged {
        /// What was not finite.
        term: String,
        /// The step, counted from 1.
        step: u64,
        /// The images of the step's batch.
        images: Vec<String>,
        /// The step of the newest checkpoint, if there is one.
        checkpoint: Option<u64>,
    },
    /// The config or the data are not those of the checkpoint.
    #[error("{what} changed since the checkpoint of step {step}: then {then}, now {now}")]
    Changed {
        /// `the config`, or `the images of` a set.
        what: String,
        /// The checkpoint's step.
        step: u64,
        /// What the checkpoint says.
        then: String,
        /// What it is now.
        now: String,
    },
}

impl TrainError {
    pub(crate) fn state(reason: impl std::fmt::Display) -> Self {
        Self::State(reason.to_string())
    }
}

/// More images of a batch than this are counted, not named.
const MAX_NAMED: usize = 32;

/// The images of a batch, to be put after the step.
struct Held<'a>(&'a [String]);

impl std::fmt::Display for Held<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (named, more) = self.0.split_at(self.0.len().min(MAX_NAMED));
        if !named.is_empty() {
            write!(f, ", whose batch holds patches of {}", named.join(", "))?;
        }
        if !more.is_empty() {
            write!(f, " and {} more", more.len())?;
        }
        Ok(())
    }
}
