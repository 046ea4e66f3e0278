//! The report that sets our runs beside the papers, from made-up records.

use std::{fs, path::Path};

use plumage_record::{
    CurveRow, EvaluationRow, Manifest, ModelSummary, Provenance, RunFolder, Status, TimingRow,
};
use plumage_reporting::papers::{
    Group, Network, Paper, Papers, PeerCurve, PeerPoint, PublishedScore, PublishedScores, Run, write,
};

use crate::{browser::Screen, shown_as};

/// Weights are kept every so many steps.
const EVERY: u64 = 500;

fn manifest(name: &str, seed: u64, scale: usize) -> Manifest {
    Manifest {
        format: Manifest::FORMAT,
        name: name.into(),
        about: "made up".into(),
        status: Status::Finished,
        set: if seed == 1 { Vec::new() } else { vec![format!("seed={seed}")] },
        seed,
        scale,
        model: ModelSummary { name: "srcnn".into(), parameters: 8_129, macs_per_hr_pixel: 8_032 },
        config_sha256: "c0ffee".repeat(10),
        data_sha256: "da7a".repeat(16),
        training_images: 85,
        validation_images: 6,
        threads: 2,
        provenance: Provenance {
            commit: Some("0123456789abcdef".into()),
            dirty: Some(false),
            version: "0.1.0".into(),
            cpu: "Some Processor".into(),
            cpu_features: vec!["avx2".into()],
            platform: "linux x86_64".into(),
        },
        started: "2026-01-01T00:00:00Z".into(),
        updated: "2026-01-01T00:10:00Z".into(),
        steps_done: 10 * EVERY,
        steps: 10 * EVERY,
        training_s: 300.,
        bicubic: None,
        best: None,
    }
}

/// A run that ends at `psnr_y_db` and was better and better on its way there.
fn run(results: &Path, name: &str, (seed, scale): (u64, usize), psnr_y_db: f64) -> Run {
    let (folder, _) = RunFolder::begin(results, &format!("{name}-{seed}")).unwrap();
    manifest(name, seed, scale).save(folder.path()).unwrap();
    let score = |image: &str, method: &str, psnr_y_db: f64, ssim: f64| EvaluationRow {
        set: "set5".into(),
        image: image.into(),
        method: method.into(),
        protocol: "y_matlab".into(),
        scale,
        psnr_y_db: Some(psnr_y_db),
        psnr_rgb_db: None,
        ssim,
    };
    let of_image = |image: &str, away: f64| {
        [score(image, "bicubic", 30.39 + away, 0.868), score(image, name, psnr_y_db + away, 0.903)]
    };
    folder.write_evaluation(&[of_image("a", 1.), of_image("b", -1.)].concat()).unwrap();
    let mut curve = Vec::new();
    for part in 1..=10 {
        let step = part * EVERY;
        let (elapsed_s, cpu_s) = (30. * part as f64, Some(58. * part as f64));
        folder.append_timing(&TimingRow { step, elapsed_s, cpu_s, images_per_s: Some(900.) }).unwrap();
        let missing = 1.5 * (-(part as f64) / 2.).exp();
        curve.push(CurveRow {
            step,
            set: "set5".into(),
            protocol: "y_matlab".into(),
            psnr_y_db: Some(psnr_y_db - missing),
            psnr_rgb_db: None,
            ssim: 0.9,
        });
    }
    folder.write_curve(&curve).unwrap();
    Run { folder: folder.path().to_owned(), more: Vec::new() }
}

fn network(name: &str, experiment: &str, scale: usize, trained_on: &str, runs: Vec<Run>) -> Network {
    let group = if name.starts_with("SRCNN") { Group::Srcnn } else { Group::Light };
    let (experiment, name, trained_on) = (experiment.into(), name.into(), trained_on.into());
    Network { experiment, group, name, scale, trained_on, runs }
}

fn published() -> PublishedScores {
    let score = |group, network: &str, trained_on: &str, scale, psnr_y_db| PublishedScore {
        paper: "dong".into(),
        table: "Table 2".into(),
        group,
        network: network.into(),
        trained_on: trained_on.into(),
        weights: Some(8_032),
        set: "set5".into(),
        scale,
        protocol: "y_matlab".into(),
        psnr_y_db,
        ssim: Some(0.9033),
    };
    let paper = Paper { title: "C. Dong, \"SRCNN\" & <more>".into(), url: "https://example.org/dong".into() };
    PublishedScores {
        papers: [("dong".to_owned(), paper)].into(),
        scores: vec![
            score(Group::Srcnn, "SRCNN 9-1-5", "ImageNet", 3, 32.52),
            score(Group::Srcnn, "SRCNN 9-1-5", "T91", 3, 32.39),
            score(Group::Srcnn, "SRCNN 9-5-5", "ImageNet", 3, 32.75),
            score(Group::Srcnn, "SRCNN 9-5-5", "ImageNet", 4, 30.49),
            score(Group::Light, "FSRCNN", "T91", 3, 33.06),
        ],
    }
}

/// Networks that reach the paper's number, are short of it, have no paper, or have not run.
fn papers(results: &Path) -> Papers {
    let nine_one = [(1, 32.40), (2, 32.42), (3, 32.38)];
    let nine_one = nine_one.map(|(seed, db)| run(results, "papers_915_x3", (seed, 3), db));
    let drawn = run(results, "papers_915_x3_drawn", (1, 3), 32.32);
    let nine_five = run(results, "papers_955_x3", (1, 3), 32.702);
    let light = run(results, "papers_light_x3", (1, 3), 33.14);
    let points = (1..=12u32).map(|half| PeerPoint {
        minutes: f64::from(half) * 1.5,
        step: u64::from(half) * 980,
        psnr_y_db: 32.4 - 2. * (-f64::from(half) / 3.).exp(),
    });
    Papers {
        networks: vec![
            network("SRCNN 9-1-5", "papers_915_x3", 3, "T91", nine_one.into()),
            network("SRCNN 9-1-5", "papers_915_x3_drawn", 3, "drawn birds", vec![drawn]),
            network("SRCNN 9-5-5", "papers_955_x3", 3, "T91 + BSDS200", vec![nine_five]),
            network("SRCNN 9-5-5", "papers_955_x4", 4, "T91 + BSDS200", Vec::new()),
            network("plain, 7 layers of 16", "papers_light_x3", 3, "T91 + BSDS200", vec![light]),
        ],
        published: published(),
        peers: vec![PeerCurve {
            name: "SRCNN 9-1-5, PyTorch".into(),
            network: "SRCNN 9-1-5".into(),
            set: "set5".into(),
            scale: 3,
            points: points.collect(),
        }],
        sets: vec!["set5".into()],
        protocol: "y_matlab".into(),
        cut: None,
        command: "cargo xtask report papers --seeds 3".into(),
    }
}

#[test]
fn the_tables_say_what_is_reached_what_is_short_and_what_has_not_run() {
    let results = tempfile::tempdir().unwrap();
    let place = results.path().join("papers");
    let files = write(&papers(results.path()), &place).unwrap();
    assert_eq!(files[0], place.join("index.html"));
    assert!(files.iter().all(|file| fs::metadata(file).unwrap().len() > 0));
    let table = |name: &str| fs::read_to_string(place.join("tables").join(name)).unwrap();
    let tables =
        ["srcnn_set5.md", "light_set5.md", "minutes.md", "budgets.md", "costs.md", "papers.md"].map(table);
    insta::assert_snapshot!(tables.join("\n"));
    assert!(table("srcnn_set5.tex").contains("SRCNN 9-1-5 & $\\times$3 & T91"));
    assert!(table("srcnn_set5.csv").lines().count() == 5);
    // pdflatex knows no sign beyond ASCII that its packages were not told of.
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "tex")) {
        assert!(fs::read_to_string(file).unwrap().is_ascii(), "{}", file.display());
    }
}

#[test]
fn the_page_says_of_every_claim_whether_it_holds() {
    let results = tempfile::tempdir().unwrap();
    let mut asked = papers(results.path());
    asked.cut = Some("every network made one 40th of its steps.".into());
    let files = write(&asked, &results.path().join("papers")).unwrap();
    let html = fs::read_to_string(&files[0]).unwrap();
    let words = |from: &str, to: &str| {
        let begin = html.find(from).unwrap();
        html[begin..begin + html[begin..].find(to).unwrap()].replace("><", ">\n<")
    };
    insta::assert_snapshot!(
        words("<div class=\"lead\">", "</header>") + &words("<section id=\"outcome\"", "</section>")
    );
    if let Some(look) = std::env::var_os("PLUMAGE_LOOK") {
        fs::write(Path::new(&look).join("papers.html"), &html).unwrap();
    }
    for (screen, name) in [(Screen::DESK, "papers_on_a_desk"), (Screen::TELEPHONE, "papers_on_a_telephone")] {
        let Some(mut browser) = shown_as(name, screen, &html) else { return };
        assert!(browser.of("Log.entryAdded").is_empty() && browser.of("Runtime.exceptionThrown").is_empty());
        assert_eq!(browser.value("document.documentElement.scrollWidth <= window.innerWidth"), true);
        let broken = "[...document.querySelectorAll('nav a')].filter(link => !document.querySelector(link.hash)).length";
        assert_eq!(browser.value(broken), 0);
    }
}

#[test]
fn steps_that_differ_between_the_experiments_of_a_network_are_said() {
    let results = tempfile::tempdir().unwrap();
    let mut asked = papers(results.path());
    let html = |asked: &Papers| {
        let files = write(asked, &results.path().join("papers")).unwrap();
        fs::read_to_string(&files[0]).unwrap()
    };
    let longer = run(results.path(), "papers_955_x4", (1, 4), 30.51);
    let Some(of_x4) = asked.networks.iter_mut().find(|one| one.scale == 4) else { panic!() };
    of_x4.runs = vec![longer];
    assert!(!html(&asked).contains("how it came to that"));

    let mut manifest = manifest("papers_955_x4", 1, 4);
    manifest.steps_done *= 2;
    manifest.save(&asked.networks[3].runs[0].folder).unwrap();
    let html = html(&asked);
    for part in [
        "SRCNN 9-5-5, trained on T91 + BSDS200, made",
        "5,000 steps in",
        "10,000 steps in",
        "papers_955_x4</code> (×4)",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn without_any_run_the_page_says_that_nothing_is_there() {
    let results = tempfile::tempdir().unwrap();
    let mut asked = papers(results.path());
    asked.networks.iter_mut().for_each(|network| network.runs.clear());
    asked.peers.clear();
    let files = write(&asked, &results.path().join("papers")).unwrap();
    let html = fs::read_to_string(&files[0]).unwrap();
    assert!(html.contains("<strong>0 of 4</strong>"));
    assert!(html.contains("There is no finished run of <code>papers_915_x3</code>."));
    assert!(!results.path().join("papers/charts").exists());
}
