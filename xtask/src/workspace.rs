//! Where things are: the workspace's folders, and the data outside it.

use std::{
    env,
    path::{Path, PathBuf},
};

use plumage_data::DataRoots;

use crate::failure::Failure;

/// The folders of the workspace that a command works in.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace around the working folder, or else the one that this program was built in.
    pub(crate) fn find() -> Result<Self, Failure> {
        let here = env::current_dir().ok();
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        let candidates = here.iter().flat_map(|here| here.ancestors()).chain(built_in);
        for folder in candidates {
            if folder.join("experiments").is_dir() && folder.join("Cargo.toml").is_file() {
                return Ok(Self { root: folder.to_owned() });
            }
        }
        Err(Failure::usage(
            "there is no Plumage workspace here",
            "run it inside the clone, beside experiments/",
        ))
    }

    /// The workspace in that folder.
    #[cfg(unix)]
    pub(crate) fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// `experiments/`, one TOML file each.
    pub(crate) fn experiments(&self) -> PathBuf {
        self.root.join("experiments")
    }

    /// Where runs are recorded: `--out`, or `results/`.
    pub(crate) fn results(&self, out: Option<&Path>) -> PathBuf {
        out.map_or_else(|| self.root.join("results"), Path::to_owned)
    }

    /// Where data are: named image sets below `--data-root` or the variable `PLUMAGE_DATA`, their manifests in data/.
    pub(crate) fn data_roots(&self, data_root: Option<&Path>) -> DataRoots {
        let data_root =
            data_root.map(Path::to_owned).or_else(|| env::var_os("PLUMAGE_DATA").map(PathBuf::from));
        DataRoots { data_root, manifests: self.root.join("data") }
    }

    /// Its top folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
}
