//! The manifest of a checkpoint: only the one that was written verifies, and no other reaches outside its folder.
#![no_main]

use std::{collections::BTreeMap, fs, sync::LazyLock};

use libfuzzer_sys::fuzz_target;
use plumage_record::{Identity, RunFolder};

static RUN: LazyLock<(tempfile::TempDir, RunFolder, Vec<u8>)> = LazyLock::new(|| {
    let results = tempfile::tempdir().expect("a folder");
    let (run, _) = RunFolder::begin(results.path(), "a").expect("a run");
    let identity = Identity { config_sha256: "c".into(), data: BTreeMap::new(), seed: 1 };
    run.checkpoints().save(1, &[("weights", b"1234".to_vec())], &identity).expect("a checkpoint");
    let manifest =
        fs::read(run.path().join("checkpoints/step-0000000001/manifest.json")).expect("a manifest");
    (results, run, manifest)
});

fuzz_target!(|bytes: &[u8]| {
    let (_, run, written) = &*RUN;
    // The input stands in for the manifest, or for a part of the one that was written.
    let mut manifest = written.clone();
    match bytes.split_first() {
        Some((&at, part)) if at > 0 && part.len() < 64 => {
            let at = usize::from(at) * manifest.len() / 256;
            let end = (at + part.len()).min(manifest.len());
            manifest.splice(at..end, part.iter().copied());
        }
        _ => manifest = bytes.to_vec(),
    }
    fs::write(run.path().join("checkpoints/step-0000000001/manifest.json"), &manifest).expect("a file");
    match run.checkpoints().newest() {
        Ok((Some(checkpoint), _)) => {
            assert!(checkpoint.files.keys().all(|name| !name.contains('/')));
            assert_eq!(checkpoint.step, 1);
        }
        Ok((None, _)) => panic!("the checkpoint is overlooked"),
        Err(error) => assert!(error.to_string().contains("step-0000000001")),
    }
});
