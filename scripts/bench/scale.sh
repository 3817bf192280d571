#!/usr/bin/env bash
# Every stage that needs no teacher, at N made records and at a tenth of them: does the time a record stay, and the memory?
#
#   intents   a list of N requests: rules, duplicates, near duplicates, order (make_intents.py)
#   score     N answers by the scorers that need no model: copying, repetition, and the order by intent
#   tag       N scored answers: near duplicates, returns, splits (make_scored.py)
#   tokens    udrl-train until its first step: tokenizer, token store; then 300 steps of a tiny model on batches by length.
#             Memory of its own, without the pages of the mapped store, which the system takes back where it needs them
#   resume    udrl-distill synthesize until its first new answer, where N answers are there to N / 30 intents (with SmolLM2, if
#             it is there)
#
# For: a quiet machine; prints one JSON object a line. 10 million need 30 GB of disk and about three hours on 2 cores.
# Not for: how fast a teacher answers (synthesis.sh), or a student trains (training.sh).
#
# Usage: scale.sh [--records N | --quick] [--threads N] [--only LIST]
#   --records N   default 10000000
#   --quick       200,000, 1 GB of disk and a few minutes, and no goals: buffers that do not grow are not full at a tenth
#   --threads N   default 0: all cores
#   --only LIST   some of the above, with commas
#   UDRL_BIN, RUN   folders of the tools, and for records and output (default runs/bench/scale)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/bench.sh"
[[ -x /usr/bin/time ]] || die "no /usr/bin/time" "Install it: apt-get install time"

BIN=${UDRL_BIN:-build/release/bin}
RUN=${RUN:-runs/bench/scale}
TEACHER=models/smollm2-135m-instruct.q4_1.gguf
RECORDS=10000000 THREADS=0 ONLY=intents,score,tag,tokens,resume GOAL=1.1
while [[ $# -gt 0 ]]; do
  case "$1" in
    --records) RECORDS=$2; shift 2 ;;
    --quick) RECORDS=200000 GOAL=null; shift ;;
    --threads) THREADS=$2; shift 2 ;;
    --only) ONLY=$2; shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
    *) die "unknown option $1" "See scripts/bench/scale.sh --help." ;;
  esac
done
[[ "$RECORDS" =~ ^[1-9][0-9]*0$ ]] || die "--records is '$RECORDS', expected a whole number that ten divides"
FEW=$((RECORDS / 10))
declare -A TOOK=() CPU=() PEAK=()
declare -A MEMORY=([tokens]="memory of its own" [resume]="memory of its own")  # else the peak of all

OWN_PID=
trap '[[ -z "$OWN_PID" ]] || kill -9 "$OWN_PID" 2> /dev/null || true; rm -rf "$DEPS"/tmp.$$.*' EXIT  # Ctrl-C does not reach it

# timed STAGE RECORDS COMMAND...: leaves TOOK, CPU (seconds) and PEAK (MB) of STAGE-RECORDS.
timed() {
  local key="$1-$2"
  shift 2
  /usr/bin/time -f '%e %U %S %M' -o "$RUN/time" "$@" --threads "$THREADS" --quiet > "$RUN/log" 2>&1 || die "$1 failed" "$(tail -n 3 "$RUN/log")"
  read -r TOOK[$key] CPU[$key] PEAK[$key] < <(awk '{ printf "%.2f %.2f %.0f\n", $1, $2 + $3, $4 / 1024 }' "$RUN/time")
}

# own_until KEY CONDITION COMMAND...: the most memory of its own, in MB, until the CONDITION (a command) holds, then the command
# is killed; TOOK is how long that took.
own_until() {
  local key=$1 condition=$2 begin now own=0
  shift 2
  begin=$(date +%s.%N)
  "$@" --threads "$THREADS" > "$RUN/log" 2>&1 &
  OWN_PID=$!
  until "$condition"; do
    now=$(awk '/^RssAnon/ { print $2 }' "/proc/$OWN_PID/status" 2> /dev/null) || die "$key failed" "$(tail -n 3 "$RUN/log")"
    own=$((${now:-0} > own ? ${now:-0} : own))
    sleep 0.1
  done
  kill -9 "$OWN_PID" 2> /dev/null || true
  wait "$OWN_PID" 2> /dev/null || true
  OWN_PID=
  TOOK[$key]=$(awk -v now="$(date +%s.%N)" -v begin="$begin" 'BEGIN { printf "%.2f", now - begin }')
  PEAK[$key]=$((own / 1024))
}

# --- the stages, each at so many records

intents() {
  python3 scripts/bench/make_intents.py "$RUN/list.tsv" "$1"
  timed intents "$1" "$BIN/udrl-distill" intents --from "$RUN/list.tsv" --out "$RUN/intents"
  rm -rf "$RUN/list.tsv" "$RUN/intents"
}

score() {
  timed score "$1" "$BIN/udrl-distill" score --input "$RUN/scored" --out "$RUN/scores" --scorers copying,repetition
  rm -rf "$RUN/scores"
}

tag() { timed tag "$1" "$BIN/udrl-distill" tag --input "$RUN/scored" --out "$RUN/tagged"; }

STEPS=300
has_trained() { [[ -e "$RUN/student/metrics.jsonl" && "$(wc -l < "$RUN/student/metrics.jsonl")" -ge $STEPS ]]; }
seconds_at() { sed -n "$1s/.*\"seconds\": *\([0-9.e-]*\).*/\1/p" "$RUN/student/metrics.jsonl"; }

# Two figures of time: until the first step, and a step.
tokens() {
  own_until "tokens-$1" has_trained "$BIN/udrl-train" --data "$RUN/tagged" --out "$RUN/student" --device cpu --precision fp32 --gemm-backend mkl \
    --model.layers 1 --model.width 32 --model.heads 2 --model.vocab 4096 --batch.step-tokens 2048 --steps 1000000 \
    --valid-every 1000000000 --save-every 1000000000 --sample-every 0
  TOOK["steps-$1"]=$(awk -v a="$(seconds_at 1)" -v b="$(seconds_at $STEPS)" 'BEGIN { printf "%.2f", b - a }')
  TOOK["tokens-$1"]=$(awk -v all="${TOOK["tokens-$1"]}" -v steps="$(seconds_at $STEPS)" 'BEGIN { printf "%.2f", all - steps }')
  STORE=$(du -m "$RUN"/tagged/cache/*.tokens | cut -f 1)
  rm -rf "$RUN/student"
}

has_answered() { grep -qE ' of [0-9,]+ answers' "$RUN/log"; }

# Of N / 30 intents, as the paper's recipe has them. The answers that are there are those of `score`: their ids are kept in
# memory, whatever they answer.
resume() {
  local shard number=1 ask=("$BIN/udrl-distill" synthesize --intents "$RUN/few" --tasks search --draws 2 --teacher.gguf "$TEACHER" --teacher.slots 2
    --out "$RUN/samples")
  rm -rf "$RUN/few" "$RUN/samples"
  "$BIN/udrl-distill" intents --out "$RUN/few" --per-subject $(($1 / 30 / 4000 + 1)) --limit $(($1 / 30)) --quiet > "$RUN/log"
  "${ask[@]}" --limit 4 --threads "$THREADS" --quiet > "$RUN/log" 2>&1 || true  # what so small a model answers may all be refused
  for shard in "$RUN"/scored/part-*; do
    mv "$shard" "$RUN/samples/$(printf 'part-%05d.jsonl' "$number")"
    number=$((number + 1))
  done
  own_until "resume-$1" has_answered "${ask[@]}"
  rm -rf "$RUN/few" "$RUN/samples"
}

at_size() {
  rm -rf "$RUN"
  mkdir -p "$RUN"
  if wanted intents; then intents "$1"; fi
  if ! wanted score && ! wanted tag && ! wanted tokens && ! wanted resume; then return; fi
  python3 scripts/bench/make_scored.py "$RUN/scored" "$1"
  if wanted score; then score "$1"; fi
  if wanted tag || wanted tokens; then tag "$1"; fi
  if wanted resume && [[ -f "$TEACHER" ]]; then resume "$1"; fi
  rm -rf "$RUN/scored"
  if wanted tokens; then tokens "$1"; fi
  rm -rf "$RUN"
}

# --- figures

# absolute STAGE TITLE RECORDS
absolute() {
  local cpu=${CPU["$1-$3"]:-}
  figure "$2, $3 records" "${TOOK["$1-$3"]}" "seconds" "${cpu:+processor time $cpu s; }$MACHINE" null
  [[ -z "${PEAK["$1-$3"]:-}" ]] || figure "$2, $3 records, ${MEMORY[$1]:-peak memory}" "${PEAK["$1-$3"]}" "MB" "$MACHINE" null
}

# growth LARGE SMALL TIMES: of a record, where there are so many times as many.
growth() { awk -v large="$1" -v small="$2" -v times="$3" 'BEGIN { printf "%.2f", large / times / small }'; }

# compare STAGE TITLE [fixed]: RECORDS beside FEW; of `fixed` work, which does not depend on the records, the whole time.
compare() {
  local a="$1-$RECORDS" b="$1-$FEW" times=10
  [[ -n "${TOOK[$a]:-}" ]] || return 0
  [[ "${3:-}" != fixed ]] || times=1
  absolute "$1" "$2" "$FEW"
  absolute "$1" "$2" "$RECORDS"
  figure "$2, time $([[ $times -eq 1 ]] && echo "of a step" || echo "a record"), $RECORDS records beside $FEW" \
    "$(growth "${TOOK[$a]}" "${TOOK[$b]}" "$times")" "ratio" "${TOOK[$a]} and ${TOOK[$b]} s; $MACHINE" "$GOAL" at-most
  [[ -z "${CPU[$a]:-}" ]] || figure "$2, processor time a record, $RECORDS records beside $FEW" \
    "$(growth "${CPU[$a]}" "${CPU[$b]}" "$times")" "ratio" "${CPU[$a]} and ${CPU[$b]} s; $MACHINE" "$GOAL" at-most
  [[ -n "${PEAK[$a]:-}" ]] || return 0
  figure "$2, ${MEMORY[$1]:-peak memory}, $RECORDS records beside $FEW" "$(growth "${PEAK[$a]}" "${PEAK[$b]}" 1)" "ratio" \
    "${PEAK[$a]} and ${PEAK[$b]} MB: $(((${PEAK[$a]} - ${PEAK[$b]}) * 1048576 / (RECORDS - FEW))) bytes a record; $MACHINE" "$GOAL" at-most
}

STORE=
at_size "$FEW"
at_size "$RECORDS"
compare intents "intents from a list"
compare score "score without a model"
compare tag "tag"
compare tokens "training until the first step"
compare steps "300 steps of training" fixed
[[ -z "$STORE" ]] || figure "token store, $RECORDS records" "$STORE" "MB" "$MACHINE" null
compare resume "synthesis begun again"
