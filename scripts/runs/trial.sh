#!/usr/bin/env bash
# The first trial of UDRL: does the return command do what it promises? Students of 6M parameters, one seed, equal tokens,
# on the same scored data: plain SFT, best-of-n SFT, UDRL by advantage, UDRL by global return, shuffled returns (placebo),
# UDRL whose labels shun echo (masked), each with and without swaps. udrl-eval sets them beside their teacher on subjects
# of `valid`; test stays closed.
#
# For: docs/log.md. Cost: a core trains 100 steps in about 75 seconds (Zen 5 with bf16); 12 ablations; the evaluation about
# an hour. Stop it with Ctrl-C and start it again: it goes on.
#
# Usage: trial.sh [--run DIR] [--steps N] [--intents N] [--jobs N] [ABLATION]...
#                                           default: runs/trial, 550 steps, 150 intents of valid, all ablations
#   --jobs N   ablations side by side, each with its share of the cores; default: one a core, for small models gain little
#              from a second one
# ABLATION: advantage sft best-of-n global masked placebo, and each with -no-swaps; the first is the evaluation's student
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/trial
STEPS=550
INTENTS=150
CORES=$(nproc)
JOBS=$CORES
ABLATIONS=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --run) RUN=$2; shift 2 ;;
    --steps) STEPS=$2; shift 2 ;;
    --intents) INTENTS=$2; shift 2 ;;
    --jobs) JOBS=$2; shift 2 ;;
    *) ABLATIONS+=("$1"); shift ;;
  esac
done
[[ ${#ABLATIONS[@]} -gt 0 ]] || ABLATIONS=({advantage,sft,best-of-n,global,masked,placebo}{,-no-swaps})

# The tagged data that an ablation trains on: a folder of $RUN/tagged, and the options that make it.
tags_of() { local base=${1%-no-swaps}; case "$base" in sft) echo advantage ;; *) echo "$base" ;; esac; }
tag_options() {
  case "$1" in
    advantage) ;;
    global) echo --return-kind global ;;
    best-of-n) echo --keep-best 1 ;;
    masked) echo --weights relevance_masked=1 --copying-penalty 1 ;;
    placebo) echo --shuffle-returns ;;
    *) die "unknown ablation $1" "See the head of $0." ;;
  esac
}
# SFT has no returns to ask for, so it is told none.
train_options() { case "$1" in sft* | best-of-n*) echo --sequence.any-return 1 ;; esac; }
returns_of() { case "$1" in sft* | best-of-n*) echo any ;; *) echo top lowest ;; esac; }

tag() {
  local options
  read -ra options <<< "$(tag_options "$1")"
  "$BIN/udrl-distill" tag --config configs/trial/tag.toml --out "$RUN/tagged/$1" "${options[@]}" --quiet > /dev/null
}

run_ablation() {
  local ablation=$1 swap=() options
  [[ "$ablation" == *-no-swaps ]] && swap=(--sequence.entity-swap 0)
  read -ra options <<< "$(train_options "$ablation")"
  "$BIN/udrl-train" --config configs/trial/train.toml --data "$RUN/tagged/$(tags_of "$ablation")" \
    --out "$RUN/students/$ablation" --steps "$STEPS" --threads "$THREADS" "${options[@]}" "${swap[@]}"
  touch "$RUN/$ablation.done"
}

# side_by_side ABLATION...: so many at once as there are jobs; what they say goes to $RUN/ABLATION.log.
side_by_side() {
  local ablation
  for ablation in "$@"; do
    while [[ "$(jobs -rp | wc -l)" -ge "$JOBS" ]]; do wait -n || true; done
    step "$ablation ($RUN/$ablation.log)"
    rm -f "$RUN/$ablation.done"
    run_ablation "$ablation" > "$RUN/$ablation.log" 2>&1 &
  done
  wait
  for ablation in "$@"; do
    [[ -e "$RUN/$ablation.done" ]] || die "$ablation did not come to its end" "Look at the end of $RUN/$ablation.log, then run this again: it goes on."
  done
}

# as_list WORDS: "a", "b"
as_list() { printf '"%s", ' $1 | sed 's/, $//'; }

# system_of ABLATION: writes it as a system of the evaluation, and says where.
system_of() {
  local file="$RUN/systems/$1.toml"
  mkdir -p "$RUN/systems"
  printf 'name = "%s"\ntitle = "student, %s"\nshort_title = "%s"\nstudent = "%s"\ntagged = "%s"\nreturns = [%s]\n' \
    "$1" "$1" "$1" "$RUN/students/$1" "$RUN/tagged/$(tags_of "$1")" "$(as_list "$(returns_of "$1")")" > "$file"
  echo "$file"
}

evaluate() {
  local main=$1 systems=configs/systems/qwen2.5-coder-0.5b-instruct.toml ablation
  shift
  for ablation in "$@"; do systems+=",$(system_of "$ablation")"; done
  "$BIN/udrl-eval" --config configs/trial/eval.toml --student "$RUN/students/$main" --tagged "$RUN/tagged/$(tags_of "$main")" \
    --returns "$(returns_of "$main" | tr ' ' ,)" --systems "$systems" --intents "$INTENTS" --out "$RUN/eval"
}

JOBS=$((JOBS < 1 ? 1 : JOBS))
THREADS=$((CORES > JOBS ? CORES / JOBS : 1))
for ablation in "${ABLATIONS[@]}"; do tag "$(tags_of "$ablation")"; done
side_by_side "${ABLATIONS[@]}"
step "evaluation ($RUN/eval/report.html)"
evaluate "${ABLATIONS[@]}"
