//! `verify FILE...`: does a figure still say what its run says?

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use plumage_record::CodeSince;
use plumage_reporting::{Checked, embedded_figures, verify};
use serde_json::{Value, json};

use crate::{exit::ExitKind, failure::Failure, say::say, workspace::Workspace};

/// Arguments of `verify`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Charts and figures, PNG or SVG, and reports, whose figures are checked one by one.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The folder that the runs lie in; without it: that around each file, or results/.
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
    /// Accept figures of another commit, whose code differs from what is here.
    #[arg(long)]
    any_commit: bool,
    /// Say what was found as JSON.
    #[arg(long)]
    json: bool,
}

/// What came of one figure.
struct Line {
    /// The file, and the figure's place in it where it has several.
    at: String,
    found: Result<Checked, Failure>,
    /// Why the code that made it is not that which is here.
    code: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let workspace = Workspace::find()?;
    let mut lines = Vec::new();
    for file in &args.files {
        let read = fs::read(file).map_err(|error| Failure::unreadable(file, &error));
        let figures = match read.and_then(|bytes| figures(file, &bytes)) {
            Ok(figures) => figures,
            Err(failure) => {
                lines.push(Line { at: file.display().to_string(), found: Err(failure), code: Vec::new() });
                continue;
            }
        };
        for (number, figure) in figures.into_iter().enumerate() {
            let at = if is_page(file) {
                format!("{}, figure {}", file.display(), number + 1)
            } else {
                file.display().to_string()
            };
            lines.push(check(args, &workspace, file, at, &figure));
        }
    }
    let exit = exit(&lines);
    if args.json {
        say!("{}", Value::Array(lines.iter().map(Line::to_json).collect()));
    } else {
        lines.iter().for_each(Line::say);
        let holding = lines.iter().filter(|line| line.holds()).count();
        say!("{holding} of {} figures hold", lines.len());
    }
    Ok(exit.into())
}

fn is_page(file: &Path) -> bool {
    file.extension().is_some_and(|end| end.eq_ignore_ascii_case("html"))
}

/// The bytes of the figures in a file: of a page all, of a picture itself.
fn figures(file: &Path, bytes: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    if !is_page(file) {
        return Ok(vec![bytes.to_owned()]);
    }
    let figures = embedded_figures(&String::from_utf8_lossy(bytes));
    if figures.is_empty() {
        let message = format!("there is no figure of Plumage in {}", file.display());
        return Err(Failure::input(
            message,
            "charts that are drawn by the page itself are in charts/ beside it, too",
        ));
    }
    Ok(figures)
}

fn check(args: &Args, workspace: &Workspace, file: &Path, at: String, figure: &[u8]) -> Line {
    let results = workspace.results(None);
    let folder_of = |run: &str| folder_of(run, file, args.results.as_deref(), &results);
    let found = verify(figure, Path::new(&at), &folder_of).map_err(Failure::from);
    let code = match &found {
        Ok(checked) if !args.any_commit => other_code(workspace, checked),
        _ => Vec::new(),
    };
    Line { at, found, code }
}

/// Where a run is: around the figure itself, in the folder that was named, in one around the figure, or in results/.
fn folder_of(run: &str, figure: &Path, named: Option<&Path>, results: &Path) -> Option<PathBuf> {
    let is_run = |folder: &PathBuf| folder.join(plumage_record::files::MANIFEST).is_file();
    let figure = std::path::absolute(figure).ok()?;
    let around = figure.parent().and_then(Path::parent).map(Path::to_owned);
    let beside = figure.ancestors().skip(1).map(|folder| folder.join(run));
    let named_run = named.map(|folder| folder.join(run));
    match named_run {
        Some(folder) => Some(folder).filter(is_run),
        None => around.into_iter().chain(beside).chain([results.join(run)]).find(is_run),
    }
}

/// The runs that were made by other code than that which is here.
fn other_code(workspace: &Workspace, checked: &Checked) -> Vec<String> {
    let mut commits: Vec<&str> = checked.origin.runs.iter().filter_map(|run| run.commit.as_deref()).collect();
    commits.sort_unstable();
    commits.dedup();
    let told = |commit: &str| match CodeSince::of(workspace.root(), commit) {
        CodeSince::Same | CodeSince::NoClone => None,
        CodeSince::Changed => Some(format!(
            "made by commit {commit}, whose code is not that which is here; --any-commit accepts that"
        )),
        CodeSince::NoSuchCommit => Some(format!("made by commit {commit}, which is not in this clone")),
    };
    commits.into_iter().filter_map(told).collect()
}

/// Changed beats unreadable: a figure that does not hold is what was asked about.
fn exit(lines: &[Line]) -> ExitKind {
    let unreadable = lines.iter().filter(|line| line.found.is_err()).count();
    match unreadable {
        _ if lines.iter().any(|line| line.found.is_ok() && !line.holds()) => ExitKind::Changed,
        0 => ExitKind::Ok,
        all if all == lines.len() => ExitKind::Input,
        _ => ExitKind::Partial,
    }
}

impl Line {
    fn holds(&self) -> bool {
        self.found.as_ref().is_ok_and(|checked| checked.findings.is_empty()) && self.code.is_empty()
    }

    /// Why it does not hold.
    fn reasons(&self) -> Vec<String> {
        match &self.found {
            Ok(checked) => {
                checked.findings.iter().map(ToString::to_string).chain(self.code.iter().cloned()).collect()
            }
            Err(failure) => vec![failure.message()],
        }
    }

    fn say(&self) {
        let verdict = match &self.found {
            Err(_) => "cannot be checked",
            Ok(checked) if self.holds() && !checked.is_drawn_again => {
                "holds, by its seal and its records; it is not drawn again"
            }
            Ok(_) if self.holds() => "holds",
            Ok(_) => "does not hold",
        };
        say!("{}: {verdict}", self.at);
        if let Ok(checked) = &self.found {
            let runs: Vec<&str> = checked.origin.runs.iter().map(|run| run.run.as_str()).collect();
            say!("  {} of {}: {}", checked.origin.figure, runs.join(", "), checked.origin.line());
        }
        for reason in self.reasons() {
            say!("  - {reason}");
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "file": self.at,
            "holds": self.holds(),
            "checked": self.found.is_ok(),
            "drawn_again": self.found.as_ref().is_ok_and(|checked| checked.is_drawn_again),
            "origin": self.found.as_ref().ok().map(|checked| &checked.origin),
            "reasons": self.reasons(),
        })
    }
}
