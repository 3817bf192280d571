#!/usr/bin/env bash
# How fast the teacher answers: udrl-distill synthesize with Qwen2.5-Coder-0.5B, 32 slots, 6 draws an intent, beside what
# llama_decode itself allows on this machine for the same tokens, measured in the same run.
#
# For: a quiet machine; prints one JSON object a line. Not for: the comparison with llama-server (not there yet).
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
MACHINE="$(processor), $(nproc) cores, $(flags)"

# figure NAME VALUE UNIT AGAINST GOAL: one line of JSON; met if the value is not below the goal.
figure() {
  awk -v name="$1" -v value="$2" -v unit="$3" -v against="$4" -v goal="$5" 'BEGIN {
    printf "{\"figure\": \"%s\", \"value\": %s, \"unit\": \"%s\", \"against\": \"%s\", \"goal\": %s, \"met\": %s}\n",
      name, value, unit, against, goal, (value >= goal ? "true" : "false") }'
}

# "reading generating", tokens a second of llama_decode
raw() { build/release/tests/lm/test_lm "raw decode" | sed -n 's|^raw: reading \([0-9.]*\) tokens/s, generating \([0-9.]*\) .*|\1 \2|p'; }

rm -rf "$RUN"
"$BIN/udrl-distill" intents --out "$RUN/intents" --limit "$INTENTS" --seed 9 --quiet > /dev/null
read -r READING_BEFORE GENERATING_BEFORE < <(raw)
"$BIN/udrl-distill" synthesize --config configs/demo/synthesize.toml --intents "$RUN/intents" --out "$RUN/samples" \
  --draws 6 --quiet > "$RUN/log"
read -r READING_AFTER GENERATING_AFTER < <(raw)

LINE=$(sed -n 's|^\([0-9]*\) generated tokens/s (\([0-9]*\) generated, \([0-9]*\) read, \([0-9.]*\) s)$|\1 \2 \3 \4|p' "$RUN/log")
read -r RATE GENERATED READ SECONDS_TAKEN <<< "$LINE"
SHARE=$(awk -v g="$GENERATED" -v r="$READ" -v s="$SECONDS_TAKEN" -v ra="$READING_BEFORE" -v rb="$READING_AFTER" \
  -v ga="$GENERATING_BEFORE" -v gb="$GENERATING_AFTER" \
  'BEGIN { printf "%.2f", (r / ((ra + rb) / 2) + g / ((ga + gb) / 2)) / s }')
figure "synthesis" "$RATE" "generated tokens/s" "$MACHINE" 120
figure "synthesis, share of raw llama_decode" "$SHARE" "ratio" \
  "same tokens at $READING_BEFORE to $READING_AFTER read/s and $GENERATING_BEFORE to $GENERATING_AFTER generated/s; $MACHINE" 0.95
