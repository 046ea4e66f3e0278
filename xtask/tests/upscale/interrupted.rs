//! Full disks and signals.

#![cfg(target_os = "linux")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use image::ColorType;

use crate::{
    command::{files_in, said},
    pictures::{picture, png},
};

#[test]
fn a_disk_that_fills_up_exits_5_and_leaves_nothing() {
    let place = tempfile::tempdir().unwrap();
    let input = place.path().join("x.png");
    // Many times the rows that are in work at a time.
    fs::write(&input, png(&picture(40, 400, ColorType::Rgb8), false, None)).unwrap();
    let out = place.path().join("out");
    for fault in ["ENOSPC@enlarged.write", "EIO@enlarged.sync", "EROFS@enlarged.create"] {
        let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.env("PLUMAGE_FAULT", fault).arg("upscale").arg(&input).arg("--out").arg(&out);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(5), "{fault}: {}", said(&output));
        assert!(files_in(&out).is_empty(), "{fault}");
    }
}

#[test]
fn a_full_disk_leaves_pictures_that_are_counted_though_they_were_not_begun() {
    // More than any machine begins at once.
    const ALL: usize = 600;
    let place = tempfile::tempdir().unwrap();
    let input = png(&picture(16, 16, ColorType::Rgb8), false, None);
    (0..ALL).for_each(|number| fs::write(place.path().join(format!("{number}.png")), &input).unwrap());
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.env("PLUMAGE_FAULT", "ENOSPC@enlarged.write+").args(["upscale", "--json", "--out"]);
    let output = command.arg(place.path().join("out")).arg(place.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let failed = json["failed"].as_array().unwrap().len();
    assert!((1..ALL).contains(&failed) && json["done"].as_array().unwrap().is_empty(), "{json}");
    assert_eq!(json["not_begun"], ALL - failed);
    let told = format!("0 of {ALL} pictures are done, {} were not begun", ALL - failed);
    assert!(said(&output).contains(&told), "{}", said(&output));
}

#[test]
fn a_signal_ends_it_and_nothing_half_written_is_left() {
    let place = tempfile::tempdir().unwrap();
    let input = place.path().join("x.png");
    fs::write(&input, png(&picture(3000, 3000, ColorType::Rgb8), false, None)).unwrap();
    // Both take longer than a test may: many pixels of few multiplications, and fewer of many.
    for network in [["bicubic", "8"], ["srcnn", "4"]] {
        let out = place.path().join(network[0]);
        stopped(network, &input, &out);
    }
}

/// Stops it as soon as there is something in the folder.
fn stopped([model, scale]: [&str; 2], input: &Path, out: &Path) {
    use std::{thread, time::Duration};
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["upscale", "--model", model, "--scale", scale, "--out"]).arg(out).arg(input);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let begun = || fs::read_dir(out).is_ok_and(|mut files| files.next().is_some());
    while child.try_wait().unwrap().is_none() && !begun() {
        thread::sleep(Duration::from_millis(1));
    }
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(143), "{}", said(&output));
    assert!(said(&output).contains("is whole"), "{}", said(&output));
    assert!(files_in(out).is_empty());
}
