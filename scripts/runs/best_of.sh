#!/usr/bin/env bash
# The curve of the best of n: what n answers of the five-task student and a small ranker gain, and what they cost, on
# subjects of `valid`; test stays closed.
#
# For: docs/log.md. Needs scripts/runs/five_tasks.sh tag ideas train. Cost: about half an hour for 100 intents x 2 tasks, n = 2 … 16.
# Stop it with Ctrl-C and start it again: it goes on; another N or temperature asks for its own answers alone.
#
# Usage: best_of.sh [--run DIR] [--intents N] [--tasks A,B] [--temperature T] [--ranker-weights file|bf16|q8_0] [N]...
#   default: runs/five-tasks, 100 intents, image and template (in which elaboration can be told), temperature 0.9, the ranker as its file is, n = 2 4 8 16
# Prints a line a row: fidelity and elaboration, of the teacher's greedy answers, with 95% intervals, by each scorer that
# carries a verdict; pairs of words of the sampled teacher's; and the median time of one request, on all threads and on one.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/five-tasks
INTENTS=100
TASKS=image,template
TEMPERATURE=0.9
RANKER=file
SIZES=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --run) RUN=$2; shift 2 ;;
    --intents) INTENTS=$2; shift 2 ;;
    --tasks) TASKS=$2; shift 2 ;;
    --temperature) TEMPERATURE=$2; shift 2 ;;
    --ranker-weights) RANKER=$2; shift 2 ;;
    --help) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
    *) SIZES+=("$1"); shift ;;
  esac
done
[[ ${#SIZES[@]} -gt 0 ]] || SIZES=(2 4 8 16)
OUT="$RUN/best-of"
[[ -f "$RUN/student/student.gguf" ]] || die "no student in $RUN/student" "Run scripts/runs/five_tasks.sh tag ideas train first."
mkdir -p "$OUT-systems"

# Prints the systems file of a size.
system_of() {
  local name="best-of-$1-t$TEMPERATURE"
  cat > "$OUT-systems/$name.toml" << END
name = "$name"
title = "student, best of $1 at $TEMPERATURE"
short_title = "best of $1, $TEMPERATURE"
student = "$RUN/student"
returns = ["top"]
decodings = ["best-of-n"]
best_of = $1
temperature = $TEMPERATURE
END
  echo "$OUT-systems/$name.toml"
}

SYSTEMS=configs/systems/qwen2.5-coder-0.5b-instruct.toml
for size in "${SIZES[@]}"; do SYSTEMS+=",$(system_of "$size")"; done
"$BIN/udrl-eval" --config configs/five-tasks/eval.toml --student "$RUN/student" --tagged "$RUN/tagged" --out "$OUT" \
  --split valid --intents "$INTENTS" --tasks "$TASKS" --systems "$SYSTEMS" --no-second-draw --judge.gguf "" --judge.name "" --clients 8 \
  --embedder.weights "$RANKER" --pmi.weights "$(reader_weights)"

"$VENV/bin/python" - "$OUT/results.json" << 'END'
import json, sys

results = json.load(open(sys.argv[1]))
teacher = results["primary"]["reference"]
scorers = [name for name, s in results["scorers"].items() if s["carries_verdict"]]


def text(e):
    return "–" if e["value"] is None else f'{e["value"]:.2f} ({e["low"]:.2f} to {e["high"]:.2f})'


def ms(latency):
    return f'{1000 * latency["p50_s"]:.0f} ms'


def time_of(system, row):
    cost = results["costs"].get(system)
    if cost is None:
        return "–"
    if row["sampling"]["best_of"] > 1 and "best_of" in cost:
        best = cost["best_of"]
        return ms(best["latency"]) + f', one thread {ms(best["one_thread"])}'
    one = [load for load in cost["loads"] if load["clients"] == 1]
    return ms(cost["latency"]) + (f", one thread {ms(one[0])}" if one else "")


for name, row in results["systems"].items():
    if "sampling" not in row:
        continue
    parts = [
        f'{scorer}: fidelity {text(ratio["fidelity"]["ratio"])}, elaboration {text(ratio["elaboration"]["ratio"])}'
        for scorer in scorers
        for ratio in [row["relevance"][scorer]["ratio_to"][teacher]]
    ]
    ratio = row["diversity"].get("ratio")
    parts.append("distinct-2 " + (text(ratio["distinct_2"]) if ratio else "–"))
    print(f'{name}: {"; ".join(parts)}; {time_of(row.get("system"), row)}')
END
