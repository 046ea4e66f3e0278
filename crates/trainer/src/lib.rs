//! Loops, optimizers, schedules, checkpoints, evaluation.
