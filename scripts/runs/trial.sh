#!/usr/bin/env bash
# The first trial of UDRL: does the return command do what it promises? Students of 6M parameters, one seed, equal tokens,
# on the same scored data: plain SFT, best-of-n SFT, UDRL by advantage, UDRL by global return, shuffled returns (placebo),
# UDRL whose labels shun echo (masked), each with and without swaps. They answer the subjects of `valid`; test stays
# closed. Answers are scored by the scorers that made the labels and by one that made none (PMI under SmolLM2).
#
# For: docs/log.md. Cost: a core trains 100 steps in about 75 seconds (Zen 5 with bf16), and answers and scores an arm in
# four minutes; 12 arms. Stop it with Ctrl-C and start it again: it goes on.
#
# Usage: trial.sh [--run DIR] [--steps N] [--intents N] [--jobs N] [ARM]...
#                                           default: runs/trial, 550 steps, 0 (all) intents of valid, all arms
#   --jobs N   arms side by side, each with its share of the cores; default: one a core, for small models gain little
#              from a second one
# ARM: sft best-of-n advantage global masked placebo, and each with -no-swaps
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/trial
MINILM=models/all-minilm-l6-v2.f32.gguf
READER=models/smollm2-135m-instruct.q4_1.gguf
STEPS=550
INTENTS=0
CORES=$(nproc)
JOBS=$CORES
ARMS=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --run) RUN=$2; shift 2 ;;
    --steps) STEPS=$2; shift 2 ;;
    --intents) INTENTS=$2; shift 2 ;;
    --jobs) JOBS=$2; shift 2 ;;
    *) ARMS+=("$1"); shift ;;
  esac
done
[[ ${#ARMS[@]} -gt 0 ]] || ARMS=({sft,best-of-n,advantage,global,masked,placebo}{,-no-swaps})

# The tagged data that an arm trains on: a folder of $RUN/tagged, and the options that make it.
tags_of() { case "$1" in sft) echo advantage ;; *) echo "$1" ;; esac; }
tag_options() {
  case "$1" in
    advantage) ;;
    global) echo --return-kind global ;;
    best-of-n) echo --keep-best 1 ;;
    masked) echo --weights relevance_masked=1 --copying-penalty 1 ;;
    placebo) echo --shuffle-returns ;;
    *) die "unknown arm $1" "See the head of $0." ;;
  esac
}
# SFT has no returns to ask for, so it is told none.
train_options() { case "$1" in sft | best-of-n) echo --sequence.any-return 1 ;; esac; }
returns_of() { case "$1" in sft | best-of-n) echo any ;; *) echo top lowest ;; esac; }

tag() {
  local options
  read -ra options <<< "$(tag_options "$1")"
  "$BIN/udrl-distill" tag --config configs/trial/tag.toml --out "$RUN/tagged/$1" "${options[@]}" --quiet > /dev/null
}

# measure NAME SAMPLES: scores them, labels first, then the scorer that made none.
measure() {
  "$BIN/udrl-distill" score --input "$2" --out "$RUN/scored/$1" --scorers relevance,relevance_masked,pmi,pmi_masked,copying,repetition \
    --tasks-folder data/tasks --embedder.gguf "$MINILM" --pmi.gguf "$READER" --threads "$THREADS" > /dev/null
}

run_arm() {
  local arm=$1 base=${1%-no-swaps} swap=() options returns one
  [[ "$arm" == "$base" ]] || swap=(--sequence.swap 0)
  read -ra options <<< "$(train_options "$base")"
  "$BIN/udrl-train" --config configs/trial/train.toml --data "$RUN/tagged/$(tags_of "$base")" --out "$RUN/students/$arm" \
    --steps "$STEPS" --threads "$THREADS" "${options[@]}" "${swap[@]}"
  read -ra returns <<< "$(returns_of "$base")"
  for one in "${returns[@]}"; do
    "$BIN/udrl-distill" answer --student "$RUN/students/$arm" --intents "$RUN/tagged/advantage/valid" --limit "$INTENTS" \
      --returns "$one" --threads "$THREADS" --out "$RUN/answers/$arm-$one" > /dev/null
    measure "$arm-$one" "$RUN/answers/$arm-$one"
  done
  touch "$RUN/$arm.done"
}

# side_by_side ARM...: so many at once as there are jobs; what they say goes to $RUN/ARM.log.
side_by_side() {
  local arm
  for arm in "$@"; do
    while [[ "$(jobs -rp | wc -l)" -ge "$JOBS" ]]; do wait -n || true; done
    step "$arm ($RUN/$arm.log)"
    rm -f "$RUN/$arm.done"
    run_arm "$arm" > "$RUN/$arm.log" 2>&1 &
  done
  wait
  for arm in "$@"; do
    [[ -e "$RUN/$arm.done" ]] || die "$arm did not come to its end" "Look at the end of $RUN/$arm.log, then run this again: it goes on."
  done
}

JOBS=$((JOBS < 1 ? 1 : JOBS))
THREADS=$((CORES > JOBS ? CORES / JOBS : 1))
tag advantage
for arm in "${ARMS[@]}"; do tag "$(tags_of "${arm%-no-swaps}")"; done
side_by_side "${ARMS[@]}"
THREADS=$CORES
step "the teacher's own answers to the same subjects, and the floor"
scripts/runs/trial_table.py --choose "$RUN/tagged/advantage/valid" "$INTENTS" "$RUN/teacher"
for one in own another; do measure "teacher-$one" "$RUN/teacher/$one"; done
scripts/runs/trial_table.py "$RUN"
