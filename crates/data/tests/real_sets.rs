//! The benchmark sets themselves, when `PLUMAGE_DATA` names a folder that holds them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    env,
    path::{Path, PathBuf},
    sync::Arc,
};

use plumage_data::{
    AugmentConfig, BatchConfig, Batches, BenchmarkConfig, DataRoots, Dataset, DatasetConfig,
    DegradationConfig, DegradationStep, GridConfig, InputGrid, PatchConfig, Recipe, Split, SplitConfig, open,
};
use plumage_imaging::{Channels, decode::Limits};

/// The data root, or nothing after a loud line; a run that requires the data fails instead.
fn data_root(test: &str) -> Option<PathBuf> {
    let root = env::var_os("PLUMAGE_DATA").map(PathBuf::from);
    if root.is_none() {
        assert!(env::var_os("PLUMAGE_REQUIRE_DATA").is_none(), "{test} needs PLUMAGE_DATA");
        eprintln!("SKIPPED: {test} needs real images; name their folder with PLUMAGE_DATA");
    }
    root
}

fn open_set(set: &str, data_root: PathBuf) -> Arc<dyn Dataset> {
    let manifests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let config = BenchmarkConfig { set: set.to_owned(), images: None, shrink: None };
    let roots = DataRoots { data_root: Some(data_root), manifests };
    open(&DatasetConfig::Benchmark(config), &roots, &Limits::PHOTOGRAPH).unwrap()
}

#[test]
fn set5_has_the_files_that_papers_measure_on() {
    let Some(root) = data_root("set5_has_the_files_that_papers_measure_on") else { return };
    let set5 = open_set("set5", root);
    assert_eq!((set5.len(), set5.name(4), set5.size(4).unwrap()), (5, "woman.bmp".to_owned(), (228, 344)));
}

#[test]
fn t91_gives_the_21884_patches_of_the_srcnn_authors() {
    let Some(root) = data_root("t91_gives_the_21884_patches_of_the_srcnn_authors") else { return };
    let recipe = Recipe {
        seed: 0,
        scale: 3,
        channels: Channels::Y,
        input: InputGrid::Hr,
        degradation: DegradationConfig(vec![DegradationStep::Bicubic]),
        patches: PatchConfig::Grid(GridConfig { size: 33, stride: 14 }),
        augment: AugmentConfig { flips: false, rotations: false, rescales: vec![1.0] },
        batches: BatchConfig { size: 128, workers: 2, pool: 91, cache_mib: 256 },
    };
    let batches = Batches::new(open_set("t91", root), recipe).unwrap();
    assert_eq!(batches.patches_per_epoch(), 21_884);
    let patches: usize = batches.start_at(0).take(171).map(|batch| batch.unwrap().input_shape[0]).sum();
    assert_eq!(patches, 21_884);
}

#[test]
fn the_birds_split_into_parts_of_the_asked_shares() {
    let Some(root) = data_root("the_birds_split_into_parts_of_the_asked_shares") else { return };
    let birds = open_set("birds", root);
    let split = Split::new(&birds, &SplitConfig { validation: 0.1, test: 0.1 }).unwrap();
    let counts = [split.train.len(), split.validation.len(), split.test.len()];
    assert_eq!(counts.iter().sum::<usize>(), 2322);
    assert!(counts[1].abs_diff(232) < 60 && counts[2].abs_diff(232) < 60, "{counts:?}");
}
