#!/usr/bin/env bash
# Makes data/distilled/ again: intents, two teachers' answers, scores, gzipped shards.
#
# For: reproducing the committed sample, or growing it. Cost: about an hour on 2 cores; stop it with Ctrl-C and start it
# again, it goes on. Not for: the demo, which uses what is committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

DISTILL=${UDRL_DISTILL:-build/release/bin/udrl-distill}

# distill_teacher SHORT FULL: synthesis and scores of one teacher, then its shards into data/distilled/FULL.
distill_teacher() {
  local short=$1 out=data/distilled/$2
  "$DISTILL" synthesize --config "configs/replica/synthesize-$short.toml"
  "$DISTILL" score --config "configs/replica/score-$short.toml"
  mkdir -p "$out"
  cp "runs/sample/scored-$short/manifest.json" "$out/"
  for shard in "runs/sample/scored-$short"/part-*.jsonl; do
    gzip -9 -n -c "$shard" > "$out/$(basename "$shard").gz"
  done
}

"$DISTILL" intents --config configs/replica/intents.toml
distill_teacher qwen qwen2.5-coder-0.5b-instruct
distill_teacher smollm2 smollm2-135m-instruct
