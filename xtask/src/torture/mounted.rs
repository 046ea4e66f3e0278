//! Small file systems of a trial's own. They are mounted in a process that has its mounts for itself, so that nothing of them
//! is left when it dies, however it dies.

use std::{
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{Outcome, Wrong};

/// A command that starts `program` with mounts that nobody else sees.
pub(super) fn alone(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "--fork", "--kill-child"]).arg(program);
    command
}

/// MiB of the file system in an image file: three times what a run of the torture's experiment leaves.
const IMAGE_MIB: u64 = 16;

/// A file system, mounted until this is dropped.
pub(super) struct Mounted {
    at: PathBuf,
}

impl Mounted {
    /// The ext4 in the file `image`, at the folder `at`, which is made.
    pub(super) fn image(image: &Path, at: &Path, options: &str) -> Result<Self, Wrong> {
        Self::mount(
            at,
            Command::new("mount").args(["-t", "ext4", "-o"]).arg(format!("loop,{options}")).arg(image),
        )
    }

    /// An empty one in `mib` MiB of memory, at the folder `at`, which is made.
    pub(super) fn memory(mib: u64, at: &Path) -> Result<Self, Wrong> {
        Self::mount(
            at,
            Command::new("mount").args(["-t", "tmpfs", "-o"]).arg(format!("size={mib}m")).arg("tmpfs"),
        )
    }

    fn mount(at: &Path, command: &mut Command) -> Result<Self, Wrong> {
        fs::create_dir_all(at)?;
        done(command.arg(at))?;
        Ok(Self { at: at.to_owned() })
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // A process that was killed a moment ago may still hold it; lazily it goes once that is over.
        if done(Command::new("umount").arg(&self.at)).is_err() {
            let _ = done(Command::new("umount").arg("--lazy").arg(&self.at));
        }
    }
}

/// Makes the file `image` with an empty ext4 in it.
pub(super) fn make_image(image: &Path) -> Outcome {
    File::create(image)?.set_len(IMAGE_MIB << 20)?;
    done(Command::new("mkfs.ext4").args(["-q", "-F", "-b", "4096"]).arg(image))
}

/// Why nothing can be mounted here; none where it can.
pub(super) fn obstacle(work: &Path) -> Option<String> {
    let (image, at) = (work.join("obstacle.ext4"), work.join("obstacle"));
    let attempt = || -> Outcome {
        make_image(&image)?;
        fs::create_dir_all(&at)?;
        done(alone("mount").args(["-o", "loop"]).arg(&image).arg(&at))
    };
    let attempted = attempt();
    let _ = (fs::remove_file(&image), fs::remove_dir(&at));
    attempted.err().map(|wrong| wrong.to_string())
}

/// Runs a command that must succeed.
fn done(command: &mut Command) -> Outcome {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim()).into())
}
