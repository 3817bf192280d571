#!/usr/bin/env bash
# What udrl-train needs to take in a hundred thousand records, and a million (make_scored.py; tagged): seconds until the
# first step, and memory of its own while it trains, that is without the pages of the mapped token store, which the system
# takes back where it needs them. Memory must not grow with the records. A tiny model, so that the data are what counts.
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
FEW=100000 MANY=1000000 GOAL=1.5
case "${1:-}" in
  --quick) FEW=10000 MANY=100000 GOAL=null ;;
  "") ;;
  *) die "unknown option $1" "See the head of $0." ;;
esac

# wait_for_steps: until some hundred are taken, so that windows have come and gone
wait_for_steps() {
  until [[ -e "$RUN/out/metrics.jsonl" && "$(wc -l < "$RUN/out/metrics.jsonl")" -ge 300 ]]; do
    kill -0 "$1" 2> /dev/null || die "udrl-train failed" "$(tail -n 3 "$RUN/log")"
    sleep 0.1
  done
}

# measure RECORDS: leaves START_S and OWN_MB
measure() {
  local begin pid own
  rm -rf "$RUN"
  mkdir -p "$RUN"
  python3 scripts/bench/make_scored.py "$RUN/scored" "$1"
  "$BIN/udrl-distill" tag --input "$RUN/scored" --out "$RUN/tagged" --quiet > "$RUN/tag.log" 2>&1
  rm -rf "$RUN/scored"
  begin=$(date +%s.%N)
  "$BIN/udrl-train" --data "$RUN/tagged" --out "$RUN/out" --device cpu --precision fp32 --model.layers 1 --model.width 32 --model.heads 2 \
    --model.vocab 4096 --batch.step-tokens 2048 --steps 1000000 --valid-every 1000000000 --save-every 1000000000 \
    --watch.sample-every 0 > "$RUN/log" 2>&1 &
  pid=$!
  wait_for_steps "$pid"
  own=$(awk '/^RssAnon/ { print $2 }' "/proc/$pid/status")
  START_S=$(awk -v now="$(date +%s.%N)" -v begin="$begin" -v trained="$(tail -n 1 "$RUN/out/metrics.jsonl" | sed 's/.*"seconds":\([0-9.]*\).*/\1/')" \
    'BEGIN { printf "%.1f", now - begin - trained }')
  kill -9 "$pid"
  wait "$pid" 2> /dev/null || true
  OWN_MB=$((own / 1024))
  figure "training, $1 records, until the first step" "$START_S" "seconds" "$(du -m "$RUN"/tagged/cache/*.tokens | cut -f 1) MB of tokens; $MACHINE" null
  figure "training, $1 records, own memory" "$OWN_MB" "MB" "$MACHINE" null
  rm -rf "$RUN"
}

measure "$FEW"
few=$OWN_MB
measure "$MANY"
figure "training, own memory with $MANY records beside $FEW" "$(awk -v a="$OWN_MB" -v b="$few" 'BEGIN { printf "%.2f", a / b }')" "ratio" \
  "$OWN_MB and $few MB; $MACHINE" "$GOAL" at-most
