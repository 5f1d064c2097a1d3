//! What the journeys share: a browser without scripts, and an installation with the real binary.

pub mod http;
pub mod installation;
