//! The networks of the papers: every experiment whose name begins with `papers_`.

use std::{collections::HashSet, path::Path, process::ExitCode, sync::Arc};

use plumage_data::Dataset;
use plumage_models::{ModelConfig, weights};
use plumage_record::{EvaluationRow, SeenImage, hexadecimal, read_seen};
use plumage_reporting::papers::{self, Group, Papers, PeerCurve, PublishedScores};

use super::{Found, Runs, Wanted};
use crate::{
    evaluation::{Measure, Network, open_set},
    exit::ExitKind,
    experiment::{Experiment, RestoreExperiment},
    failure::Failure,
    limits::check_evaluation,
    names::training_images,
    packed::weights_file,
    say::{note, say},
};

/// What the names of the experiments begin with.
const PREFIX: &str = "papers_";

/// The part of the steps that a quick report makes.
const QUICK_PART: u64 = 40;

/// What is asked of the report.
pub(crate) struct Asked<'a> {
    /// Sets to measure on, beside those of the experiments.
    pub(crate) on: &'a [String],
    /// Seeds that every network is trained by.
    pub(crate) seeds: u64,
    /// What the names of the experiments have to hold.
    pub(crate) only: Option<&'a str>,
    /// Curves of other engines, as `NETWORK=FILE`.
    pub(crate) peers: &'a [String],
    /// Whether it is a short one.
    pub(crate) quick: bool,
}

/// Finds or makes all runs, measures them on the sets that are asked for, and writes the report.
pub(crate) fn report(runs: &Runs, asked: &Asked) -> Result<ExitCode, Failure> {
    let folder = folder(asked)?;
    let published = PublishedScores::read(&runs.workspace.root().join("data/papers.toml"))?;
    let peers = asked.peers.iter().map(|peer| read_peer(peer)).collect::<Result<Vec<_>, _>>()?;
    let experiments = experiments(runs, asked)?;
    check_peers(&peers, &experiments)?;
    let sets = sets(&experiments, asked);
    let further = sets.iter().filter(|set| asked.on.contains(set));
    let further = further.map(|on| Ok((on.clone(), open_set(on, &runs.roots)?)));
    let further = further.collect::<Result<Vec<Further>, Failure>>()?;
    for one in &experiments {
        check(runs, asked, &further, one)?;
    }
    let protocol = experiments[0].value.evaluation.protocol;
    let networks = experiments.iter().map(|one| network(runs, asked, &further, one));
    let networks = networks.collect::<Result<_, Failure>>()?;
    // All that follows can be left at any moment, and done again.
    runs.interrupt.between_runs(runs.again);
    let papers = Papers {
        networks,
        published,
        peers,
        sets,
        protocol: protocol.as_str().to_owned(),
        cut: asked.quick.then(|| {
            format!(
                "every network made one {QUICK_PART}th of its steps, by one seed, so that its numbers say nothing of what it can do."
            )
        }),
        command: runs.again.to_owned(),
    };
    let place = runs.results.join(folder);
    let written = papers::write(&papers, &place)?;
    for network in papers.networks.iter().filter(|network| network.runs.is_empty()) {
        note!("not there: {}; cargo xtask experiment {0} makes it", network.experiment);
    }
    say!("{} files in {}", written.len(), place.display());
    say!("{}", written[0].display());
    Ok(ExitKind::Ok.into())
}

/// Refuses a curve of no network of the report: it would be in no chart.
fn check_peers(peers: &[PeerCurve], experiments: &[OfReport]) -> Result<(), Failure> {
    let mut known: Vec<String> =
        experiments.iter().map(|one| one.value.model.architecture().title()).collect();
    known.dedup();
    match peers.iter().find(|peer| !known.contains(&peer.network)) {
        Some(peer) => Err(Failure::usage(
            format!("--peer: no network of the report is called {}", peer.network),
            format!("known are {}", known.join(", ")),
        )),
        None => Ok(()),
    }
}

/// The folder of the report in results/: a part of it, or a short one, does not replace the whole one.
fn folder(asked: &Asked) -> Result<String, Failure> {
    let mut folder = "papers".to_owned();
    if let Some(part) = asked.only {
        plumage_record::check_name(part)?;
        folder = format!("{folder}-{part}");
    }
    if asked.quick {
        folder += "-quick";
    }
    Ok(folder)
}

/// A set of `--on`, opened, by the name that it was asked by.
type Further = (String, Arc<dyn Dataset>);

/// An experiment of the report.
struct OfReport {
    name: String,
    value: RestoreExperiment,
}

/// The experiments, SRCNN's first, each group from the smallest scale to the largest.
fn experiments(runs: &Runs, asked: &Asked) -> Result<Vec<OfReport>, Failure> {
    let names = Experiment::names(runs.workspace)?;
    let is_asked =
        |name: &String| name.starts_with(PREFIX) && asked.only.is_none_or(|part| name.contains(part));
    let mut experiments = Vec::new();
    for name in names.into_iter().filter(is_asked) {
        let path = runs.workspace.experiments().join(format!("{name}.toml"));
        let value = Experiment::read_restore(&path, &[])?;
        experiments.push(OfReport { name, value });
    }
    if experiments.is_empty() {
        let message = format!("no experiment's name begins with {PREFIX} and holds what --only asks for");
        return Err(Failure::usage(message, "cargo xtask list shows all experiments"));
    }
    experiments.sort_by_key(|one| {
        let group = group(&one.value.model) as usize;
        (group, one.value.model.architecture().title(), one.value.scale, one.name.clone())
    });
    Ok(experiments)
}

/// What a network is compared with.
fn group(model: &ModelConfig) -> Group {
    match model.architecture().name() {
        "srcnn" => Group::Srcnn,
        "srresnet" => Group::Srresnet,
        _ => Group::Light,
    }
}

/// The sets of the experiments, then those of `--on`.
fn sets(experiments: &[OfReport], asked: &Asked) -> Vec<String> {
    let mut sets: Vec<String> = Vec::new();
    for set in experiments.iter().flat_map(|one| &one.value.evaluation.on).chain(asked.on) {
        if !sets.contains(set) {
            sets.push(set.clone());
        }
    }
    sets
}

/// Refuses, before hours of training, what could not be measured after them.
fn check(runs: &Runs, asked: &Asked, further: &[Further], one: &OfReport) -> Result<(), Failure> {
    let sets = Vec::from_iter(new_to(&one.value, further));
    for (on, set) in &sets {
        check_evaluation(runs.max_memory, &one.value.model, one.value.scale, (on, set.as_ref()))?;
    }
    if runs.trains && !sets.is_empty() {
        for run in wanted(asked, one)? {
            refuse_learnt(&run.run, &runs.seen(&run)?, &sets)?;
        }
    }
    Ok(())
}

/// A network of the report, with all runs of it that are there or can be made, measured on the `further` sets.
fn network(
    runs: &Runs,
    asked: &Asked,
    further: &[Further],
    one: &OfReport,
) -> Result<papers::Network, Failure> {
    let OfReport { name, value } = one;
    let wanted = wanted(asked, one)?;
    let mut found = Vec::new();
    for run in &wanted {
        found.extend(runs.provide(run)?);
    }
    if !asked.quick {
        for other in runs.other_seeds(&wanted[0], value.seed)? {
            if !found.iter().any(|of| of.manifest.seed == other.manifest.seed) {
                found.push(other);
            }
        }
    }
    let measured = |found: Found| {
        Ok::<_, Failure>(papers::Run { more: measure(runs, value, &found, further)?, folder: found.folder })
    };
    Ok(papers::Network {
        experiment: name.clone(),
        group: group(&value.model),
        name: value.model.architecture().title(),
        scale: value.scale,
        trained_on: training_images(&value.data.train, &runs.roots),
        runs: found.into_iter().map(measured).collect::<Result<_, _>>()?,
    })
}

/// The runs of an experiment that are asked for, that of its own seed first; a short report has that one alone.
fn wanted(asked: &Asked, one: &OfReport) -> Result<Vec<Wanted>, Failure> {
    let seeds = if asked.quick { 1 } else { asked.seeds as usize };
    let first = one.value.seed;
    (first..).take(seeds.max(1)).map(|seed| by_seed(one, seed, asked.quick)).collect()
}

/// The run of an experiment by a seed.
fn by_seed(one: &OfReport, seed: u64, quick: bool) -> Result<Wanted, Failure> {
    let OfReport { name, value } = one;
    let (mut set, mut run) = (Vec::new(), name.clone());
    if seed != value.seed {
        set.push(format!("seed={seed}"));
        run = format!("{run}-seed{seed}");
    }
    if quick {
        let trainer = &value.trainer;
        let rows = |steps: u64| (steps / trainer.record_every).max(1) * trainer.record_every;
        let steps = rows(trainer.steps / QUICK_PART);
        set.push(format!("trainer.steps={steps}"));
        set.push(format!("trainer.snapshot_every={}", rows(steps / 8)));
        run = format!("{run}-quick");
    }
    plumage_record::check_name(&run)?;
    Ok(Wanted { experiment: name.clone(), set, run })
}

/// What a run scores on the further sets that its own evaluation does not have.
fn measure(
    runs: &Runs,
    value: &RestoreExperiment,
    found: &Found,
    further: &[Further],
) -> Result<Vec<EvaluationRow>, Failure> {
    let mut rows = Vec::new();
    let sets = Vec::from_iter(new_to(value, further));
    // It may be one that was not asked for, and is there by chance.
    refuse_learnt(&found.manifest.name, &read_seen(&found.folder)?, &sets)?;
    for (on, set) in sets {
        let trained = weights::read(&weights_file(&found.folder)?)?;
        let network = Network::new(&value.model, value.scale, &trained)?;
        let method = found.folder.file_name().unwrap_or_default().to_string_lossy();
        let how = Measure { method: &method, protocol: value.evaluation.protocol, figures: 0 };
        rows.extend(network.measure(on, set.as_ref(), how, &mut |_| runs.interrupt.check())?);
    }
    Ok(rows)
}

/// The further sets that are not among those of an experiment.
fn new_to<'a>(value: &RestoreExperiment, further: &'a [Further]) -> impl Iterator<Item = &'a Further> {
    further.iter().filter(|(on, _)| !value.evaluation.on.contains(on))
}

/// Refuses to measure a run on sets with an image that it has learnt from, or by which its best step was chosen.
fn refuse_learnt(run: &str, seen: &[SeenImage], sets: &[&Further]) -> Result<(), Failure> {
    let learnt: HashSet<&str> = seen
        .iter()
        .filter(|image| matches!(image.set.as_str(), "train" | "validation"))
        .map(|image| image.sha256.as_str())
        .collect();
    for (on, set) in sets {
        for index in 0..set.len() {
            if learnt.contains(hexadecimal(&set.content_key(index)?).as_str()) {
                let message = format!("{on} holds {}, which {run} learns from", set.name(index));
                return Err(Failure::usage(
                    message,
                    "--only leaves that network out; --on takes another set",
                ));
            }
        }
    }
    Ok(())
}

/// `NETWORK=FILE`, as in `9-1-5=torch.txt`.
fn read_peer(given: &str) -> Result<PeerCurve, Failure> {
    let Some((network, file)) = given.split_once('=') else {
        return Err(Failure::usage(
            format!("--peer {given} does not say which network it is of"),
            format!("--peer 9-1-5={given}"),
        ));
    };
    let is_srcnn = network.split('-').all(|kernel| kernel.parse::<u8>().is_ok());
    let network = if is_srcnn { format!("SRCNN {network}") } else { network.to_owned() };
    Ok(PeerCurve::read("PyTorch", &network, Path::new(file))?)
}
