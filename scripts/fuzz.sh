#!/usr/bin/env bash
# Fuzzes one target for some seconds with the stable compiler: scripts/fuzz.sh TARGET [SECONDS]
# Coverage comes from LLVM's own pass; there is no sanitizer, which safe code does not miss.
set -e
cd "$(dirname "$0")/../fuzz"
target=${1:?TARGET: json sse message script session transcript}
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
triple=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --target "$triple" --bin "$target"
mkdir -p artifacts target/found-"$target"
exec "target/$triple/release/$target" -max_total_time="${2:-60}" -artifact_prefix=artifacts/ target/found-"$target" corpus/"$target"
