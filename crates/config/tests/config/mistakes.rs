//! What is found wrong with one file, and how it is printed.

use std::fs;

use crate::sample::{Folder, GOOD, Sample};
use plumage_config::{Look, load, probe};

fn printed(text: &str) -> String {
    Folder::with(&[("sample", text)]).printed("sample", &[])
}

#[test]
fn every_mistake_of_a_file_is_reported_at_once() {
    let text = r#"seed = -1
scael = 3
loss = "mes"
degradations = [{ blur = { sigma_px = 99 } }, "flop", "jpeg", { flip = {} }]
note = 3

[model.srcnn]
kernels = [9, 1]
channels = "cmyk"

[trainer]
steps = 2.0
learning_rate = inf
ema = "yes"
momentum = 0.9
"#;
    insta::assert_snapshot!(printed(text));
}

#[test]
fn a_choice_takes_exactly_one_variant() {
    let two = GOOD.replace("[model.srcnn]", "[model.bicubic]\n[model.srcnn]");
    let none = GOOD.replace("[model.srcnn]\nkernels = [9, 1, 5]\nchannels = \"y\"\n", "[model]\n");
    insta::assert_snapshot!([two, none].map(|text| printed(&text)).join("\n"));
}

#[test]
fn every_mistake_of_syntax_is_reported_at_once() {
    insta::assert_snapshot!(printed("seed = \nscale = 3\nscale = 4\nloss = [\n"));
    insta::assert_snapshot!(printed("seed = 99999999999999999999\n"));
}

#[test]
fn an_empty_file_misses_every_key() {
    let folder = Folder::with(&[("empty", "")]);
    let errors = folder.load("empty", &[]).unwrap_err();
    let keys: Vec<&str> = errors.mistakes().iter().map(|mistake| mistake.key.as_str()).collect();
    assert_eq!(keys, ["seed", "scale", "model", "loss", "trainer", "degradations"]);
    assert!(errors.render(Look::Plain).contains("empty.toml:1:1"));
}

#[test]
fn every_key_renamed_retyped_or_out_of_range_is_named() {
    let derived = "extends = \"good\"\nseed = 8\n[trainer]\nsteps = 5\n[model.srcnn]\nchannels = \"rgb\"\n";
    let folder = Folder::with(&[("derived", derived)]);
    for (name, at_least) in [("good", 70), ("derived", 15)] {
        let path = folder.path(name);
        let count = probe::mutations::<Sample>(&fs::read_to_string(&path).unwrap()).len();
        assert!(count >= at_least, "only {count} mutations of {name}");
        let survivors = probe::survivors::<Sample>(&path).unwrap();
        assert!(survivors.is_empty(), "{survivors:#?}");
    }
}

#[test]
fn rules_across_fields_point_at_their_lines_too() {
    let folder = Folder::with(&[]);
    let loaded = folder.load("good", &["scale=4"]).unwrap();
    let errors = loaded.mistakes(vec![
        ("model.srcnn.kernels[1]".to_owned(), "a kernel of 1 sees nothing".to_owned(), None),
        ("scale".to_owned(), "scale 4 is too much".to_owned(), Some("try 2".to_owned())),
        ("trainer.optimizer.momentum".to_owned(), "there is no momentum".to_owned(), None),
    ]);
    let json = serde_json::to_string_pretty(&errors.to_json()).unwrap();
    let folder_path = folder.path("good").parent().unwrap().display().to_string();
    insta::assert_snapshot!(json.replace(&format!("{folder_path}/"), ""));
}

#[test]
fn serde_has_the_last_word_and_its_complaint_has_a_place() {
    let folder = Folder::with(&[]);
    insta::assert_snapshot!(folder.printed("good", &["trainer.steps=5000000000"]));
}

#[test]
fn what_is_no_text_file_is_refused_and_never_waited_for() {
    let folder = Folder::with(&[("large", &" ".repeat(1024 * 1024 + 1)), ("binary", "")]);
    fs::write(folder.path("binary"), b"seed = \xff\n").unwrap();
    fs::create_dir(folder.path("folder")).unwrap();
    let mut names = vec!["large", "binary", "folder"];
    if cfg!(unix) {
        assert!(std::process::Command::new("mkfifo").arg(folder.path("fifo")).status().unwrap().success());
        names.push("fifo");
    }
    let printed = names.iter().map(|name| folder.printed(name, &[])).collect::<String>();
    insta::assert_snapshot!(printed);
    assert!(load::<Sample>(std::path::Path::new(""), &[]).is_err());
    assert!(load::<Sample>(std::path::Path::new("/"), &[]).is_err());
}

#[test]
fn hostile_text_commands_no_terminal_and_floods_no_screen() {
    let long = format!(
        "{}\nx = \"{}\"\n\"\\u001b[31m\" = 1\n# \u{9b}31m",
        GOOD.replace("seed", "séed"),
        "é".repeat(5000)
    );
    let many = (0..20_000).map(|index| format!("key_{index} = 0\n")).collect::<String>();
    for text in [&long, &many, "\u{1b}[31m = 1"] {
        for look in [Look::Plain, Look::Terminal] {
            let folder = Folder::with(&[("sample", text)]);
            let printed =
                folder.load("sample", &[text.get(..2000).unwrap_or(text)]).unwrap_err().render(look);
            assert!(printed.len() < 100_000, "{} bytes", printed.len());
            assert!(!printed.contains("\u{1b}[31m = 1") && !printed.contains('\u{9b}'));
        }
    }
}
