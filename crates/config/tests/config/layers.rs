//! Files over files, and arguments over files.

use crate::sample::{Channels, Folder, GOOD, Loss, Model};

#[test]
fn a_file_without_mistakes_loads_and_its_resolved_text_loads_to_the_same() {
    let folder = Folder::with(&[]);
    let loaded = folder.load("good", &[]).unwrap();
    assert_eq!(loaded.value.trainer.learning_rate, 1e-4);
    insta::assert_snapshot!(loaded.resolved);
    let again = Folder::with(&[("again", &loaded.resolved)]).load("again", &[]).unwrap();
    assert_eq!(again.value, loaded.value);
    assert_eq!(again.resolved, loaded.resolved);
}

#[test]
fn a_derived_file_states_only_what_differs() {
    let folder = Folder::with(&[
        ("longer", "extends = \"good\"\n[trainer]\nsteps = 500\n"),
        ("longest", "extends = \"longer\"\nseed = 8\n[trainer]\nema = false\n"),
    ]);
    let loaded = folder.load("longest", &["trainer.learning_rate=0.5", "note=two words"]).unwrap();
    let trainer = &loaded.value.trainer;
    assert_eq!((loaded.value.seed, trainer.steps, trainer.ema, trainer.learning_rate), (8, 500, false, 0.5));
    assert_eq!(loaded.value.note.as_deref(), Some("two words"));
    let keys: Vec<&str> = loaded.resolved.lines().filter_map(|line| line.split(" =").next()).collect();
    assert_eq!(keys[..3], ["seed", "scale", "degradations"], "the base's order is kept");
    assert!(!loaded.resolved.contains("extends"));
}

#[test]
fn another_variant_of_a_choice_replaces_the_one_below_it() {
    let folder = Folder::with(&[
        ("plain", "extends = \"good\"\nloss = \"l1\"\n[model.bicubic]\n"),
        ("wider", "extends = \"good\"\n[model.srcnn]\nchannels = \"rgb\"\n"),
    ]);
    let plain = folder.load("plain", &[]).unwrap();
    assert!(matches!(plain.value.model, Model::Bicubic(_)));
    assert_eq!(plain.value.loss, Loss::L1);
    assert!(!plain.resolved.contains("srcnn"));
    assert!(plain.resolved.contains("[model.bicubic]"));

    let Model::Srcnn(srcnn) = folder.load("wider", &[]).unwrap().value.model else { panic!("another model") };
    assert_eq!(srcnn.kernels, [9, 1, 5], "the same variant is merged");
    assert_eq!(srcnn.channels, Channels::Rgb);

    let set = |arguments: &[&str]| folder.load("good", arguments).unwrap().value;
    assert!(matches!(set(&["model.bicubic={}"]).model, Model::Bicubic(_)));
    assert_eq!(set(&["loss=mse"]).loss, Loss::Mse);
    assert_eq!(set(&["loss=mse", "loss.charbonnier.epsilon=1"]).loss, Loss::Charbonnier { epsilon: 1.0 });
}

#[test]
fn a_mistake_points_at_the_layer_it_was_written_in() {
    let folder = Folder::with(&[
        ("base", &GOOD.replace("steps = 100", "steps = 0")),
        ("derived", "extends = \"base\"\nscale = 9\n[trainer]\nema = 1\n"),
    ]);
    insta::assert_snapshot!(folder.printed("derived", &["loss=mes", "trainer.learnin_rate=0.1"]));
}

#[test]
fn a_key_missing_from_all_layers_is_missed_in_the_uppermost_file() {
    let folder = Folder::with(&[
        ("base", &GOOD.replace("learning_rate = 1e-4\n", "").replace("seed = 7\n", "")),
        ("derived", "# Derived.\nextends = \"base\"\nscale = 2\n[trainer]\nema = false\n"),
    ]);
    insta::assert_snapshot!(folder.printed("derived", &["trainer.steps=3"]));
}

#[test]
fn a_base_that_cannot_be_read_is_explained() {
    let folder = Folder::with(&[
        ("typo", "extends = \"goood\"\n"),
        ("suffix", "extends = \"good.toml\"\n"),
        ("outside", "extends = \"../good\"\n"),
        ("number", "extends = 3\n"),
        ("itself", "extends = \"itself\"\n"),
        ("one", "extends = \"two\"\n"),
        ("two", "extends = \"one\"\n"),
    ]);
    let printed = ["typo", "suffix", "outside", "number", "itself", "one", "gud", "far_from_any"]
        .map(|name| folder.printed(name, &[]));
    insta::assert_snapshot!(printed.join("\n"));
}

#[test]
fn a_malformed_argument_is_shown_with_its_mistake() {
    let folder = Folder::with(&[]);
    insta::assert_snapshot!(folder.printed("good", &["trainer.steps", "degradations=[1", "traner.steps=5"]));
    insta::assert_snapshot!(folder.printed("good", &["trainer.steps=abc", "model.srcn.channels=y"]));
}
