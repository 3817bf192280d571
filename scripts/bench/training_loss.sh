#!/usr/bin/env bash
# How soon udrl-train gets as far as a tuned peer: seconds until its held-out loss is what Hugging Face Trainer's is at its
# end. Trainer with AdamW, dynamic padding and the passes that suit it best has --seconds, its learning rate the best of
# three; udrl-train with its recipe (Muon, warm-up-stable-decay) half of that. 6M parameters, the same sequences of
# data/distilled in steps of as many positions, the same precision (bf16 where the processor knows it), no dropout, three
# seeds, in one run.
#
# For: a quiet machine; prints one JSON object a line. The peer lives in .deps/bench-venv, made the first time. About 7
# times --seconds.
#
# Usage: training_loss.sh [--quick] [--seconds N] [--tagged DIR]
#   --quick    under a minute: one seed, one learning rate, small steps, too short for a figure to mean anything
#   --seconds  that Trainer trains (default 300)
#   --tagged   folder of udrl-distill tag (default: data/distilled is tagged into runs/bench/tagged-plain)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/training_bench.sh"

RUN=runs/bench/training-loss
SECONDS_EACH=300
RATE_SECONDS=12
RATES=(0.0003 0.001 0.003)
SEEDS=(1 2 3)
HELD_OUT=1000
PASSES=
GOAL=0.5

while [[ $# -gt 0 ]]; do
  case "$1" in
    --quick) SECONDS_EACH=6 RATE_SECONDS=2 RATES=(0.001) SEEDS=(1) HELD_OUT=200 POSITIONS=1024 PASSES=2; shift ;;
    --seconds) SECONDS_EACH=$2; shift 2 ;;
    --tagged) TAGGED=$2; shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit ;;
    *) die "unknown option $1" "See the head of $0." ;;
  esac
done
PRECISION=fp32 KERNELS=medium
[[ "$MACHINE" != *avx512_bf16* ]] || PRECISION=bf16 KERNELS=default

helper() { "${KEEPS_MEMORY[@]}" "$PEER/bin/python" scripts/bench/training_loss.py "$@" 2> "$RUN/peer.log" || die "the peer failed" "$(tail -n 3 "$RUN/peer.log")"; }
lower() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a < b) }'; }

# The same, with fewer held-out records: evaluations are part of udrl-train's time.
shorten_valid() {
  mkdir -p "$RUN/tagged/valid"
  ln -sfn "$ROOT/$TAGGED/train" "$RUN/tagged/train"
  cp "$TAGGED/commands.json" "$TAGGED/manifest.json" "$RUN/tagged/"
  cat "$TAGGED"/valid/*.jsonl | head -n "$HELD_OUT" > "$RUN/tagged/valid/part-00000.jsonl" || true  # cat's broken pipe
  TAGGED=$RUN/tagged
}

# train_udrl NAME SEED STEPS EVALUATE_EVERY
train_udrl() {
  udrl_command "$RUN/$1" 6m "$PRECISION"
  "${UDRL[@]}" --model.dropout 0 --seed "$2" --steps "$3" --valid-every "$4" --save-every 1000000000 --valid-records "$HELD_OUT" \
    --sample-every 0 --optimizer.name muon --optimizer.lr 0.003 --optimizer.muon-lr 0.02 > "$RUN/$1.log" 2>&1
}

# find_rate: leaves STEP_RATE, steps a second, and a checkpoint for the peer's tokenizer and shape
find_rate() {
  local status=0
  train_udrl rate 1 1000000 1000000000 &
  local pid=$!
  until [[ -s "$RUN/rate/metrics.jsonl" ]]; do kill -0 "$pid" 2> /dev/null || break; sleep 0.2; done
  sleep "$RATE_SECONDS"
  pkill -TERM -P "$pid" || true
  wait "$pid" || status=$?
  [[ "$status" -eq 3 ]] || die "udrl-train failed" "$(tail -n 3 "$RUN/rate.log")"
  STEP_RATE=$(helper rate --checkpoint "$RUN/rate")
}

# train_peer RATE SEED: leaves LOSS and STEPS
train_peer() {
  read -r LOSS STEPS < <(helper trainer --checkpoint "$RUN/rate" --data "$RUN/train.npz" --valid "$RUN/valid.npz" --lr "$1" \
    --seed "$2" --seconds "$SECONDS_EACH" --precision "$PRECISION" --kernels "$KERNELS" --positions "$POSITIONS" --passes "$PASSES")
  [[ -n "${STEPS:-}" ]] || die "Trainer failed" "See $RUN/peer.log."
  figure "training loss, Trainer, learning rate $1, seed $2" "$LOSS" "nats a target" \
    "$SECONDS_EACH s, $STEPS steps, $PASSES passes a step, $PRECISION; $MACHINE" null
}

# The two count alike, or there is nothing to compare.
check_evaluators() {
  local ours theirs
  ours=$(sed -n 's/.*"valid_loss":\([0-9.]*\).*/\1/p' "$1/metrics.jsonl" | sort -g | head -n 1)
  theirs=$(helper evaluate --checkpoint "$1" --valid "$RUN/valid.npz")
  awk -v a="$ours" -v b="$theirs" 'BEGIN { exit !(a > b * 0.998 && a < b * 1.002) }' \
    || die "udrl-train and transformers count another held-out loss: $ours and $theirs" "The figures would mean nothing."
}

# compare SEED LOSS: leaves RATIO
compare() {
  local out="$RUN/udrl-$1" seconds steps
  steps=$(awk -v rate="$STEP_RATE" -v s="$SECONDS_EACH" 'BEGIN { printf "%d", rate * s / 2 * 0.9 }')  # evaluations take the rest
  train_udrl "udrl-$1" "$1" "$steps" $((steps / 10 > 0 ? steps / 10 : 1)) || die "udrl-train failed" "$(tail -n 3 "$out.log")"
  check_evaluators "$out"
  seconds=$(helper reached --checkpoint "$out" --loss "$2")
  RATIO=$([[ "$seconds" == null ]] && echo null || awk -v a="$seconds" -v b="$SECONDS_EACH" 'BEGIN { printf "%.2f", a / b }')
  figure "training loss, udrl-train's time to Trainer's loss, seed $1" "$RATIO" "ratio" \
    "$seconds s to $2 nats a target, $SECONDS_EACH s; $(tail -n 1 "$out.log" | sed 's/.*validation/then validation/'); $PRECISION; $MACHINE" \
    "$GOAL" at-most
}

install_peers
tag_records
rm -rf "$RUN"
mkdir -p "$RUN"
peers_write_below "$RUN"
shorten_valid
find_rate
make_data train "$RUN/rate" "$RUN/train.npz"
make_data valid "$RUN/rate" "$RUN/valid.npz"
[[ -n "$PASSES" ]] || find_passes 6m "$PRECISION" "$KERNELS" "$RUN/rate" "$RUN/train.npz" 20

best_rate="" best=""
declare -A LOSSES
for rate in "${RATES[@]}"; do
  train_peer "$rate" 1
  [[ -n "$best" ]] && ! lower "$LOSS" "$best" || best=$LOSS best_rate=$rate
done
LOSSES[1]=$best
for seed in "${SEEDS[@]:1}"; do
  train_peer "$best_rate" "$seed"
  LOSSES[$seed]=$LOSS
done
worst=0
for seed in "${SEEDS[@]}"; do
  compare "$seed" "${LOSSES[$seed]}"
  if [[ "$RATIO" == null || "$worst" == null ]]; then worst=null; elif lower "$worst" "$RATIO"; then worst=$RATIO; fi
done
figure "training loss, udrl-train's time to Trainer's loss, worst of ${#SEEDS[@]} seeds" "$worst" "ratio" \
  "Trainer, AdamW, learning rate $best_rate of ${RATES[*]}, $SECONDS_EACH s; $PRECISION; $MACHINE" "$GOAL" at-most
