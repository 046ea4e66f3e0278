//! Loading as the command line does it: files in a folder, arguments, and what is printed.

mod sample;

mod layers;
mod mistakes;

mod anything;
