//! A picture decodes within its limits, or is refused.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use plumage_imaging::{
    Planes,
    decode::{self, Limits},
};

const LIMITS: Limits = Limits { max_pixels: 1 << 18, max_bytes: 1 << 22 };

fuzz_target!(|bytes: &[u8]| {
    match decode::read(bytes, Path::new("fuzz"), &LIMITS) {
        Ok(image) => {
            assert!(image.width() > 0 && image.height() > 0);
            assert!(u64::from(image.width()) * u64::from(image.height()) <= LIMITS.max_pixels);
            assert!(image.as_bytes().len() as u64 <= LIMITS.max_bytes);
            let planes = Planes::from_image(&image);
            assert!(planes.values.iter().all(|value| (0. ..=1.).contains(value)));
        }
        Err(error) => assert!(error.to_string().contains("fuzz")),
    }
});
