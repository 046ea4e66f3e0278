//! `report papers`: which runs it takes, goes on with, or makes, and what it leaves.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// A workspace with two small experiments for the report, which need no data.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for folder in ["experiments", "data", "results"] {
            fs::create_dir(place.path(folder)).unwrap();
        }
        fs::write(place.path("Cargo.toml"), "").unwrap();
        for file in ["experiments/tiny.toml", "experiments/srcnn_baseline.toml", "data/papers.toml"] {
            fs::copy(ours.join(file), place.path(file)).unwrap();
        }
        let experiment = |name: &str, kernels: &str| {
            let text =
                format!("extends = \"tiny\"\nabout = \"{name}\"\n[model.srcnn]\nkernels = {kernels}\n");
            fs::write(place.path(&format!("experiments/{name}.toml")), text).unwrap();
        };
        experiment("papers_513", "[5, 1, 3]");
        experiment("papers_313", "[3, 1, 3]");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A folder of pictures without content worth learning.
    fn pictures(&self, folder: &str, which: std::ops::Range<u8>) -> String {
        let folder = self.path(folder);
        fs::create_dir_all(&folder).unwrap();
        for picture in which {
            let pixel = |x, y| image::Rgb([(x * 6) as u8, (y * 6) as u8 ^ picture, (x * y) as u8]);
            image::RgbImage::from_fn(40, 40, pixel).save(folder.join(format!("{picture}.png"))).unwrap();
        }
        folder.to_str().unwrap().to_owned()
    }

    fn report(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(["report", "papers"]).args(arguments).current_dir(self.folder.path());
        command.env_remove("PLUMAGE_DATA").stdin(Stdio::null()).output().unwrap()
    }

    /// What it said on stderr, of a report that went well.
    fn said(&self, arguments: &[&str]) -> String {
        let output = self.report(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
        said
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The runs there are.
    fn runs(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("results")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name.starts_with("papers_")).collect();
        names.sort();
        names
    }
}

#[test]
fn runs_are_made_once_and_taken_again() {
    let place = Place::new();
    let said = place.said(&[]);
    assert!(said.contains("papers_513: beginning") && said.contains("papers_313: beginning"), "{said}");
    let html = place.read("results/papers/index.html");
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("SRCNN 5-1-3"));
    let table = place.read("results/papers/tables/srcnn_test.md");
    assert!(table.contains("| SRCNN 3-1-3 | ×2 | drawn birds |"), "{table}");

    let written = fs::metadata(place.path("results/papers_513/metrics.csv")).unwrap().modified().unwrap();
    let said = place.said(&[]);
    assert!(said.contains("papers_513: there already") && !said.contains("beginning"), "{said}");
    assert_eq!(place.runs(), ["papers_313", "papers_513"]);
    let again = fs::metadata(place.path("results/papers_513/metrics.csv")).unwrap().modified().unwrap();
    assert_eq!(written, again);
    // But for the hour at which a run began, it is a function of the records.
    assert_eq!(place.read("results/papers/index.html"), html);
}

#[test]
fn a_run_that_was_stopped_is_gone_on_with_and_one_of_another_config_is_kept() {
    let place = Place::new();
    place.said(&["--only", "513"]);
    let manifest = place.read("results/papers_513/manifest.json");
    let stopped = manifest.replace("\"status\": \"finished\"", "\"status\": \"stopped\"");
    assert_ne!(manifest, stopped);
    fs::write(place.path("results/papers_513/manifest.json"), stopped).unwrap();
    let said = place.said(&["--only", "513"]);
    assert!(said.contains("papers_513: going on") && said.contains("resuming"), "{said}");
    assert_eq!(place.runs(), ["papers_513"]);

    let file = place.path("experiments/papers_513.toml");
    fs::write(&file, fs::read_to_string(&file).unwrap() + "padding = \"replicate\"\n").unwrap();
    let said = place.said(&["--only", "513"]);
    assert!(said.contains("papers_513: beginning"), "{said}");
    assert_eq!(place.runs(), ["papers_513", "papers_513.1"]);

    // Killed, and nothing that it left can be used: it is kept, too, and does not stand in the report's way.
    let manifest = place.read("results/papers_513/manifest.json");
    let (before, after) = manifest.split_once("\"steps_done\": ").unwrap();
    let after = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let killed = format!("{before}\"steps_done\": 0{after}").replace("\"finished\"", "\"running\"");
    fs::write(place.path("results/papers_513/manifest.json"), killed).unwrap();
    for checkpoint in fs::read_dir(place.path("results/papers_513/checkpoints")).unwrap() {
        for file in fs::read_dir(checkpoint.unwrap().path()).unwrap() {
            fs::write(file.unwrap().path(), "damaged").unwrap();
        }
    }
    let said = place.said(&["--only", "513"]);
    assert!(said.contains("papers_513: beginning"), "{said}");
    assert_eq!(place.runs(), ["papers_513", "papers_513.1", "papers_513.2"]);
}

#[test]
fn seeds_are_runs_of_their_own_and_those_that_are_there_are_shown_unasked() {
    let place = Place::new();
    place.said(&["--only", "513", "--seeds", "2"]);
    assert_eq!(place.runs(), ["papers_513", "papers_513-seed2"]);
    let table = place.read("results/papers-513/tables/srcnn_test.md");
    assert!(table.contains(" ± "), "{table}");
    place.said(&["--only", "513", "--no-training"]);
    assert_eq!(place.read("results/papers-513/tables/srcnn_test.md"), table);
}

#[test]
fn a_short_report_has_runs_of_its_own_and_says_what_it_cut() {
    let place = Place::new();
    place.said(&["--only", "513", "--quick"]);
    assert_eq!(place.runs(), ["papers_513-quick"]);
    assert!(place.read("results/papers-513-quick/index.html").contains("This is a shortened report"));
}

#[test]
fn without_training_what_is_missing_is_said() {
    let place = Place::new();
    let said = place.said(&["--no-training"]);
    assert!(said.contains("not there: papers_513; cargo xtask experiment papers_513 makes it"), "{said}");
    assert_eq!(place.runs(), [""; 0]);
}

#[test]
fn further_sets_and_peers_are_shown_and_what_is_wrong_with_them_is_said() {
    let place = Place::new();
    let (on, other) = (place.pictures("one/val", 0..1), place.pictures("another/val", 0..2));
    fs::write(place.path("torch.txt"), "0.50 min step 980 loss 0.0008 testx2 24.5\n").unwrap();
    place.said(&["--only", "513", "--on", &on, "--on", &other, "--peer", "5-1-3=torch.txt"]);
    let tables =
        ["srcnn_val", "srcnn_val.2"].map(|name| place.read(&format!("results/papers-513/tables/{name}.md")));
    assert!(tables.iter().all(|table| table.contains("SRCNN 5-1-3")) && tables[0] != tables[1], "{tables:?}");
    assert!(place.read("results/papers-513/index.html").contains("SRCNN 5-1-3, PyTorch"));
    // Tables of sets that are not asked for any more go; a file of somebody else stays.
    fs::write(place.path("results/papers-513/tables/notes.md"), "mine").unwrap();
    place.said(&["--only", "513", "--no-training"]);
    let there = |name: &str| place.path(&format!("results/papers-513/tables/{name}.md")).exists();
    assert_eq!(
        ["srcnn_test", "costs", "notes", "srcnn_val", "srcnn_val.2"].map(there),
        [true, true, true, false, false]
    );

    for (arguments, exit, wrong) in [
        (["--peer", "torch.txt"], 2, "does not say which network"),
        (["--peer", "5-1-3=none.txt"], 4, "none.txt"),
        (["--peer", "9-9-9=torch.txt"], 2, "no network of the report is called SRCNN 9-9-9"),
        (["--only", "nothing"], 2, "no experiment's name"),
        (["--on", "no_such_set"], 2, "no_such_set"),
    ] {
        let output = place.report(&arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{said}");
        assert!(said.contains(wrong), "{said}");
    }
}

#[test]
fn a_network_is_not_measured_on_what_it_has_learnt_from() {
    let place = Place::new();
    let learnt = place.pictures("learnt", 0..6);
    let text = "extends = \"tiny\"\n[data.train.folder]\npath = \"learnt\"\nmin_side = 16\n";
    fs::write(place.path("experiments/papers_folder.toml"), text).unwrap();
    let data_root = place.folder.path().to_str().unwrap();
    let asked = ["--only", "folder", "--data-root", data_root];
    let output = place.report(&[&asked[..], &["--on", &learnt]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("which papers_folder learns from"), "{said}");
    assert!(!said.contains("beginning") && place.runs().is_empty(), "{said}");
    place.said(&[&asked[..], &["--on", &place.pictures("others", 6..9)[..]]].concat());
    // A run that is there is refused by its records.
    let output = place.report(&[&asked[..], &["--no-training", "--on", &learnt]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("which papers_folder learns from"), "{said}");
}
