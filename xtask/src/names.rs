//! Training images by the names that papers have for them.

use std::path::Path;

use plumage_data::{DataRoots, DatasetConfig, Manifest};
use plumage_imaging::readable;

/// What is trained on, as papers say it: `T91 + BSDS200`.
pub(crate) fn training_images(config: &DatasetConfig, roots: &DataRoots) -> String {
    match config {
        DatasetConfig::Aviary(_) => "drawn birds".to_owned(),
        DatasetConfig::Folder(config) => readable(Path::new(config.path.file_name().unwrap_or_default())),
        DatasetConfig::Cifar10(_) => "CIFAR-10".to_owned(),
        DatasetConfig::Benchmark(config) => Manifest::read(&config.set, &roots.manifests)
            .map_or(config.set.clone(), |manifest| manifest.title),
        DatasetConfig::Union(sets) => {
            sets.iter().map(|set| training_images(set, roots)).collect::<Vec<_>>().join(" + ")
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{experiment::Experiment, workspace::Workspace};

    use super::*;

    #[test]
    fn images_have_the_names_of_papers() {
        let workspace = Workspace::find().unwrap();
        let roots = workspace.data_roots(None);
        let named = |name: &str| {
            let path = workspace.experiments().join(format!("{name}.toml"));
            let experiment = Experiment::read_restore(&path, &[]).unwrap();
            (experiment.model.architecture().title(), training_images(&experiment.data.train, &roots))
        };
        assert_eq!(named("papers_915_x3"), ("SRCNN 9-1-5".to_owned(), "T91".to_owned()));
        assert_eq!(named("papers_955_x3").1, "T91 + BSDS200");
        assert_eq!(named("srcnn_baseline").1, "drawn birds");
    }
}
