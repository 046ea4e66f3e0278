//! The checkpoint that a run goes on from, if it is one of that run.

use std::collections::BTreeSet;

use plumage_record::{Checkpoint, Identity, ImageSet, Rejection, RunFolder};

use crate::TrainError;

/// The newest valid checkpoint of the run folder, if there is any, and those that were passed over.
///
/// # Errors
/// [`TrainError::Changed`] when config, images or weights are not those of the checkpoint; a folder whose checkpoints are all damaged.
pub fn find_checkpoint(
    folder: &RunFolder,
    identity: &Identity,
) -> Result<(Option<Checkpoint>, Vec<Rejection>), TrainError> {
    let (newest, rejected) = folder.checkpoints().newest()?;
    if let Some(checkpoint) = &newest {
        refuse_changed(checkpoint.step, &checkpoint.identity, identity)?;
    }
    Ok((newest, rejected))
}

/// Refuses a run whose config or images are no longer those of the checkpoint.
fn refuse_changed(step: u64, then: &Identity, now: &Identity) -> Result<(), TrainError> {
    let changed = |what: String, then: String, now: String| TrainError::Changed { what, step, then, now };
    if then.config_sha256 != now.config_sha256 {
        let [then, now] = [then, now].map(|identity| format!("SHA-256 {}", identity.config_sha256));
        return Err(changed("the config".into(), then, now));
    }
    let sets: BTreeSet<&String> = then.data.keys().chain(now.data.keys()).collect();
    match sets.into_iter().find(|set| then.data.get(*set) != now.data.get(*set)) {
        Some(set) => {
            let [then, now] = [then, now].map(|identity| identity.data.get(set));
            let shown = |images: Option<&ImageSet>| images.map_or("none".into(), ImageSet::to_string);
            Err(changed(format!("the images of `{set}`"), shown(then), shown(now)))
        }
        None => Ok(()),
    }
}
