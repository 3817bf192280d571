#!/usr/bin/env bash
# How fast an evaluation's statistics are: the bootstrap alone, and every table of two tasks (quality overall and by task,
# ratios between all systems, variety) on 3,000 made-up intents and ten systems, with 10,000 draws.
#
# For: a quiet machine, after a build; prints one JSON object a line.
#
# Usage: evaluation.sh [--quick]     (the same: it takes seconds)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/bench.sh"

OUT="$(build/release/tests/eval/test_eval "[.bench]")"
bootstrap="$(sed -n 's/^bootstrap: 10 systems in \([0-9.]*\) s$/\1/p' <<< "$OUT")"
comparison="$(sed -n 's/^comparison: .* in \([0-9.]*\) s$/\1/p' <<< "$OUT")"
figure "bootstrap, 10,000 draws, 3,000 intents, 10 systems" "$bootstrap" "seconds" "$MACHINE" 5 at-most
figure "all tables of two tasks, the same" "$comparison" "seconds" "$MACHINE" null
