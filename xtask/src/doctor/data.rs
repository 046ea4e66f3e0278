//! The sets of data/ and a folder of images: every image is decoded, and every bad one is named.

use std::sync::Arc;

use plumage_data::{DataError, DataRoots, Dataset, known_benchmarks};

use super::Finding;
use crate::{evaluation::open_set, exit::ExitKind};

const AREA: &str = "data";

/// The sets that data/ describes.
pub(crate) fn of_sets(roots: &DataRoots) -> Vec<Finding> {
    let sets = known_benchmarks(&roots.manifests);
    match &roots.data_root {
        None => {
            let message = format!("no data root is named, so {} were not looked for", sets.join(", "));
            vec![Finding::note(AREA, message, "--data-root DIR or PLUMAGE_DATA, if you have them")]
        }
        Some(_) => sets.iter().map(|set| of_set(set, roots)).collect(),
    }
}

/// A set that nobody asked for: it need not be there.
fn of_set(name: &str, roots: &DataRoots) -> Finding {
    match open_set(name, roots) {
        Err(DataError::MissingSet { manifest, .. }) => Finding::note(
            AREA,
            format!("{name}: not on this machine"),
            format!("only what names it needs it; people get it from {}", manifest.source),
        ),
        opened => of_opened(name, opened),
    }
}

/// One set by its name, or a folder of images; it is to be there.
pub(crate) fn of_folder(name: &str, roots: &DataRoots) -> Finding {
    of_opened(name, open_set(name, roots))
}

fn of_opened(name: &str, opened: Result<Arc<dyn Dataset>, DataError>) -> Finding {
    match opened {
        Ok(set) => Finding::fine(AREA, format!("{name}: {} images, all whole", set.len())),
        Err(DataError::BadFiles { total, bad, .. }) => {
            let message = format!("{name}: {} of {total} images cannot be used", bad.len());
            let exit = if bad.len() < total { ExitKind::Partial } else { ExitKind::Input };
            Finding::bad(AREA, exit, message, "repair or remove them")
                .with_details(bad.into_iter().map(|file| file.reason).collect())
        }
        Err(error) => Finding::bad(
            AREA,
            ExitKind::Input,
            format!("{name}: {error}"),
            "put back what is missing, or name another set or folder",
        ),
    }
}
