//! The box's pages.
