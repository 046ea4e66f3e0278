//! Our files in onnxruntime, where `PLUMAGE_PYTHON` names a Python that has it; else the test says that it is skipped.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use candle_core::{Device, Tensor};
use plumage_imaging::{Planes, colour::rgb_to_y};
use serde_json::{Value, json};

use crate::networks::{self, Case};

/// The photographs of Set5 where `PLUMAGE_DATA` names their folder.
fn photographs() -> Vec<PathBuf> {
    let folder = env::var_os("PLUMAGE_DATA").map(|root| Path::new(&root).join("set5"));
    let files = folder.and_then(|folder| fs::read_dir(folder).ok());
    let mut files: Vec<PathBuf> = files.into_iter().flatten().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "bmp" || end == "png"));
    files.sort();
    files
}

/// A third of the width and height of a photograph, in the middle of it.
fn photograph(path: &Path, channels: usize) -> Tensor {
    let image = image::open(path).unwrap().to_rgb8();
    let image = image::DynamicImage::from(image);
    let (width, height) = (image.width(), image.height());
    let planes = Planes::from_image(&image.crop_imm(width / 3, height / 3, width / 3, height / 3));
    let planes = if channels == 1 { rgb_to_y(&planes) } else { planes };
    let (height, width) = (planes.height, planes.width);
    let values: Vec<f32> = (0..channels).flat_map(|c| planes.plane(c)).map(|&value| value as f32).collect();
    Tensor::from_vec(values, (1, channels, height, width), &Device::Cpu).unwrap()
}

fn write(path: &Path, tensor: &Tensor) {
    let values = tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    fs::write(path, values.into_iter().flat_map(f32::to_le_bytes).collect::<Vec<_>>()).unwrap();
}

/// Writes a file, pictures, and what we make of them; returns the lines for the script.
fn lay_out(folder: &Path, case: &Case, pictures: &[Tensor]) -> Vec<Value> {
    let file = format!("{}.onnx", case.name);
    fs::write(folder.join(&file), &case.file).unwrap();
    let trial = |(index, picture): (usize, &Tensor)| {
        let sr = case.model.infer(picture).unwrap();
        let [input, output] = ["in", "out"].map(|end| format!("{}.{index}.{end}", case.name));
        write(&folder.join(&input), picture);
        write(&folder.join(&output), &sr);
        json!({ "model": file, "input": input, "output": output, "from": picture.dims(), "to": sr.dims() })
    };
    pictures.iter().enumerate().map(trial).collect()
}

#[test]
fn onnxruntime_makes_the_same_of_noise_and_photographs() {
    let Some(python) = env::var_os("PLUMAGE_PYTHON") else {
        assert!(env::var_os("PLUMAGE_REQUIRE_PYTHON").is_none(), "PLUMAGE_PYTHON is not set");
        eprintln!("SKIPPED: onnxruntime was not asked: PLUMAGE_PYTHON names no Python that has it");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let photographs = photographs();
    if photographs.is_empty() {
        eprintln!("SKIPPED: photographs were not compared: PLUMAGE_DATA names no folder with set5/*.bmp");
    }
    let mut trials = Vec::new();
    for case in networks::all() {
        let sizes = [(1, 1), (2, 5), (37, 24), (64, 64)];
        let mut pictures =
            sizes.map(|(height, width)| networks::picture(case.channels, height, width)).to_vec();
        pictures.extend(photographs.iter().map(|path| photograph(path, case.channels)));
        trials.extend(lay_out(folder.path(), &case, &pictures));
    }
    fs::write(folder.path().join("trials.json"), Value::from(trials.clone()).to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/onnx/run_onnxruntime.py");
    let output = Command::new(python).arg(script).arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let differences: Vec<f64> = serde_json::from_slice(&output.stdout).unwrap();
    // Each with any size and with its own.
    assert_eq!(differences.len(), 2 * trials.len());
    let largest = differences.iter().fold(0f64, |largest, &one| largest.max(one));
    eprintln!("{} comparisons, largest difference {largest:e}", differences.len());
    for (index, difference) in differences.iter().enumerate() {
        assert!(*difference <= 1e-5, "{}: {difference}", trials[index / 2]);
    }
}
