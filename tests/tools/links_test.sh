#!/usr/bin/env bash
# Only udrl-train loads LibTorch (434 MB); the other tools start without it. Not for: which room links what.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Everything that the loader brings in, or would if it could find it.
libraries_of() { { ldd "$1"; readelf -d "$1" | grep NEEDED; } 2>&1; }

for tool in "$DISTILL" "$GENERATE" "$EVAL" "$SERVE"; do
  holds "${tool##*/} is there" test -x "$tool"
  libraries_of "$tool" > "$TMP/output"
  checks=$((checks + 1))
  if grep -Eq 'libtorch|libc10' "$TMP/output"; then fail "${tool##*/}" "loads LibTorch"; fi
  grep -q 'libstdc++' "$TMP/output" || fail "${tool##*/}" "its libraries cannot be listed"
done
libraries_of "$TRAIN" > "$TMP/output"
checks=$((checks + 1))
grep -q 'libtorch_cpu' "$TMP/output" || fail "udrl-train" "does not load LibTorch: the test sees nothing"
finish
