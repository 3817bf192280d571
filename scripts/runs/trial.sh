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
# ABLATION: an arm of scripts/lib/arms.sh; default: advantage sft best-of-n global masked placebo, and each with -no-swaps;
#   the first is the evaluation's student
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
source "$ROOT/scripts/lib/arms.sh"
cd "$ROOT"

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/trial
STEPS=550
INTENTS=150
JOBS=$(nproc)
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

tag() {
  local options
  read -ra options <<< "$(tag_options "$1")"
  "$BIN/udrl-distill" tag --config configs/trial/tag.toml --out "$RUN/tagged/$1" "${options[@]}" --quiet > /dev/null
}

run_ablation() {
  local options
  read -ra options <<< "$(train_options "$1")"
  "$BIN/udrl-train" --config configs/trial/train.toml --data "$RUN/tagged/$(tags_of "$1")" --out "$RUN/students/$1" \
    --steps "$STEPS" --threads "$THREADS" "${options[@]}"
}

evaluate() {
  local main=$1 systems=configs/systems/qwen2.5-coder-0.5b-instruct.toml ablation
  shift
  for ablation in "$@"; do
    arm_system "$ablation" "$RUN/students/$ablation" "$RUN/tagged/$(tags_of "$ablation")" "$RUN/systems/$ablation.toml"
    systems+=",$RUN/systems/$ablation.toml"
  done
  "$BIN/udrl-eval" --config configs/trial/eval.toml --student "$RUN/students/$main" --tagged "$RUN/tagged/$(tags_of "$main")" \
    --returns "$(returns_of "$main" | tr ' ' ,)" --systems "$systems" --intents "$INTENTS" --out "$RUN/eval"
}

check_arms "${ABLATIONS[@]}"
JOBS=$((JOBS < 1 ? 1 : JOBS))
THREADS=$(threads_a_job "$JOBS")
for ablation in "${ABLATIONS[@]}"; do tag "$(tags_of "$ablation")"; done
side_by_side "$JOBS" "$RUN" run_ablation "${ABLATIONS[@]}"
step "evaluation ($RUN/eval/report.html)"
evaluate "${ABLATIONS[@]}"
