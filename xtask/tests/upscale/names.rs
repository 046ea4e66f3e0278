//! Names of files and folders.

use std::fs;
#[cfg(unix)]
use std::process::Command;

use crate::{
    command::{decode, files_in, said, upscale_into},
    pictures::small_png,
};

#[cfg(unix)]
#[test]
fn odd_names_are_no_reason_to_fail() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let place = tempfile::tempdir().unwrap();
    let small = place.path().join("small");
    fs::create_dir(&small).unwrap();
    let long = [&[b'x'; 251][..], b".png"].concat();
    let names: [&[u8]; 6] =
        [b"\xff\xfe.png", b"-rf.png", b"a b  c.png", b"two\nlines.png", "größe ✓.png".as_bytes(), &long];
    for name in names {
        fs::write(small.join(OsStr::from_bytes(name)), small_png()).unwrap();
    }
    // As a folder, and each alone.
    let output = upscale_into(&place.path().join("large"), &[&small], &[]);
    assert!(output.status.success(), "{}", said(&output));
    for name in names {
        let name = OsStr::from_bytes(name);
        let (sr, ..) = decode(&place.path().join("large").join(name));
        assert_eq!((sr.width(), sr.height()), (16, 12), "{name:?}");
        let output = upscale_into(&place.path().join("alone"), &[&small.join(name)], &[]);
        assert!(output.status.success(), "{}", said(&output));
    }
    assert_eq!(files_in(&place.path().join("alone")).len(), names.len());
    // A name that begins with a dash, where the folder is not part of it.
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.current_dir(&small).args(["upscale", "--out", "../dash", "--", "-rf.png"]).output();
    assert!(output.unwrap().status.success());
}

#[test]
fn two_inputs_for_one_output_are_refused_before_anything_is_written() {
    let place = tempfile::tempdir().unwrap();
    let paths = ["a/x.png", "b/x.png"].map(|path| place.path().join(path));
    for path in &paths {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, small_png()).unwrap();
    }
    let out = place.path().join("out");
    let output = upscale_into(&out, &[&paths[0], &paths[1]], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("would both become") && !out.exists(), "{}", said(&output));
}

#[test]
fn the_output_folder_inside_the_input_folder_is_not_upscaled_again() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("x.png"), small_png()).unwrap();
    let out = place.path().join("large");
    for round in 0..2 {
        let output = upscale_into(&out, &[place.path()], if round > 0 { &["--overwrite"] } else { &[] });
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(files_in(place.path()).len(), 2);
        assert_eq!(decode(&out.join("x.png")).0.width(), 16);
    }
    // What is there is not replaced unasked, and an input never.
    let output = upscale_into(&out, &[place.path()], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let output = upscale_into(place.path(), &[place.path()], &["--overwrite"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(fs::read(place.path().join("x.png")).unwrap(), small_png());
}
