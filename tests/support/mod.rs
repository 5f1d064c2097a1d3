//! What the journeys share: a browser without scripts, an installation with the real binary, and a box served in the test.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

pub mod http;
pub mod installation;
pub mod served;
