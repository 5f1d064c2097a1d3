//! What the journeys share: a browser without scripts, an installation with the real binary, and a box served in the
//! test.

#![expect(dead_code, reason = "each test file uses its own part")]

pub(crate) mod generator;
pub(crate) mod http;
pub(crate) mod installation;
pub(crate) mod served;
