//! What a run leaves behind: folder, manifest, metrics rows, provenance, atomic commit.
