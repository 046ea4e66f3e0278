use std::process::ExitCode;

/// How a command ends, for scripts and tests: the public exit codes of `cargo xtask`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitKind {
    /// Every promised file exists, decodes and has the promised size.
    Ok = 0,
    /// A bug in Plumage, worth reporting.
    Internal = 1,
    /// The command line or a configuration is wrong; nothing was written.
    Usage = 2,
    /// Some of many inputs cannot be used; they are listed.
    Partial = 3,
    /// An image or a data set is missing, unreadable, corrupt, empty or unsupported.
    Input = 4,
    /// The output could not be written: no space, no permission, an I/O error.
    Output = 5,
    /// Another live process owns the run folder.
    Locked = 6,
    /// No valid checkpoint, or one that does not match: hash, shape or format.
    Checkpoint = 7,
    /// NaN or infinity in a loss, a gradient or a weight.
    Diverged = 8,
    /// It would take more memory than the limit; nothing was begun.
    Limit = 9,
    /// Data or configuration differ from those of the checkpoint.
    Changed = 10,
    /// Ctrl-C; what was trained is committed.
    Interrupted = 130,
    /// SIGTERM; what was trained is committed.
    Terminated = 143,
}

impl ExitKind {
    /// Its name in the errors of `--json`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Internal => "internal",
            Self::Usage => "usage",
            Self::Partial => "partial",
            Self::Input => "input",
            Self::Output => "output",
            Self::Locked => "locked",
            Self::Checkpoint => "checkpoint",
            Self::Diverged => "diverged",
            Self::Limit => "limit",
            Self::Changed => "changed",
            Self::Interrupted | Self::Terminated => "stopped",
        }
    }
}

impl From<ExitKind> for ExitCode {
    fn from(kind: ExitKind) -> Self {
        Self::from(kind as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::ExitKind::*;

    #[test]
    fn the_readme_lists_every_exit_code_and_no_other() {
        let readme = include_str!("../../README.md");
        let table = readme.split("## Exit codes").nth(1).unwrap().split("##").next().unwrap();
        let first_cells = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
        let listed: Vec<u8> =
            first_cells.flat_map(|cell| cell.split(", ")).filter_map(|code| code.parse().ok()).collect();
        let kinds = [
            Ok,
            Internal,
            Usage,
            Partial,
            Input,
            Output,
            Locked,
            Checkpoint,
            Diverged,
            Limit,
            Changed,
            Interrupted,
            Terminated,
        ];
        assert_eq!(listed, kinds.map(|kind| kind as u8));
    }
}
