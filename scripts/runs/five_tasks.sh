#!/usr/bin/env bash
# A large evaluation on two cores: one student of five tasks (6M parameters, all of data/distilled) and one that no
# return was told (plain SFT), then 500 unseen intents x 5 tasks x 6 systems; afterwards the SFT student as one more
# system. Prints how long the evaluation took, and how long adding the student. Then the same student from two more
# seeds, two at a time, and 100 intents of the teacher's best of four and of all three seeds. And, only where it is named,
# the student that ships with udrl (data/students/five-tasks): twice the steps, some more with its critic, a folder in q8_0,
# its certificate and its critic.
#
# For: docs/log.md. Cost: 25 minutes of training a student on one core (Zen 5 with bf16), then about an hour, then 30 and
# 15 minutes. Stop it with Ctrl-C and start it again: it goes on.
#
# Usage: five_tasks.sh [--run DIR] [--steps N] [tag | ideas | train | sft | evaluate | add | seeds | replicates | release]...
#   default: all of them but release
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
[[ ${#STAGES[@]} -gt 0 ]] || STAGES=(tag ideas train sft evaluate add seeds replicates)

# train NAME OPTION...
train() {
  local name=$1
  shift
  "$BIN/udrl-train" --config configs/five-tasks/train.toml --data "$RUN/tagged" --ideas "$RUN/ideas" --out "$RUN/$name" \
    --steps "$STEPS" "$@"
}

# Two at a time, each on a core.
train_seeds() {
  train student-2 --seed 2 --threads 1 > "$RUN/student-2.log" 2>&1 &
  local other=$!
  train student-3 --seed 3 --threads 1
  wait "$other"
}

PMI=(--pmi.weights "$(reader_weights)")
SYSTEMS=$(sed -n 's/^systems = //p' configs/five-tasks/eval.toml | tr -d '[]" ')

# evaluate OUT SYSTEMS OPTION...
evaluate() {
  local out=$1 systems=$2 start=$SECONDS
  shift 2
  "$BIN/udrl-eval" --config configs/five-tasks/eval.toml --student "$RUN/student" --tagged "$RUN/tagged" --out "$out" \
    --systems "$systems" "${PMI[@]}" "$@"
  echo "took $((SECONDS - start)) s"
}

# Its file is another than the run's, so the certificate is made of the shipped one.
release() {
  local to=data/students/five-tasks STEPS=3300
  train released --valid-every 300 --save-every 300 --card.name udrl-five-tasks --card.author udrl
  rm -rf "$RUN/folder" "$RUN/certify-released"
  if ! sha256sum --check --status "$RUN/critic.of" 2> /dev/null; then  # its hours of reading are of another student
    rm -rf "$RUN/critic"
    sha256sum "$RUN/released/student.gguf" > "$RUN/critic.of"
  fi
  UDRL_BIN=$BIN bash scripts/runs/critic.sh --run "$RUN/critic" --student "$RUN/released" --train "$RUN/tagged/train" \
    --ideas "$RUN/ideas"
  "$BIN/udrl-export" folder --model "$RUN/critic/student" --out "$RUN/folder" --type q8_0 --name udrl-five-tasks --author udrl
  rm -rf "$to"
  cp -r "$RUN/folder" "$to"
  "$BIN/udrl-eval" --certify --student "$to" --tagged "$RUN/tagged" --out "$RUN/certify-released" \
    --embedder.gguf models/all-minilm-l6-v2.f32.gguf --embedder.slots 64
  "$BIN/udrl-distill" critic --data "$RUN/critic/tagged" --student "$to"
}

# The SFT student of this run, as a system.
sft_system() {
  sed "s|^student = .*|student = \"$RUN/sft\"|" configs/five-tasks/systems/sft.toml > "$RUN/sft.toml"
  echo "$RUN/sft.toml"
}

readonly ALL="tag ideas train sft evaluate add seeds release replicates"
for stage in "${STAGES[@]}"; do
  [[ " $ALL " == *" $stage "* ]] || die "unknown stage $stage" "One of: $ALL. See the head of $0."
done
for stage in "${STAGES[@]}"; do
  step "$stage"
  case "$stage" in
    tag) "$BIN/udrl-distill" tag --config configs/five-tasks/tag.toml --out "$RUN/tagged" ;;
    ideas)
      "$BIN/udrl-distill" ideas --data "$RUN/tagged" --out "$RUN/ideas" --embedder.gguf models/all-minilm-l6-v2.f32.gguf
      ;;
    train) train student ;;
    sft) train sft --sequence.any-return 1 ;;
    evaluate) evaluate "$RUN/eval" "$SYSTEMS" ;;
    add) evaluate "$RUN/eval" "$SYSTEMS,$(sft_system)" ;;
    seeds) train_seeds ;;
    release) release ;;
    replicates)
      evaluate "$RUN/eval-replicates" "configs/five-tasks/systems/qwen-best.toml,$(sft_system)" --intents 100 \
        --student-seeds "$RUN/student-2,$RUN/student-3"
      ;;
  esac
done
