#!/usr/bin/env bash
# How fast and in how little memory `udrl-distill tag` goes through a million scored records (make_scored.py: about 800
# bytes each, five tasks, six draws, some duplicates), with all its defaults; and with --full through ten million.
#
# For: a quiet machine with 2 GB of disk to spare (--full: 25 GB); prints one JSON object a line.
#
# Usage: tag.sh [--quick | --full]
#   --quick   100,000 records, and no goals
#   --full    10 million records too: seconds a record beside the million's, and memory
#   RUN       folder for records and output (default runs/bench/tag)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/bench.sh"
[[ -x /usr/bin/time ]] || die "no /usr/bin/time" "Install it: apt-get install time"

BIN=build/release/bin
RUN="${RUN:-runs/bench/tag}"
# measure RECORDS: tags that many; leaves SECONDS_TAKEN, CPU_SECONDS and PEAK_MB. The records are gone afterwards.
measure() {
  local records=$1
  rm -rf "$RUN"
  mkdir -p "$RUN"
  python3 scripts/bench/make_scored.py "$RUN/scored" "$records"
  /usr/bin/time -f '%e %U %S %M' -o "$RUN/time" "$BIN/udrl-distill" tag --input "$RUN/scored" --out "$RUN/tagged" --quiet > "$RUN/log"
  read -r SECONDS_TAKEN CPU_SECONDS PEAK_MB < <(awk '{ printf "%.1f %.1f %.0f\n", $1, $2 + $3, $4 / 1024 }' "$RUN/time")
  rm -rf "$RUN/scored" "$RUN/tagged"
}

# figures RECORDS NAME SECONDS_GOAL MEMORY_GOAL
figures() {
  measure "$1"
  figure "tag, $2 records" "$SECONDS_TAKEN" "seconds" "$CPU_SECONDS s of processor time; $MACHINE" "$3" at-most
  figure "tag, $2 records, peak memory" "$PEAK_MB" "MB" "$MACHINE" "$4" at-most
}

case "${1:-}" in
  --quick)
    figures 100000 "100,000" null null
    exit
    ;;
  --full | "") ;;
  *) die "unknown option $1" "See the first lines of scripts/bench/tag.sh." ;;
esac

figures 1000000 "1 million" 60 300
[[ "${1:-}" == --full ]] || exit 0
MILLION=$SECONDS_TAKEN
figures 10000000 "10 million" null 300
figure "tag, seconds a record: 10 million beside 1 million" \
  "$(awk -v ten="$SECONDS_TAKEN" -v one="$MILLION" 'BEGIN { printf "%.2f", ten / 10 / one }')" "ratio" \
  "$SECONDS_TAKEN s and $MILLION s; $MACHINE" 1.3 at-most
