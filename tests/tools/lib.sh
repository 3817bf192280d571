# Sourced by the tests of the tools: where they are, a folder of this test alone, and how an expectation fails.
# Not for: tests of the library (Catch2).
# shellcheck shell=bash
#
# Each test is called as NAME_test.sh SOURCE_DIR BIN_DIR FAULT_LIBRARY, and ends with `finish`.

set -uo pipefail
SOURCE="$1" BIN="$2" FAULT="${3:-}"
readonly SOURCE BIN FAULT
cd "$SOURCE" || exit 1
TMP="$(cd "$(mktemp -d)" && pwd -P)"
readonly TMP
trap 'clean_up' EXIT
clean_up() {
  mountpoint -q "$TMP/disk" 2> /dev/null && umount "$TMP/disk"
  rm -rf "$TMP"
}

DISTILL="$BIN/udrl-distill" TRAIN="$BIN/udrl-train" GENERATE="$BIN/udrl-generate" EVAL="$BIN/udrl-eval" SERVE="$BIN/udrl-serve"
EXPORT="$BIN/udrl-export"
SCORED="$SOURCE/tests/tools/data/scored"
TEACHER="$SOURCE/models/smollm2-135m-instruct.q4_1.gguf"
MINILM="$SOURCE/models/all-minilm-l6-v2.f32.gguf"
# shellcheck disable=SC2034
readonly DISTILL TRAIN GENERATE EVAL SERVE EXPORT SCORED TEACHER MINILM
export ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS:-}"  # fault.cpp is preloaded

failures=0
checks=0

# fail NAME WHAT: counted; what was printed by the last `run` is shown.
fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s: %s\n' "$1" "$2"
  [[ ! -s "$TMP/output" ]] || sed 's/^/    | /' "$TMP/output"
}

# run COMMAND...: status in $got, all output in $output.
run() {
  "$@" > "$TMP/output" 2>&1 < /dev/null
  got=$?
  output="$(< "$TMP/output")"
}

# expect NAME STATUS TEXT... -- COMMAND...: the exit status, and texts that must all be in the output.
expect() {
  local name="$1" status="$2" texts=() text
  shift 2
  while [[ "$1" != -- ]]; do texts+=("$1"); shift; done
  shift
  run "$@"
  expect_last "$name" "$status" "${texts[@]}"
}

# The same for what `run` did last.
expect_last() {
  local name="$1" status="$2" text
  shift 2
  checks=$((checks + 1))
  [[ "$got" -eq "$status" ]] || { fail "$name" "exit status $got, expected $status"; return 1; }
  for text in "$@"; do
    [[ "$output" == *"$text"* ]] || { fail "$name" "no \"$text\" in the output"; return 1; }
  done
}

# holds NAME COMMAND...: the command succeeds.
holds() {
  local name="$1"
  shift
  checks=$((checks + 1))
  run "$@"
  [[ "$got" -eq 0 ]] || fail "$name" "$*"
}

# same_files NAME A B FILE...: byte for byte.
same_files() {
  local name="$1" a="$2" b="$3" file
  shift 3
  for file in "$@"; do holds "$name: $file" cmp "$a/$file" "$b/$file"; done
}

# same_output A B: two output folders of a stage hold the same, drafts of killed writes and the manifest's command line
# (which names the folder) apart.
same_output() { diff <(comparable "$1") <(comparable "$2") > "$TMP/output"; }
comparable() {
  (cd "$1" && find . -type f ! -name manifest.json ! -name '.*.tmp-*' -exec sha256sum {} + | sort -k2)
  grep -v '"command_line"' "$1/manifest.json"
}

# goes_on NAME STAGE OUT: the stage ends in OUT as it did undisturbed in $TMP/whole-STAGE.
goes_on() {
  expect "$1: goes on" 0 -- "$2" "$3" || return
  checks=$((checks + 1))
  same_output "$TMP/whole-$2" "$3" || fail "$1" "other bytes than undisturbed"
}

# Names and hashes of all files below folders.
fingerprint() { find "$@" -type f -exec sha256sum {} + | sort; }

# Lines of a folder of shards.
lines_of() { cat "$1"/part-*.jsonl 2> /dev/null | wc -l; }

# with_fault ACTION:N FOLDER COMMAND...: see fault.cpp.
with_fault() {
  local fault="$1" folder="$2"
  shift 2
  (
    export LD_PRELOAD="$FAULT" UDRL_FAULT="$fault" UDRL_FAULT_UNDER="$folder"
    "$@"
  )
}

# disturb ACTION:N COMMAND: run on a fresh folder, $out, in which the Nth change is the fault.
disturb() {
  out="$TMP/$2-$1"
  mkdir "$out"
  run with_fault "$1" "$out" "$2" "$out"
}

# interrupt READY COMMAND...: run, sent what Ctrl-C sends once READY (a command) holds. The COMMAND begins its tool with
# ${EXEC:-}, so that the signal reaches the tool and no shell.
interrupt() {
  local ready="$1"
  shift
  EXEC=exec "$@" > "$TMP/output" 2>&1 < /dev/null &
  until "$ready" || ! kill -0 $! 2> /dev/null; do sleep 0.05; done
  kill "-${SIGNAL:-INT}" $!
  wait $!
  got=$?
  output="$(< "$TMP/output")"
}
# A READY for stages that answer: progress shows the first answer.
has_answered() { grep -qE ' [0-9]+ of [0-9]+ ' "$TMP/output"; }

# comes_up PROCESS READY...: waits for READY (a command) to hold, a minute at most; fails where the process ends before.
comes_up() {
  local process="$1" _
  shift
  for _ in {1..1200}; do
    ! "$@" > /dev/null 2>&1 || return 0
    kill -0 "$process" 2> /dev/null || return 1
    sleep 0.05
  done
  return 1
}

# A disk of so many KiB at $TMP/disk, where this user may mount one.
mount_disk() {
  mkdir -p "$TMP/disk"
  mount -t tmpfs -o "size=$1k" tmpfs "$TMP/disk" 2> /dev/null
}

# The tag stage on the committed records: few, so every command counts as supported.
tag() {
  local out="$1"
  shift
  "$DISTILL" tag --input "$SCORED" --out "$out" --bins "${BINS:-3}" --valid-fraction 0.2 --test-fraction 0.2 --support.at-least 1 \
    --support.reach 8 --support.top-at-least 1 "$@"
}

# Scores that need no model.
score() {
  local out="$1"
  shift
  "$DISTILL" score --input "$SCORED" --out "$out" --scorers copying,repetition --block 16 "$@"
}

# The same in fewer, larger blocks.
short_score() { "$DISTILL" score --input "$SCORED" --out "$1" --scorers copying,repetition --block 24; }

# The smallest student that goes through all of training: a few seconds. `EXEC=exec train … &` has the tool's own id in $!.
train() {
  local out="$1" data="$2"
  shift 2
  ${EXEC:-} "$TRAIN" --data "$data" --out "$out" --steps "${STEPS:-12}" --valid-every "${VALID:-6}" --save-every "${SAVE:-4}" --valid-records 16 --model.layers 1 \
    --model.width 32 --model.heads 2 --model.context-length 128 --model.vocab 640 --batch.step-tokens 512 \
    --batch.micro-tokens "${MICRO:-256}" "$@"
}

# own_answers STUDENT TAGGED OUT: a student's own answers, judged and tagged, in OUT/tagged, for its critic. One that has
# learned nothing neither copies nor repeats, and all its answers would be worth the same: how long they are counts instead.
own_answers() {
  local common=(--threads 1 --quiet)
  "$DISTILL" answer --student "$1" --intents "$2/train" --out "$3/answers" --tasks image --draws 16 --slots 1 "${common[@]}" &&
    "$DISTILL" score --input "$3/answers" --out "$3/scored" --scorers copying,repetition "${common[@]}" &&
    sed -E -i 's/("repetition":[^}]*)\},"words":([0-9]+)/\1,"relevance":0.\2},"words":\2/' "$3"/scored/part-*.jsonl &&
    "$DISTILL" tag --input "$3/scored" --out "$3/tagged" --weights relevance=1 --bins 3 --valid-fraction 0 --test-fraction 0 \
      --support.at-least 1 --support.reach 8 --support.top-at-least 1 "${common[@]}"
}

# critic FOLDER: of a student that is put there first, $TMP/student, from its $TMP/own/tagged.
critic() {
  [[ -e "$1/student.gguf" ]] || { mkdir -p "$1" && LD_PRELOAD='' cp -r "$TMP/student/." "$1"; } || return
  "$DISTILL" critic --data "$TMP/own/tagged" --student "$1" --threads 1
}

# tiny_teachers FOLDER: FOLDER/NAME.gguf of each family that serves as a teacher, tiny and random (tests/lm/chat_models.py).
tiny_teachers() {
  mkdir -p "$1"
  run "${UDRL_PYTHON:-$SOURCE/.deps/venv/bin/python}" "$SOURCE/tests/lm/chat_models.py" write "$1"
  [[ "$got" -ne 77 && "$got" -ne 127 ]] || skip "$output"
  expect_last "tiny models" 0 || finish
}

skip() {
  printf 'skipped: %s\n' "$1"
  exit 77
}

# need_model FILE...: skips the test where set-up has not fetched them.
need_model() {
  local file
  for file in "$@"; do [[ -f "$file" ]] || skip "no ${file#"$SOURCE"/}; scripts/setup.sh --models ci fetches it"; done
}

finish() {
  printf '%d checks, %d failures\n' "$checks" "$failures"
  exit $((failures > 0))
}
