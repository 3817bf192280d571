#!/usr/bin/env bash
# What udrl-train needs to take in a hundred thousand records, and a million (make_scored.py; tagged): seconds until the
# first step, where nothing is there and where tokenizer and token store are, and the most memory of its own in some
# hundred steps, that is without the pages of the mapped token store, which the system takes back where it needs them.
# Memory must not grow with the records. The least of three starts where tokens are there; MKL throughout, for what oneDNN
# compiles takes more than all else. A tiny model, so that the data are what counts.
#
# For: a quiet machine with 3 GB of disk to spare; prints one JSON object a line. About five minutes.
#
# Usage: token_store.sh [--quick]
#   --quick   10,000 and 100,000 records, no goal
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/bench.sh"

BIN=build/release/bin
RUN=runs/bench/token-store
FEW=100000 MANY=1000000 FIRST_GOAL=1.5 AGAIN_GOAL=1.1
case "${1:-}" in
  --quick) FEW=10000 MANY=100000 FIRST_GOAL=null AGAIN_GOAL=null ;;
  "") ;;
  *) die "unknown option $1" "See the head of $0." ;;
esac

# start_and_train: until some hundred steps are taken, so that windows have come and gone; leaves START_S and OWN_MB
start_and_train() {
  local begin pid own=0 now
  rm -f "$RUN/out/metrics.jsonl"
  begin=$(date +%s.%N)
  "$BIN/udrl-train" --data "$RUN/tagged" --out "$RUN/out" --device cpu --precision fp32 --gemm-backend mkl --model.layers 1 --model.width 32 --model.heads 2 \
    --model.vocab 4096 --batch.step-tokens 2048 --steps 1000000 --valid-every 1000000000 --save-every 1000000000 \
    --sample-every 0 > "$RUN/log" 2>&1 &
  pid=$!
  until [[ -e "$RUN/out/metrics.jsonl" && "$(wc -l < "$RUN/out/metrics.jsonl")" -ge 300 ]]; do
    now=$(awk '/^RssAnon/ { print $2 }' "/proc/$pid/status" 2> /dev/null) || die "udrl-train failed" "$(tail -n 3 "$RUN/log")"
    own=$((now > own ? now : own))
    sleep 0.1
  done
  START_S=$(awk -v now="$(date +%s.%N)" -v begin="$begin" -v trained="$(tail -n 1 "$RUN/out/metrics.jsonl" | sed 's/.*"seconds":\([0-9.]*\).*/\1/')" \
    'BEGIN { printf "%.1f", now - begin - trained }')
  kill -9 "$pid"
  wait "$pid" 2> /dev/null || true
  OWN_MB=$((own / 1024))
}

# report RECORDS WHERE
report() {
  figure "training, $1 records, $2, until the first step" "$START_S" "seconds" "$MACHINE" null
  figure "training, $1 records, $2, own memory" "$OWN_MB" "MB" "$MACHINE" null
}

# measure RECORDS: leaves FIRST_MB and AGAIN_MB
measure() {
  rm -rf "$RUN"
  mkdir -p "$RUN"
  python3 scripts/bench/make_scored.py "$RUN/scored" "$1"
  "$BIN/udrl-distill" tag --input "$RUN/scored" --out "$RUN/tagged" --quiet > "$RUN/tag.log" 2>&1
  rm -rf "$RUN/scored"
  start_and_train
  report "$1" "nothing there"
  figure "training, $1 records, token store" "$(du -m "$RUN"/tagged/cache/*.tokens | cut -f 1)" "MB" "$MACHINE" null
  FIRST_MB=$OWN_MB
  start_and_train
  AGAIN_MB=$OWN_MB
  for _ in 2 3; do
    start_and_train
    AGAIN_MB=$((OWN_MB < AGAIN_MB ? OWN_MB : AGAIN_MB))
  done
  OWN_MB=$AGAIN_MB
  report "$1" "tokens there"
  rm -rf "$RUN"
}

# compare WHERE FEW_MB MANY_MB GOAL
compare() {
  figure "training, $1, own memory with $MANY records beside $FEW" "$(awk -v a="$3" -v b="$2" 'BEGIN { printf "%.2f", a / b }')" "ratio" \
    "$3 and $2 MB: $((($3 - $2) * 1048576 / (MANY - FEW))) bytes a record; $MACHINE" "$4" at-most
}

measure "$FEW"
few_first=$FIRST_MB few_again=$AGAIN_MB
measure "$MANY"
compare "nothing there" "$few_first" "$FIRST_MB" "$FIRST_GOAL"
compare "tokens there" "$few_again" "$AGAIN_MB" "$AGAIN_GOAL"
