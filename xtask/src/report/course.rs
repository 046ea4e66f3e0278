//! The course report measured again: which runs its page is made of.

mod plan;

use std::process::ExitCode;

use plumage_reporting::{CourseAbout, CourseRuns, write_course};

use self::plan::Plan;
use super::{Found, Runs, Wanted};
use crate::{
    exit::ExitKind,
    failure::Failure,
    say::{note, say},
};

/// Which birds the networks learn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Images {
    /// Drawn by the program: on any machine.
    Aviary,
    /// A folder `birds` of photographs, below --data-root.
    Birds,
}

impl Images {
    /// As it is written on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Aviary => "aviary",
            Self::Birds => "birds",
        }
    }

    /// As it stands on the page.
    fn in_words(self) -> &'static str {
        match self {
            Self::Aviary => "birds that the program draws",
            Self::Birds => "photographs of birds",
        }
    }
}

/// How much is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it: at most two hours on two cores.
    Full,
    /// Ten minutes; the page says what was cut.
    Quick,
    /// Seconds, for tests.
    Tiny,
}

/// Finds or makes all runs, and writes the page.
pub(crate) fn report(runs: &Runs, images: Images, extent: Extent) -> Result<ExitCode, Failure> {
    let plan = Plan::of(images, extent);
    let mut networks = Vec::new();
    let mut missing = Vec::new();
    for wanted in [&plan.srcnn, &plan.srresnet, &plan.srgan] {
        networks.push(provided(runs, wanted, &mut missing)?);
    }
    let judge = match networks.iter().map(|found| Some(found.as_ref()?.name())).collect::<Option<Vec<_>>>() {
        Some(names) => provided(runs, &plan.judge_of(&names), &mut missing)?,
        // Without all of its networks nobody knows what the judge is to judge.
        None => {
            missing.push(plan.judge.clone());
            None
        }
    };
    let mut samples = Vec::new();
    let mut missing_samples = Vec::new();
    for wanted in &plan.samples {
        samples.extend(provided(runs, wanted, &mut missing_samples)?);
    }
    let networks: Option<Vec<Found>> = networks.into_iter().collect();
    let (Some([srcnn, srresnet, srgan]), Some(judge)) = (networks.as_deref(), judge) else {
        let names: Vec<&str> = missing.iter().map(|wanted| wanted.run.as_str()).collect();
        let message = format!("not there, or not finished: {}", names.join(", "));
        return Err(Failure::input(message, "leave --no-training out to make them"));
    };
    for wanted in &missing_samples {
        note!("not there: {}; the page does without it", wanted.run);
    }
    // All that follows can be left at any moment, and done again.
    runs.interrupt.between_runs(runs.again);
    let course = CourseRuns {
        srcnn: srcnn.folder.clone(),
        srresnet: srresnet.folder.clone(),
        srgan: srgan.folder.clone(),
        judge: judge.folder,
        samples: samples.into_iter().map(|found| found.folder).collect(),
    };
    let about =
        CourseAbout { command: runs.again.to_owned(), images: images.in_words().to_owned(), cut: plan.cut };
    let place = runs.results.join(plan.folder);
    let written = write_course(&course, &about, &place)?;
    say!("{} files in {}", written.len(), place.display());
    say!("{}", written[0].display());
    Ok(ExitKind::Ok.into())
}

/// The run, made if need be; where it is not there and none is to be made, it is noted as missing.
fn provided(runs: &Runs, wanted: &Wanted, missing: &mut Vec<Wanted>) -> Result<Option<Found>, Failure> {
    let found = runs.provide(wanted)?;
    if found.is_none() {
        missing.push(wanted.clone());
    }
    Ok(found)
}

impl Found {
    /// The name of its folder, which is what tables call its network.
    fn name(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}
