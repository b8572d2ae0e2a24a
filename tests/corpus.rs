//! Real servers of other people, with verdicts that were reviewed by hand. Opt-in, because it needs
//! the servers installed: `scripts/corpus.py install NAME ...`, then
//! `cargo build --release && MCP_CHECK_CORPUS=1 cargo test --test corpus -- --nocapture`.

use std::path::Path;
use std::process::Command;

#[test]
fn reviewed_verdicts_still_hold() {
    if std::env::var_os("MCP_CHECK_CORPUS").is_none() {
        println!("SKIPPED: real servers are tested only with MCP_CHECK_CORPUS=1");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let status = Command::new("python3")
        .arg(root.join("scripts/corpus.py"))
        .args(["--binary", env!("CARGO_BIN_EXE_mcp-check"), "verify"])
        .status()
        .expect("python3 runs");
    assert!(status.success(), "verdicts differ from the reviewed ones");
}
