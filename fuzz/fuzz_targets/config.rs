//! An experiment's TOML: it loads, and then its resolved form loads to the same; or every mistake is shown.
#![no_main]

use std::{fs, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use plumage_config::{Look, load};
use plumage_data::{AugmentConfig, BatchConfig, DatasetConfig, DegradationConfig, PatchConfig};
use plumage_losses::LossConfig;
use plumage_models::ModelConfig;
use plumage_trainer::TrainerConfig;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The tables of an experiment that belong to libraries.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    model: ModelConfig,
    loss: LossConfig,
    train: DatasetConfig,
    degradation: DegradationConfig,
    patches: PatchConfig,
    augment: AugmentConfig,
    batches: BatchConfig,
    trainer: TrainerConfig,
}

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

fuzz_target!(|text: &[u8]| {
    let path = FOLDER.path().join("a.toml");
    fs::write(&path, text).expect("a file");
    match load::<Config>(&path, &[]) {
        Ok(loaded) => {
            let Config { model, train, patches, trainer, .. } = &loaded.value;
            let _ = (model.architecture().validate(), train.validate(), trainer.validate());
            let _ = patches.validate(2);
            fs::write(&path, &loaded.resolved).expect("a file");
            let again = load::<Config>(&path, &[]).expect("the resolved form loads");
            assert_eq!(again.resolved, loaded.resolved);
        }
        Err(errors) => {
            assert!(!errors.mistakes().is_empty());
            assert!(errors.render(Look::Plain).contains("error:"));
            let _ = (errors.render(Look::Terminal), errors.to_json());
        }
    }
});
