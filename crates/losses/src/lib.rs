//! Training losses, one function each.
