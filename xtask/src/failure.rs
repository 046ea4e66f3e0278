//! Why a command ended early: what is said on stderr, and the exit code.

use std::{
    error::Error,
    fmt::Display,
    io::IsTerminal,
    path::Path,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
};

use plumage_config::{ConfigErrors, Look};
use plumage_data::DataError;
use plumage_imaging::ImagingError;
use plumage_metrics::MetricsError;
use plumage_models::weights::WeightsError;
use plumage_record::RecordError;
use plumage_reporting::ReportError;
use plumage_trainer::TrainError;
use serde_json::{Value, json};

use crate::{exit::ExitKind, say::note};

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Mistakes in a config, each with its place.
    Config(ConfigErrors),
    /// Anything else: a line, and advice where there is some.
    Said {
        /// The exit code.
        exit: ExitKind,
        /// What is wrong, where.
        message: String,
        /// What to do.
        help: Option<String>,
    },
}

impl Failure {
    fn said(exit: ExitKind, message: impl Display) -> Self {
        Self::Said { exit, message: message.to_string(), help: None }
    }

    /// An error with what caused it, where its own words do not say it.
    fn caused(exit: ExitKind, error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let words = error.to_string();
            if !message.contains(&words) {
                message = format!("{message}: {words}");
            }
            cause = error.source();
        }
        Self::said(exit, message)
    }

    /// The command was asked for something that does not exist or does not fit.
    pub(crate) fn usage(message: impl Display, help: impl Display) -> Self {
        Self::said(ExitKind::Usage, message).help(help)
    }

    /// What is asked for needs something that is not there.
    pub(crate) fn input(message: impl Display, help: impl Display) -> Self {
        Self::said(ExitKind::Input, message).help(help)
    }

    /// It would take more memory than the limit.
    pub(crate) fn limit(message: impl Display, help: impl Display) -> Self {
        Self::said(ExitKind::Limit, message).help(help)
    }

    /// It would write more than there is room for.
    pub(crate) fn no_space(message: impl Display, help: impl Display) -> Self {
        Self::said(ExitKind::Output, message).help(help)
    }

    /// A run cannot be gone on with.
    pub(crate) fn no_checkpoint(message: impl Display) -> Self {
        Self::said(ExitKind::Checkpoint, message)
            .help("leave --resume out to begin anew (the old run is kept)")
    }

    /// A file or folder of the workspace cannot be read.
    pub(crate) fn unreadable(path: &Path, error: &impl Display) -> Self {
        Self::said(ExitKind::Input, format!("failed to read {}: {error}", path.display()))
    }

    /// The counts of a trial cannot be kept.
    pub(crate) fn unwritable_log(error: &impl Display) -> Self {
        Self::said(
            ExitKind::Output,
            format!("failed to write the file that PLUMAGE_FAULT_LOG names: {error}"),
        )
    }

    /// A bug, or a machine that is not as expected.
    pub(crate) fn internal(error: impl Display) -> Self {
        Self::said(ExitKind::Internal, error)
            .help("this is a bug in Plumage: please report it with the command and results/NAME/config.toml")
    }

    /// Adds to the message what changed, if anything did.
    pub(crate) fn with_changes(self, changes: String) -> Self {
        match self {
            Self::Said { exit, message, help } if !changes.is_empty() => {
                Self::Said { exit, message: format!("{message}\n  {changes}"), help }
            }
            unchanged => unchanged,
        }
    }

    /// Says which checkpoint is left and how to go on, where the folder of a run could not be written or read.
    pub(crate) fn with_checkpoint(self, step: Option<u64>, again: &str) -> Self {
        if !matches!(self, Self::Said { exit: ExitKind::Output, .. }) {
            return self;
        }
        let left = step.map_or(String::new(), |step| format!("the checkpoint of step {step} is whole: "));
        self.help(format!("{left}see that the disk has room and can be written, then {again}"))
    }

    /// A signal ended the command: what it left, and the command that goes on.
    pub(crate) fn stopped(exit: ExitKind, left: impl Display, again: impl Display) -> Self {
        Self::said(exit, left).help(again)
    }

    /// Something is wrong with one image of a set.
    pub(crate) fn in_image(name: &str, error: impl Display) -> Self {
        Self::said(ExitKind::Input, format!("{name}: {error}"))
    }

    /// Says of what it was that went wrong.
    pub(crate) fn of(self, name: &str) -> Self {
        match self {
            Self::Said { exit, message, help } => {
                Self::Said { exit, message: format!("{name}: {message}"), help }
            }
            config @ Self::Config(_) => config,
        }
    }

    fn help(self, advice: impl Display) -> Self {
        match self {
            Self::Said { exit, message, .. } => Self::Said { exit, message, help: Some(advice.to_string()) },
            config @ Self::Config(_) => config,
        }
    }

    /// What is wrong, where.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Config(errors) => errors.to_string(),
            Self::Said { message, .. } => message.clone(),
        }
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> ExitKind {
        match self {
            Self::Config(_) => ExitKind::Usage,
            Self::Said { exit, .. } => *exit,
        }
    }

    /// Says it on stderr, as one JSON object where that was asked for; returns the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            _ if AS_JSON.load(Ordering::Relaxed) => note!("{}", self.to_json()),
            Self::Config(errors) => {
                let look = if std::io::stderr().is_terminal() { Look::Terminal } else { Look::Plain };
                note!("{}", errors.render(look).trim_end());
            }
            Self::Said { exit, message, help } => {
                let is_stop = matches!(exit, ExitKind::Interrupted | ExitKind::Terminated);
                note!("{}{message}", if is_stop { "" } else { "error: " });
                if let Some(help) = help {
                    note!("help: {help}");
                }
            }
        }
        self.exit().into()
    }

    /// `{"error": .., "exit": .., "message": .., "help": ..}`; a config's mistakes come one by one, too.
    fn to_json(&self) -> Value {
        let exit = self.exit();
        let object = |message: &str, help: Option<&str>| json!({ "error": exit.name(), "exit": exit as u8, "message": message, "help": help });
        match self {
            Self::Config(errors) => {
                let mut object = object(&errors.to_string(), None);
                object["mistakes"] = errors.to_json();
                object
            }
            Self::Said { message, help, .. } => object(message, help.as_deref()),
        }
    }
}

/// Whether errors are JSON: `--json`, which is about the whole process.
static AS_JSON: AtomicBool = AtomicBool::new(false);

/// From here on errors are said as JSON.
pub(crate) fn say_as_json() {
    AS_JSON.store(true, Ordering::Relaxed);
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self::Config(errors)
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        let text = error.render().to_string();
        let said = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
        // Where help is to be had, the help of this error says.
        let said: Vec<&str> =
            said.filter(|line| !line.is_empty() && !line.starts_with("For more information")).collect();
        Self::usage(said.join(" ").trim_start_matches("error: "), "cargo xtask --help")
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Self {
        match error {
            TrainError::Data(error) => error.into(),
            TrainError::Metrics(error) => error.into(),
            TrainError::Image { name, source } => Self::from(source).of(&name),
            TrainError::Record(error) => error.into(),
            TrainError::Weights(error) => error.into(),
            TrainError::Device(error) => Self::internal(error),
            TrainError::State(_) => Self::caused(ExitKind::Checkpoint, &error),
            TrainError::Diverged { ref term, checkpoint, .. } => {
                let advice = if term.contains("discriminator") {
                    "lower adversarial.schedule.learning_rate, or set adversarial.discriminator.spectral_norm"
                } else {
                    "lower the learning rate or set trainer.clip_grad_norm"
                };
                let from = checkpoint.map_or("there is no checkpoint yet".to_owned(), |step| {
                    format!("the checkpoint of step {step} is whole")
                });
                Self::said(ExitKind::Diverged, error).help(format!("{advice}; {from}"))
            }
            TrainError::Changed { .. } => Self::said(ExitKind::Changed, error)
                .help("undo the change to go on, or leave --resume out to begin anew (the old run is kept)"),
            other => Self::internal(other),
        }
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        match error.kind() {
            plumage_data::ErrorKind::Input => Self::caused(ExitKind::Input, &error),
            plumage_data::ErrorKind::Config => Self::caused(ExitKind::Usage, &error),
        }
    }
}

impl From<MetricsError> for Failure {
    fn from(error: MetricsError) -> Self {
        match error {
            MetricsError::NotFinite | MetricsError::ScoreIsNan { .. } | MetricsError::DifferenceIsNan => {
                Self::said(ExitKind::Diverged, error)
                    .help("take other weights, or train anew with a lower learning rate")
            }
            _ => Self::caused(ExitKind::Input, &error),
        }
    }
}

impl From<ImagingError> for Failure {
    fn from(error: ImagingError) -> Self {
        let exit =
            if matches!(error, ImagingError::Write { .. }) { ExitKind::Output } else { ExitKind::Input };
        Self::caused(exit, &error)
    }
}

impl From<WeightsError> for Failure {
    fn from(error: WeightsError) -> Self {
        match error {
            WeightsError::Read { .. } => Self::caused(ExitKind::Input, &error),
            WeightsError::Device(error) => Self::internal(error),
            error => Self::caused(ExitKind::Checkpoint, &error),
        }
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        let exit = match error.kind() {
            plumage_record::ErrorKind::Usage => ExitKind::Usage,
            plumage_record::ErrorKind::Input => ExitKind::Input,
            plumage_record::ErrorKind::Output => ExitKind::Output,
            plumage_record::ErrorKind::Locked => ExitKind::Locked,
            plumage_record::ErrorKind::Checkpoint => ExitKind::Checkpoint,
        };
        Self::caused(exit, &error)
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Record(error) => error.into(),
            ReportError::NoOrigin { .. } => Self::said(ExitKind::Input, error)
                .help("cargo xtask chart NAME draws the figures of a run again, with where they come from"),
            ReportError::NoSuchRun { .. } => {
                Self::said(ExitKind::Input, error).help("say with --results which folder the run lies in")
            }
            ReportError::Beside { .. } => Self::caused(ExitKind::Input, &error),
            error => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_whose_output_is_not_finite_has_diverged_wherever_it_is_measured() {
        let source = MetricsError::NotFinite;
        let failure = Failure::from(TrainError::Image { name: "baby.png".to_owned(), source });
        assert_eq!(failure.exit(), ExitKind::Diverged);
        assert!(failure.message().starts_with("baby.png: "), "{}", failure.message());
        assert!(matches!(failure, Failure::Said { help: Some(_), .. }));
    }
}
