#!/usr/bin/env bash
# A large evaluation on two cores: one student of five tasks (6M parameters, all of data/distilled) and one that no
# return was told (plain SFT), then 500 unseen intents x 5 tasks x 6 systems; afterwards the SFT student as one more
# system. Prints how long the evaluation took, and how long adding the student.
#
# For: docs/log.md. Cost: 25 minutes of training a student on one core (Zen 5 with bf16), then about an hour. Stop it with
# Ctrl-C and start it again: it goes on.
#
# Usage: five_tasks.sh [--run DIR] [--steps N] [tag | train | sft | evaluate | add]...     default: all of them
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/five-tasks
STEPS=1650
STAGES=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --run) RUN=$2; shift 2 ;;
    --steps) STEPS=$2; shift 2 ;;
    *) STAGES+=("$1"); shift ;;
  esac
done
[[ ${#STAGES[@]} -gt 0 ]] || STAGES=(tag train sft evaluate add)

# train NAME OPTION...
train() {
  local name=$1
  shift
  "$BIN/udrl-train" --config configs/five-tasks/train.toml --data "$RUN/tagged" --out "$RUN/$name" --steps "$STEPS" "$@"
}

# PMI reads faster with widened weights, where the processor knows bf16.
PMI=()
! grep -q avx512_bf16 /proc/cpuinfo || PMI=(--pmi.weights bf16)
SYSTEMS=$(sed -n 's/^systems = //p' configs/five-tasks/eval.toml | tr -d '[]" ')

# evaluate SYSTEMS
evaluate() {
  local start=$SECONDS
  "$BIN/udrl-eval" --config configs/five-tasks/eval.toml --student "$RUN/student" --tagged "$RUN/tagged" --out "$RUN/eval" \
    --systems "$1" "${PMI[@]}"
  echo "took $((SECONDS - start)) s"
}

# The SFT student of this run, as a system.
sft_system() {
  sed "s|^student = .*|student = \"$RUN/sft\"|" configs/five-tasks/systems/sft.toml > "$RUN/sft.toml"
  echo "$RUN/sft.toml"
}

for stage in "${STAGES[@]}"; do
  step "$stage"
  case "$stage" in
    tag) "$BIN/udrl-distill" tag --config configs/five-tasks/tag.toml --out "$RUN/tagged" ;;
    train) train student ;;
    sft) train sft --sequence.any-return 1 ;;
    evaluate) evaluate "$SYSTEMS" ;;
    add) evaluate "$SYSTEMS,$(sft_system)" ;;
    *) die "unknown stage $stage" "See the head of $0." ;;
  esac
done
