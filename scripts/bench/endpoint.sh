#!/usr/bin/env bash
# How many requests a second go to an endpoint, in how little memory, and whether each is answered once and paid for once:
# udrl-distill synthesize beside endpoints of our own (tests/tools/endpoint_stub/), which fail as often as they are told,
# and write down what they were asked and what a provider would bill.
#
#   throughput  256 requests in flight at an endpoint that takes 50 ms: requests a second, peak memory at 10% and at the end
#   faults      a fifth of the requests meets a fault, and the tool is killed (kill -9) again and again. Eight endpoints: a
#               polite client waits after each "too many", which here comes by chance
#   money       a limit of a third of what all would cost, again with faults (but those that only ask for patience) and kills
#
# For: a quiet machine, after a build; prints one JSON object a line. Not for: endpoints of others.
#
# Usage: endpoint.sh [--quick] [--only PART]
#   --quick       some thousand requests a part, and fewer kills
#   --only PART   throughput, faults or money
#   BIN, STUB     the folder of udrl-distill and the program udrl-endpoint-stub, where they are elsewhere
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/bench.sh"

BIN="${BIN:-build/release/bin}"
STUB="${STUB:-build/release/tests/tools/udrl-endpoint-stub}"
IN_FLIGHT=256
ENDPOINTS=8
DRAWS=4
PRICE_IN=3 PRICE_OUT=15                     # a million tokens
THROUGHPUT=40000 FAULTS=100000 MONEY=10000  # requests
KILLS=10 MONEY_KILLS=3
LONGEST=7200  # seconds, for one start of the tool
PARTS=(throughput faults money)
while [[ $# -gt 0 ]]; do
  case "$1" in
    --quick) THROUGHPUT=4000 FAULTS=3000 MONEY=4000 KILLS=3 MONEY_KILLS=1 LONGEST=600; shift ;;
    --only) PARTS=("${2:?--only needs throughput, faults or money}"); shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
    *) die "unknown option $1" "See $0 --help." ;;
  esac
done
[[ "${PARTS[*]}" =~ ^(throughput faults money|throughput|faults|money)$ ]] || die "unknown part ${PARTS[*]}" "See $0 --help."
[[ -x "$STUB" ]] || die "no $STUB" "Build with the tests: cmake --preset release && cmake --build --preset release"

WORK=$(mktemp -d)
STUBS=() STATS=() CLIENT=
trap 'clean_up' EXIT
clean_up() {
  local id
  for id in "${STUBS[@]}" $CLIENT; do { kill -9 "$id" && wait "$id"; } 2> /dev/null || true; done
  rm -rf "$WORK"
}

# ---- Endpoints

# start_endpoints COUNT OPTION...: each with a log in $WORK/logs; leaves their addresses in URL.
start_endpoints() {
  local count=$1 number port
  shift
  rm -rf "$WORK/logs"
  mkdir "$WORK/logs"
  STUBS=() STATS=() URL=
  for ((number = 1; number <= count; ++number)); do
    : > "$WORK/port"
    "$STUB" --log "$WORK/logs/$number" --seed "$number" "$@" > "$WORK/port" &
    STUBS+=($!)
    for _ in {1..500}; do [[ ! -s "$WORK/port" ]] || break; sleep 0.02; done
    port=$(< "$WORK/port")
    [[ -n "$port" ]] || die "no endpoint came up"
    STATS+=("http://127.0.0.1:$port/stats")
    URL+="${URL:+,}http://127.0.0.1:$port/v1"
  done
}

# Their logs are whole then.
stop_endpoints() {
  local id
  for id in "${STUBS[@]}"; do
    kill "$id"
    wait "$id"
  done
  STUBS=()
}

# counted NAME: a figure that the endpoints count, summed.
counted() {
  timeout 20 curl -sf "${STATS[@]}" | awk -v name="\"$1\":" '{
    for (text = $0; (at = index(text, name)) > 0;) { text = substr(text, at + length(name)); sum += text + 0 }
  } END { print sum + 0 }'
}

# ---- The tool

# ask OUT REQUESTS OPTION...: starts a synthesis; leaves its id in CLIENT, and what it prints in $WORK/client.
ask() {
  local out=$1 requests=$2
  shift 2
  "$BIN/udrl-distill" synthesize --intents "$WORK/intents" --limit $((requests / DRAWS)) --tasks image --draws "$DRAWS" \
    --out "$out" --teacher.url "$URL" --teacher.http-model stub --teacher.slots $((IN_FLIGHT / ${#STUBS[@]})) --quiet "$@" \
    > "$WORK/client" 2>&1 &
  CLIENT=$!
  BEGAN=$SECONDS
}

is_running() {
  kill -0 "$CLIENT" 2> /dev/null || return 1
  ((SECONDS - BEGAN < LONGEST)) || die "the tool hangs" "$(tail -n 3 "$WORK/client")"
}

# Waits for its end; leaves its exit status in STATUS.
end_of_client() {
  while is_running; do sleep 0.1; done
  STATUS=0
  wait "$CLIENT" || STATUS=$?
  CLIENT=
}

# answered_while_running COUNT: false where the tool ends before the endpoints have answered so many.
answered_while_running() {
  until (($(counted answered) >= $1)); do
    is_running || return 1
    sleep 0.1
  done
  is_running
}

# Counted in KILLED.
kill_client() {
  { kill -9 "$CLIENT" && wait "$CLIENT"; } 2> /dev/null || true
  CLIENT=
  KILLED=$((KILLED + 1))
}

# whole_lines OUT: of the records that are there, without one that was cut.
whole_lines() {
  local file
  for file in "$1"/part-*.jsonl; do [[ ! -f "$file" ]] || head -n "$(wc -l < "$file")" "$file"; done
}

# remember OUT: which answers are there after a kill, and where the logs end.
remember() {
  sleep 0.5  # logs are written every 100 ms
  whole_lines "$1" | LC_ALL=C grep -o 'plate [0-9a-f]\{16\}"' | cut -c 7-22 > "$WORK/kept-$KILLED" || true
  wc -l "$WORK"/logs/* | awk '$2 != "total"' > "$WORK/ends-$KILLED"
}

# ---- Parts

peak_kb() { awk '/^VmHWM/ { print $2 }' "/proc/$CLIENT/status" 2> /dev/null || true; }

part_throughput() {
  local early=null late=null now seconds
  start_endpoints 1 --delay-ms 50
  ask "$WORK/throughput" "$THROUGHPUT"
  ! answered_while_running $((THROUGHPUT / 10)) || early=$(peak_kb)
  while is_running; do
    now=$(peak_kb)
    late=${now:-$late}
    sleep 0.1
  done
  end_of_client
  [[ "$STATUS" -eq 0 ]] || die "synthesis ended with $STATUS" "$(tail -n 3 "$WORK/client")"
  seconds=$(sed -n 's|^[0-9]* generated tokens/s (.* \([0-9.]*\) s)$|\1|p' "$WORK/client")
  figure "endpoint, requests a second" "$(ratio "$THROUGHPUT" "${seconds:-null}")" "requests/s" \
    "$THROUGHPUT requests in ${seconds:-?} s, the stub takes 50 ms; $MACHINE" 2000
  figure "endpoint, most requests in flight" "$(counted most_in_flight)" "requests" "--teacher.slots $IN_FLIGHT" "$IN_FLIGHT"
  figure "endpoint, peak memory at the end beside that at 10%" "$(ratio "$late" "$early")" "ratio" \
    "$early and $late kB; $MACHINE" 1.05 at-most
  stop_endpoints
}

# ratio A B: "null" where one is.
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a == "null" || b + 0 == 0) print "null"; else printf "%.3f", a / b }'; }

part_faults() {
  local out="$WORK/faults" again=0 met last
  start_endpoints "$ENDPOINTS" --faults 0.2 --delay-ms 20 --slow-ms 500
  KILLED=0
  ask "$out" "$FAULTS"
  while ((KILLED < KILLS)) && answered_while_running $((FAULTS * (KILLED + 1) / (KILLS + 1))); do
    kill_client
    remember "$out"
    ask "$out" "$FAULTS"
  done
  end_of_client
  met=$(($(counted received) - $(counted answered)))
  last=$(count_records "$out" before)
  while [[ "$STATUS" -ne 0 && "$again" -lt 5 ]]; do  # what failed is asked again
    again=$((again + 1))
    ask "$out" "$FAULTS"
    end_of_client
  done
  stop_endpoints
  figure_faults "$met" "$last" "$(count_records "$out" after)"
}

# figure_faults MET "RECORDS FAILED …" "…": as count_records printed them after the run that was not killed, and at the end.
figure_faults() {
  local met=$1 records failed twice wrong again reasked
  read -r records failed _ <<< "$2"
  figure "endpoint, kills during $FAULTS requests" "$KILLED" "kills" "$met tries in vain" "$KILLS"
  figure "endpoint, requests neither answered nor among the failures" $((FAULTS - records - failed)) "requests" \
    "$records answered and $failed failed of $FAULTS, when the first run that was not killed ended" 0 at-most
  read -r records _ twice wrong again reasked <<< "$3"
  figure "endpoint, requests without an answer in the end" $((FAULTS - records)) "requests" "exit status $STATUS" 0 at-most
  figure "endpoint, ids that stand twice among the records" "$twice" "ids" "$records records" 0 at-most
  figure "endpoint, answers that stand with a request of another" "$wrong" "records" "$records records" 0 at-most
  figure "endpoint, requests asked again though their answer was on the disk" "$reasked" "requests" "$KILLED kills" 0 at-most
  figure "endpoint, requests answered more than once, beyond those in flight at the kills" \
    $((again > KILLED * IN_FLIGHT ? again - KILLED * IN_FLIGHT : 0)) "requests" \
    "$again of $records, and $KILLED kills with up to $IN_FLIGHT in flight" 0 at-most
}

part_money() {
  local out="$WORK/money" limit
  local kinds=500,cut,slow,malformed,schema,duplicate-id,html
  local prices=(--teacher.price-in "$PRICE_IN" --teacher.price-out "$PRICE_OUT")
  start_endpoints 1 --faults 0.2 --fault-kinds "$kinds" --delay-ms 200 --slow-ms 500
  ask "$WORK/all" "$MONEY" "${prices[@]}"
  end_of_client
  stop_endpoints
  [[ "$STATUS" -lt 2 ]] || die "synthesis ended with $STATUS" "$(tail -n 3 "$WORK/client")"
  read -r BILL TOKENS_APART MONEY_APART DEAREST < <(count_money "$WORK/all")
  figure "endpoint, tokens of the ledger beside those that were billed" "$TOKENS_APART" "tokens" \
    "no kill; all costs $BILL; exit status $STATUS" 0 at-most
  limit=$(awk -v bill="$BILL" 'BEGIN { printf "%.6f", bill / 3 }')

  start_endpoints 1 --faults 0.2 --fault-kinds "$kinds" --delay-ms 200 --slow-ms 500
  KILLED=0
  ask "$out" "$MONEY" "${prices[@]}" --teacher.max-cost "$limit"
  while ((KILLED < MONEY_KILLS)) && answered_while_running $((MONEY * (KILLED + 1) / (MONEY_KILLS + 1) / 3)); do
    kill_client
    ask "$out" "$MONEY" "${prices[@]}" --teacher.max-cost "$limit"
  done
  end_of_client
  ask "$out" "$MONEY" "${prices[@]}" --teacher.max-cost "$limit"  # nothing is left for another run
  end_of_client
  stop_endpoints
  read -r BILL TOKENS_APART MONEY_APART DEAREST < <(count_money "$out")
  figure_money "$limit"
}

# figure_money LIMIT
figure_money() {
  local flight beyond
  flight=$(awk -v dearest="$DEAREST" -v n="$IN_FLIGHT" 'BEGIN { printf "%.6f", n * dearest }')
  beyond=$(awk -v bill="$BILL" -v limit="$1" 'BEGIN { printf "%.6f", (bill > limit ? bill - limit : 0) }')
  figure "endpoint, kills before a limit of money" "$KILLED" "kills" "exit status $STATUS" "$MONEY_KILLS"
  figure "endpoint, billed beyond the limit" "$beyond" "money" "limit $1, billed $BILL; the goal is what was in flight" \
    "$flight" at-most
  figure "endpoint, share of the limit that was spent" "$(ratio "$BILL" "$1")" "ratio" "the same" null
  figure "endpoint, ledger beside the bill" "$MONEY_APART" "money" "the goal is what was in flight at $KILLED kills" \
    "$(awk -v one="$flight" -v n="$KILLED" 'BEGIN { printf "%.6f", n * one }')" at-most
}

# ---- Counting

# count_records OUT: "RECORDS FAILED TWICE WRONG AGAIN REASKED": records with an id of their own, requests in failures.json,
# ids that stand twice, answers that are not their request's, answers beyond the first to one request, and requests that were
# asked after a kill though their answer was there.
count_records() {
  timeout 600 python3 - "$WORK" "$1" << 'EOP'
import collections, glob, json, os, sys

work, out = sys.argv[1:]
ids, answers, wrong = collections.Counter(), collections.Counter(), 0
for part in sorted(glob.glob(out + "/part-*.jsonl")):
    for line in open(part):
        record = json.loads(line)
        ids[record["id"]] += 1
        answers[record["answer"][-16:]] += 1
        wrong += not record["answer"].startswith(record["intent"] + " as a ")
failed = 0
if os.path.exists(out + "/failures.json"):
    failed = sum(cause["requests"] for cause in json.load(open(out + "/failures.json"))["failures"].values())

kept, ends = {}, []  # answer: the first kill after which it was there; lines of each log at each kill
while os.path.exists(f"{work}/kept-{len(ends) + 1}"):
    for answer in open(f"{work}/kept-{len(ends) + 1}"):
        kept.setdefault(answer.strip(), len(ends))
    ends.append({name: int(count) for count, name in (line.split() for line in open(f"{work}/ends-{len(ends) + 1}"))})
billed, reasked = collections.Counter(), 0
for log in glob.glob(work + "/logs/*"):
    for number, line in enumerate(open(log), 1):
        what, answer = line.split()[:2]
        billed[answer] += what == "answered"
        reasked += what == "asked" and answer in kept and number > ends[kept[answer]][log]
twice = sum(count - 1 for count in ids.values())
wrong += sum(count - 1 for count in answers.values()) - twice + sum(billed[answer] == 0 for answer in answers)
print(len(ids), failed, twice, wrong, sum(count - 1 for count in billed.values() if count > 1), reasked)
EOP
}

# count_money OUT: "BILL TOKENS_APART MONEY_APART DEAREST": what the logs bill, how far the ledger is from that ("null" where
# there is none), and the dearest answer.
count_money() {
  timeout 600 python3 - "$WORK" "$1" "$PRICE_IN" "$PRICE_OUT" << 'EOP'
import glob, os, sqlite3, sys

work, out = sys.argv[1:3]
price_in, price_out = (float(price) / 1e6 for price in sys.argv[3:])
answers = [line.split() for log in glob.glob(work + "/logs/*") for line in open(log) if line.startswith("answered")]
tokens = [(int(prompt), int(generated)) for _, _, prompt, generated in answers]
costs = [prompt * price_in + generated * price_out for prompt, generated in tokens]
tokens_apart = money_apart = "null"
if os.path.exists(out + "/usage.sqlite"):
    ledger = sqlite3.connect(out + "/usage.sqlite", timeout=10)
    sums = "SELECT TOTAL(prompt_tokens), TOTAL(generated_tokens), TOTAL(cost) FROM usage"
    row = ledger.execute(sums).fetchone()
    billed = [sum(column) for column in zip(*tokens)] or [0, 0]
    tokens_apart = round(abs(row[0] - billed[0]) + abs(row[1] - billed[1]))
    money_apart = f"{abs(row[2] - sum(costs)):.6f}"
print(f"{sum(costs):.6f}", tokens_apart, money_apart, f"{max(costs, default=0):.9f}")
EOP
}

# ---- All of it

MOST=$((THROUGHPUT > FAULTS ? THROUGHPUT : FAULTS))
seq $((MOST / DRAWS)) | sed 's/.*/number & of a row of lantern posters/' > "$WORK/intents.txt"
timeout 600 "$BIN/udrl-distill" intents --from "$WORK/intents.txt" --no-drop-near --out "$WORK/intents" --quiet > /dev/null
for part in "${PARTS[@]}"; do "part_$part"; done
