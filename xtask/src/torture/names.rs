//! Odd names: what no one expects in a path, pipes, loops of links and folders that look like pictures. The run works or
//! is refused, and never waits for anything.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::Path,
};

use image::DynamicImage;
use plumage_data::aviary;
use plumage_imaging::encode;
use rand::{Rng, seq::IndexedRandom};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::{Group, Outcome, Wrong, arena::Arena, child::Running};

/// Names of files with a picture in them.
const ODD: [&[u8]; 16] = [
    b"not \xFF\xFE UTF-8",
    b"a\nnew\nline",
    b"-leading-dash",
    b"--help",
    b"  spaces  ",
    b"\"quotes\", 'more'",
    b"a\\back\\slash",
    b"%s%n{}",
    b"..",
    b"CON",
    b"\x1b[31mred",
    b"tab\tand\rreturn",
    "\u{202E}right to left".as_bytes(),
    "e\u{301}\u{1F426}".as_bytes(),
    b"$(reboot)`reboot`;&|",
    b"*?[a]~#",
];

/// Things beside the pictures, and whether they make the set unusable.
const THINGS: [(&str, bool); 12] = [
    ("a FIFO x.png", true),
    ("a socket x.png", true),
    ("a link to /dev/zero x.png", true),
    ("a link to itself x.png", true),
    ("a link to nowhere x.png", true),
    ("an empty file x.png", true),
    ("a text x.png", true),
    ("an empty folder x.png", false),
    ("a folder x.png with a picture", false),
    ("a link to the folder itself", false),
    ("two links in a circle", false),
    ("a FIFO without an ending", false),
];

/// Names of runs that are none.
const NO_RUNS: [&[u8]; 10] =
    [b"", b".", b"..", b"../up", b"/etc", b"a b", b"a\nb", b"-x", b"not\xFF", b"torture/../torture"];

/// Where odd names are those of folders: of the data, of the results.
const FOLDERS: [&str; 2] = ["--data-root", "--out"];

/// Trials that have each odd thing once; those after them have several together.
pub(super) fn trials() -> u64 {
    (ODD.len() + 1 + THINGS.len() + NO_RUNS.len() + FOLDERS.len()) as u64
}

pub(super) fn trial(arena: &Arena, trial: u64) -> Outcome {
    let place = arena.place(Group::Names, trial)?;
    let index = trial as usize;
    let long = [b'l'; 251];
    let odd: Vec<&[u8]> = ODD.into_iter().chain([&long[..]]).collect();
    let (names, rest) = (odd.len(), index.saturating_sub(odd.len()));
    if index < names {
        return data_set(arena, &place, &[odd[index]], &[]);
    }
    if let Some(thing) = THINGS.get(rest) {
        return data_set(arena, &place, &[], &[*thing]);
    }
    let rest = rest - THINGS.len();
    if let Some(name) = NO_RUNS.get(rest) {
        return no_run(arena, &place, name);
    }
    if let Some(flag) = FOLDERS.get(rest - NO_RUNS.len()) {
        return odd.iter().try_for_each(|name| folder(arena, &place, flag, name));
    }
    let mut draws = arena.draws(Group::Names, trial);
    let some: Vec<_> = odd.choose_multiple(&mut draws, 3).copied().collect();
    let count = draws.random_range(0..3);
    let things: Vec<_> = THINGS.choose_multiple(&mut draws, count).copied().collect();
    data_set(arena, &place, &some, &things)
}

/// A run on a folder with these names and things in it.
fn data_set(arena: &Arena, place: &Path, names: &[&[u8]], things: &[(&str, bool)]) -> Outcome {
    let folder = place.join("data/birds");
    birds(&folder)?;
    for (index, name) in names.iter().enumerate() {
        let file = [name, &b".png"[..]].concat();
        fs::write(folder.join(OsStr::from_bytes(&file)), bird(100 + index as u64)?)?;
    }
    let mut bad = false;
    for (thing, is_bad) in things {
        bad |= put(&folder, thing)? && *is_bad;
    }
    let judge = || -> Outcome {
        let mut command = train(arena, place.join("results").as_os_str());
        let ended = Running::start(command.arg("--data-root").arg(place.join("data")), place)?.wait()?;
        ended.expect(if bad { &[4] } else { &[0] })?;
        if bad && place.join("results").exists() {
            return Err("something was written".into());
        }
        Ok(())
    };
    judge().map_err(|wrong| format!("{}: {wrong}", told(names, things)).into())
}

fn told(names: &[&[u8]], things: &[(&str, bool)]) -> String {
    let names = names.iter().map(|name| format!("{:?}", String::from_utf8_lossy(name)));
    names.chain(things.iter().map(|(thing, _)| (*thing).to_owned())).collect::<Vec<_>>().join(", ")
}

/// A run whose data or results lie in a folder of that name.
fn folder(arena: &Arena, place: &Path, flag: &str, name: &[u8]) -> Outcome {
    if name == b".." {
        return Ok(());
    }
    let (odd, plain) = (place.join(OsStr::from_bytes(name)), place.join("plain"));
    let (data, out) = if flag == "--out" { (&plain, &odd) } else { (&odd, &plain) };
    birds(&data.join("birds"))?;
    let mut command = train(arena, out.as_os_str());
    let ended = Running::start(command.arg("--data-root").arg(data), place)?.wait()?;
    let judged = ended.expect(&[0]);
    for folder in [odd, plain] {
        fs::remove_dir_all(folder)?;
    }
    judged.map_err(|wrong| format!("{flag} {:?}: {wrong}", String::from_utf8_lossy(name)).into())
}

/// The name of a run that is none: refused, and nothing is written.
fn no_run(arena: &Arena, place: &Path, name: &[u8]) -> Outcome {
    let mut command = arena.command(["experiment", "--out"]);
    command.arg(place.join("results")).arg("--").arg(OsStr::from_bytes(name));
    let ended = Running::start(&mut command, place)?.wait()?;
    let judged = ended.expect(&[2]);
    judged.map_err(|wrong| format!("a run {:?}: {wrong}", String::from_utf8_lossy(name)))?;
    if place.join("results").exists() { Err("something was written".into()) } else { Ok(()) }
}

/// A few steps on a folder of pictures.
fn train(arena: &Arena, out: &OsStr) -> std::process::Command {
    let mut command = arena.command(["experiment", "torture_folder"]);
    command.arg("--out").arg(out);
    command
}

/// A folder of drawn birds.
fn birds(folder: &Path) -> Outcome {
    fs::create_dir_all(folder)?;
    for index in 0..8 {
        fs::write(folder.join(format!("{index}.png")), bird(index)?)?;
    }
    Ok(())
}

fn bird(index: u64) -> Result<Vec<u8>, Wrong> {
    Ok(encode::png(&DynamicImage::ImageRgb8(aviary::draw(32, 7, index)))?)
}

/// Puts a thing beside the pictures; false where another one has the name that it wants: the first stays.
fn put(folder: &Path, thing: &str) -> Result<bool, Wrong> {
    let x = folder.join("x.png");
    let node = |path: &Path| mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0);
    if x.symlink_metadata().is_ok() && thing.contains("x.png") {
        return Ok(false);
    }
    match thing {
        "a FIFO x.png" => node(&x)?,
        "a FIFO without an ending" => node(&folder.join("pipe"))?,
        "a socket x.png" => mknodat(CWD, &x, FileType::Socket, Mode::RUSR | Mode::WUSR, 0)?,
        "a link to /dev/zero x.png" => symlink("/dev/zero", x)?,
        "a link to itself x.png" => symlink(&x, &x)?,
        "a link to nowhere x.png" => symlink(folder.join("nowhere.png"), x)?,
        "an empty file x.png" => fs::write(x, "")?,
        "a text x.png" => fs::write(x, "no picture")?,
        "an empty folder x.png" => fs::create_dir(x)?,
        "a folder x.png with a picture" => {
            fs::create_dir(&x)?;
            fs::write(x.join("inside.png"), bird(50)?)?;
        }
        "a link to the folder itself" => symlink(folder, folder.join("again"))?,
        _ => {
            symlink(folder.join("b"), folder.join("a"))?;
            symlink(folder.join("a"), folder.join("b"))?;
        }
    }
    Ok(true)
}
