#!/usr/bin/env bash
# Compares prompt designs for every task: how the teacher is told what to do, on the same intents.
#
# For: choosing instructions, number and layout of examples in data/tasks; docs/log.md holds the last table. A design is a
# copy of the task files with a few keys changed. Cost: about a quarter of an hour on 2 cores; it goes on where it was.
# Not for: the sample itself.
#
# Usage: prompt_designs.sh [INTENTS]      default: 200
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/designs
INTENTS=${1:-200}
TASKS=(image template headline search fields)

# design NAME SED-SCRIPT: data/tasks with each file edited.
design() {
  local folder=$RUN/$1/tasks task
  mkdir -p "$folder"
  for task in "${TASKS[@]}"; do sed -E "$2" "data/tasks/$task.toml" > "$folder/$task.toml"; done
}

design as-shipped ''
design zero-shot 's/^shots = .*/shots = 0/'
design two-shot 's/^shots = .*/shots = 2/'
design eight-shot 's/^shots = .*/shots = 8/'
design list 's/^max_tokens/layout = "list"\nmax_tokens/'
design terse 's/^instructions = """(You [^.]*\.) .*"""$/instructions = """\1"""/'

"$BIN/udrl-distill" intents --config configs/sample/intents.toml --out "$RUN/intents" --seed 77 --limit "$INTENTS"
for design in as-shipped zero-shot two-shot eight-shot list terse; do
  here=$RUN/$design
  "$BIN/udrl-distill" synthesize --config configs/sample/synthesize-qwen-deep.toml --intents "$RUN/intents" --limit 0 \
    --tasks-folder "$here/tasks" --out "$here/samples" --draws 1 --temperatures 0.8
  "$BIN/udrl-distill" score --config configs/sample/score.toml --input "$here/samples" --out "$here/scored"
done
folders() { local IFS=,; printf '%s' "$*"; }
"$BIN/udrl-distill" summary --input "$(folders "$RUN"/*/samples)"
"$BIN/udrl-distill" summary --input "$(folders "$RUN"/*/scored)"
