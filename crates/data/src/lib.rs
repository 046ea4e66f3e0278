//! Data sets, splits, degradation, patches, augmentation, batches.
