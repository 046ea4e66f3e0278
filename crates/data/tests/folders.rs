//! Folders and benchmark sets: what is found, in which order, and what is said when something is wrong.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use image::{DynamicImage, RgbImage};
use plumage_data::{
    BenchmarkConfig, DataError, DataRoots, Dataset, DatasetConfig, ErrorKind, FolderConfig, Manifest,
    fingerprint, known_benchmarks, open,
};
use plumage_imaging::{decode::Limits, encode};

const LIMITS: Limits = Limits { max_pixels: 1 << 20, max_bytes: 1 << 24 };

fn write_png(path: &Path, width: u32, height: u32, grey: u8) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let image = DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, image::Rgb([grey; 3])));
    fs::write(path, encode::png(&image).unwrap()).unwrap();
}

fn manifests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data")
}

fn roots(data_root: &Path) -> DataRoots {
    DataRoots { data_root: Some(data_root.to_owned()), manifests: manifests() }
}

fn folder(path: impl Into<PathBuf>) -> FolderConfig {
    FolderConfig { path: path.into(), images: None, min_side: 4, shrink: None }
}

fn open_folder(config: FolderConfig, root: &Path) -> Result<Arc<dyn Dataset>, DataError> {
    open(&DatasetConfig::Folder(config), &roots(root), &LIMITS)
}

fn names(dataset: &dyn Dataset) -> Vec<String> {
    (0..dataset.len()).map(|index| dataset.name(index)).collect()
}

#[test]
fn images_are_found_recursively_and_ordered_by_the_bytes_of_their_paths() {
    let root = tempfile::tempdir().unwrap();
    for name in ["b.png", "a/z.PNG", "a/deep/er/1.png", "a.png", "B.png"] {
        write_png(&root.path().join("set").join(name), 8, 6, 9);
    }
    fs::write(root.path().join("set/notes.txt"), "not an image").unwrap();
    let set = open_folder(folder("set"), root.path()).unwrap();
    assert_eq!(names(set.as_ref()), ["B.png", "a.png", "a/deep/er/1.png", "a/z.PNG", "b.png"]);
    assert_eq!(set.size(0).unwrap(), (8, 6));
    assert_eq!(set.image(4).unwrap().width(), 8);

    let first = open_folder(FolderConfig { images: Some(2), ..folder("set") }, root.path()).unwrap();
    assert_eq!(names(first.as_ref()), ["B.png", "a.png"]);
    let error = open_folder(FolderConfig { images: Some(6), ..folder("set") }, root.path()).err().unwrap();
    assert!(matches!(error, DataError::TooFewImages { asked: 6, found: 5, .. }));
}

#[test]
fn all_bad_files_are_named_at_once() {
    let root = tempfile::tempdir().unwrap();
    write_png(&root.path().join("good.png"), 8, 8, 1);
    write_png(&root.path().join("small.png"), 8, 3, 1);
    fs::write(root.path().join("empty.jpg"), "").unwrap();
    fs::write(root.path().join("text.bmp"), "this is no bitmap").unwrap();
    let whole = fs::read(root.path().join("good.png")).unwrap();
    fs::write(root.path().join("half.png"), &whole[..whole.len() / 2]).unwrap();

    let error = open_folder(folder(root.path()), root.path()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Input);
    let DataError::BadFiles { total, bad, .. } = &error else { panic!("{error}") };
    let named: Vec<&str> = bad.iter().map(|file| file.name.as_str()).collect();
    assert_eq!((*total, named), (5, vec!["empty.jpg", "half.png", "small.png", "text.bmp"]));
    let text = error.to_string();
    assert!(text.contains("small.png is 8x3, smaller than min_side = 4"), "{text}");
    assert!(text.contains("4 of 5 images in "), "{text}");
}

#[test]
fn shrink_halves_the_size_and_keeps_the_content_key() {
    let root = tempfile::tempdir().unwrap();
    write_png(&root.path().join("a.png"), 17, 10, 128);
    let whole = open_folder(folder(root.path()), root.path()).unwrap();
    let half = open_folder(FolderConfig { shrink: Some(2), ..folder(root.path()) }, root.path()).unwrap();
    assert_eq!(half.size(0).unwrap(), (9, 5));
    let image = half.image(0).unwrap().to_rgb8();
    assert_eq!((image.dimensions(), image.get_pixel(4, 4).0), ((9, 5), [128; 3]));
    assert_eq!(half.content_key(0).unwrap(), whole.content_key(0).unwrap());
    let error = open_folder(FolderConfig { shrink: Some(3), ..folder(root.path()) }, root.path());
    assert!(error.is_ok(), "17x10 by 3 is 6x4");
}

#[cfg(unix)]
#[test]
fn loops_and_pipes_do_not_hang_and_names_need_not_be_utf8() {
    use std::os::unix::{ffi::OsStrExt, fs::symlink};

    let root = tempfile::tempdir().unwrap();
    let set = root.path().join("set");
    write_png(&set.join("a/good.png"), 8, 8, 1);
    symlink(&set, set.join("a/up")).unwrap();
    write_png(&root.path().join("elsewhere/linked.png"), 8, 8, 2);
    symlink(root.path().join("elsewhere"), set.join("z")).unwrap();
    fs::copy(set.join("a/good.png"), set.join(std::ffi::OsStr::from_bytes(b"b\xff.png"))).unwrap();
    let dataset = open_folder(folder("set"), root.path()).unwrap();
    assert_eq!(names(dataset.as_ref()), ["a/good.png", "b\\xff.png", "z/linked.png"]);
    assert_eq!(dataset.image(1).unwrap().width(), 8);
    assert_eq!(dataset.content_key(0).unwrap(), dataset.content_key(1).unwrap());

    assert!(std::process::Command::new("mkfifo").arg(set.join("pipe.png")).status().unwrap().success());
    symlink(root.path().join("nowhere.png"), set.join("lost.png")).unwrap();
    let DataError::BadFiles { bad, .. } = open_folder(folder("set"), root.path()).err().unwrap() else {
        panic!()
    };
    let reasons: Vec<&str> = bad.iter().map(|file| file.reason.as_str()).collect();
    assert!(reasons[0].starts_with("lost.png cannot be read: "), "{reasons:?}");
    assert_eq!(reasons[1..], ["pipe.png is not a regular file"]);
}

#[cfg(unix)]
#[test]
fn no_name_of_a_file_or_folder_commands_the_terminal() {
    let root = tempfile::tempdir().unwrap();
    let set = root.path().join("s\x1b[2Jet\n");
    write_png(&set.join("a\x1b[31m\nb.png"), 8, 8, 1);
    let dataset = open_folder(folder(&set), root.path()).unwrap();
    assert_eq!(dataset.name(0), r"a\u{1b}[31m\nb.png");
    fs::write(set.join("c\nd.png"), "no picture").unwrap();
    let bad = open_folder(folder(&set), root.path()).err().unwrap();
    let lost = open_folder(folder("no\x1bwhere"), root.path()).err().unwrap();
    let few = FolderConfig { images: Some(9), ..folder(&set) };
    let few = open_folder(few, root.path()).err().unwrap();
    for error in [bad, lost, few] {
        let said = error.to_string();
        assert!(!said.contains('\x1b') && said.lines().count() <= 2, "{said}");
    }
}

#[test]
fn a_folder_is_looked_for_below_the_data_root_first() {
    let root = tempfile::tempdir().unwrap();
    write_png(&root.path().join("src/a.png"), 8, 8, 1);
    // The working directory of a test is the crate, which has a folder src of its own.
    assert_eq!(open_folder(folder("src"), root.path()).unwrap().len(), 1);
    let error = open_folder(folder("no/such"), root.path()).err().unwrap();
    let DataError::NoFolder { looked, .. } = &error else { panic!("{error}") };
    assert_eq!(*looked, [root.path().join("no/such"), PathBuf::from("no/such")]);
    let empty = open_folder(folder("tests"), root.path()).err().unwrap();
    assert!(matches!(empty, DataError::NoImages { .. }), "{empty}");
}

#[test]
fn a_path_that_climbs_out_of_its_root_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let error = open_folder(folder("set/../.."), root.path()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().starts_with("folder.path: `..`"), "{error}");
}

#[test]
fn every_manifest_of_the_workspace_is_understood() {
    let known = known_benchmarks(&manifests());
    for set in ["set5", "t91", "bsds200", "birds", "birds_cub224"] {
        assert!(known.contains(&set.to_owned()), "{set}");
    }
    for set in known {
        let manifest = Manifest::read(&set, &manifests()).unwrap();
        assert!(manifest.images > 0 && !manifest.terms.is_empty() && !manifest.source.is_empty(), "{set}");
        assert!(manifest.sha256.values().all(|hash| hash.len() == 64), "{set}");
    }
}

fn open_set(set: &str, roots: &DataRoots) -> Result<Arc<dyn Dataset>, DataError> {
    let config = BenchmarkConfig { set: set.to_owned(), images: None, shrink: None };
    open(&DatasetConfig::Benchmark(config), roots, &LIMITS)
}

#[test]
fn a_missing_set_says_what_was_looked_for_and_where_people_get_it() {
    let root = tempfile::tempdir().unwrap();
    let text = open_set("set5", &roots(root.path())).err().unwrap().to_string();
    let looked =
        format!("the set set5 (Set5) is not here: there is no folder {}", root.path().join("set5").display());
    assert!(text.starts_with(&looked), "{text}");
    for part in ["--data-root", "PLUMAGE_DATA", "https://mmlab.ie.cuhk.edu.hk/projects/SRCNN.html"] {
        assert!(text.contains(part), "{text}");
    }
    let nowhere = DataRoots { data_root: None, manifests: manifests() };
    let text = open_set("set5", &nowhere).err().unwrap().to_string();
    assert!(text.contains("no data root is named"), "{text}");
}

#[test]
fn an_unknown_set_lists_the_known_ones() {
    for name in ["set14", "../set5", "", "a".repeat(300).as_str()] {
        let error = open_set(name, &roots(Path::new("."))).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("birds, birds_cub224, bsds200, set5, t91"), "{error}");
    }
}

#[test]
fn a_set_with_other_images_than_its_manifest_says_is_refused() {
    let root = tempfile::tempdir().unwrap();
    for name in ["baby", "bird", "butterfly", "head"] {
        write_png(&root.path().join(format!("set5/{name}.bmp")), 8, 8, 1);
    }
    let text = open_set("set5", &roots(root.path())).err().unwrap().to_string();
    assert!(text.ends_with("is not the one its manifest describes: it has 5 images, found 4"), "{text}");
    write_png(&root.path().join("set5/woman.bmp"), 8, 8, 1);
    let text = open_set("set5", &roots(root.path())).err().unwrap().to_string();
    assert!(
        text.ends_with("other contents in baby.bmp, bird.bmp, butterfly.bmp, head.bmp, woman.bmp"),
        "{text}"
    );
}

#[test]
fn an_unknown_key_of_a_manifest_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(manifests().join("t91.toml")).unwrap().replace("recursive", "recursively");
    fs::write(folder.path().join("odd.toml"), text).unwrap();
    let error = Manifest::read("odd", folder.path()).unwrap_err().to_string();
    assert!(error.contains("odd.toml") && error.contains("recursively"), "{error}");
}

#[test]
fn the_fingerprint_tells_contents_and_their_order_and_not_names() {
    let root = tempfile::tempdir().unwrap();
    let of = |first: u8, second: u8, names: [&str; 2]| {
        let set = root.path().join(format!("{first}{second}{}", names[0]));
        write_png(&set.join(names[0]), 8, 8, first);
        write_png(&set.join(names[1]), 8, 8, second);
        fingerprint(open_folder(folder(set), root.path()).unwrap().as_ref()).unwrap()
    };
    let hash = of(1, 2, ["a.png", "b.png"]);
    assert_eq!(hash.len(), 64);
    assert_eq!(hash, of(1, 2, ["x.png", "y.png"]));
    assert_ne!(hash, of(2, 1, ["a.png", "b.png"]));
}

#[cfg(not(feature = "hub"))]
#[test]
fn cifar10_without_its_reader_says_how_to_get_it() {
    use plumage_data::{Cifar10Class, Cifar10Config, Cifar10Part};
    let config = Cifar10Config { class: Cifar10Class::Bird, part: Cifar10Part::Train, path: None };
    let error = open(&DatasetConfig::Cifar10(config), &roots(Path::new(".")), &LIMITS).err().unwrap();
    assert!(error.to_string().contains("--features hub"), "{error}");
}

#[test]
fn making_a_shrunk_image_takes_the_memory_of_its_file() {
    let root = tempfile::tempdir().unwrap();
    write_png(&root.path().join("set/a.png"), 40, 30, 1);
    let opened = |shrink| open_folder(FolderConfig { shrink, ..folder("set") }, root.path()).unwrap();
    assert_eq!(opened(None).making_bytes(0), 0);
    assert!(opened(Some(5)).making_bytes(0) >= 40 * 30 * 24);
    let of = |set: &str, shrink| DatasetConfig::Folder(FolderConfig { shrink, ..folder(set) });
    write_png(&root.path().join("other/a.png"), 8, 8, 1);
    let union = DatasetConfig::Union(vec![of("other", None), of("set", Some(5))]);
    let union = open(&union, &roots(root.path()), &LIMITS).unwrap();
    assert_eq!(union.making_bytes(1), opened(Some(5)).making_bytes(0));
}

#[test]
fn a_broken_rule_of_one_of_several_sets_names_the_key_as_the_config_does() {
    let good = DatasetConfig::Folder(folder("set"));
    let union = DatasetConfig::Union(vec![good, DatasetConfig::Folder(folder("../up"))]);
    assert_eq!(union.validate()[0].0, "union[1].folder.path");
}
