#!/usr/bin/env bash
# How fast and how small udrl-serve is: from start to the first answer, memory, keystrokes of type-ahead, one client and 64
# (every tenth request of which is left before its answer), and what is left behind.
#
# For: a quiet machine, after a build. Prints one JSON object a line.
#
# Usage: serving.sh [--quick] [--student DIR] [--threads N]
#   --quick     1,000 requests of 64 clients instead of 10,000
#   --student   a folder of udrl-train or udrl-export; default data/students/five-tasks
#   --threads   default: udrl-serve's own
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/bench.sh"

STUDENT=data/students/five-tasks
REQUESTS=10000
THREADS=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --quick) REQUESTS=1000; shift ;;
    --student) STUDENT=$2; shift 2 ;;
    --threads) THREADS=(--threads "$2"); shift 2 ;;
    --help) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
    *) die "unknown option $1" "See $0 --help." ;;
  esac
done
[[ -f "$STUDENT/student.gguf" ]] || die "$STUDENT has no student" "Train one (scripts/demo.sh), and name it with --student."

WORK=$(mktemp -d)
SERVER=
trap '[[ -z "$SERVER" ]] || kill -INT "$SERVER" 2> /dev/null; rm -rf "$WORK"' EXIT

start() {
  : > "$WORK/url"
  build/release/bin/udrl-serve --model "$STUDENT" --port 0 --task image --quiet "${THREADS[@]}" > "$WORK/url" &
  SERVER=$!
  until [[ -s "$WORK/url" ]]; do
    kill -0 "$SERVER" 2> /dev/null || die "udrl-serve did not start" "Its own message stands above."
    sleep 0.001
  done
  URL=$(< "$WORK/url")
}
stop() { kill -INT "$SERVER"; wait "$SERVER"; SERVER=; }
ask() {
  curl -sS --fail-with-body -H 'Content-Type: application/json' "$URL/v1/completions" -d '{"prompt": "holiday sale"}' \
    > "$WORK/reply" || die "the server did not answer" "$(< "$WORK/reply")"
}
kilobytes() { awk '/^VmRSS/ { print $2 }' "/proc/$SERVER/status"; }
descriptors() { find "/proc/$SERVER/fd" -mindepth 1 | wc -l; }
settle() { sleep 6; }  # idle connections are closed after 5 s

milliseconds=()
for _ in 1 2 3 4 5; do
  began=$(date +%s%N)
  start
  ask
  milliseconds+=($((($(date +%s%N) - began) / 10000)))
  stop
done
median=$(printf '%s\n' "${milliseconds[@]}" | sort -n | sed -n 3p)
figure "from start to the first answer, curl included" "$(awk "BEGIN { print $median / 100 }")" "ms" "$MACHINE" 60 at-most

start
ask
settle
idle=$(descriptors)
OUT=$(UDRL_BENCH_URL=$URL UDRL_BENCH_REQUESTS=$REQUESTS build/release/tests/serve/test_serve "[.bench]")
settle
# of LINE QUANTILE: from "LINE: p50 1.2 p95 3.4 ms".
of() { sed -n "s/^$1: .*$2 \([0-9.]*\).*/\1/p" <<< "$OUT" | head -1; }
figure "keystroke, next five words, p50" "$(of 'keystroke, next five words of one task' p50)" "ms" "$MACHINE" 5 at-most
figure "keystroke, next five words, p95" "$(of 'keystroke, next five words of one task' p95)" "ms" "$MACHINE" 10 at-most
figure "keystroke, a whole answer, p50" "$(of 'keystroke, a whole answer' p50)" "ms" "$MACHINE" null
best=$(of 'a pause, best of 32 drafts of one task' p50)
[[ -z "$best" ]] || figure "a pause, the best of 32 drafts of one task, p50" "$best" "ms" "$MACHINE" null
figure "a 20-word answer, one client, p50" "$(of 'one client' p50)" "ms" "$MACHINE" null
figure "a 20-word answer, one client, p95" "$(of 'one client' p95)" "ms" "$MACHINE" null
figure "a 20-word answer, 64 clients, p95" "$(of '64 clients' p95)" "ms" "$MACHINE" null
figure "64 clients, p95 beside one client's" "$(sed -n 's/.*p95 \([0-9.]*\) times that of one/\1/p' <<< "$OUT")" "times" "one client" 10 at-most
figure "64 clients, answers a second" "$(sed -n 's/.* \([0-9.]*\) answers.s$/\1/p' <<< "$OUT")" "answers/s" "$MACHINE" null
read -r answered wanted < <(sed -n 's/^64 clients: \([0-9]*\) of \([0-9]*\) answered.*/\1 \2/p' <<< "$OUT")
figure "answers lost of $wanted, while a tenth of the clients vanish" "$((wanted - answered))" "answers" "0" 0 at-most
figure "descriptors left behind" "$(($(descriptors) - idle))" "descriptors" "an idle server" 0 at-most
figure "memory after $REQUESTS requests" "$(awk "BEGIN { print $(kilobytes) / 1024 }")" "MiB" "$MACHINE" 64 at-most
stop
