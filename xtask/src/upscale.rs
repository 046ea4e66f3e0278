//! Files of pictures through a network.

mod crew;
mod inputs;
mod job;
mod memory;
mod network;
mod proof;

pub(crate) use self::{
    crew::{Crew, Outcome},
    inputs::{Task, find},
    job::{Job, Way},
    memory::bytes,
    network::{Chosen, choose},
};
