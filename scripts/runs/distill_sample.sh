#!/usr/bin/env bash
# Makes data/distilled/ again: intents, two teachers' answers, scores, gzipped shards.
#
# For: growing the committed sample (what it holds is not asked or scored again), or, with data/distilled removed,
# reproducing it. Cost: about an hour and a half on 2 cores; stop it with Ctrl-C and start it again, it goes on.
# Not for: the demo, which uses what is committed.
#
# Usage: distill_sample.sh [--freeze]
#   --freeze   ask nothing more: score what is there, and put it into data/distilled
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

DISTILL=${UDRL_DISTILL:-build/release/bin/udrl-distill}

FREEZE=false
[[ "${1:-}" != --freeze ]] || FREEZE=true

# restore SAMPLES COMMITTED: where nothing was asked yet on this machine, begins with what is committed.
restore() {
  [[ ! -d "$1" && -f "$2/synthesize.manifest.json" ]] || return 0
  mkdir -p "$1"
  cp "$2"/part-*.jsonl.gz "$1/"
  cp "$2/synthesize.manifest.json" "$1/manifest.json"
}

# distill_teacher SHORT FULL: synthesis and scores of one teacher, then its shards into data/distilled/FULL.
distill_teacher() {
  local short=$1 out=data/distilled/$2 samples=runs/sample/samples-$1 reuse=()
  restore "$samples" "$out"
  [[ "$FREEZE" == true ]] || "$DISTILL" synthesize --config "configs/replica/synthesize-$short.toml"
  [[ ! -d "$out" ]] || reuse=(--reuse "$out")
  rm -rf "runs/sample/scored-$short"
  "$DISTILL" score --config "configs/replica/score-$short.toml" "${reuse[@]}"
  mkdir -p "$out"
  rm -f "$out"/part-*
  cp "runs/sample/scored-$short/manifest.json" "$out/"
  cp "$samples/manifest.json" "$out/synthesize.manifest.json"
  for shard in "runs/sample/scored-$short"/part-*.jsonl; do
    gzip -9 -n -c "$shard" > "$out/$(basename "$shard").gz"
  done
}

"$DISTILL" intents --config configs/replica/intents.toml
distill_teacher qwen qwen2.5-coder-0.5b-instruct
distill_teacher smollm2 smollm2-135m-instruct
