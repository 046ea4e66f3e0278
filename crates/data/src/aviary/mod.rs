//! Birds drawn by the program.
