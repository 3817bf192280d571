#!/usr/bin/env bash
# What set-up does with a build of llama.cpp that does not work on this processor: fewer instruction sets, and again; and where
# none works, an error that names processor, compiler and cure.
#
# The builds are links to the one that set-up made; only the self-test is compiled. Usage: self_test_test.sh SOURCE_DIR
set -uo pipefail
readonly SOURCE="$1"
COPY="$(mktemp -d)"
trap 'rm -rf "$COPY"' EXIT
mkdir "$COPY/.deps"
cp -r "$SOURCE/scripts" "$COPY/"
for folder in src tools cmake; do ln -s "$SOURCE/$folder" "$COPY/$folder"; done
unset UDRL_PLANT_FAULT UDRL_SETUP_LOCKED CMAKE_ARGS
failures=0

# What set-up calls to build, but that it links what is there. Leaves the variants that were built in the file `built`.
cat > "$COPY/set_up.sh" << 'END'
source "$(dirname "$0")/scripts/lib/common.sh"
source "$ROOT/scripts/lib/llama.sh"
build_llama() {
  echo "$2" >> "$ROOT/built"
  mkdir -p "$1/prefix"
  ln -sf "$REAL"/include "$REAL"/lib "$1/prefix/"
  printf '%s' "$2" > "$1/prefix/variant"
}
build_llama_that_works
echo "took $(cat "$(llama_prefix)/variant")"
END

# expect NAME STATUS FAULT TEXT...
expect() {
  local name="$1" status="$2" fault="$3" output got text
  shift 3
  rm -rf "$COPY"/.deps/llama-* "$COPY/built"
  output="$(UDRL_PLANT_FAULT="$fault" REAL="$SOURCE/.deps/llama-$("$SOURCE/scripts/llama_key.sh")" bash "$COPY/set_up.sh" 2>&1)" && got=0 || got=$?
  for text in "$@"; do
    if [[ "$got" -ne "$status" || "$output" != *"$text"* ]]; then
      printf 'FAILED: %s: status %s (expected %s, "%s"), output:\n%s\n' "$name" "$got" "$status" "$text" "$output"
      failures=$((failures + 1))
    fi
  done
}

tried() {
  [[ "$(paste -sd ' ' "$COPY/built")" == "$1" ]] || { echo "FAILED: built $(paste -sd ' ' "$COPY/built"), not $1"; failures=$((failures + 1)); }
}

# The next variant that makes sense on this processor.
second=baseline
! grep -qm1 avx2 /proc/cpuinfo || second=avx2
! grep -qm1 amx_tile /proc/cpuinfo || second=without-amx

expect "a build that works is taken" 0 "" "took native"
tried native
expect "one that dies is built again with fewer instruction sets" 0 native "native: it dies of an illegal instruction" "took $second"
tried "native $second"
expect "none works" 1 native,without-amx,avx2,baseline "no build of llama.cpp works on this processor" "processor:" "compiler:" "CXX=clang++"
[[ -z "$(find "$COPY/.deps" -maxdepth 1 -name 'llama-????????????')" ]] || { echo "FAILED: a build that does not work was kept"; failures=$((failures + 1)); }

# LibTorch, in set-up's own environment of Python.
if [[ -x "$SOURCE/.deps/venv/bin/python" ]]; then
  ln -s "$SOURCE/.deps/venv" "$COPY/.deps/venv"
  cat > "$COPY/set_up.sh" << 'END'
source "$(dirname "$0")/scripts/lib/common.sh"
source "$ROOT/scripts/lib/python.sh"
torch_choice() { echo "for this test: $UDRL_PLANT_FAULT"; }
UDRL_SELF_TEST_FAULT="$UDRL_PLANT_FAULT" test_torch
echo "LibTorch is right"
END
  expect "LibTorch is tried" 0 "" "LibTorch is right"
  expect "LibTorch multiplies wrongly" 1 wrong "does not multiply rightly" "error 1" "processor:" "ONEDNN_MAX_CPU_ISA"
  expect "LibTorch dies" 1 death "(status 132)" "UDRL_TORCH"
fi
rm -f "$SOURCE/.deps/venv/.udrl-tested-$(echo "for this test: " | sha256sum | cut -c1-12)"-*
exit $((failures > 0))
