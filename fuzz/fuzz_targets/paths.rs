//! Names of runs, names of sets and paths of folders: none leads out of the folder that it belongs to.
#![no_main]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use libfuzzer_sys::fuzz_target;
use plumage_data::{DataError, DataRoots, DatasetConfig, FolderConfig, Manifest, open};
use plumage_imaging::decode::Limits;
use plumage_record::check_name;

/// A data root without an image, and beside it one that must never be found.
static ROOT: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let place = tempfile::tempdir().expect("a folder");
    for folder in ["root/inner", "outside", "manifests"] {
        fs::create_dir_all(place.path().join(folder)).expect("a folder");
    }
    fs::write(place.path().join("outside/a.pgm"), "P2 1 1 1 1").expect("a file");
    fs::write(place.path().join("outside.toml"), "title = 1").expect("a file");
    place
});

const LIMITS: Limits = Limits { max_pixels: 1 << 10, max_bytes: 1 << 12 };

fuzz_target!(|text: &str| {
    let place = ROOT.path();
    if check_name(text).is_ok() {
        assert_eq!(Path::new("results").join(text).parent(), Some(Path::new("results")));
        assert_eq!(Path::new(text).file_name().and_then(|name| name.to_str()), Some(text));
    }
    let unknown = Manifest::read(text, &place.join("manifests"));
    assert!(matches!(unknown, Err(DataError::UnknownSet { .. })));

    let path = PathBuf::from(text);
    if path.is_absolute() {
        return;
    }
    let roots = DataRoots { data_root: Some(place.join("root")), manifests: place.join("manifests") };
    let config = FolderConfig { path, images: Some(1), min_side: 1, shrink: None };
    // Below the data root there is no image; a way up to the one outside would find it.
    if !text.contains("..") && !place.join("root").join(text).is_dir() {
        return;
    }
    assert!(open(&DatasetConfig::Folder(config), &roots, &LIMITS).is_err());
});
