//! The offline desk.
