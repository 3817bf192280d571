#!/usr/bin/env bash
# How much of its speed each stage keeps beside one busy single-threaded process of the same priority: training (6M), synthesis
# (Qwen2.5-Coder-0.5B, 32 slots), scoring (embeddings, PMI under SmolLM2) and an evaluation; and two trainings at once. Alone and
# beside take turns. On N cores a fair scheduler leaves (2N - 1) / 2N of them.
#
# For: a quiet machine, after a build; prints one JSON object a line.
#
# Usage: beside.sh [--quick] [--only LIST] [--rounds N] [--seconds N]
#   --quick       training in bf16 and embeddings, one round
#   --only LIST   of train-bf16,train-fp32,two,synthesis,embedding,pmi,evaluation (default: all, with commas)
#   --rounds N    alone and beside, each so often; medians count (default 3)
#   --seconds N   of training (default 16)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/training_bench.sh"

RUN=runs/bench/beside
BENCH=build/release/tests/score/test_score
ROUNDS=3 SECONDS_EACH=16 ONLY=train-bf16,train-fp32,two,synthesis,embedding,pmi,evaluation
GOAL=0.5

while [[ $# -gt 0 ]]; do
  case "$1" in
    --quick) ONLY=train-bf16,embedding ROUNDS=1 SECONDS_EACH=8; shift ;;
    --only) ONLY=$2; shift 2 ;;
    --rounds) ROUNDS=$2; shift 2 ;;
    --seconds) SECONDS_EACH=$2; shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit ;;
    *) die "unknown option $1" "See the head of $0." ;;
  esac
done

quotient() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }'; }
median() { printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

BUSY=
trap '[[ -z "$BUSY" ]] || kill "$BUSY" 2> /dev/null' EXIT
start_busy() { sha256sum /dev/zero > /dev/null & BUSY=$!; }
stop_busy() {
  kill "$BUSY"
  wait "$BUSY" 2> /dev/null || true
  BUSY=
}

# steady_rate METRICS: tokens a second between a quarter and the end of a run.
steady_rate() {
  awk -F '[:,]' '{ for (i = 1; i < NF; ++i) { if ($i ~ /"tokens"/) t[NR] = $(i + 1); if ($i ~ /"seconds"/) s[NR] = $(i + 1) } }
    END { for (i = 1; i <= NR && s[i] < s[NR] / 4; ++i); printf "%.0f\n", (t[NR] - t[i]) / (s[NR] - s[i]) }' "$1"
}

# train_for OUT PRECISION: for $SECONDS_EACH seconds, then stopped; prints tokens a second.
train_for() {
  local process
  rm -rf "$1"
  udrl_command "$1" 6m "$2"
  "${UDRL[@]}" --cache "$TAGGED/cache" --steps 1000000 --sample-every 0 --valid-records 16 --valid-every 1000000000 \
    --save-every 1000000000 > "$1.log" 2>&1 &
  process=$!
  while [[ ! -s "$1/metrics.jsonl" ]]; do
    kill -0 "$process" 2> /dev/null || die "udrl-train ended early" "See $1.log."
    sleep 0.2
  done
  sleep "$SECONDS_EACH"
  kill -TERM "$process"
  wait "$process" || true
  steady_rate "$1/metrics.jsonl"
}

train_bf16() { train_for "$RUN/bf16" bf16; }
train_fp32() { train_for "$RUN/fp32" fp32; }

synthesis() {
  rm -rf "$RUN/samples"
  "$BIN/udrl-distill" synthesize --intents "$RUN/intents" --tasks image --out "$RUN/samples" --draws 6 --seed 3 --quiet \
    --teacher.gguf models/qwen2.5-coder-0.5b-instruct.q4_k_m.gguf --teacher.slots 32 \
    | sed -n 's|^\([0-9]*\) generated tokens/s .*|\1|p'
}

embedding() {
  UDRL_BENCH_RECORDS="$RUN/embedding" "$BENCH" "embedding" | awk '/^embedding: / { print $2 / $5 }'
}
pmi() { UDRL_BENCH_RECORDS="$RUN/pmi" "$BENCH" "pmi" | awk '/^pmi: / { print $2 / $8 }'; }

evaluation() {
  local start
  rm -rf "$RUN/eval"
  start=$(date +%s.%N)
  "$BIN/udrl-eval" --config configs/ci/eval.toml --student "$RUN/student" --tagged "$TAGGED" --out "$RUN/eval" --tasks image \
    --intents 24 --resamples 1000 --quiet > "$RUN/eval.log" 2>&1 || die "udrl-eval failed" "$(tail -n 3 "$RUN/eval.log")"
  awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { print 1 / (b - a) }'
}

# compare NAME UNIT FUNCTION
compare() {
  local name=$1 unit=$2 one=$3 alone=() beside=() round
  for ((round = 0; round < ROUNDS; ++round)); do
    alone+=("$("$one")")
    start_busy
    beside+=("$("$one")")
    stop_busy
  done
  figure "$name beside a busy process" "$(quotient "$(median "${beside[@]}")" "$(median "${alone[@]}")")" "ratio" \
    "of its speed alone: ${beside[*]} and ${alone[*]} $unit; $MACHINE" "$GOAL"
}

# Each of two, beside what one does alone.
compare_two() {
  local alone first second
  alone=$(train_bf16)
  train_for "$RUN/first" bf16 > "$RUN/first.rate" &
  second=$(train_for "$RUN/second" bf16)
  wait $!
  first=$(cat "$RUN/first.rate")
  figure "two trainings at once, the slower" "$(quotient "$(printf '%s\n' "$first" "$second" | sort -g | head -n 1)" "$alone")" "ratio" \
    "of one alone: $first and $second, alone $alone tokens/s; $MACHINE" "$GOAL"
}

choose_answers() {
  mkdir -p "$RUN/$1"
  zcat data/distilled/*/part-*.jsonl.gz | awk -v n="$2" 'NR % 5 == 1 && k < n { print; ++k }' > "$RUN/$1/part-00000.jsonl"
}

prepare() {
  rm -rf "$RUN"
  mkdir -p "$RUN"
  tag_records
  choose_answers embedding 1500
  choose_answers pmi 300
  "$BIN/udrl-distill" intents --out "$RUN/intents" --limit 14 --seed 9 --quiet > /dev/null
  wanted evaluation || return 0
  udrl_command "$RUN/student" 6m fp32
  quietly "$RUN/student.log" "${UDRL[@]}" --cache "$TAGGED/cache" --steps 60 --sample-every 0
}

prepare
[[ "$MACHINE" != *avx512_bf16* ]] || ! wanted train-bf16 || compare "training 6m bf16" "tokens/s" train_bf16
! wanted train-fp32 || compare "training 6m fp32" "tokens/s" train_fp32
[[ "$MACHINE" != *avx512_bf16* ]] || ! wanted two || compare_two
! wanted synthesis || compare "synthesis" "generated tokens/s" synthesis
! wanted embedding || compare "embedding" "texts/s" embedding
! wanted pmi || compare "pmi" "tokens/s" pmi
! wanted evaluation || compare "evaluation" "evaluations/s" evaluation
