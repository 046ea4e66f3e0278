//! The script that turns a .pth file into safetensors, where `PLUMAGE_PYTHON` names a Python that has torch and safetensors;
//! else the test says that it is skipped.

use std::{env, fs, path::Path, process::Command};

use candle_core::Device;
use plumage_imaging::Channels;
use plumage_models::{ModelConfig, espcn::EspcnConfig, weights};

/// A file as BasicSR writes it after training in parallel, with one layer of another name.
const MAKE: &str = "
import sys, torch
def network(value):
    shapes = {'first.weight': (3, 1, 5, 5), 'first.bias': (3,), 'conv2.weight': (2, 3, 3, 3), 'conv2.bias': (2,),
              'tail.weight': (4, 2, 3, 3), 'tail.bias': (4,)}
    return {'module.' + name: torch.full(shape, value, dtype=torch.float64) for name, shape in shapes.items()}
torch.save({'params': network(1.0), 'params_ema': network(2.0), 'iter': 7}, sys.argv[1])
";

#[test]
fn a_pth_file_becomes_weights_that_fit_once_its_layers_have_our_names() {
    let Some(python) = env::var_os("PLUMAGE_PYTHON") else {
        assert!(env::var_os("PLUMAGE_REQUIRE_PYTHON").is_none(), "PLUMAGE_PYTHON is not set");
        eprintln!("SKIPPED: no .pth file was converted: PLUMAGE_PYTHON names no Python that has torch");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (pth, file) = (folder.path().join("w.pth"), folder.path().join("w.safetensors"));
    assert!(Command::new(&python).args(["-c", MAKE]).arg(&pth).status().unwrap().success());
    let convert = |more: &[&str]| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/pth_to_safetensors.py");
        let output = Command::new(&python).arg(script).arg(&pth).arg(&file).args(more).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        weights::read(&file).unwrap()
    };
    let config = EspcnConfig { channels: Channels::Y, widths: [3, 2], residual: true };
    let (parameters, _) = ModelConfig::Espcn(config).init(2, 0, &Device::Cpu).unwrap();
    let error = parameters.load(&convert(&[])).unwrap_err().to_string();
    assert!(error.contains("first.bias is conv1.bias, first.weight is conv1.weight"), "{error}");
    parameters
        .load(&convert(&[
            "--rename=module.first.weight=module.conv1.weight",
            "--rename=module.first.bias=module.conv1.bias",
        ]))
        .unwrap();
    for (name, variable) in parameters.iter() {
        let values = variable.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        assert!(values.iter().all(|&value| value == 2.), "{name} is not the averaged one");
    }
    // The pickle itself is not read, and the message says how it can be.
    let error = weights::from_bytes(&fs::read(&pth).unwrap(), "w.pth").unwrap_err().to_string();
    assert!(error.contains("pth_to_safetensors.py"), "{error}");
}
