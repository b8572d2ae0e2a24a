//! Replays `fuzz/corpus/` through the bodies of the fuzz targets.

use std::fs;
use std::path::Path;

use mcp_check::fuzzing;

type Body = fn(&[u8]);

#[test]
fn the_corpus_holds() {
    let bodies: [(&str, Body); 6] = [
        ("json", fuzzing::json),
        ("sse", fuzzing::sse),
        ("message", fuzzing::message),
        ("script", fuzzing::script),
        ("session", fuzzing::session),
        ("transcript", fuzzing::transcript),
    ];
    for (target, body) in bodies {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpus")
            .join(target);
        let mut seen = 0;
        for entry in fs::read_dir(&folder).unwrap() {
            body(&fs::read(entry.unwrap().path()).unwrap());
            seen += 1;
        }
        assert!(seen > 0, "fuzz/corpus/{target} is empty");
    }
}
