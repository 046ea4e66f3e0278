//! `upscale` as a person runs it: every kind of picture, odd names, and what is refused.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that goes wrong")]

mod command;
mod pictures;

mod every_kind;
mod inputs;
mod interrupted;
mod names;
mod networks;
