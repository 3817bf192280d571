#!/usr/bin/env bash
# A student's critic: the student answers requests that it was trained on, its teacher reads the answers (fluency), an
# embedder measures their relevance (configs/five-tasks/tag-critic.toml), and the student's own states are fitted to the
# returns. Leaves critic.json beside the student: the best of n is then chosen without another model. Then the student
# goes on for a few steps with its critic, so that its states say more: RUN/student, with a critic of its own.
#
# Needs a student of scripts/runs/five_tasks.sh tag ideas train. With the defaults 19,840 answers, which the teacher reads
# in 85 minutes on one thread of a Zen 5 with bf16 (3.9 a second; titles and suggestions are shorter and go faster); to fit
# and to go on take 3 minutes each. Half as many answers cost 0.05 of fluency (docs/log.md, "a critic that has read more").
# Stop it with Ctrl-C and start it again: it goes on.
#
# Usage: critic.sh [--run DIR] [--student DIR] [--train DIR] [--ideas DIR] [--steps N] [--intents N] [--draws N]
#                  [--tasks A,B] [--returns A,B] [--threads N]
#   --run          what it makes; default runs/critic
#   --student      checkpoint folder, which gets critic.json; default runs/five-tasks/student
#   --train        requests that it was trained on: TAGGED/train; default runs/five-tasks/tagged/train
#   --ideas        words that it was told; default runs/five-tasks/ideas
#   --steps        that it goes on; default 300; 0: not at all, as with a student of which there is only a GGUF
#   --intents      default 620, each answered --draws times (8) a task, nearly as drafts are drawn (decoding.hpp): at 0.5,
#                  the first tokens at 0.9
#   --tasks        default image,template,headline,search. Not fields: its answers are JSON, which is no language whose
#                  fluency could be read, and without a fluency an answer has no return here
#   --returns      what is asked; default top+rarity=4
# Prints how well the worth goes with the return, over requests that the critic was not fitted to.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/critic
STUDENT=runs/five-tasks/student
TRAIN=runs/five-tasks/tagged/train
IDEAS=runs/five-tasks/ideas
STEPS=300
INTENTS=620
DRAWS=8
TASKS=image,template,headline,search
RETURNS=top+rarity=4
THREADS=0
while [[ $# -gt 0 ]]; do
  case "$1" in
    --run) RUN=$2 ;;
    --student) STUDENT=$2 ;;
    --train) TRAIN=$2 ;;
    --ideas) IDEAS=$2 ;;
    --steps) STEPS=$2 ;;
    --intents) INTENTS=$2 ;;
    --draws) DRAWS=$2 ;;
    --tasks) TASKS=$2 ;;
    --returns) RETURNS=$2 ;;
    --threads) THREADS=$2 ;;
    -h | --help) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
    *) die "unknown option $1" "See $0 --help." ;;
  esac
  shift 2
done
[[ -d "$STUDENT" ]] || die "no student in $STUDENT" "Run scripts/runs/five_tasks.sh tag ideas train first, or name one: --student DIR."

EMBEDDER=(--embedder.gguf models/all-minilm-l6-v2.f32.gguf --embedder.weights q8_0 --embedder.slots 64)
TEACHER=(--pmi.gguf models/qwen2.5-coder-0.5b-instruct.q4_k_m.gguf --pmi.weights "$(reader_weights)")

distill() {
  local stage=$1
  shift
  "$BIN/udrl-distill" "$stage" --threads "$THREADS" "$@"
}

step "the student answers"
distill answer --student "$STUDENT" --intents "$TRAIN" --tasks "$TASKS" --out "$RUN/answers" --limit "$INTENTS" \
  --draws "$DRAWS" --returns "$RETURNS" --temperature 0.5 --opening-temperature 0.9
step "the teacher reads"
distill score --input "$RUN/answers" --out "$RUN/scored" --tasks-folder data/tasks "${EMBEDDER[@]}" "${TEACHER[@]}" \
  --scorers relevance,relevance_masked,fluency
step "the critic"
distill tag --config configs/five-tasks/tag-critic.toml --input "$RUN/scored" --out "$RUN/tagged"
# Not again under a student that goes on with it already.
[[ -d "$RUN/student" ]] || distill critic --data "$RUN/tagged" --student "$STUDENT"
[[ "$STEPS" -gt 0 ]] || exit 0
step "the student goes on with its critic"
"$BIN/udrl-train" --config configs/five-tasks/train.toml --data "$(dirname "$TRAIN")" --ideas "$IDEAS" --init "$STUDENT" \
  --critic.data "$RUN/tagged" --critic.weight 0.5 --steps "$STEPS" --optimizer.lr 0.0003 --optimizer.muon-lr 0.002 \
  --threads "$THREADS" --out "$RUN/student"
step "its critic"
distill critic --data "$RUN/tagged" --student "$RUN/student"
