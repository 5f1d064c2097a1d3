//! The desk's commands.
