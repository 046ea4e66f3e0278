//! Weights are finite and survive being written again, or are refused; a pickle never loads; a network that a file
//! describes can be.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use plumage_models::{
    Packed,
    weights::{from_bytes, to_bytes},
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(packed) = Packed::from_bytes(bytes, "fuzz") {
        assert!((2..=8).contains(&packed.scale) && packed.model.architecture().validate().is_empty());
    }
    let Ok(tensors) = from_bytes(bytes, "fuzz") else { return };
    assert_eq!(bytes.get(8), Some(&b'{'), "only a safetensors file loads");
    let written = to_bytes(&tensors, &BTreeMap::new()).expect("what was read can be written");
    let again = from_bytes(&written, "again").expect("what was written can be read");
    assert!(tensors.keys().eq(again.keys()));
});
