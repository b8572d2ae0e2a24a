#!/usr/bin/env bash
# Rewrites src/checks/mod.rs, the list of all checks, from the files under src/checks.
# With --check it changes nothing and fails when the list is out of date.
set -eu
cd "$(dirname "$0")/.."

list() {
  find src/checks -mindepth 2 -name '*.rs' | LC_ALL=C sort
}

emit() {
  echo '//! Every check, one file each. Written by `scripts/regenerate.sh`; do not edit.'
  echo
  echo 'use crate::check::Entry;'
  local area previous=''
  list | while read -r file; do
    area=$(basename "$(dirname "$file")")
    if [ "$area" != "$previous" ]; then
      [ -z "$previous" ] || echo '}'
      printf '\nmod %s {\n' "$area"
      previous=$area
    fi
    printf '    pub(super) mod %s;\n' "$(basename "$file" .rs)"
  done
  [ -z "$(list)" ] || echo '}'
  cat <<'RUST'

macro_rules! entries {
    ($($id:literal $file:literal $area:ident $name:ident;)*) => {
        vec![$(Entry {
            id: $id,
            source: include_str!($file),
            check: &$area::$name::CHECK,
        },)*]
    };
}

/// All checks, by id.
#[expect(clippy::too_many_lines, reason = "one line a check")]
pub fn all() -> Vec<Entry> {
    entries! {
RUST
  list | while read -r file; do
    local path=${file#src/checks/} area name
    area=${path%%/*}
    name=$(basename "$path" .rs)
    printf '        "%s/%s" "%s" %s %s;\n' "${area//_/-}" "${name//_/-}" "$path" "$area" "$name"
  done
  echo '    }'
  echo '}'
}

if [ "${1:-}" = --check ]; then
  if ! diff -u src/checks/mod.rs <(emit); then
    echo 'src/checks/mod.rs is out of date: run scripts/regenerate.sh' >&2
    exit 1
  fi
else
  emit > src/checks/mod.rs.new
  mv src/checks/mod.rs.new src/checks/mod.rs
fi
