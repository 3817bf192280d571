#!/usr/bin/env bash
# How fast the teacher answers: generated tokens a second of udrl-distill synthesize, Qwen2.5-Coder-0.5B, 32 slots.
#
# For: a quiet machine; prints one JSON object a line. Not for: the comparison with llama-server, which issue "Data" brings.
#
# Usage: synthesis.sh [--quick]     --quick: 168 prompts instead of 516
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"

BIN=build/release/bin
RUN=runs/bench/synthesis
INTENTS=43
[[ "${1:-}" != --quick ]] || INTENTS=14

processor() { sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1; }
flags() { grep -m 1 '^flags' /proc/cpuinfo | tr ' ' '\n' | grep -E '^(avx2|avx512f|avx512_vnni|avx512_bf16)$' | paste -sd ' '; }

rm -rf "$RUN"
"$BIN/udrl-distill" intents --out "$RUN/intents" --limit "$INTENTS" --seed 9 --quiet > /dev/null
"$BIN/udrl-distill" synthesize --config configs/demo/synthesize.toml --intents "$RUN/intents" --out "$RUN/samples" \
  --draws 6 --quiet > "$RUN/log"
RATE=$(sed -n 's/ generated tokens\/s$//p' "$RUN/log")
MET=$([[ "$RATE" -ge 120 ]] && echo true || echo false)
printf '{"figure": "synthesis", "value": %s, "unit": "generated tokens/s", "against": "%s, %s cores, %s", "goal": 120, "met": %s}\n' \
  "$RATE" "$(processor)" "$(nproc)" "$(flags)" "$MET"
