//! Commands on one casebook: what is decided, and several members.

mod answers_by_hand;
mod backed_up;
mod by_hand;
mod collections_by_hand;
mod counted_year;
mod decide;
mod entered;
mod followed_up;
mod going_on;
mod kept_beside;
mod restored;
mod team;
