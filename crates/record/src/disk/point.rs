//! The names of the fail points: what a file is for, and what is done to it, as `checkpoint.rename`.

use std::fmt;

/// An enum whose variants have names.
macro_rules! named {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $type { $($(#[$doc])* $variant,)+ }

        impl $type {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its part of a fail point's name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

named! {
    /// What a file or folder of a run is for.
    Purpose {
        /// The lock of a run folder.
        Lock = "lock",
        /// A run folder itself.
        Run = "run",
        /// config.toml.
        Config = "config",
        /// data.csv, the images that a run sees.
        Data = "data",
        /// manifest.json of a run.
        Manifest = "manifest",
        /// architecture.json.
        Architecture = "architecture",
        /// metrics.csv.
        Metrics = "metrics",
        /// timing.csv.
        Timing = "timing",
        /// What TensorBoard reads.
        Events = "events",
        /// A checkpoint.
        Checkpoint = "checkpoint",
        /// weights.safetensors.
        Weights = "weights",
        /// gap.csv.
        Gap = "gap",
        /// evaluation.csv.
        Evaluation = "evaluation",
        /// The weights after some steps.
        Snapshot = "snapshot",
        /// curve.csv.
        Curve = "curve",
        /// What a study of judges found, and their verdicts.
        Judge = "judge",
        /// A picture that a comparison figure is made of.
        Picture = "picture",
        /// A comparison figure.
        Figure = "figure",
        /// A chart.
        Chart = "chart",
        /// A table.
        Table = "table",
        /// README.md of a run.
        Readme = "readme",
        /// What compares several runs.
        Comparison = "comparison",
        /// An enlarged picture.
        Enlarged = "enlarged",
        /// The file of a new experiment.
        Experiment = "experiment",
        /// What a process that died left behind.
        Leftover = "leftover",
    }
}

named! {
    /// What is done to a file or folder.
    Operation {
        /// A file is opened for writing, and made where there is none.
        Create = "create",
        /// A half of a new file's bytes is written.
        Write = "write",
        /// A half of a row's bytes is written at the end of a file.
        Append = "append",
        /// A file is flushed to the disk.
        Sync = "sync",
        /// A file or folder gets its name.
        Rename = "rename",
        /// The names in a folder are flushed to the disk.
        SyncFolder = "sync_folder",
        /// A folder is made.
        MakeFolder = "make_folder",
        /// A file or an empty folder is removed.
        Remove = "remove",
        /// A file is read.
        Read = "read",
        /// The names in a folder are listed.
        List = "list",
    }
}

/// A place where a fault can be put: every operation of a run on a file goes through one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// What the file is for.
    pub purpose: Purpose,
    /// What is done to it.
    pub operation: Operation,
}

impl Point {
    /// The point of that name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        let (purpose, operation) = name.split_once('.')?;
        let purpose = *Purpose::ALL.iter().find(|one| one.as_str() == purpose)?;
        let operation = *Operation::ALL.iter().find(|one| one.as_str() == operation)?;
        Some(Self { purpose, operation })
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.purpose.as_str(), self.operation.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_found_by_its_name() {
        for &purpose in Purpose::ALL {
            for &operation in Operation::ALL {
                let point = Point { purpose, operation };
                assert_eq!(Point::named(&point.to_string()), Some(point));
            }
        }
        for wrong in ["", "checkpoint", "checkpoint.", "checkpoint.rename ", "checkpoints.rename"] {
            assert_eq!(Point::named(wrong), None, "{wrong:?}");
        }
    }
}
