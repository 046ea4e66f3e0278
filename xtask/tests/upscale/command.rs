//! The command and what it leaves.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use image::{DynamicImage, ImageDecoder, ImageReader, codecs::tiff::TiffDecoder};
use serde_json::Value;

pub(crate) fn upscale(arguments: &[&OsStr]) -> Output {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("upscale").args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// `upscale INPUTS --out OUT` with more arguments.
pub(crate) fn upscale_into(out: &Path, inputs: &[&Path], more: &[&str]) -> Output {
    let mut arguments: Vec<&OsStr> = more.iter().map(OsStr::new).collect();
    arguments.extend([OsStr::new("--out"), out.as_os_str(), OsStr::new("--")]);
    arguments.extend(inputs.iter().map(|input| input.as_os_str()));
    upscale(&arguments)
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

/// Files that a process left unfinished.
fn is_left(path: &Path) -> bool {
    path.file_name().unwrap().to_string_lossy().contains(".tmp-")
}

pub(crate) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|e| e.file_type().is_file())
        .map(|e| e.into_path())
        .collect();
    files.sort();
    assert!(files.iter().all(|file| !is_left(file)), "{files:?}");
    files
}

/// A picture, its colour profile, and its Exif block.
pub(crate) fn decode(path: &Path) -> (DynamicImage, Option<Vec<u8>>, Option<Vec<u8>>) {
    let mut decoder = ImageReader::open(path).unwrap().with_guessed_format().unwrap().into_decoder().unwrap();
    let (mut icc, exif) = (decoder.icc_profile().unwrap(), decoder.exif_metadata().unwrap());
    // With limits, `image` does not find the profile of a TIFF that is larger than its pixels.
    if let Ok(mut tiff) = TiffDecoder::new(std::io::Cursor::new(fs::read(path).unwrap())) {
        icc = tiff.icc_profile().unwrap();
    }
    (DynamicImage::from_decoder(decoder).unwrap(), icc, exif)
}
