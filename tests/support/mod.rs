//! What the journeys share: a browser without scripts, and an installation with the real binary.

pub(crate) mod http;
pub(crate) mod installation;
