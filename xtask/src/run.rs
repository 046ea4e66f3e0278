//! A run of any kind: opened, told from every other, made.

use std::process::ExitCode;

use plumage_record::{Identity, SeenImage};

use crate::{
    experiment::Experiment,
    failure::Failure,
    interrupt::Interrupt,
    judging,
    training::{self, Request},
    workspace::Workspace,
};

/// All that a run reads, opened.
pub(crate) enum Opened {
    /// The training of a network that upscales.
    Restore(Box<training::Opened>),
    /// A study of judges.
    Judge(Box<judging::Opened>),
}

/// Opens all that a run reads, and refuses what could only fail later; nothing is written.
///
/// # Errors
/// Data or runs that are missing or unreadable, and more memory or disk space than there is.
pub(crate) fn open(request: &Request, experiment: &Experiment) -> Result<Opened, Failure> {
    Ok(match experiment {
        Experiment::Restore(experiment) => Opened::Restore(Box::new(training::open(request, experiment)?)),
        Experiment::Judge(experiment) => Opened::Judge(Box::new(judging::open(request, experiment)?)),
    })
}

/// The images that a run learns from and is measured on, with nothing opened beyond them.
///
/// # Errors
/// Data or runs that are missing or unreadable.
pub(crate) fn seen(request: &Request, experiment: &Experiment) -> Result<Vec<SeenImage>, Failure> {
    match experiment {
        Experiment::Restore(experiment) => training::seen(request, experiment),
        Experiment::Judge(experiment) => Ok(judging::open(request, experiment)?.seen().to_vec()),
    }
}

/// Makes a run that is opened, or goes on with it.
pub(crate) fn run(
    workspace: &Workspace,
    request: &Request,
    experiment: &Experiment,
    opened: &Opened,
    interrupt: &Interrupt,
) -> Result<ExitCode, Failure> {
    match (experiment, opened) {
        (Experiment::Restore(experiment), Opened::Restore(opened)) => {
            training::run(workspace, request, experiment, opened, interrupt)
        }
        (Experiment::Judge(experiment), Opened::Judge(opened)) => {
            judging::run(workspace, request, experiment, opened, interrupt)
        }
        _ => Err(Failure::internal("a run was opened as one of another kind")),
    }
}

impl Opened {
    /// What tells the run from every other.
    pub(crate) fn identity(&self) -> &Identity {
        match self {
            Self::Restore(opened) => opened.identity(),
            Self::Judge(opened) => opened.identity(),
        }
    }
}
