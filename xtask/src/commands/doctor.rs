//! `doctor [DATA]`: is everything here as it should be, and if not, what to do.

use std::{path::PathBuf, process::ExitCode};

use serde_json::json;

use crate::{
    doctor::{Finding, Health, of_folder, of_machine, of_results, of_sets},
    exit::ExitKind,
    failure::Failure,
    say::say,
    workspace::Workspace,
};

/// Arguments of `doctor`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A folder of images, or a set of data/; every bad image in it is named. Without it: all sets of data/.
    data: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// The folder that takes the place of results/.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The folder that holds named image sets; without it the variable PLUMAGE_DATA names it.
    #[arg(long, value_name = "DIR")]
    data_root: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let results = workspace.results(args.out.as_deref());
    let roots = workspace.data_roots(args.data_root.as_deref());
    let mut findings = of_machine(&results);
    match &args.data {
        Some(data) => findings.push(of_folder(data, &roots)),
        None => findings.extend(of_sets(&roots)),
    }
    findings.extend(of_results(&results, args.out.is_some()));

    let exit = findings.iter().map(|finding| finding.exit).find(|&exit| exit != ExitKind::Ok);
    let exit = exit.unwrap_or(ExitKind::Ok);
    if args.json {
        say!("{}", json!({ "health": exit.name(), "exit": exit as u8, "findings": findings }));
    } else {
        findings.iter().for_each(print);
        say!("{}", closing(&findings));
    }
    Ok(exit.into())
}

fn print(finding: &Finding) {
    let mark = match finding.health {
        Health::Fine => "ok",
        Health::Note => "--",
        Health::Bad => "!!",
    };
    say!("{mark}  {:8} {}", finding.area, finding.message);
    for detail in &finding.details {
        say!("{:13}{detail}", "");
    }
    if let Some(help) = &finding.help {
        say!("{:13}help: {help}", "");
    }
}

fn closing(findings: &[Finding]) -> String {
    let count = |health| findings.iter().filter(|finding| finding.health == health).count();
    match (count(Health::Bad), count(Health::Note)) {
        (0, 0) => "everything is fine".to_owned(),
        (0, notes) => format!("nothing is wrong; {notes} to know"),
        (bad, notes) => format!("{bad} wrong, {notes} to know"),
    }
}
