#!/usr/bin/env bash
# Sets up what is missing, builds, and runs the tests: unit tests, and the smoke run of the whole pipeline.
#
# For: a newcomer, and every CI (.ci/run and the hosted workflow call this). The last lines are ctest's own.
# Not for: the slow tests (label slow): ctest --test-dir build/release -L slow
#
# Usage: test.sh [--fast] [--preset NAME] [--fuzz | --no-fuzz] [--no-setup] [--help]
#   --fast          the unit tests alone (about a minute), without the smoke run
#   --preset NAME   release (default), debug, sanitize (addresses and undefined behaviour) or tsan: the thread sanitizer, for
#                   the tests of what runs in threads (cmake/tsan.supp says what it must not see)
#   --fuzz          then also the fuzzers: built with clang, which set-up installs for them, and each tried
#                   with 10,000 inputs or for 20 s, what ends first (scripts/fuzz.sh runs them longer). The default where the variable CI is true, without
#                   --fast and --preset
#   --no-fuzz       no fuzzers, in CI either
#   --no-setup      all is known to be there: build and test at once
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

PRESET=release
LABELS='^(fast|smoke)$'
SETUP=true
FUZZ=""

parse_arguments() {
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --fast) LABELS='^fast$'; shift ;;
      --preset) PRESET="${2:?--preset needs release, debug, sanitize or tsan}"; shift 2 ;;
      --fuzz) FUZZ=true; shift ;;
      --no-fuzz) FUZZ=false; shift ;;
      --no-setup) SETUP=false; shift ;;
      --help | -h) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
      *) die "unknown option $1" "See scripts/test.sh --help." ;;
    esac
  done
}

# step WHAT, and how long everything before it took: where the time of a CI goes.
timed_step() { step "$1, after $((SECONDS / 60))m $((SECONDS % 60))s"; }

build() {
  timed_step "build ($PRESET)"
  quietly "$DEPS/configure.log" cmake --preset "$PRESET" || die "cmake --preset $PRESET failed"
  cmake --build --preset "$PRESET"
  [[ "$PRESET" != release ]] || cmake --build --preset "$PRESET" --target all_verify_interface_header_sets  # each alone
}

# As many tests at a time as there are cores; those of real models, which use every core, run alone (RUN_SERIAL). Threads
# that wait for others sleep: those that spin take the core from another test (OMP_WAIT_POLICY).
run_tests() {
  timed_step "tests ($PRESET)"
  export UDRL_PYTHON="$VENV/bin/python" OMP_WAIT_POLICY=passive
  ctest -j "$(nproc)" --test-dir "build/$PRESET" -L "$LABELS" --output-on-failure --no-tests=error --no-label-summary
}

# In CI, or where it is asked for: a person who waits for the tests is spared another compiler and five minutes. Where clang
# cannot be had set-up stops and says what to install, in CI too: a check that skips itself is not missed by anybody.
does_fuzz() {
  [[ -n "$FUZZ" ]] || [[ "${CI:-}" != true || "$PRESET" != release || "$LABELS" != *smoke* ]] || FUZZ=true
  [[ "$FUZZ" == true ]]
}

parse_arguments "$@"
cd "$ROOT"
extra=()
if does_fuzz; then extra=(--with-fuzzers); fi
[[ "$SETUP" == false ]] || scripts/setup.sh --models ci --with-tests "${extra[@]}"
scripts/format.sh --check
build
run_tests
if does_fuzz; then
  timed_step "fuzzers"
  scripts/fuzz.sh --runs 10000 --seconds 20 --seed 1
fi
timed_step "all is well"
