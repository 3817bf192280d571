#!/usr/bin/env bash
# How fast the teacher answers: udrl-distill synthesize with Qwen2.5-Coder-0.5B, 32 slots, 6 draws an intent, beside what
# llama_decode itself allows on this machine for the same tokens, and beside llama-server (same source, flags, model and
# slots, continuous batching and prompt cache on; our own concurrent client asks it). On a processor with bf16 also with
# the weights widened (--teacher.weights bf16). All in one run.
#
# For: a quiet machine; prints one JSON object a line. Builds llama-server the first time.
#
# Usage: synthesis.sh [--quick | --no-server]
#   --quick       168 prompts instead of 516, no llama-server, no bf16
#   --no-server   no llama-server
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"

source "$ROOT/scripts/lib/bench.sh"
source "$ROOT/scripts/lib/llama_server.sh"

BIN=build/release/bin
RUN=runs/bench/synthesis
MODEL=models/qwen2.5-coder-0.5b-instruct.q4_k_m.gguf
SLOTS=32
PORT=18417
INTENTS=43
WITH_SERVER=true
WITH_BF16=false
[[ "$MACHINE" != *avx512_bf16* ]] || WITH_BF16=true
[[ "${1:-}" != --quick ]] || INTENTS=14 WITH_BF16=false
[[ -z "${1:-}" ]] || WITH_SERVER=false
[[ "$WITH_SERVER" == false ]] || install_llama_server

# "reading generating", tokens a second of llama_decode
raw() { build/release/tests/lm/test_lm "raw decode" | sed -n 's|^raw: reading \([0-9.]*\) tokens/s, generating \([0-9.]*\) .*|\1 \2|p'; }

# synthesize OUT OPTION...: leaves "rate generated read seconds" in FIGURES
synthesize() {
  local out=$1
  shift
  "$BIN/udrl-distill" synthesize --intents "$RUN/intents" --tasks image,template --out "$out" --draws 6 --seed 3 \
    --temperatures 0.6,0.75,0.9,1.0 --top-p 0.95 --repeat-penalty 1.1 --teacher.slots "$SLOTS" --quiet "$@" > "$RUN/log"
  FIGURES=$(sed -n 's|^\([0-9]*\) generated tokens/s (\([0-9]*\) generated, \([0-9]*\) read, \([0-9.]*\) s)$|\1 \2 \3 \4|p' "$RUN/log")
}

rm -rf "$RUN"
"$BIN/udrl-distill" intents --out "$RUN/intents" --limit "$INTENTS" --seed 9 --quiet > /dev/null
read -r READING_BEFORE GENERATING_BEFORE < <(raw)
synthesize "$RUN/samples" --teacher.gguf "$MODEL"
read -r READING_AFTER GENERATING_AFTER < <(raw)

read -r RATE GENERATED READ SECONDS_TAKEN <<< "$FIGURES"
SHARE=$(awk -v g="$GENERATED" -v r="$READ" -v s="$SECONDS_TAKEN" -v ra="$READING_BEFORE" -v rb="$READING_AFTER" \
  -v ga="$GENERATING_BEFORE" -v gb="$GENERATING_AFTER" \
  'BEGIN { printf "%.2f", (r / ((ra + rb) / 2) + g / ((ga + gb) / 2)) / s }')
figure "synthesis" "$RATE" "generated tokens/s" "$MACHINE" 120
figure "synthesis, share of raw llama_decode" "$SHARE" "ratio" \
  "same tokens at $READING_BEFORE to $READING_AFTER read/s and $GENERATING_BEFORE to $GENERATING_AFTER generated/s; $MACHINE" 0.95

if [[ "$WITH_BF16" == true ]]; then
  synthesize "$RUN/samples-bf16" --teacher.gguf "$MODEL" --teacher.weights bf16
  read -r RATE_BF16 _ <<< "$FIGURES"
  figure "synthesis, weights widened to bf16 beside the file's own" \
    "$(awk -v a="$RATE_BF16" -v b="$RATE" 'BEGIN { printf "%.2f", a / b }')" "ratio" \
    "$RATE_BF16 and $RATE generated tokens/s; $MACHINE" null
fi

if [[ "$WITH_SERVER" == true ]]; then
  start_llama_server "$MODEL" "$SLOTS" "$PORT"
  trap 'kill "$SERVER_PID" 2> /dev/null' EXIT
  synthesize "$RUN/samples-server" --teacher.url "http://127.0.0.1:$PORT/v1" --teacher.http-model qwen
  read -r _ _ _ SERVER_SECONDS <<< "$FIGURES"
  PROMPTS=$((INTENTS * 2 * 6))
  figure "synthesis, prompts a second beside llama-server" \
    "$(awk -v a="$SECONDS_TAKEN" -v b="$SERVER_SECONDS" 'BEGIN { printf "%.2f", b / a }')" "ratio" \
    "llama-server: $PROMPTS prompts in $SERVER_SECONDS s, in process $SECONDS_TAKEN s; $MACHINE" 1.3
fi
