#!/usr/bin/env bash
# Brings everything that udrl needs to build and run: system packages, LibTorch, llama.cpp, models.
#
# Safe to run again: what is there is skipped. demo.sh and test.sh call it. All but the system packages goes
# into .deps/ and models/, which git ignores: remove them, and nothing is left.
#
# Usage: setup.sh [--models ci|demo|all|none] [--with-tests] [--with-fuzzers] [--plan] [--help]
#   --models SET   which models to fetch (default demo; scripts/fetch_models.sh --list shows them)
#   --with-tests   also what only the tests need (transformers; on Debian chromium, where no password is asked for)
#   --with-fuzzers  also what scripts/fuzz.sh needs: clang and its libFuzzer
#   --plan         print what would be done and needed, and stop
# Variables:
#   UDRL_TORCH         another build of LibTorch: a pip requirement, a wheel file, an index URL, or none
#                      (then CMAKE_PREFIX_PATH names yours); see scripts/lib/python.sh
#   CMAKE_ARGS         options of the llama.cpp build, for example -DGGML_CUDA=on
#   UDRL_MODEL_DIR, UDRL_MODEL_URL   where models are looked for first; see scripts/fetch_models.sh
#   CXX                the compiler: g++ >= 12 or clang >= 14
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
source "$ROOT/scripts/lib/system.sh"
source "$ROOT/scripts/lib/python.sh"
source "$ROOT/scripts/lib/llama.sh"

MODEL_SET=demo
PYTHON_KIND=plain
EXTRA_PACKAGES=()
PLAN_ONLY=false

parse_arguments() {
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --models) MODEL_SET="${2:?--models needs ci, demo, all or none}"; shift 2 ;;
      --with-tests) PYTHON_KIND=with-tests; shift ;;
      --with-fuzzers) EXTRA_PACKAGES=("${FUZZ_PACKAGES[@]}"); shift ;;
      --plan) PLAN_ONLY=true; shift ;;
      --help | -h) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
      *) die "unknown option $1" "See scripts/setup.sh --help." ;;
    esac
  done
  [[ "$MODEL_SET" =~ ^(ci|demo|all|none)$ ]] || die "--models $MODEL_SET" "expected ci, demo, all or none"
}

DOWNLOAD_SUM=0
DISK_SUM=0

# row WHAT DOWNLOAD_MB DISK_MB
row() { printf '  %-62s %5d MB  %5d MB\n' "$@"; }

# needs WHAT DOWNLOAD_MB DISK_MB: one row of the plan, added to the sums.
needs() {
  row "$@"
  DOWNLOAD_SUM=$((DOWNLOAD_SUM + $2))
  DISK_SUM=$((DISK_SUM + $3))
}

# Disk figures include what is needed only while installing.
print_plan() {
  local models
  models="$("$ROOT/scripts/fetch_models.sh" --missing "$MODEL_SET")"
  say "What is missing, to download and on the disk:"
  local browser=0
  [[ " ${MISSING_PACKAGES[*]} " != *" chromium "* ]] || browser=1
  [[ ${#MISSING_PACKAGES[@]} -eq $browser ]] || needs "$((${#MISSING_PACKAGES[@]} - browser)) system packages, and what they need" 150 650
  ((browser == 0)) || needs "chromium, and what it needs" 115 420
  python_is_ready "$PYTHON_KIND" || needs "Python environment with LibTorch (a CUDA build: 8000 MB)" 260 1250
  llama_source_is_ready || needs "llama.cpp, source" 77 300
  llama_build_is_ready || needs "llama.cpp, built here (2 to 4 minutes)" 0 250
  [[ "$models" == "0 0" ]] || needs "models: $MODEL_SET" "${models% *}" "$((${models#* } + 400))"
  row together "$DOWNLOAD_SUM" "$DISK_SUM"
}

check_disk() {
  local free
  free="$(free_mb "$DEPS")"
  say "free on this disk: $free MB"
  ((free > DISK_SUM)) || die "not enough room: $DISK_SUM MB needed, $free MB free" \
    "Make room, or clone udrl onto a larger disk, then run this script again."
}

main() {
  parse_arguments "$@"
  [[ "$ROOT" != *[[:space:]]* ]] || die "the checkout's path has a space: $ROOT" "llama.cpp does not build in it: move the checkout."
  find_missing_packages "$PYTHON_KIND" "${EXTRA_PACKAGES[@]}"
  print_plan
  [[ "$PLAN_ONLY" == false ]] || exit 0
  if ((DISK_SUM > 0)); then check_disk; fi
  ask_for_privileges
  take_lock
  install_missing_packages
  check_compiler
  install_python "$PYTHON_KIND"
  install_llama
  "$ROOT/scripts/fetch_models.sh" "$MODEL_SET"
  say "set-up: done"
}

main "$@"
