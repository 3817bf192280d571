#!/usr/bin/env bash
# The on-policy loop: a student answers requests that it was trained on, told the words that its own table proposes. Its
# teacher reads the answers (fluency), an embedder measures their relevance, the best of each request are kept
# (configs/five-tasks/tag-best.toml), and a student of the same size is trained anew on them and the teachers' answers. Told
# words of the table are unlike those that the teachers' answers are trained with; so a student learns what to do with them.
#
# For: docs/log.md. Needs scripts/runs/five_tasks.sh tag ideas train. A round of the defaults has 19,840 answers, which the
# teacher reads in 85 minutes on one thread of a Zen 5 with bf16 (3.9 a second), and a training run.
# Stop it with Ctrl-C and start it again: it goes on.
#
# Usage: loop.sh [--run DIR] [--from DIR] [--rounds N] [--intents N] [--draws N] [--temperature T] [--tasks A,B]
#                [--returns A,B] [--steps N] [--threads N]
#   --run          what it makes; default runs/loop
#   --from         the run that it begins with: FROM/tagged, FROM/ideas, FROM/student; default runs/five-tasks
#   --rounds       default 1; raise it later to go on
#   --intents      training requests; default 1240, each answered --draws times (8) a task at --temperature 0.7
#   --tasks        default image,template
#   --returns      what is asked; default top+rarity=4
# Prints, for each round's student, of one answer to the requests of valid: PMI masked and fluency by a model that made no
# label (SmolLM2), copying and repetition.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/loop
FROM=runs/five-tasks
ROUNDS=1
INTENTS=1240
DRAWS=8
TEMPERATURE=0.7
TASKS=image,template
RETURNS=top+rarity=4
STEPS=3300
THREADS=0
while [[ $# -gt 0 ]]; do
  case "$1" in
    --run) RUN=$2 ;;
    --from) FROM=$2 ;;
    --rounds) ROUNDS=$2 ;;
    --intents) INTENTS=$2 ;;
    --draws) DRAWS=$2 ;;
    --temperature) TEMPERATURE=$2 ;;
    --tasks) TASKS=$2 ;;
    --returns) RETURNS=$2 ;;
    --steps) STEPS=$2 ;;
    --threads) THREADS=$2 ;;
    -h | --help) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
    *) die "unknown option $1" "See $0 --help." ;;
  esac
  shift 2
done
[[ -f "$FROM/student/student.gguf" ]] || die "no student in $FROM/student" "Run scripts/runs/five_tasks.sh tag ideas train first."

WEIGHTS=(--pmi.weights "$(reader_weights)")
EMBEDDER=(--embedder.gguf models/all-minilm-l6-v2.f32.gguf --embedder.weights q8_0 --embedder.slots 64)
TEACHER=(--pmi.gguf models/qwen2.5-coder-0.5b-instruct.q4_k_m.gguf "${WEIGHTS[@]}")
JUDGE=(--pmi.gguf models/smollm2-135m-instruct.q4_1.gguf "${WEIGHTS[@]}")

distill() {
  local stage=$1
  shift
  "$BIN/udrl-distill" "$stage" --threads "$THREADS" "$@"
}

# answer STUDENT INTENTS OUT OPTION...
answer() {
  local student=$1 intents=$2 out=$3
  shift 3
  distill answer --student "$student" --intents "$intents" --tasks "$TASKS" --returns "$RETURNS" --out "$out" "$@"
}

# act ROUND: the student of the round before answers, is read, and the best is kept.
act() {
  local round=$1 student=$FROM/student here="$RUN/round-$1"
  [[ $round -eq 1 ]] || student="$RUN/round-$((round - 1))/student"
  answer "$student" "$FROM/tagged/train" "$here/answers" --limit "$INTENTS" --draws "$DRAWS" --temperature "$TEMPERATURE" \
    --name "round-$round" --seed "$round"
  distill score --input "$here/answers" --out "$here/scored" --tasks-folder data/tasks "${EMBEDDER[@]}" "${TEACHER[@]}" \
    --scorers relevance,relevance_masked,copying,repetition,fluency
  distill tag --config configs/five-tasks/tag-best.toml --input "$here/scored" --out "$here/best"
}

# The teachers' records and the best of all rounds so far.
learn() {
  local round=$1 pool i
  pool=$(sed -n '/^input = /,/]/p' configs/five-tasks/tag.toml | grep -o 'data/distilled/[a-z0-9-]*' | paste -sd,)
  for ((i = 1; i <= round; ++i)); do pool+=",$RUN/round-$i/best/train"; done
  distill tag --config configs/five-tasks/tag.toml --input "$pool" --out "$RUN/round-$round/tagged"
  "$BIN/udrl-train" --config configs/five-tasks/train.toml --data "$RUN/round-$round/tagged" --ideas "$FROM/ideas" \
    --out "$RUN/round-$round/student" --steps "$STEPS" --threads "$THREADS"
}

# measure NAME STUDENT: one answer each, as a user gets it.
measure() {
  local name=$1 student=$2
  answer "$student" "$FROM/tagged/valid" "$RUN/measured/$name" --name "$name"
  distill score --input "$RUN/measured/$name" --out "$RUN/measured/$name-scored" "${JUDGE[@]}" \
    --scorers pmi,pmi_masked,fluency,copying,repetition --tasks-folder data/tasks
}

step "the student that the loop begins with"
measure round-0 "$FROM/student"
for ((round = 1; round <= ROUNDS; ++round)); do
  step "round $round: act and read"
  act "$round"
  step "round $round: learn"
  learn "$round"
  measure "round-$round" "$RUN/round-$round/student"
done
step "one answer, by round"
distill summary --input "$(find "$RUN/measured" -maxdepth 1 -name '*-scored' | sort -V | paste -sd,)"
