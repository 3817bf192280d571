#!/usr/bin/env bash
# How fast udrl-train learns: tokens that bear loss, a second, beside Hugging Face Trainer (dynamic padding; also grouped
# by length), TRL's SFTTrainer (completion only; also packed) and a plain loop in the manner of nanoGPT (also compiled).
# Same data, same model, same precision, AdamW, no dropout; each is a process of its own on all cores. In fp32 each peer
# runs with PyTorch's default kernels and with torch.set_float32_matmul_precision("medium"), in bf16 (on a processor
# with it) under autocast, where no float32 product is left for that to change. All in one run.
#
# A step has about 4,096 positions. Trainer in its defaults takes them in one forward pass; everything else, and Trainer
# once more, in 1, 2, 4 or 8, whichever is the quickest for the plain loop with the same kernels (of several that are, the
# most: they take the least memory), and with an allocator that keeps freed memory.
#
# For: a quiet machine; prints one JSON object a line, and last, on stderr, where a step's time goes. The peers live in
# .deps/bench-venv, made the first time. An hour in full; --size 6m takes 15 minutes.
#
# Usage: training.sh [--quick] [--alone] [--size 6m|104m|all] [--precision fp32|bf16|all] [--seconds N] [--tagged DIR]
#   --quick       under a minute: a few seconds and small steps each of udrl-train, Trainer and the plain loop, 6m in fp32
#   --alone       no peers: what udrl-train does, as a share of what the machine can, and what swaps cost it
#   --size        6M or 104M parameters (default all)
#   --precision   default all; bf16 only where the processor knows it
#   --seconds     measured for each, and two steps at least, after a warm-up of a quarter as long (default 20)
#   --tagged      folder of udrl-distill tag (default: data/distilled is tagged into runs/bench/tagged-plain)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/training_bench.sh"

RUN=runs/bench/training
TESTS=build/release/tests/train/test_train
SIZES=(6m 104m)
PRECISIONS=(fp32 bf16)
SECONDS_EACH=20
QUICK= ALONE= PASSES=2
# NAME KERNELS
PEERS=("trainer default" "trainer medium" "trainer-grouped default" "trainer-grouped medium" "sft default" "sft medium"
  "sft-packed default" "sft-packed medium" "loop default" "loop medium" "loop-compiled default" "loop-compiled medium")
declare -A TITLES=([trainer]="Trainer" [trainer-grouped]="Trainer with group_by_length" [sft]="SFTTrainer"
  [sft-packed]="SFTTrainer with packing" [loop]="plain loop" [loop-compiled]="plain loop with torch.compile")
declare -A BEST_GOALS=([6m-fp32]=1.15 [104m-fp32]=1.05 [6m-bf16]=2 [104m-bf16]=2)
declare -A SHARE_GOALS=([6m-fp32]=0.75 [104m-fp32]=0.85 [6m-bf16]=0.75 [104m-bf16]=0.85)
[[ "$MACHINE" != *amx* ]] || SHARE_GOALS[6m-bf16]=0.45 SHARE_GOALS[104m-bf16]=0.60

declare -A THREAD_GOALS=()
[[ "$(nproc)" != 2 ]] || THREAD_GOALS=([bf16]=1.7)

# Beside Trainer's defaults: on AMD with AVX-512 PyTorch's default fp32 kernels are the slow ones, oneDNN's the fast ones.
TRAINER_GOAL=1.7
! { grep -q AuthenticAMD /proc/cpuinfo && [[ "$MACHINE" == *avx512f* ]]; } || TRAINER_GOAL=3

while [[ $# -gt 0 ]]; do
  case "$1" in
    --quick)
      SIZES=(6m) PRECISIONS=(fp32) SECONDS_EACH=3 POSITIONS=1024 PEERS=("loop medium") QUICK=1
      shift
      ;;
    --alone) ALONE=1; shift ;;
    --size) [[ "$2" == all ]] || SIZES=("$2"); shift 2 ;;
    --precision) [[ "$2" == all ]] || PRECISIONS=("$2"); shift 2 ;;
    --seconds) SECONDS_EACH=$2; shift 2 ;;
    --tagged) TAGGED=$2; shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit ;;
    *) die "unknown option $1" "See the head of $0." ;;
  esac
done
[[ "$MACHINE" == *avx512_bf16* ]] || PRECISIONS=(fp32)

greater() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > b) }'; }

# contestant NAME OPTION...: leaves RATE, MEMORY and SHARE. In the environment of $SETTING.
SETTING=()
contestant() {
  local name=$1
  shift
  read -r RATE MEMORY SHARE < <("${SETTING[@]}" "$PEER_PYTHON" scripts/bench/training_peers.py "$name" --device "$DEVICE" --seconds "$SECONDS_EACH" \
    --positions "$POSITIONS" "$@" 2> "$RUN/peer.log") || return 1
  sed -n '/^torch.compile: /p' "$RUN/peer.log" >&2
}

# measure_udrl SIZE PRECISION: its checkpoint gives the peers their tokenizer and shape
measure_udrl() {
  local out="$RUN/$1-$2"
  udrl_command "$out" "$1" "$2"
  contestant udrl --checkpoint "$out" --command "${UDRL[@]}" --model.dropout 0 --optimizer.name adamw \
    --optimizer.lr 0.001 --steps 1000000 --valid-records 16 --valid-every 1000000000 --save-every 1000000000 \
    || die "udrl-train failed" "$(tail -n 3 "$RUN/peer.log" "$out.log")"
  rate_figure udrl-train "$1" "$2"
}

# share_figure SIZE PRECISION SHARE HOW
share_figure() {
  figure "training $1 $2, MFU (of the measured matmul peak)" "$3" "ratio" \
    "the model's own products, each at the best rate of MKL and oneDNN; $4; $MACHINE" "${SHARE_GOALS[$1-$2]}"
}

# measure_share SIZE PRECISION: by the bench that measures the machine's rate before and after each of its rounds.
measure_share() {
  local median lowest highest
  read -r _ median lowest highest < <("$TESTS" "bench: share" -c "$1 $2" | grep '^share ') || die "no share was measured" "Build the tests."
  share_figure "$1" "$2" "$median" "median of rounds, $lowest to $highest"
}

# measure_threads SIZE PRECISION: all cores beside one.
measure_threads() {
  local median lowest highest
  read -r _ median lowest highest < <("$TESTS" "bench: threads" -c "$1 $2" | grep '^threads ') || die "threads were not measured" "Build the tests."
  figure "training $1 $2, $(nproc) threads beside one" "$median" "ratio" \
    "tokens a second; median of rounds, $lowest to $highest; $MACHINE" "${THREAD_GOALS[$2]:-null}"
}

# measure_swaps SIZE PRECISION: every sequence has a subject or a word swapped, anew in each epoch. Rounds with and without
# take turns: a run of each would differ by more than swaps cost.
measure_swaps() {
  local median lowest highest
  read -r _ median lowest highest < <(UDRL_BENCH_TAGGED="$TAGGED" "$TESTS" "bench: swaps" -c "$1 $2" | grep '^swaps ') \
    || die "the cost of swaps was not measured" "Build the tests."
  figure "training $1 $2, with swaps beside without" "$median" "ratio" \
    "operations a second; median of rounds, $lowest to $highest; $MACHINE" 0.97
}

# measure_peer TITLE NAME SIZE PRECISION KERNELS PASSES: leaves RATE and MEMORY
measure_peer() {
  if contestant "$2" --checkpoint "$RUN/$3-$4" --data "$RUN/$3.npz" --precision "$4" --kernels "$5" --passes "$6"; then
    rate_figure "$1" "$3" "$4"
    return
  fi
  figure "training $3 $4, $1" null "targets/s" "failed: $(tail -n 1 "$RUN/peer.log" | tr -d '\\"' | cut -c -200); $MACHINE" null
  return 1
}

# rate_figure TITLE SIZE PRECISION
rate_figure() {
  figure "training $2 $3, $1" "$RATE" "targets/s" "$MEMORY MiB at its peak, about $POSITIONS positions a step; $MACHINE" null
}

# measure_size SIZE PRECISION
measure_size() {
  SETTING=()
  local size=$1 precision=$2 name kernels title best=0 best_title="" leanest="" leanest_title="" trainer ours memory
  measure_udrl "$size" "$precision"
  ours=$RATE memory=$MEMORY
  if [[ -n "$QUICK" ]]; then
    share_figure "$size" "$precision" "$SHARE" "its rate at the start"
  else
    measure_share "$size" "$precision"
    [[ "$DEVICE" != cpu ]] || measure_threads "$size" "$precision"
    [[ "$size" != 6m ]] || measure_swaps "$size" "$precision"
  fi
  [[ -z "$ALONE" ]] || return 0
  make_data train "$RUN/$size-$precision" "$RUN/$size.npz"
  measure_peer "Trainer in its defaults" trainer "$size" "$precision" default 1 || die "Trainer failed" "See the figure above."
  trainer=$RATE
  SETTING=("${KEEPS_MEMORY[@]}")
  for kernels in default medium; do
    [[ "${PEERS[*]}" == *" $kernels"* ]] && [[ "$precision" == fp32 || "$kernels" == default ]] || continue
    [[ -n "$QUICK" ]] || find_passes "$size" "$precision" "$kernels" "$RUN/$size-$precision" "$RUN/$size.npz" "$SECONDS_EACH"
    for peer in "${PEERS[@]}"; do
      [[ "$peer" == *" $kernels" ]] || continue
      name=${peer% *}
      title="${TITLES[$name]}, $kernels kernels, $PASSES passes a step"
      measure_peer "$title" "$name" "$size" "$precision" "$kernels" "$PASSES" || continue
      ! greater "$RATE" "$best" || best=$RATE best_title=$title
      [[ -n "$leanest" ]] && ! greater "$leanest" "$MEMORY" || leanest=$MEMORY leanest_title=$title
    done
  done
  figure "training $size $precision, udrl-train beside Trainer's defaults" "$(ratio "$ours" "$trainer")" "ratio" \
    "$ours and $trainer targets/s; $MACHINE" "$TRAINER_GOAL"
  figure "training $size $precision, udrl-train beside the best peer" "$(ratio "$ours" "$best")" "ratio" \
    "$ours and $best targets/s ($best_title); $MACHINE" "${BEST_GOALS[$size-$precision]}"
  figure "training $size $precision, peak memory beside the leanest peer" "$(ratio "$memory" "$leanest")" "ratio" \
    "$memory and $leanest MiB ($leanest_title); $MACHINE" 0.5 at-most
}

install_peers
tag_records
rm -rf "$RUN"
mkdir -p "$RUN"
peers_write_below "$RUN"
for size in "${SIZES[@]}"; do
  for precision in "${PRECISIONS[@]}"; do measure_size "$size" "$precision"; done
done
[[ -n "$QUICK" ]] || "$TESTS" "bench: operations" | tee "$RUN/operations.txt" >&2
