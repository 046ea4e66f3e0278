//! A small run through every fault at every operation: what was committed stays whole, the end is the same to the byte,
//! and nothing beside the run is touched.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use plumage_record::{
    ErrorKind, EvaluationRow, Identity, MetricsRow, Purpose, RecordError, RunFolder, SeenImage, TimingRow,
    commit,
    disk::{
        self, Operation,
        faults::{Report, Trial, during},
    },
};

/// Steps of the whole run; a checkpoint every second one.
const STEPS: u64 = 8;

/// A number that every step changes, so that a step left out or made twice shows.
fn step(state: u64, number: u64) -> u64 {
    state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(number)
}

/// Goes on with the run in `results`, or begins it, until `stop`; an error comes with the checkpoint that is left.
fn train(results: &Path, stop: u64) -> Result<(), (RecordError, Option<u64>)> {
    let folder = match results.join("run").is_dir() {
        true => RunFolder::reopen(results, "run"),
        false => RunFolder::begin(results, "run").map(|(folder, _)| folder),
    };
    let folder = folder.map_err(|error| (error, None))?;
    steps(&folder, stop).map_err(|error| (error, folder.checkpoints().newest_step()))
}

fn steps(folder: &RunFolder, stop: u64) -> Result<(), RecordError> {
    let identity = Identity { config_sha256: "c".into(), data: BTreeMap::new(), seed: 1 };
    let (checkpoint, _) = folder.checkpoints().newest()?;
    let (begin, mut state) = checkpoint.map_or((0, 1), |checkpoint| {
        (checkpoint.step, u64::from_le_bytes(checkpoint.files["state"].as_slice().try_into().unwrap()))
    });
    let mut elapsed_s = folder.cut_records(begin)?.elapsed_s;
    folder.checkpoints().keep(2, Some(2))?;
    folder.save(Purpose::Config, "config.toml", b"seed = 1\n")?;
    folder.write_seen(&[SeenImage::new("train", "a.png".into(), &[7; 32])])?;
    for number in begin + 1..=stop {
        state = step(state, number);
        elapsed_s += 1.;
        folder.append_metrics(&row(number, state))?;
        folder.append_timing(&TimingRow { step: number, elapsed_s, cpu_s: None, images_per_s: Some(4.) })?;
        if number.is_multiple_of(2) {
            let files = [("state", state.to_le_bytes().to_vec()), ("more", vec![number as u8; 100])];
            folder.checkpoints().save(number, &files, &identity)?;
            folder.checkpoints().keep(2, Some(2))?;
        }
    }
    if stop == STEPS {
        folder.save(Purpose::Weights, "weights.safetensors", &state.to_le_bytes())?;
        folder.save(Purpose::Picture, "images/deep/down/a.png", b"picture")?;
        folder.write_evaluation(&[score()])?;
        let chart = folder.path().join("charts/old.svg");
        commit::file(Purpose::Chart, &chart, b"chart")?;
        disk::remove(Purpose::Chart, &chart)?;
    }
    Ok(())
}

fn row(step: u64, state: u64) -> MetricsRow {
    let train_loss = state as f64 / 1e9;
    MetricsRow {
        step,
        epoch: 0,
        learning_rate: 0.5,
        train_loss,
        grad_norm: None,
        validation: None,
        adversary: None,
    }
}

fn score() -> EvaluationRow {
    let [set, image, method, protocol] = ["set5", "a", "run", "y_matlab"].map(String::from);
    EvaluationRow {
        set,
        image,
        method,
        protocol,
        scale: 2,
        psnr_y_db: Some(30.),
        psnr_rgb_db: None,
        ssim: 1.,
    }
}

/// A place in memory where there is one: thousands of runs flush a million times.
fn place() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// What is below a folder: a file with its bytes, a folder without any.
type Content = BTreeMap<PathBuf, Option<Vec<u8>>>;

fn content(folder: &Path) -> Content {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inside) = folders.pop() {
        for entry in fs::read_dir(inside).unwrap() {
            let path = entry.unwrap().path();
            let relative = path.strip_prefix(folder).unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
                all.insert(relative, None);
            } else {
                all.insert(relative, Some(fs::read(path).unwrap()));
            }
        }
    }
    all
}

fn put(folder: &Path, content: &Content) {
    fs::create_dir_all(folder).unwrap();
    // A folder comes before what is in it.
    for (relative, bytes) in content {
        match bytes {
            Some(bytes) => fs::write(folder.join(relative), bytes).unwrap(),
            None => fs::create_dir(folder.join(relative)).unwrap(),
        }
    }
}

/// A run that a fault is put into.
struct Case {
    /// What is in the folder of results before it.
    before: Content,
    /// What is there after it, without a fault.
    after: Content,
    /// Its newest checkpoint before it.
    newest: Option<u64>,
    /// Its operations.
    operations: u64,
}

impl Case {
    /// The run that was made until `stop` and then left, with what a dead process leaves.
    fn stopped_at(stop: u64) -> Self {
        let place = place();
        if stop > 0 {
            train(place.path(), stop).unwrap();
            let images = place.path().join("run/images/deep");
            fs::create_dir_all(&images).unwrap();
            fs::write(images.join("b.png.tmp-1"), "half").unwrap();
            fs::create_dir(place.path().join("run/checkpoints/step-0000000099.tmp-1")).unwrap();
        }
        let before = content(place.path());
        let (done, report) = during(trial("count"), || train(place.path(), STEPS));
        done.unwrap();
        assert_eq!(report.unflushed(), 0);
        assert_eq!(report.left_unflushed().collect::<Vec<_>>(), [""; 0].map(Path::new));
        let newest = (stop > 1).then_some(stop / 2 * 2);
        Self { before, after: content(place.path()), newest, operations: report.operations }
    }

    /// Puts the fault into the run, judges what is left, resumes, and judges the end.
    fn survives(&self, fault: &str) -> Report {
        let place = place();
        let results = place.path().join("results");
        put(&results, &self.before);
        fs::write(place.path().join("outside"), "outside").unwrap();
        let (ended, report) = during(trial(fault), || train(&results, STEPS));
        let left = newest_step(&results);
        assert!(left >= self.newest, "{fault}: {left:?} is left of {:?}", self.newest);
        match ended {
            Ok(()) => assert!(self.may_pass(fault, &report), "{fault} passed at {:?}", report.struck),
            Err((error, named)) => {
                let expected = [ErrorKind::Output, ErrorKind::Checkpoint];
                assert!(expected.contains(&error.kind()), "{fault}: {error}");
                // A checkpoint whose name was not flushed is there, and not promised.
                assert!(named <= left, "{fault}: step {named:?} is named and {left:?} is left");
                if self.newest.is_some() && error.kind() == ErrorKind::Output && is_in_training(&report) {
                    assert!(named >= self.newest, "{fault}: step {named:?} is named");
                }
            }
        }
        train(&results, STEPS).unwrap_or_else(|(error, _)| panic!("after {fault}: {error}"));
        let after = content(&results);
        let differs: Vec<_> = self
            .after
            .keys()
            .chain(after.keys())
            .filter(|path| self.after.get(*path) != after.get(*path))
            .collect();
        assert!(differs.is_empty(), "after {fault} there differ {differs:?}");
        assert_eq!(fs::read(place.path().join("outside")).unwrap(), b"outside");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "{fault}");
        report
    }

    /// Whether a run may end well though it met the fault.
    fn may_pass(&self, fault: &str, report: &Report) -> bool {
        match report.struck {
            None => true,
            Some(_) if fault.starts_with("EINTR") => !fault.ends_with('+'),
            // A checkpoint that cannot be read is passed over, or kept for another time.
            Some(point) => {
                !fault.ends_with('+')
                    && (point.purpose, point.operation) == (Purpose::Checkpoint, Operation::Read)
            }
        }
    }
}

/// Whether the fault came when the newest checkpoint had been read.
fn is_in_training(report: &Report) -> bool {
    matches!(report.struck, Some(point) if matches!(point.operation, Operation::Append | Operation::Write))
}

fn newest_step(results: &Path) -> Option<u64> {
    // A second run on the folder sees the same checkpoints; it is looked at without a lock.
    let copy = place();
    put(copy.path(), &content(results));
    RunFolder::reopen(copy.path(), "run").ok()?.checkpoints().newest_step()
}

fn trial(fault: &str) -> Trial {
    Trial::parse(Some(fault), None).unwrap()
}

/// Every operation of a run that begins, and of one that goes on, meets `what`, once and from there on.
fn survives_everywhere(what: &str) {
    for stop in [0, 5] {
        let case = Case::stopped_at(stop);
        for number in 1..=case.operations {
            for persistent in ["", "+"] {
                let report = case.survives(&format!("{what}@{number}{persistent}"));
                assert!(
                    report.struck.is_some(),
                    "{what}@{number}: the run has {} operations",
                    case.operations
                );
            }
        }
    }
}

#[test]
fn a_run_survives_an_error_of_the_disk_at_every_operation() {
    survives_everywhere("EIO");
}

#[test]
fn a_run_survives_a_full_disk_at_every_operation() {
    survives_everywhere("ENOSPC");
}

#[test]
fn a_run_survives_a_spent_quota_at_every_operation() {
    survives_everywhere("EDQUOT");
}

#[test]
fn a_run_survives_a_disk_that_turns_read_only_at_every_operation() {
    survives_everywhere("EROFS");
}

#[test]
fn a_run_survives_an_interruption_of_every_operation() {
    survives_everywhere("EINTR");
}

#[test]
fn a_run_that_moves_another_aside_loses_neither_at_any_operation() {
    let before = place();
    train(before.path(), STEPS).unwrap();
    let old = content(&before.path().join("run"));
    let begin = |results: &Path| RunFolder::begin(results, "run").map(drop);
    let (_, report) = during(trial("count"), || begin(before.path()));
    assert_eq!((report.unflushed(), report.left_unflushed().count()), (0, 0));
    for number in 1..=report.operations {
        for fault in ["EIO", "ENOSPC+", "EROFS"] {
            let (what, persistent) = fault.split_at(fault.trim_end_matches('+').len());
            let results = place();
            put(&results.path().join("run"), &old);
            let (ended, _) = during(trial(&format!("{what}@{number}{persistent}")), || begin(results.path()));
            ended.unwrap_err();
            let kept = ["run", "run.1"].map(|name| results.path().join(name));
            assert!(kept.iter().any(|run| run.is_dir() && content(run) == old), "{fault}@{number}");
        }
    }
}

#[test]
fn a_missing_flush_is_noticed_without_a_power_cut() {
    let results = place();
    let no_fsync = Trial::parse(None, Some("no-fsync")).unwrap();
    let (done, report) = during(no_fsync, || train(results.path(), STEPS));
    done.unwrap();
    assert!(report.unflushed() > STEPS, "{} renames were seen", report.unflushed());
    assert!(report.left_unflushed().count() > 0);
}
