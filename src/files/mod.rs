//! Files that are there whole or not at all, and the one shape of tar that is carried between box and desk.

mod atomic;
mod directory;
mod own;
mod parts;
pub mod tarball;

pub use atomic::{
    FileError, NewFile, Readers, create_private_directory, create_team_directory, empty_shared, erase, hold_directory,
    move_over, open_or_create_shared, open_ordinary, open_shared, partial_path, read, read_ordinary,
    read_ordinary_text, read_shared, read_text, refuse_existing, remove, remove_tree, rename_new, replace,
    replace_unsynced, sync_all_below, sync_directory, write_new,
};
pub use directory::{close_directory, directory_mode, is_shared, names_in, refuse_inside};
pub use own::{check_own_shared, read_own, read_own_shared, read_own_text, read_unexposed, this_account};
pub use parts::{number_in_name, part_path, parts_beside, parts_meant};
