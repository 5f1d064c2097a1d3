//! What the journeys share: a browser without scripts, an installation with the real binary, a box served in the test, the
//! desk opened in a browser, and the memory of a process.

#![expect(dead_code, reason = "each test file uses its own part")]

pub(crate) mod desk;
pub(crate) mod generator;
pub(crate) mod http;
pub(crate) mod installation;
pub(crate) mod memory;
pub(crate) mod served;
