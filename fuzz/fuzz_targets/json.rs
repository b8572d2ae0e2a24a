#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mcp_check::fuzzing::json(bytes));
