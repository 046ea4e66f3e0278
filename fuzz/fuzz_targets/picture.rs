//! A picture file opens by its head and gives rows that can be written again, or is refused.
#![no_main]

use std::{fs, io::Cursor, path::Path};

use libfuzzer_sys::fuzz_target;
use plumage_imaging::picture;

/// Pictures with more pixels are looked at, as `upscale` does that does not take them, and not read.
const MAX_PIXELS: usize = 1 << 18;

/// A folder in memory, as every input is a file there.
fn place() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("there is room for a file")
}

fuzz_target!(|bytes: &[u8]| {
    let folder = place();
    let path = folder.path().join("fuzz");
    fs::write(&path, bytes).expect("there is room for a file");
    let (picture, mut rows) = match picture::open(&path) {
        Ok(opened) => opened,
        Err(error) => return assert!(error.to_string().contains("fuzz")),
    };
    assert!(picture.width > 0 && picture.height > 0);
    if picture.width.saturating_mul(picture.height) > MAX_PIXELS {
        return;
    }
    let mut row = vec![0; picture.row_len()];
    for _ in 0..picture.height {
        if let Err(error) = rows.read(&mut row) {
            return assert!(error.to_string().contains("fuzz"));
        }
        assert!(row.iter().all(|&sample| sample <= picture.pixel.white));
    }
    // What can be read can be written, whatever stands beside the pixels, and read again.
    let (picture, mut rows) = picture::open(&path).expect("it opened before");
    let mut copy = Cursor::new(Vec::new());
    if let Err(error) = picture::write(&picture, rows.as_mut(), &mut copy, &path) {
        return assert!(error.to_string().contains("fuzz"));
    }
    fs::write(&path, copy.into_inner()).expect("there is room for a file");
    let (copied, _) = picture::open(&path).expect("a copy opens");
    assert_eq!((copied.width, copied.height, copied.pixel), (picture.width, picture.height, picture.pixel));
});
