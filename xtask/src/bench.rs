//! Speed and memory of the networks: ours against candle as it comes and, where a Python has them, PyTorch and
//! onnxruntime.
//!
//! Every engine works in a process of its own, so that its peak memory is its own; the processes take turns, so that
//! whatever else the machine does falls on all of them alike.

pub(crate) mod workloads;

mod networks;

pub(crate) mod engines;

mod measure;
mod peers;
mod worker;

mod table;

pub(crate) use measure::{Measured, Measurement, measure};
pub(crate) use peers::Peers;
pub(crate) use table::table;
pub(crate) use worker::{Worker, serve};
