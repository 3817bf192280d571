#!/usr/bin/env bash
# Several processes that train one student: tokens a second of two processes with a thread each beside one, of the same
# steps; whether one, two and four end with the same bytes; and whether a run whose processes are killed again and again
# does too. For: a quiet machine, after a build; tagged records (data/distilled is tagged, once, where there are none).
#
# Usage: parallel.sh [--quick] [--size 6m|104m|all] [--kills N] [--tagged DIR]
#   --quick    under a minute (reckoned, not measured): 6m alone, few records and steps, one kill
#   --kills    of a random process at a random step, the run begun again each time (default 20; 0: none)
#   --tagged   folder of udrl-distill tag
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/training_bench.sh"

RUN=runs/bench/parallel
SIZES=(6m 104m)
KILLS=20
SMALL_STEPS=2000 TURNS=2 QUICK=false
declare -A STEPS=([6m]=40 [104m]=5) WARM_UP=([6m]=8 [104m]=1)
while [[ $# -gt 0 ]]; do
  case "$1" in
    --quick) QUICK=true SIZES=(6m) KILLS=1 SMALL_STEPS=60 TURNS=1 STEPS[6m]=6 WARM_UP[6m]=2; shift ;;
    --size) [[ "$2" == all ]] || SIZES=("$2"); shift 2 ;;
    --kills) KILLS=$2; shift 2 ;;
    --tagged) TAGGED=$2; shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit ;;
    *) die "unknown option $1" "See the head of $0." ;;
  esac
done
THREADS=1 PRECISION=fp32
[[ "$MACHINE" != *avx512_bf16* ]] || PRECISION=bf16
"$BIN/udrl-train" --version | grep -q "several processes" || die "udrl-train is built for one process" "Install libgloo-dev, and build again."

PORT=$((20000 + RANDOM % 20000))
IDS=()
# begin PROCESSES COMMAND...: begins them, with a thread each.
begin() {
  local count=$1 rank
  shift
  PORT=$((PORT + 1)) IDS=()
  for ((rank = 0; rank < count; ++rank)); do
    RANK=$rank WORLD_SIZE=$count LOCAL_WORLD_SIZE=$count MASTER_PORT=$PORT "$@" > "$RUN/$rank.log" 2>&1 &
    IDS+=($!)
  done
}
# several PROCESSES COMMAND...: to their end.
several() {
  local id
  begin "$@"
  for id in "${IDS[@]}"; do wait "$id" || die "udrl-train failed" "$(tail -n 3 "$RUN"/[0-9].log)"; done
}

# Each run makes its tokenizer: of all records that takes as long as the few steps of --quick.
tag_few() {
  TAGGED=runs/bench/tagged-quick
  [[ ! -e "$TAGGED/commands.json" ]] || return 0
  mkdir -p "$(dirname "$TAGGED")"
  quietly "$TAGGED.log" "$BIN/udrl-distill" tag --config configs/demo/tag.toml --out "$TAGGED" \
    --input data/distilled/qwen-first,data/distilled/smollm2-first
}

# rate FOLDER WARM_UP: tokens a second behind so many steps.
rate() {
  "$VENV/bin/python" - "$1/metrics.jsonl" "$2" << 'EOF'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
first, last = lines[int(sys.argv[2]) - 1], lines[-1]
print(round((last["tokens"] - first["tokens"]) / (last["seconds"] - first["seconds"]), 1))
EOF
}

# measure_size SIZE: one and two processes, in turns.
measure_size() {
  local size=$1 turn count out
  declare -A best=([1]=0 [2]=0)
  for ((turn = 1; turn <= TURNS; ++turn)); do
    for count in 1 2; do
      out="$RUN/$size-$count-$turn"
      udrl_command "$out" "$size" "$PRECISION"
      UDRL+=(--steps "${STEPS[$size]}" --batch.lanes 2 --model.dropout 0 --valid-records 16 --sample-every 0
        --valid-every 1000000000 --save-every 1000000000)
      several "$count" "${UDRL[@]}"
      best[$count]=$(printf '%s\n' "${best[$count]}" "$(rate "$out" "${WARM_UP[$size]}")" | sort -g | tail -n 1)
    done
  done
  figure "training $size $PRECISION, two processes beside one" "$(awk -v a="${best[2]}" -v b="${best[1]}" 'BEGIN { printf "%.2f", a / b }')" \
    "ratio" "${best[2]} and ${best[1]} tokens/s, a thread a process, the best of $TURNS; $MACHINE" 1.6
}

# small OUT: a run of seconds.
small() {
  SMALL=("$BIN/udrl-train" --data "$TAGGED" --out "$1" --steps "$SMALL_STEPS" --save-every 7 --valid-every 50 --valid-records 64 --sample-every 0
    --batch.lanes 4 --batch.step-tokens 1024 --batch.micro-tokens 256 --model.layers 2 --model.width 64 --model.heads 2
    --model.context-length 192 --precision "$PRECISION" --threads 1)
}
hash_of() { sha256sum "$1/model.safetensors" "$1/training_state.safetensors" "$1/student.gguf" | cut -d ' ' -f 1 | sha256sum | cut -c -16; }

measure_sameness() {
  local count same=0
  for count in 1 2 4; do
    small "$RUN/same-$count"
    several "$count" "${SMALL[@]}"
    [[ "$(hash_of "$RUN/same-$count")" != "$(hash_of "$RUN/same-1")" ]] || same=$((same + 1))
  done
  figure "training by 1, 2 and 4 processes, runs that end with the same bytes" "$same" "runs" "weights, optimizer and GGUF; $MACHINE" 3
}

# ended_within SECONDS: whether all processes have ended by then; the others are ended.
ended_within() {
  local id tenth
  for ((tenth = 0; tenth < $1 * 10; ++tenth)); do
    kill -0 "${IDS[@]}" 2> /dev/null || { sleep 0.1; kill -0 "${IDS[@]}" 2> /dev/null || return 0; }
    sleep 0.1
  done
  kill -9 "${IDS[@]}" 2> /dev/null
  return 1
}

# steps_taken STEPS: waits until the run begun after $RUN/begun, which begins or shortens its metrics.jsonl, has added so many
# lines, or has ended.
steps_taken() {
  local metrics="$RUN/killed/metrics.jsonl" from=
  while kill -0 "${IDS[@]}" 2> /dev/null; do
    if [[ "$metrics" -nt "$RUN/begun" ]]; then
      from=${from:-$(wc -l < "$metrics")}
      [[ $(wc -l < "$metrics") -lt $((from + $1)) ]] || return 0
    fi
    sleep 0.02
  done
}
is_complete() { grep -q '"complete": *true' "$RUN/killed/manifest.json" 2> /dev/null; }

# A process dies somewhere in the steps; the others must follow, and the run goes on with two or four. All kills fall into
# about the first half of the steps.
measure_kills() {
  local kills=0 ended=0 in_time id
  small "$RUN/killed"
  while [[ $kills -lt $KILLS ]]; do
    touch "$RUN/begun"
    begin $((2 + 2 * (RANDOM % 2))) "${SMALL[@]}"
    steps_taken $((1 + RANDOM % (SMALL_STEPS / (KILLS + 2) + 1)))
    { kill -9 "${IDS[RANDOM % ${#IDS[@]}]}" || true; } 2> /dev/null
    in_time=0
    ! ended_within 30 || in_time=1
    for id in "${IDS[@]}"; do { wait "$id" || true; } 2> /dev/null; done
    ! is_complete || break  # over before it was killed
    kills=$((kills + 1)) ended=$((ended + in_time))
  done
  several 2 "${SMALL[@]}"
  figure "training whose processes were killed, the bytes of an undisturbed run" \
    "$([[ "$(hash_of "$RUN/killed")" == "$(hash_of "$RUN/same-1")" ]] && echo 1 || echo 0)" "yes" "$kills kills; $MACHINE" 1
  figure "kills of a process after which all had ended within 30 s" "$ended" "kills" "$kills kills; $MACHINE" "$KILLS"
}

if [[ "$QUICK" == true && "$TAGGED" == runs/bench/tagged-plain ]]; then tag_few; else tag_records; fi
rm -rf "$RUN"
mkdir -p "$RUN"
measure_sameness
[[ $KILLS -eq 0 ]] || measure_kills
for size in "${SIZES[@]}"; do measure_size "$size"; done
