//! What batches hold: the right pixels, each as often as it should, whoever prepares them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

mod gallery;

use std::sync::{Arc, atomic::Ordering};

use gallery::{Gallery, recipe};
use plumage_data::{
    Batch, Batches, DataError, Dataset, DegradationConfig, DegradationStep, GridConfig, InputGrid,
    NoiseConfig, PatchConfig, RandomConfig, Recipe,
};
use plumage_imaging::{
    Channels, Planes, colour,
    crop::{crop, mod_crop},
    resize::{Ratio, resize},
};

const SIZES: [(u32, u32); 7] = [(20, 14), (16, 30), (9, 9), (12, 18), (23, 11), (16, 16), (31, 10)];

fn take(gallery: &Arc<Gallery>, recipe: &Recipe, start: u64, count: usize) -> Vec<Batch> {
    let batches = Batches::new(gallery.clone(), recipe.clone()).unwrap();
    batches.start_at(start).take(count).collect::<Result<_, _>>().unwrap()
}

/// Everything that draws random numbers, on the HR grid and in colour.
fn varied() -> Recipe {
    let mut recipe = recipe();
    recipe.channels = Channels::Rgb;
    recipe.input = InputGrid::Hr;
    recipe.degradation =
        DegradationConfig(vec![DegradationStep::Bicubic, DegradationStep::Noise(NoiseConfig { sigma: 3.0 })]);
    recipe.augment.flips = true;
    recipe.augment.rotations = true;
    recipe.augment.rescales = vec![1.0, 0.8];
    recipe
}

#[test]
fn batches_are_the_same_for_any_number_of_workers() {
    let gallery = Arc::new(Gallery::new(&SIZES));
    for mut recipe in [recipe(), varied()] {
        let expected = take(&gallery, &recipe, 0, 40);
        assert!(expected.last().unwrap().epoch >= 3);
        for workers in [1, 2, 4] {
            recipe.batches.workers = workers;
            assert!(take(&gallery, &recipe, 0, 40) == expected, "{workers} workers");
        }
    }
}

#[test]
fn batches_are_the_same_whatever_is_kept_in_memory() {
    let gallery = Arc::new(Gallery::new(&SIZES));
    let mut recipe = recipe();
    let expected = take(&gallery, &recipe, 0, 20);
    recipe.batches.cache_mib = 0;
    assert!(take(&gallery, &recipe, 0, 20) == expected);
}

#[test]
fn a_stream_that_starts_late_is_the_tail_of_the_whole_stream() {
    let gallery = Arc::new(Gallery::new(&SIZES));
    let mut recipe = varied();
    recipe.batches.workers = 2;
    let whole = take(&gallery, &recipe, 0, 30);
    for start in [1, 8, 9, 10, 23] {
        assert!(take(&gallery, &recipe, start as u64, 30 - start) == whole[start..], "from {start}");
    }
}

#[test]
fn another_seed_and_another_epoch_give_other_patches() {
    let gallery = Arc::new(Gallery::new(&SIZES));
    let mut recipe = recipe();
    let batches = take(&gallery, &recipe, 0, 10);
    assert_eq!((batches[0].epoch, batches[5].epoch), (0, 1));
    assert_ne!(batches[0].target, batches[5].target);
    recipe.seed += 1;
    assert_ne!(take(&gallery, &recipe, 0, 1)[0].target, batches[0].target);
}

#[test]
fn the_last_batch_of_an_epoch_holds_what_is_left() {
    let gallery = Arc::new(Gallery::new(&SIZES));
    let batches = Batches::new(gallery.clone(), recipe()).unwrap();
    assert_eq!((batches.patches_per_epoch(), batches.steps_per_epoch()), (14, 5));
    let sizes: Vec<usize> = batches.start_at(0).take(10).map(|batch| batch.unwrap().input_shape[0]).collect();
    assert_eq!(sizes, [3, 3, 3, 3, 2, 3, 3, 3, 3, 2]);
}

#[test]
fn every_patch_of_a_grid_comes_once_in_every_epoch() {
    let gallery = Arc::new(Gallery::new(&SIZES));
    let mut recipe = recipe();
    recipe.patches = PatchConfig::Grid(GridConfig { size: 8, stride: 4 });
    recipe.batches.workers = 2;

    let mut expected = Vec::new();
    for index in 0..gallery.len() {
        let hr = hr(&gallery, index);
        for y in (0..=hr.height - 8).step_by(4) {
            for x in (0..=hr.width - 8).step_by(4) {
                expected.push(single(&crop(&hr, x, y, 8, 8)));
            }
        }
    }
    expected.sort_by(|a, b| a.partial_cmp(b).unwrap());

    let batches = Batches::new(gallery.clone(), recipe).unwrap();
    let steps = batches.steps_per_epoch() as usize;
    assert_eq!(batches.patches_per_epoch(), expected.len() as u64);
    let all: Vec<Batch> = batches.start_at(0).take(2 * steps).collect::<Result<_, _>>().unwrap();
    for epoch in all.chunks(steps) {
        let mut patches: Vec<Vec<f32>> =
            epoch.iter().flat_map(|batch| batch.target.chunks(64).map(<[f32]>::to_vec)).collect();
        patches.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(patches, expected);
    }
}

#[test]
fn inputs_are_cut_from_the_degraded_whole_image_where_the_targets_are() {
    let gallery = Arc::new(Gallery::new(&SIZES));
    for (input, scale) in [(InputGrid::Lr, 2), (InputGrid::Hr, 2), (InputGrid::Hr, 3), (InputGrid::Lr, 4)] {
        let mut recipe = recipe();
        (recipe.input, recipe.scale) = (input, scale);
        for batch in take(&gallery, &recipe, 0, 10) {
            let input_size = batch.input_shape[2];
            let patches = batch.input.chunks(input_size * input_size).zip(batch.target.chunks(64));
            for (input_patch, target) in patches {
                let (hr, x, y) = found(&gallery, target, scale);
                let lr = resize(&hr, Ratio::shrink(scale));
                let expected = match input {
                    InputGrid::Lr => {
                        assert_eq!((x % scale, y % scale), (0, 0));
                        crop(&lr, x / scale, y / scale, 8 / scale, 8 / scale)
                    }
                    InputGrid::Hr => crop(&resize(&lr, Ratio::enlarge(scale)), x, y, 8, 8),
                };
                assert_eq!(input_patch, single(&expected));
            }
        }
    }
}

#[test]
fn augmentation_lays_input_and_target_the_same_way() {
    let gallery = Arc::new(Gallery::new(&[(40, 40)]));
    let mut recipe = recipe();
    recipe.patches = PatchConfig::Random(RandomConfig { hr_size: 16, per_image: 60 });
    let plain = take(&gallery, &recipe, 0, 20);
    (recipe.augment.flips, recipe.augment.rotations) = (true, true);
    let laid = take(&gallery, &recipe, 0, 20);

    // Augmentation moves no patch, so that patch i of one stream is patch i of the other, laid in one of eight ways.
    let mut ways = [0; 8];
    for (plain, laid) in plain.iter().zip(&laid) {
        let targets = plain.target.chunks(256).zip(laid.target.chunks(256));
        let inputs = plain.input.chunks(64).zip(laid.input.chunks(64));
        for ((target, laid_target), (input, laid_input)) in targets.zip(inputs) {
            let way = (0..8).find(|&way| lay(target, 16, way) == laid_target).unwrap();
            assert_eq!(lay(input, 8, way), laid_input);
            ways[way] += 1;
        }
    }
    assert!(ways.iter().all(|&count| count > 0), "{ways:?}");
}

#[test]
fn rescales_add_smaller_images_that_are_large_enough() {
    let gallery = Arc::new(Gallery::new(&[(20, 20), (9, 9), (7, 30)]));
    let mut recipe = recipe();
    recipe.augment.rescales = vec![1.0, 0.7];
    // 20 and 14 hold a patch of 8; of 9 only the image itself does, cut to 8; 7 does not.
    let batches = Batches::new(gallery, recipe).unwrap();
    assert_eq!(batches.patches_per_epoch(), 3 * 2);
    assert_eq!(batches.unused_images(), 1);
}

#[test]
fn images_that_fit_the_cache_are_read_once() {
    let gallery = Arc::new(Gallery::new(&SIZES));
    let mut recipe = recipe();
    // More workers may prepare an image twice when they need it for two epochs at the same moment.
    recipe.batches.workers = 1;
    take(&gallery, &recipe, 0, 30);
    assert_eq!(gallery.reads.load(Ordering::Relaxed), SIZES.len());
}

#[test]
fn noise_is_new_in_every_epoch_and_the_same_after_a_restart() {
    let gallery = Arc::new(Gallery::new(&[(8, 8)]));
    let mut recipe = recipe();
    recipe.degradation.0.push(DegradationStep::Noise(NoiseConfig { sigma: 10.0 }));
    recipe.patches = PatchConfig::Random(RandomConfig { hr_size: 8, per_image: 1 });
    let whole = take(&gallery, &recipe, 0, 3);
    assert_eq!(whole[0].target, whole[1].target);
    assert_ne!(whole[0].input, whole[1].input);
    assert_eq!(take(&gallery, &recipe, 1, 2), whole[1..]);
}

#[test]
fn an_error_in_a_worker_arrives_with_the_image_and_ends_the_stream() {
    for workers in [0, 1, 3] {
        let gallery = Arc::new(Gallery { broken: Some(4), ..Gallery::new(&SIZES) });
        let mut recipe = recipe();
        recipe.batches.workers = workers;
        let mut stream = Batches::new(gallery, recipe).unwrap().start_at(0);
        let error = stream.find_map(Result::err).unwrap();
        assert!(error.to_string().contains("picture-4"), "{error}");
        assert!(stream.next().is_none());
    }
}

#[test]
fn dropping_a_stream_stops_its_workers() {
    let gallery = Arc::new(Gallery::new(&SIZES));
    let mut recipe = recipe();
    recipe.batches.workers = 4;
    let batches = Batches::new(gallery.clone(), recipe).unwrap();
    let mut stream = batches.start_at(0);
    stream.next().unwrap().unwrap();
    drop(stream);
    drop(batches);
    // The workers held the data set; nobody else does any more.
    assert_eq!(Arc::strong_count(&gallery), 1);
}

#[test]
fn a_patch_larger_than_every_image_is_an_error_with_the_largest_image() {
    let gallery = Arc::new(Gallery::new(&SIZES));
    let mut recipe = recipe();
    recipe.patches = PatchConfig::Random(RandomConfig { hr_size: 32, per_image: 1 });
    let error = Batches::new(gallery, recipe).err().unwrap();
    assert!(matches!(error, DataError::NoPatches { images: 7, size_px: 32, .. }));
    assert!(
        error.to_string().ends_with("the largest is 16x30")
            || error.to_string().ends_with("the largest is 16x16")
    );
}

#[test]
fn broken_rules_are_named_by_their_path() {
    let mut recipe = recipe();
    recipe.patches = PatchConfig::Random(RandomConfig { hr_size: 9, per_image: 1 });
    recipe.augment.rescales = vec![0.12345];
    recipe.degradation = DegradationConfig(Vec::new());
    let paths: Vec<String> = recipe.validate().into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["degradation", "patches.random.hr_size", "augment.rescales[0]"]);
    let error = Batches::new(Arc::new(Gallery::new(&SIZES)), recipe).err().unwrap();
    assert!(matches!(error, DataError::Config { .. }));
}

/// The HR luma of an image, cut to a multiple of 2.
fn hr(gallery: &Gallery, index: usize) -> Planes {
    mod_crop(&colour::y_rounded(&Planes::from_image(&gallery.image(index).unwrap())), 2)
}

fn single(planes: &Planes) -> Vec<f32> {
    planes.values.iter().map(|&value| value as f32).collect()
}

/// The image, cut to a multiple of `scale`, and the place in it that the 8x8 patch `target` comes from.
fn found(gallery: &Gallery, target: &[f32], scale: usize) -> (Planes, usize, usize) {
    for index in 0..gallery.len() {
        let hr = mod_crop(&colour::y_rounded(&Planes::from_image(&gallery.image(index).unwrap())), scale);
        if hr.width.min(hr.height) < 8 {
            continue;
        }
        for y in 0..=hr.height - 8 {
            for x in 0..=hr.width - 8 {
                if single(&crop(&hr, x, y, 8, 8)) == target {
                    return (hr, x, y);
                }
            }
        }
    }
    panic!("the target is in no image");
}

/// One of the eight ways to lay a square, written without the code under test: transposed or not, then mirrored
/// left-right or not, then mirrored top-bottom or not.
fn lay(square: &[f32], size: usize, way: usize) -> Vec<f32> {
    let pixel = |x: usize, y: usize| {
        let y = if way & 4 != 0 { size - 1 - y } else { y };
        let x = if way & 2 != 0 { size - 1 - x } else { x };
        if way & 1 != 0 { square[x * size + y] } else { square[y * size + x] }
    };
    (0..size * size).map(|i| pixel(i % size, i / size)).collect()
}

#[test]
fn the_memory_of_batches_counts_their_lists_of_patches() {
    let gallery = Arc::new(Gallery::new(&[(64, 64)]));
    let bytes = |per_image| {
        let mut recipe = recipe();
        recipe.patches = PatchConfig::Random(RandomConfig { hr_size: 8, per_image });
        recipe.batches.size = 1;
        Batches::new(gallery.clone(), recipe).unwrap().bytes()
    };
    assert!(bytes(4096) - bytes(1) >= 3 * 8 * 4095);
}
