#!/usr/bin/env bash
# The on-policy loop: the student answers many intents, its answers are scored, ranked within each intent and tagged like
# the teacher's, and a student of the same size is trained anew on both. So what best of n finds becomes training data.
# Subjects are nouns that share no word with what is held out, and the training subjects.
#
# For: docs/log.md. Needs scripts/runs/five_tasks.sh tag ideas train. A round of the defaults has 64,000 answers to write and to
# score, and a training run; its cost has not been measured.
# Stop it with Ctrl-C and start it again: it goes on.
#
# Usage: loop.sh [--run DIR] [--from DIR] [--rounds N] [--nouns N] [--known N] [--draws N] [--temperature T] [--tasks A,B]
#                [--steps N] [--threads N]
#   --run          what it makes; default runs/loop
#   --from         the run that it begins with: FROM/tagged, FROM/ideas, FROM/student; default runs/five-tasks
#   --rounds       default 1; raise it later to go on
#   --nouns        new subjects, one intent each; default 3000. --known: training subjects besides; default 1000
#   --draws        answers an intent and task; default 16, at --temperature 0.9
#   --tasks        default image
# Prints, for each round's student, of one answer at the top return and 0.7: cosine with the request's words masked
# (MiniLM, which ranks the answers), PMI masked (SmolLM2, which does not), distinct-2, for subjects of the rounds ("seen"),
# nouns that no round saw ("unseen") and subjects of valid.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/loop
FROM=runs/five-tasks
ROUNDS=1
NOUNS=3000
KNOWN=1000
UNSEEN=300
DRAWS=16
TEMPERATURE=0.9
TASKS=image
STEPS=1650
THREADS=0
MEASURED=300  # intents of each kind that every round's student is asked for
while [[ $# -gt 0 ]]; do
  case "$1" in
    --run) RUN=$2 ;;
    --from) FROM=$2 ;;
    --rounds) ROUNDS=$2 ;;
    --nouns) NOUNS=$2 ;;
    --known) KNOWN=$2 ;;
    --draws) DRAWS=$2 ;;
    --temperature) TEMPERATURE=$2 ;;
    --tasks) TASKS=$2 ;;
    --steps) STEPS=$2 ;;
    --threads) THREADS=$2 ;;
    --help) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
    *) die "unknown option $1" "See $0 --help." ;;
  esac
  shift 2
done
[[ -f "$FROM/student/student.gguf" ]] || die "no student in $FROM/student" "Run scripts/runs/five_tasks.sh tag ideas train first."

EMBEDDER=(--embedder.gguf models/all-minilm-l6-v2.f32.gguf --embedder.weights q8_0 --embedder.slots 64)
READER=(--pmi.gguf models/smollm2-135m-instruct.q4_1.gguf --pmi.weights "$(reader_weights)")

distill() {
  local stage=$1
  shift
  "$BIN/udrl-distill" "$stage" --threads "$THREADS" "$@"
}

make_intents() {
  [[ -f "$RUN/known/part-00000.jsonl" ]] || "$VENV/bin/python" scripts/runs/loop_subjects.py "$FROM/tagged" "$RUN" "$NOUNS" "$UNSEEN" 1
  local kind
  for kind in nouns unseen; do
    distill intents --lists "$RUN/lists" --subjects "$kind.tsv" --per-subject 1 --out "$RUN/intents-$kind"
  done
}

# answer STUDENT INTENTS OUT OPTION...: of the tasks of the loop, at the top return.
answer() {
  local student=$1 intents=$2 out=$3
  shift 3
  distill answer --student "$student" --intents "$intents" --tasks "$TASKS" --out "$out" "$@"
}

# act ROUND: the student of the round before answers, and is scored.
act() {
  local round=$1 student=$FROM/student kind
  [[ $round -eq 1 ]] || student="$RUN/round-$((round - 1))/student"
  for kind in nouns known; do
    local intents="$RUN/intents-nouns" limit=0
    if [[ $kind == known ]]; then intents="$RUN/known" limit=$KNOWN; fi
    answer "$student" "$intents" "$RUN/round-$round/answers-$kind" --limit "$limit" --draws "$DRAWS" \
      --temperature "$TEMPERATURE" --name "round-$round" --seed "$round"
    distill score --input "$RUN/round-$round/answers-$kind" --out "$RUN/round-$round/scored-$kind" "${EMBEDDER[@]}"
  done
}

# The teachers' records and those of all rounds so far.
learn() {
  local round=$1 pool i
  pool=$(sed -n '/^input = /,/]/p' configs/five-tasks/tag.toml | grep -o 'data/distilled/[a-z0-9-]*' | paste -sd,)
  for ((i = 1; i <= round; ++i)); do pool+=",$RUN/round-$i/scored-nouns,$RUN/round-$i/scored-known"; done
  distill tag --config configs/five-tasks/tag.toml --input "$pool" --out "$RUN/round-$round/tagged"
  "$BIN/udrl-train" --config configs/five-tasks/train.toml --data "$RUN/round-$round/tagged" --ideas "$FROM/ideas" \
    --out "$RUN/round-$round/student" --steps "$STEPS" --threads "$THREADS"
}

# measure NAME STUDENT: one answer each, as a user gets it.
measure() {
  local name=$1 student=$2 kind
  for kind in seen unseen valid; do
    local intents="$RUN/intents-nouns"
    [[ $kind != unseen ]] || intents="$RUN/intents-unseen"
    [[ $kind != valid ]] || intents="$FROM/tagged/valid"
    answer "$student" "$intents" "$RUN/measured/$name-$kind" --limit "$MEASURED" --name "$name"
    distill score --input "$RUN/measured/$name-$kind" --out "$RUN/measured/$name-$kind-scored" "${EMBEDDER[@]}" \
      "${READER[@]}" --scorers relevance,relevance_masked,pmi,pmi_masked,copying,repetition --tasks-folder data/tasks
  done
}

step "intents"
make_intents
step "the student that the loop begins with"
measure round-0 "$FROM/student"
for ((round = 1; round <= ROUNDS; ++round)); do
  step "round $round: act and score"
  act "$round"
  step "round $round: learn"
  learn "$round"
  measure "round-$round" "$RUN/round-$round/student"
done
step "one answer at the top return, by round"
distill summary --input "$(find "$RUN/measured" -maxdepth 1 -name '*-scored' | sort -V | paste -sd,)"
