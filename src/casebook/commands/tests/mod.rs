//! Commands on one casebook: what is decided, and several members.

mod decide;
mod team;
