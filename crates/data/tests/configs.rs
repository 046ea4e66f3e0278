//! The data's part of an experiment, as people write it.

use plumage_data::{
    AugmentConfig, BatchConfig, BenchmarkConfig, BlurConfig, DataRoots, DatasetConfig, DegradationConfig,
    DegradationStep, GridConfig, JpegConfig, PatchConfig, SplitConfig, open,
};
use plumage_imaging::decode::Limits;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Experiment {
    degradation: DegradationConfig,
    dataset: DatasetConfig,
    split: SplitConfig,
    patches: PatchConfig,
    augment: AugmentConfig,
    batches: BatchConfig,
}

const TEXT: &str = r#"
degradation = [{ blur = { sigma_px = 1.0 } }, "bicubic", { jpeg = { quality = 80 } }]

[dataset.benchmark]
set = "t91"

[split]
validation = 0.1
test = 0.0

[patches.grid]
size = 33
stride = 14

[augment]
flips = true
rotations = false
rescales = [1.0, 0.9]

[batches]
size = 16
workers = 2
pool = 64
cache_mib = 256
"#;

#[test]
fn an_experiment_is_read_and_written_back_the_same() {
    let experiment: Experiment = toml::from_str(TEXT).unwrap();
    let expected = Experiment {
        degradation: DegradationConfig(vec![
            DegradationStep::Blur(BlurConfig { sigma_px: 1.0 }),
            DegradationStep::Bicubic,
            DegradationStep::Jpeg(JpegConfig { quality: 80 }),
        ]),
        dataset: DatasetConfig::Benchmark(BenchmarkConfig {
            set: "t91".to_owned(),
            images: None,
            shrink: None,
        }),
        split: SplitConfig { validation: 0.1, test: 0.0 },
        patches: PatchConfig::Grid(GridConfig { size: 33, stride: 14 }),
        augment: AugmentConfig { flips: true, rotations: false, rescales: vec![1.0, 0.9] },
        batches: BatchConfig { size: 16, workers: 2, pool: 64, cache_mib: 256 },
    };
    assert_eq!(experiment, expected);
    assert_eq!(toml::from_str::<Experiment>(&toml::to_string(&experiment).unwrap()).unwrap(), expected);
}

#[test]
fn every_key_is_needed_and_no_other_is_taken() {
    for line in TEXT.lines().filter(|line| line.contains(" = ")) {
        let (key, _) = line.split_once(" = ").unwrap();
        let renamed = TEXT.replacen(line, &format!("{line}\n{key}_2 = 1"), 1);
        let error = toml::from_str::<Experiment>(&renamed).unwrap_err().to_string();
        assert!(error.contains(&format!("{key}_2")), "{error}");
        let missing = TEXT.replacen(line, "", 1);
        let error = toml::from_str::<Experiment>(&missing).unwrap_err().to_string();
        assert!(error.contains(key), "{error}");
    }
}

#[test]
fn drawn_birds_are_opened_with_no_file_at_all() {
    let config: DatasetConfig = toml::from_str("aviary = { images = 3, side = 32, seed = 1 }").unwrap();
    let roots = DataRoots { data_root: None, manifests: "nowhere".into() };
    let birds = open(&config, &roots, &Limits::PHOTOGRAPH).unwrap();
    assert_eq!((birds.len(), birds.size(2).unwrap(), birds.image(2).unwrap().width()), (3, (32, 32), 32));
    assert_ne!(birds.content_key(0).unwrap(), birds.content_key(1).unwrap());
}
