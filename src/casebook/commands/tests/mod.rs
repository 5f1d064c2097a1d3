//! Commands of several members on one casebook.

mod team;
