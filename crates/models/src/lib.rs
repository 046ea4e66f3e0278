//! Networks, one file each, their configs and their weights.
