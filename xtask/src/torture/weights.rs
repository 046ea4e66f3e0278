//! Hostile weights: files that lie about their sizes, hold what no network can use, or are no safetensors at all.

use std::{fs, path::Path};

use plumage_models::weights::{self, WeightsError};
use rand::{Rng, seq::IndexedRandom};

use super::{Group, Outcome, Wrong, arena::Arena, child::Running, memory};

/// What refusing a file of a few kilobytes may take.
const MAX_RISE_MIB: f64 = 64.;

/// Names of hostile files; the trials after them damage a sound one at random.
const HOSTILE: [&str; 26] = [
    "empty",
    "7 bytes",
    "header of 2^63",
    "header of 2^64 - 1",
    "header longer than the file",
    "header of nothing",
    "header that is no JSON",
    "header that is a list",
    "deep JSON",
    "offsets that overlap",
    "offsets beyond the end",
    "offsets backwards",
    "a hole between tensors",
    "bytes after the last tensor",
    "a shape that overflows",
    "a shape that is not its bytes",
    "an unknown type",
    "a name twice",
    "integers",
    "NaN",
    "infinity",
    "other shapes",
    "other names",
    "a million tensors",
    "a pickle in a zip",
    "pickles",
];

/// How many hostile files there are.
pub(super) fn trials() -> u64 {
    HOSTILE.len() as u64
}

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let reference = arena.reference()?;
    let sound = fs::read(reference.run.join("weights.safetensors"))?;
    let Some(&name) = HOSTILE.get(trial as usize) else {
        return survives(&mut arena.draws(Group::Weights, trial), &sound);
    };
    let place = arena.place(Group::Weights, trial)?;
    for (number, bytes) in hostile(name, &sound)?.iter().enumerate() {
        let judge = || -> Outcome {
            let fits = !matches!(name, "other shapes" | "other names");
            refused_by_the_library(bytes, name.contains("pickle"), fits)?;
            let path = place.join(format!("weights-{number}.safetensors"));
            fs::write(&path, bytes)?;
            refused_by_the_program(arena, &place, &path, &reference.run)
        };
        judge().map_err(|wrong| format!("{name} {number}: {wrong}"))?;
    }
    Ok(())
}

fn refused_by_the_library(bytes: &[u8], is_pickle: bool, is_format: bool) -> Outcome {
    let (read, rise) = memory::rise(|| weights::from_bytes(bytes, "hostile"));
    match read {
        Ok(_) if is_format => return Err("it was accepted".into()),
        Err(WeightsError::Format { reason, .. }) if is_pickle && !reason.contains("pickle") => {
            return Err(format!("it is not called a pickle: {reason}").into());
        }
        Ok(_) | Err(WeightsError::Format { .. }) => {}
        Err(error) => return Err(format!("it is not called a wrong format: {error}").into()),
    }
    match rise {
        Some(rise) if rise > MAX_RISE_MIB => Err(format!("refusing it took {rise:.0} MiB").into()),
        _ => Ok(()),
    }
}

fn refused_by_the_program(arena: &Arena, place: &Path, path: &Path, run: &Path) -> Outcome {
    let pictures = run.join("images");
    let mut command = arena.command(["evaluate", "--scale", "2", "--protocol", "y_matlab", "--weights"]);
    command.arg(path).arg("--config").arg(run.join("config.toml")).arg("--on").arg(pictures);
    let ended = Running::start(&mut command, place)?.wait()?;
    ended.expect(&[7])?;
    if ended.stderr.len() > 10_000 {
        return Err(format!("it said {} bytes", ended.stderr.len()).into());
    }
    Ok(())
}

/// A sound file with random damage: an error, or weights that are finite.
fn survives(draws: &mut impl Rng, sound: &[u8]) -> Outcome {
    const PIECES: [&str; 8] = ["-1", "18446744073709551615", "[", "{", "\"F64\"", "null", "1e308", ","];
    let mut file = sound.to_vec();
    for _ in 0..draws.random_range(1..5) {
        let reach = if draws.random_bool(0.8) { file.len().min(700) } else { file.len() };
        if reach == 0 {
            break;
        }
        let at = draws.random_range(0..reach);
        match draws.random_range(0..5) {
            0 => file[at] ^= 1 << draws.random_range(0..8),
            1 => file[at] = draws.random(),
            2 => file.truncate(at),
            3 => {
                let piece = PIECES.choose(draws).copied().unwrap_or_default();
                file.splice(at..(at + piece.len()).min(file.len()), piece.bytes());
            }
            _ => file.insert(at, draws.random()),
        }
    }
    let (_, rise) = memory::rise(|| weights::from_bytes(&file, "damaged"));
    match rise {
        Some(rise) if rise > MAX_RISE_MIB => Err(format!("it took {rise:.0} MiB").into()),
        _ => Ok(()),
    }
}

/// A safetensors file of a header and its data.
fn of(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

/// A header's entry.
fn tensor(name: &str, dtype: &str, shape: &str, from: u64, to: u64) -> String {
    format!("\"{name}\":{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":[{from},{to}]}}")
}

/// The files of that name.
fn hostile(name: &str, sound: &[u8]) -> Result<Vec<Vec<u8>>, Wrong> {
    let with_length = |length: u64| [&length.to_le_bytes()[..], &sound[8..]].concat();
    let one = |entry: String, data: &[u8]| vec![of(&format!("{{{entry}}}"), data)];
    let two = |a: String, b: String, data: &[u8]| vec![of(&format!("{{{a},{b}}}"), data)];
    let f32s = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    Ok(match name {
        "empty" => vec![Vec::new()],
        "7 bytes" => vec![vec![0; 7]],
        "header of 2^63" => vec![with_length(1 << 63)],
        "header of 2^64 - 1" => vec![with_length(u64::MAX)],
        "header longer than the file" => vec![with_length(sound.len() as u64)],
        "header of nothing" => vec![of("", &[]), of(" ", &[])],
        "header that is no JSON" => vec![of("{\"a\":", &[]), of("\u{0}\u{0}", &[])],
        "header that is a list" => vec![of("[]", &[]), of("17", &[]), of("null", &[])],
        "deep JSON" => vec![of(&"[".repeat(100_000), &[]), of(&"{\"a\":".repeat(100_000), &[])],
        "offsets that overlap" => {
            two(tensor("a", "F32", "[2]", 0, 8), tensor("b", "F32", "[2]", 4, 12), &[0; 12])
        }
        "offsets beyond the end" => one(tensor("a", "F32", "[4]", 0, 16), &[0; 8]),
        "offsets backwards" => one(tensor("a", "F32", "[2]", 8, 0), &[0; 8]),
        "a hole between tensors" => {
            two(tensor("a", "F32", "[1]", 0, 4), tensor("b", "F32", "[1]", 8, 12), &[0; 12])
        }
        "bytes after the last tensor" => one(tensor("a", "F32", "[1]", 0, 4), &[0; 64]),
        "a shape that overflows" => {
            one(tensor("a", "F32", "[4294967296,4294967296,4294967296]", 0, 4), &[0; 4])
        }
        "a shape that is not its bytes" => one(tensor("a", "F32", "[3]", 0, 8), &[0; 8]),
        "an unknown type" => one(tensor("a", "F31", "[1]", 0, 4), &[0; 4]),
        "a name twice" => two(tensor("a", "F32", "[1]", 0, 4), tensor("a", "F32", "[1]", 0, 4), &[0; 8]),
        "integers" => [("I64", 8), ("U8", 1), ("I32", 4), ("BOOL", 1)]
            .iter()
            .flat_map(|(dtype, size)| one(tensor("a", dtype, "[1]", 0, *size), &[0; 8][..*size as usize]))
            .collect(),
        "NaN" => one(tensor("a", "F32", "[2]", 0, 8), &f32s(&[1., f32::NAN])),
        "infinity" => [f32::INFINITY, f32::NEG_INFINITY]
            .iter()
            .flat_map(|value| one(tensor("a", "F32", "[2]", 0, 8), &f32s(&[1., *value])))
            .collect(),
        "other shapes" => one(tensor("conv1.weight", "F32", "[2,1]", 0, 8), &[0; 8]),
        "other names" => one(tensor("conv17.weight", "F32", "[2]", 0, 8), &[0; 8]),
        "a million tensors" => {
            let entries: Vec<_> =
                (0..1_000_000).map(|n| tensor(&format!("t{n}"), "F32", "[0]", 0, 0)).collect();
            vec![of(&format!("{{{}}}", entries.join(",")), &[])]
        }
        "a pickle in a zip" => vec![b"PK\x03\x04\x00\x00archive/data.pkl".to_vec()],
        // Protocols 2 to 5 say so; the older ones begin with an opcode: here a dictionary, a list, a call.
        "pickles" => (2..=5u8).map(|protocol| vec![0x80, protocol, b'}', b'q', 0, b'.']).collect(),
        _ => return Err(format!("there is no hostile file {name}").into()),
    })
}
