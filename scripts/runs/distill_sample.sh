#!/usr/bin/env bash
# Makes data/distilled/: intents, the parts of the sample (a teacher's answers and their scores), gzipped shards.
#
# For: growing the committed sample: what a part holds is not asked or scored again. Cost: about four hours on 2 cores for
# all of it; stop it with Ctrl-C and start it again, it goes on. Each PART is configs/sample/synthesize-PART.toml.
# Not for: the demo, which uses what is committed.
#
# Usage: distill_sample.sh [--freeze] [PART]...      default: all but the two -first
#   --freeze   ask nothing more: score what is there, and put it into data/distilled
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

DISTILL=${UDRL_DISTILL:-build/release/bin/udrl-distill}

FREEZE=false
if [[ "${1:-}" == --freeze ]]; then
  FREEZE=true
  shift
fi
PARTS=("$@")
[[ ${#PARTS[@]} -gt 0 ]] || PARTS=(qwen-deep qwen-broad qwen-short qwen-titles smollm2-broad)

# The intents that the committed parts were asked for: a part grows by these alone, whatever the lists have become since.
# (They were made by `udrl-distill intents --config configs/sample/intents.toml`.)
restore_intents() {
  local intents=runs/sample/intents
  [[ ! -d "$intents" ]] || return 0
  mkdir -p "$intents"
  cp data/intents/sample/manifest.json "$intents/"
  gunzip -c data/intents/sample/part-00000.jsonl.gz > "$intents/part-00000.jsonl"
}

# restore PART: where nothing was asked yet on this machine, begins with what is committed.
restore() {
  local samples=runs/sample/$1/samples committed=data/distilled/$1
  [[ ! -d "$samples" && -f "$committed/synthesize.manifest.json" ]] || return 0
  mkdir -p "$samples"
  cp "$committed"/part-*.jsonl.gz "$samples/"
  cp "$committed/synthesize.manifest.json" "$samples/manifest.json"
}

# freeze PART: scores what was not scored yet, and packs it.
freeze() {
  local run=runs/sample/$1 out=data/distilled/$1 reuse=()
  [[ ! -d "$out" ]] || reuse=(--reuse "$out")
  rm -rf "$run/scored"
  "$DISTILL" score --config configs/sample/score.toml --input "$run/samples" --out "$run/scored" "${reuse[@]}"
  mkdir -p "$out"
  rm -f "$out"/part-*
  cp "$run/scored/manifest.json" "$out/"
  cp "$run/samples/manifest.json" "$out/synthesize.manifest.json"
  for shard in "$run/scored"/part-*.jsonl; do
    gzip -9 -n -c "$shard" > "$out/$(basename "$shard").gz"
  done
}

restore_intents
for part in "${PARTS[@]}"; do
  restore "$part"
  [[ "$FREEZE" == true ]] || "$DISTILL" synthesize --config "configs/sample/synthesize-$part.toml"
  freeze "$part"
done
