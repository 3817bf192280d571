#!/usr/bin/env bash
# The claim, from the committed sample to the verdict: is a student at 1/80 of its teacher's size as relevant, as fluent and
# as varied, better than the nearest neighbour, and is UDRL the cause? One recipe (configs/five-tasks), three training seeds,
# unseen intents (all 203 of valid, or 500 of test) x 5 tasks against the teacher's greedy answers, and what is taken away
# from the recipe arm by arm at equal tokens.
#
# For: docs/results.md. Stop it with Ctrl-C and start it again: it goes on. Costs, on two cores of a Zen 5 with bf16, from single trainings and smaller evaluations:
#   tag         1 min    the committed sample, tagged; test subjects held out
#   ideas       10 s     words that fit a request
#   students    60 min   three seeds, side by side on the cores
#   critics     2.5 h    what each seed's own answers are worth, and a student that goes on with its critic, side by side
#                        (critic.sh)
#   arms        4 h      nine arms of one seed (ARMS below), side by side
#   certify     5 min    what each command moves, on valid
#   ablations   1.5 h    the arms beside the student, on valid
#   evaluate    3 h      the claim, on the split of --split; test is opened once, when nothing is left to choose
#   results     1 s      RUN/results.md, of which docs/results.md is made
#
# Usage: replica.sh [--run DIR] [--steps N] [--intents N] [--split valid|test] [--jobs N] [--rehearse] [STAGE | ARM]...
#                               default: runs/replica, 3,300 steps, at most 500 intents of valid, a job a core, all stages
#   --split test   open the test set; every opening is counted and reported
#   --rehearse     40 steps, 24 intents, two tasks, two arms: whether all of it runs, in eight minutes (measured once); no result
# ARM: of scripts/lib/arms.sh; named ones are trained and compared instead of all
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
source "$ROOT/scripts/lib/arms.sh"
cd "$ROOT"

BIN=${UDRL_BIN:-build/release/bin}
RUN="" STEPS="" INTENTS="" SPLIT=valid REHEARSE=""
JOBS=$(nproc)
SEEDS=(1 2 3)
CRITIC=()
ARMS=() STAGES=() MORE=()
ALL_ARMS=(sft best-of-n top-share reward-weighted global placebo advantage-no-swaps no-segments untold)
ALL_STAGES=(tag ideas students critics arms certify ablations evaluate results)
while [[ $# -gt 0 ]]; do
  case "$1" in
    --run) RUN=$2; shift 2 ;;
    --steps) STEPS=$2; shift 2 ;;
    --intents) INTENTS=$2; shift 2 ;;
    --split) SPLIT=$2; shift 2 ;;
    --jobs) JOBS=$2; shift 2 ;;
    --rehearse) REHEARSE=yes; shift ;;
    -h | --help) show_help "$0"; exit 0 ;;
    *)
      if [[ " ${ALL_STAGES[*]} " == *" $1 "* ]]; then STAGES+=("$1"); else ARMS+=("$1"); fi
      shift
      ;;
  esac
done
if [[ -n "$REHEARSE" ]]; then
  : "${RUN:=runs/replica-rehearsal}" "${STEPS:=40}" "${INTENTS:=24}"
  SEEDS=(1 2) ALL_ARMS=(sft placebo)
  CRITIC=(--intents 40 --draws 4 --tasks image,headline --steps 20)
  MORE=(--tasks image,headline --resamples 200 --gate-answers 20 --latency-requests 2 --clients 2 --judge-cases 10)
fi
: "${RUN:=runs/replica}" "${STEPS:=3300}" "${INTENTS:=500}"
[[ ${#ARMS[@]} -gt 0 ]] || ARMS=("${ALL_ARMS[@]}")
[[ ${#STAGES[@]} -gt 0 ]] || STAGES=("${ALL_STAGES[@]}")
check_arms "${ARMS[@]}"
[[ "$SPLIT" =~ ^(valid|test)$ ]] || die "--split $SPLIT is none" "valid, or test once all is decided."
JOBS=$((JOBS < 1 ? 1 : JOBS))
THREADS=$(threads_a_job "$JOBS")
VARIETY=+rarity=4
EMBEDDER=(--embedder.gguf models/all-minilm-l6-v2.f32.gguf --embedder.slots 64)

tag() {
  local options
  read -ra options <<< "$(tag_options "$1")"
  "$BIN/udrl-distill" tag --config configs/five-tasks/tag.toml --out "$RUN/tagged/$1" "${options[@]}"
}

# train OUT TAGS OPTION...
train() {
  local out=$1 tags=$2 mention=()
  shift 2
  [[ " $* " == *" --sequence.mention 0 "* ]] || mention=(--ideas "$RUN/ideas")
  "$BIN/udrl-train" --config configs/five-tasks/train.toml --data "$RUN/tagged/$tags" --out "$out" --steps "$STEPS" \
    --threads "$THREADS" "${mention[@]}" "$@"
}
train_seed() { train "$RUN/students/$1" advantage --seed "${1#seed-}"; }
fit_critic() {
  UDRL_BIN=$BIN bash scripts/runs/critic.sh --run "$RUN/critics/$1" --student "$RUN/students/$1" --train "$RUN/tagged/advantage/train" \
    --ideas "$RUN/ideas" --threads "$THREADS" "${CRITIC[@]}"
}
train_arm() {
  local options
  read -ra options <<< "$(train_options "$1")"
  train "$RUN/arms/$1" "$(tags_of "$1")" "${options[@]}"
}

# evaluate OUT STUDENT SYSTEMS OPTION...: a student against its teacher.
evaluate() {
  local out=$1 student=$2 systems=$3
  shift 3
  "$BIN/udrl-eval" --config configs/five-tasks/eval.toml --student "$student" --tagged "$RUN/tagged/advantage" \
    --out "$out" --systems "$systems" --intents "$INTENTS" --pmi.weights "$(reader_weights)" "$@" "${MORE[@]}"
}

TEACHER=configs/five-tasks/systems/qwen-best.toml
# Beside the student as it was before it went on with its critic, which no arm does.
ablations() {
  local systems=$TEACHER arm
  for arm in "${ARMS[@]}"; do
    arm_system "$arm" "$RUN/arms/$arm" "$RUN/tagged/$(tags_of "$arm")" "$RUN/systems/$arm.toml"
    systems+=",$RUN/systems/$arm.toml"
  done
  evaluate "$RUN/ablations" "$RUN/students/seed-1" "$systems" --split valid
}

claim() {
  local seeds=() seed
  for seed in "${SEEDS[@]:1}"; do seeds+=("$RUN/critics/seed-$seed/student"); done
  evaluate "$RUN/eval-$SPLIT" "$RUN/critics/seed-1/student" "$TEACHER,configs/five-tasks/systems/smollm2.toml" --split "$SPLIT" \
    --student-seeds "$(IFS=,; echo "${seeds[*]}")"
}

for stage in "${STAGES[@]}"; do
  step "$stage"
  case "$stage" in
    tag) tag advantage ;;
    ideas) "$BIN/udrl-distill" ideas --data "$RUN/tagged/advantage" --out "$RUN/ideas" "${EMBEDDER[@]}" ;;
    students) side_by_side "$JOBS" "$RUN/logs" train_seed "${SEEDS[@]/#/seed-}" ;;
    critics) side_by_side "$JOBS" "$RUN/logs" fit_critic "${SEEDS[@]/#/seed-}" ;;
    arms)
      for arm in "${ARMS[@]}"; do tag "$(tags_of "$arm")"; done
      side_by_side "$JOBS" "$RUN/logs" train_arm "${ARMS[@]}"
      ;;
    certify)
      "$BIN/udrl-eval" --certify --student "$RUN/critics/seed-1/student" --tagged "$RUN/tagged/advantage" --out "$RUN/certify" "${EMBEDDER[@]}"
      ;;
    ablations) ablations ;;
    evaluate) claim ;;
    results)
      python3 scripts/runs/replica_results.py "$RUN" "$SPLIT" > "$RUN/results.md.new"
      mv "$RUN/results.md.new" "$RUN/results.md"
      say "$RUN/results.md"
      ;;
  esac
done
