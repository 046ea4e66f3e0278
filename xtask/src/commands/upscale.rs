//! `upscale`: pictures of any kind, larger.

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{Mutex, PoisonError},
};

use plumage_imaging::readable;
use serde_json::{Value, json};

use crate::{
    exit::ExitKind,
    failure::Failure,
    interrupt::Interrupt,
    limits::PROGRAM_BYTES,
    machine::{free_memory, size},
    say::{note, say},
    upscale::{Chosen, Crew, Job, Outcome, Task, bytes, choose, find},
};

/// Arguments of `upscale`.
#[derive(clap::Args)]
#[command(after_help = FORMATS)]
pub(crate) struct Args {
    /// Files, folders with all that is below them, and patterns such as '*.jpg'.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The network: `light`, `srcnn` or `srgan`, which come along, `bicubic`, a run in results/, or a file of weights.
    #[arg(long, value_name = "NAME|FILE")]
    model: Option<PathBuf>,
    /// The experiment, a TOML file, that a file of weights belongs to, if it does not say so itself.
    #[arg(long, value_name = "FILE", requires = "model")]
    config: Option<PathBuf>,
    /// How many times as wide and high; without it: what the network was trained for, and of those that come
    /// along the smallest.
    #[arg(long, value_parser = clap::value_parser!(u8).range(2..=8))]
    scale: Option<u8>,
    /// The folder for the outputs, which keep their names.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The most memory to take, such as 512M or 2G; without it: what is free. It is estimated before anything is begun.
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    max_memory: Option<u64>,
    /// Replace outputs that are there.
    #[arg(long)]
    overwrite: bool,
    /// Enlarge every picture once more, as a whole, and compare; compare the input with the output scaled down, too.
    #[arg(long)]
    prove: bool,
    /// The mean of what the network makes of a picture in its eight orientations: slower, better, and not by rows.
    #[arg(long)]
    ensemble: bool,
    /// The folder that takes the place of results/.
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

const FORMATS: &str = "\
PNG, JPEG, WebP, TIFF, BMP and PNM; 8 and 16 bits, grey and colour, with and without alpha. An output has the format of its
input. Colour profile, orientation, Exif and other metadata are copied; BMP and PNM have none. JPEG is written in quality 95,
WebP without loss.

PNG, TIFF and binary PNM go through in rows, so that memory does not grow with their height. Read as a whole are JPEG, WebP,
BMP, interlaced PNG, planar TIFF and PNM in text; written as a whole are WebP and BMP.";

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let again = "the same command with --overwrite does it all again".to_owned();
    let interrupt = Interrupt::listen(again)?;
    let scale = args.scale.map(usize::from);
    let chosen = choose(args.model.as_deref(), args.config.as_deref(), scale, args.results.as_deref())?;
    let found = find(&args.inputs, &args.out, args.overwrite)?;
    let mut failed: Vec<(PathBuf, Failure)> = found.bad;
    let limit = args.max_memory.or_else(free_memory).unwrap_or(u64::MAX).saturating_sub(PROGRAM_BYTES);
    let jobs = prepare(found.tasks, &chosen, args, limit, &mut failed)?;

    interrupt.finishing("stopped; what is in the output folder is whole".into());
    let report = Report::new(&jobs, args.json);
    let crew = Crew { enlarger: chosen.enlarger(), limit, prove: args.prove, interrupt: &interrupt };
    crew.work(&jobs, &|outcome| report.add(outcome));
    let Ended { done, failed: more } = report.finish();
    // An output that could not be written keeps the others from being begun.
    let not_begun = jobs.len() - done.len() - more.len();
    failed.extend(more);
    interrupt.check()?;
    if args.json {
        say!("{}", summary(&chosen, &crew, &done, &failed, not_begun));
    }
    close(done.len(), &failed, not_begun)
}

/// Reads the headers, and refuses all if one picture does not fit the limit: nothing has been written then.
fn prepare(
    tasks: Vec<Task>,
    chosen: &Chosen,
    args: &Args,
    limit: u64,
    failed: &mut Vec<(PathBuf, Failure)>,
) -> Result<Vec<Job>, Failure> {
    let enlarger = chosen.enlarger();
    let mut jobs: Vec<Job> = Vec::new();
    for task in tasks {
        let input = task.input.clone();
        match Job::new(task, &enlarger, args.ensemble, limit) {
            Ok(mut job) => {
                if args.prove {
                    job.bytes = job.bytes.max(job.bytes_whole(&enlarger, args.ensemble)?);
                }
                jobs.push(job);
            }
            Err(failure) if failure.exit() == ExitKind::Internal => return Err(failure),
            Err(failure) => failed.push((input, failure)),
        }
    }
    if let Some(job) = jobs.iter().max_by_key(|job| job.bytes).filter(|job| job.bytes > limit) {
        let (need, limit) = (job.bytes.saturating_add(PROGRAM_BYTES), limit.saturating_add(PROGRAM_BYTES));
        let whose = if args.max_memory.is_some() { "the limit is" } else { "free are" };
        return Err(Failure::limit(
            format!(
                "{} would take about {} of memory, and {whose} {}",
                readable(&job.task.input),
                size(need),
                size(limit)
            ),
            format!("--max-memory {}M allows it; --prove and --ensemble take more", need.div_ceil(1 << 20)),
        ));
    }
    Ok(jobs)
}

/// What is said while pictures are done.
struct Report<'a> {
    jobs: &'a [Job],
    is_json: bool,
    bar: Option<indicatif::ProgressBar>,
    ended: Mutex<Ended>,
}

/// What became of the pictures so far.
#[derive(Default)]
struct Ended {
    done: Vec<Value>,
    failed: Vec<(PathBuf, Failure)>,
}

impl<'a> Report<'a> {
    fn new(jobs: &'a [Job], is_json: bool) -> Self {
        use std::io::IsTerminal;
        let bar = (std::io::stderr().is_terminal() && jobs.len() > 1)
            .then(|| indicatif::ProgressBar::new(jobs.len() as u64));
        Self { jobs, is_json, bar, ended: Mutex::default() }
    }

    fn add(&self, Outcome { job, result }: Outcome) {
        let job = &self.jobs[job];
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Ok(done) => {
                let (from, to) = (&job.picture, &job.enlarged);
                let megapixels = (to.width * to.height) as f64 / 1e6;
                let (seconds, (input, output)) =
                    (done.time.as_secs_f64(), (readable(&job.task.input), readable(&job.task.output)));
                if !self.is_json {
                    self.line(&format!(
                        "{input} {}x{} -> {output} {}x{}, {:.1} megapixels a second",
                        from.width,
                        from.height,
                        to.width,
                        to.height,
                        megapixels / seconds
                    ));
                    if let Some(proof) = done.proof {
                        self.line(&format!(
                            "  largest difference of 255: {} between rows and whole, {:.2} between the input and the \
                             output scaled down",
                            proof.rows_and_whole, proof.input_and_shrunk
                        ));
                    }
                }
                ended.done.push(json!({
                    "input": input, "output": output, "format": from.format.as_str(),
                    "width": to.width, "height": to.height, "seconds": seconds, "estimated_bytes": job.bytes,
                    "by_rows": matches!(job.way, crate::upscale::Way::Rows(_)) && from.rows_at_a_time < from.height.max(2),
                    "proof": done.proof,
                }));
            }
            Err(failure) => ended.failed.push((job.task.input.clone(), failure)),
        }
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| say!("{text}")),
            None => say!("{text}"),
        }
    }

    fn finish(self) -> Ended {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.ended.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The object of `--json`.
fn summary(
    chosen: &Chosen,
    crew: &Crew,
    done: &[Value],
    failed: &[(PathBuf, Failure)],
    not_begun: usize,
) -> Value {
    let failed: Vec<Value> = failed
        .iter()
        .map(|(input, failure)| json!({ "input": readable(input), "exit": failure.exit() as u8, "message": failure.message() }))
        .collect();
    let scale = crew.enlarger.scale();
    json!({ "model": chosen.name, "scale": scale, "done": done, "failed": failed, "not_begun": not_begun })
}

/// The exit code: that of the failure where nothing else was to do, or where an output could not be written.
fn close(done: usize, failed: &[(PathBuf, Failure)], not_begun: usize) -> Result<ExitCode, Failure> {
    let Some((_, first)) = failed.first() else { return Ok(ExitKind::Ok.into()) };
    for (_, failure) in failed {
        failure.report();
    }
    let output = failed.iter().map(|(_, failure)| failure.exit()).find(|&exit| exit == ExitKind::Output);
    let exit = output.unwrap_or(if done > 0 { ExitKind::Partial } else { first.exit() });
    let all = done + failed.len() + not_begun;
    if all > 1 {
        let rest = if not_begun > 0 { format!(", {not_begun} were not begun") } else { String::new() };
        note!("{done} of {all} pictures are done{rest}");
    }
    Ok(exit.into())
}
