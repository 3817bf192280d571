#!/usr/bin/env bash
# Fuzzes the parsers of what comes from outside (tests/fuzz): builds the preset `fuzz` and runs each target for a while, as
# many at a time as there are cores.
#
# For: CI (scripts/test.sh --fuzz), and longer by hand. One line a target: inputs tried, edges of the code that they
#   reached, findings. An input that breaks a parser (a fault, an exception that is no Error, a leak, more than 10 s or
#   1 GiB) is kept, its place is printed, and the script fails.
# Not for: the first build on a machine (scripts/setup.sh); compilers but clang (Debian and Ubuntu: clang
#   libclang-rt-dev); which lines the inputs reach (scripts/fuzz_coverage.py).
#
# Usage: fuzz.sh [--seconds N] [--runs N] [--seed N] [--no-build] [TARGET...]
#   TARGET        a file of tests/fuzz without its ending, such as records; default: all
#   --seconds N   of each target (20; with --runs alone: no limit)
#   --runs N      inputs of each target; with --seconds: what ends first
#   --seed N      nearly the same inputs each time, from the same corpora: addresses and timing play a part still
#   --no-build    all is built: run at once
#   New inputs that reach further are kept in build/fuzz/corpus and used again; tests/fuzz/corpus is never written to.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

SECONDS_EACH=""
RUNS=-1
SEED=0  # another one each time
BUILD=true
TARGETS=()

whole_number() { [[ "$2" =~ ^[1-9][0-9]*$ ]] || die "$1 needs a whole number above 0, not '$2'"; }

parse_arguments() {
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --seconds) whole_number "$1" "${2:-}"; SECONDS_EACH="$2"; shift 2 ;;
      --seed) whole_number "$1" "${2:-}"; SEED="$2"; shift 2 ;;
      --runs) whole_number "$1" "${2:-}"; RUNS="$2"; shift 2 ;;
      --no-build) BUILD=false; shift ;;
      --help | -h) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
      -*) die "unknown option $1" "See scripts/fuzz.sh --help." ;;
      *) [[ -f "$ROOT/tests/fuzz/$1.cpp" ]] || die "no such target: $1" "Targets: $(all_targets | tr '\n' ' ')"
         TARGETS+=("$1"); shift ;;
    esac
  done
  [[ -n "$SECONDS_EACH" || "$RUNS" != -1 ]] || SECONDS_EACH=20
}

all_targets() { find "$ROOT/tests/fuzz" -name '*.cpp' -printf '%f\n' | sed 's/\.cpp$//' | sort; }

build() {
  command -v clang++ > /dev/null || die "no clang++" "Install it with libFuzzer: scripts/setup.sh --with-fuzzers"
  quietly "$DEPS/configure.log" cmake --preset fuzz || die "cmake --preset fuzz failed"
  cmake --build --preset fuzz --target "${TARGETS[@]/#/fuzz_}"
}

# Records, lists and requests are short; a model's header is longer.
longest_input() { case "$1" in tokenizer_* | token_store | gguf | shards) echo 16384 ;; *) echo 4096 ;; esac; }

# Words that a target's inputs are likely to hold; "" for bytes of another kind.
dictionary_of() {
  case "$1" in
    toml | task) echo tests/fuzz/toml.dict ;;
    tables | tokenizer_model | token_store | gguf) ;;
    *) echo tests/fuzz/json.dict ;;
  esac
}

# The last number behind a word of libFuzzer's log, or 0.
last_number() { sed -n "s/.*$1 *\([0-9]\{1,\}\).*/\1/p" "$2" | tail -n 1 | grep . || echo 0; }

# What an exception, a sanitizer or libFuzzer itself says of the end.
reason_in() { { grep -m 1 -E 'what\(\):|runtime error:|ERROR: AddressSanitizer' "$1" || grep -m 1 'SUMMARY:' "$1" || echo "see the log"; } | cut -c1-200 | sed 's/^ *//'; }

# Everything but what was found goes to a log; 0 where nothing was found.
run() {
  local target=$1 log="build/fuzz/$1.log" found="build/fuzz/findings/$1-" status=0
  local options=(-rss_limit_mb=1024 -timeout=10 "-max_len=$(longest_input "$1")" -print_final_stats=1 -runs="$RUNS" -seed="$SEED"
                 "-artifact_prefix=$found")
  [[ -z "$SECONDS_EACH" ]] || options+=("-max_total_time=$SECONDS_EACH")
  [[ -z "$(dictionary_of "$target")" ]] || options+=("-dict=$(dictionary_of "$target")")
  mkdir -p "build/fuzz/corpus/$target" build/fuzz/findings
  "build/fuzz/bin/fuzz_$target" "${options[@]}" "build/fuzz/corpus/$target" "tests/fuzz/corpus/$target" > "$log" 2>&1 || status=$?
  local tried covered
  tried="$(last_number 'stat::number_of_executed_units:' "$log")"
  covered="$(last_number 'cov:' "$log")"
  if [[ $status == 0 ]]; then
    printf '%-16s %9s inputs  %6s edges  nothing found\n' "$target" "$tried" "$covered"
    return 0
  fi
  # In one piece: others print too.
  printf '%-16s %9s inputs  %6s edges  FOUND: %s\n    input: %s\n    again: %s\n    log:   %s\n' "$target" "$tried" "$covered" \
    "$(reason_in "$log")" "$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1 | grep . || echo "none was kept")" \
    "build/fuzz/bin/fuzz_$target INPUT" "$log"
  return 1
}

parse_arguments "$@"
cd "$ROOT"
[[ ${#TARGETS[@]} -gt 0 ]] || mapfile -t TARGETS < <(all_targets)
[[ "$BUILD" == false ]] || { step "build (fuzz)"; build; }
step "fuzz"
TMPDIR="$(mktemp -d /dev/shm/udrl-fuzz.XXXXXX)"
export TMPDIR
trap 'rm -rf "$TMPDIR" "$DEPS"/tmp.$$.*' EXIT
export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1" ASAN_OPTIONS="allocator_may_return_null=0:detect_stack_use_after_return=0"
for target in "${TARGETS[@]}"; do
  while (($(jobs -pr | wc -l) >= $(nproc))); do wait -n || true; done
  { run "$target" || touch "$TMPDIR/failed"; } &
done
wait
[[ ! -e "$TMPDIR/failed" ]]
