#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| candour_fuzz::try_bytes("prose", bytes));
