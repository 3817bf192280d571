#!/usr/bin/env bash
# What each scorer sees of damage done to good answers (docs/method.md): the teacher's own answers of the committed sample,
# some of each task, scored and examined by udrl-distill doctor, one scorer at a time. Prints a table a scorer.
#
# For: docs/log.md. Cost, on 2 cores and 48 answers a task: embedders half a minute to three minutes each, PMI under SmolLM2
# some minutes, what Qwen reads far longer. Stop it with Ctrl-C and start it again: scorers that are done stay.
#
# Usage: damage.sh [--run DIR] [--answers N] [--from DIR] [--threads N] [SCORER]...
#   --run      what it makes; default runs/damage
#   --answers  of each task; default 48
#   --from     scored records of one teacher; default data/distilled/qwen-broad
#   SCORER     minilm, e5, nomic, pmi-smollm2, pmi-qwen, serves-qwen; default: all of them. minilm made the labels
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/damage
ANSWERS=48
FROM=data/distilled/qwen-broad
THREADS=0
SCORERS=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --run) RUN=$2; shift 2 ;;
    --answers) ANSWERS=$2; shift 2 ;;
    --from) FROM=$2; shift 2 ;;
    --threads) THREADS=$2; shift 2 ;;
    --help) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
    -*) die "unknown option $1" "See $0 --help." ;;
    *) SCORERS+=("$1"); shift ;;
  esac
done
[[ ${#SCORERS[@]} -gt 0 ]] || SCORERS=(minilm e5 nomic pmi-smollm2 pmi-qwen serves-qwen)

QWEN=models/qwen2.5-coder-0.5b-instruct.q4_k_m.gguf

# settings SCORER: sets NAMES and MODEL.
settings() {
  case "$1" in
    minilm) NAMES=relevance MODEL=(--embedder.gguf models/all-minilm-l6-v2.f32.gguf) ;;
    e5) NAMES=relevance MODEL=(--embedder.gguf models/multilingual-e5-small.mixed.gguf) ;;
    nomic) NAMES=relevance MODEL=(--embedder.gguf models/nomic-embed-text-v1.5.f16.gguf) ;;
    pmi-smollm2) NAMES=pmi MODEL=(--pmi.gguf models/smollm2-135m-instruct.q4_1.gguf --pmi.weights "$(reader_weights)") ;;
    pmi-qwen) NAMES=pmi MODEL=(--pmi.gguf "$QWEN" --pmi.weights "$(reader_weights)") ;;
    serves-qwen) NAMES=serves MODEL=(--judge.gguf "$QWEN" --judge.weights "$(reader_weights)") ;;
    *) die "unknown scorer $1" "See $0 --help." ;;
  esac
  NAMES+=",${NAMES}_masked"
}

examine() {
  local scorer=$1 folder="$RUN/$1-$ANSWERS-$SOURCE"
  settings "$scorer"
  "$BIN/udrl-distill" score --threads "$THREADS" --input "$SAMPLE" --out "$folder/scored" --tasks-folder data/tasks \
    --scorers "$NAMES" "${MODEL[@]}"
  "$BIN/udrl-distill" doctor --threads "$THREADS" --input "$folder/scored" --out "$folder/doctor" --pairs "$ANSWERS" \
    --tasks-folder data/tasks --scorers "$NAMES" "${MODEL[@]}"
}

SOURCE=$(sha256sum <<< "$(realpath "$FROM")" | cut -c 1-8)  # another --from has folders of its own
SAMPLE="$RUN/sample-$ANSWERS-$SOURCE"
[[ -f "$SAMPLE/part-00000.jsonl" ]] || "$VENV/bin/python" scripts/runs/damage_sample.py "$FROM" "$SAMPLE" "$ANSWERS"
for scorer in "${SCORERS[@]}"; do
  step "$scorer"
  [[ -f "$RUN/$scorer-$ANSWERS-$SOURCE/doctor/doctor.json" ]] || examine "$scorer"
  "$VENV/bin/python" scripts/runs/damage_table.py "$scorer" "$RUN/$scorer-$ANSWERS-$SOURCE/doctor/doctor.json"
done
