//! A golden file per command outcome: `tests/cmd` is walked, and each file runs in an empty directory of its own.

use std::{env, fs, path::Path};

#[test]
fn every_command_says_what_its_golden_file_says() {
    let golden = env::current_dir().unwrap().join("tests/cmd");
    let mut files: Vec<_> = fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let directory = tempfile::tempdir().unwrap();
        // The only test of this process, so nobody else is surprised.
        env::set_current_dir(directory.path()).unwrap();
        let cases = trycmd::TestCases::new();
        // What an operator does between commands.
        for tool in ["cp", "mkdir", "chmod", "ls", "cat", "touch", "rm", "mv"] {
            cases.register_bin(tool, Path::new("/bin").join(tool));
        }
        cases.env("RUST_BACKTRACE", "0").env("LC_ALL", "C").case(file).run();
    }
}
