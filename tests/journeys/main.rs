//! Journeys through the real binary and over real sockets, from a person's browser to the desk and back.
//!
//! One program, because each links the whole crate. Its tests run at the same time: none changes this process's
//! environment or working directory, each has a directory of its own, and ports are the kernel's choice.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod altered;
mod bad_days;
mod bad_machines;
mod both_browsers;
mod box_backup;
mod browser;
mod by_hand;
mod carrying;
mod carrying_cut;
mod carrying_strangers;
mod codes;
mod crash;
mod crowd;
mod demo;
mod desk_approve;
mod desk_aside;
mod desk_browser;
mod desk_carry;
mod desk_decide;
mod desk_decide_browser;
mod desk_journey;
mod desk_kept;
mod desk_letters;
mod desk_many;
mod desk_open;
mod desk_queue;
mod desk_queue_browser;
mod desk_report;
mod desk_team;
mod desk_traces;
mod desk_wider;
mod desk_working;
mod drill;
mod entered;
mod entered_later;
mod faults;
mod fixtures;
mod flood;
mod forensic;
mod fuzz;
mod handover;
mod hostile;
mod journey_pages;
mod limits;
mod nginx;
mod onion;
mod own_copy;
mod pages;
mod poster;
mod round;
mod seizure;
mod setup;
mod slow_line;
mod status_pages;
mod text_browser;
mod tls;
mod told;
mod traced;
mod unsound;
mod well;
mod wire;
mod working_day;
