#!/usr/bin/env bash
# How fast udrl-train learns: tokens that bear loss, a second, beside Hugging Face Trainer (dynamic padding; also grouped
# by length), TRL's SFTTrainer (completion only; also packed) and a plain loop in the manner of nanoGPT (also compiled).
# Same data, same model, same precision, AdamW, no dropout; each is a process of its own on all cores. In fp32 each peer
# runs with PyTorch's default kernels and with torch.set_float32_matmul_precision("medium"), in bf16 (on a processor
# with it) under autocast, where no float32 product is left for that to change. All in one run.
#
# For: a quiet machine; prints one JSON object a line. The peers live in .deps/bench-venv, made the first time.
#
# Usage: training.sh [--quick] [--size 6m|104m|all] [--precision fp32|bf16|all] [--seconds N] [--tagged DIR]
#   --quick       under a minute: 6 seconds each of udrl-train, Trainer and the plain loop, 6m in fp32
#   --size        6M or 104M parameters (default all)
#   --precision   default all; bf16 only where the processor knows it
#   --seconds     measured for each, after a warm-up of a quarter as long (default 20)
#   --tagged      folder of udrl-distill tag (default runs/five-tasks/tagged)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/bench.sh"

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/bench/training
PEER="$DEPS/bench-venv"
TAGGED=runs/five-tasks/tagged
SIZES=(6m 104m)
PRECISIONS=(fp32 bf16)
SECONDS_EACH=20
# NAME KERNELS
PEERS=("trainer default" "trainer medium" "trainer-grouped default" "trainer-grouped medium" "sft default" "sft medium"
  "sft-packed default" "sft-packed medium" "loop default" "loop medium" "loop-compiled default" "loop-compiled medium")
declare -A TITLES=([trainer]="Trainer" [trainer-grouped]="Trainer with group_by_length" [sft]="SFTTrainer"
  [sft-packed]="SFTTrainer with packing" [loop]="plain loop" [loop-compiled]="plain loop with torch.compile")

# A size's shape and batch (positions a step), and the goal beside the best peer.
declare -A SHAPES=(
  [6m]="--model.layers 6 --model.width 256 --model.heads 4 --model.positions 192 --model.vocab 4096"
  [104m]="--model.layers 12 --model.width 768 --model.heads 12 --model.positions 1024 --model.vocab 23600")
declare -A POSITIONS=([6m]=4096 [104m]=1024) MICRO=([6m]=2048 [104m]=1024) BEST_GOALS=([6m]=1.15 [104m]=1.05)

# Beside Trainer's defaults: on AMD with AVX-512 PyTorch's default fp32 kernels are the slow ones, oneDNN's the fast ones.
TRAINER_GOAL=1.7
! { grep -q AuthenticAMD /proc/cpuinfo && [[ "$MACHINE" == *avx512f* ]]; } || TRAINER_GOAL=3

while [[ $# -gt 0 ]]; do
  case "$1" in
    --quick)
      SIZES=(6m) PRECISIONS=(fp32) SECONDS_EACH=6 PEERS=("trainer default" "loop medium")
      shift
      ;;
    --size) [[ "$2" == all ]] || SIZES=("$2"); shift 2 ;;
    --precision) [[ "$2" == all ]] || PRECISIONS=("$2"); shift 2 ;;
    --seconds) SECONDS_EACH=$2; shift 2 ;;
    --tagged) TAGGED=$2; shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit ;;
    *) die "unknown option $1" "See the head of $0." ;;
  esac
done
[[ "$MACHINE" == *avx512_bf16* ]] || PRECISIONS=(fp32)
[[ -e "$TAGGED/commands.json" ]] || die "no tagged records in $TAGGED" "Run udrl-distill tag, or name a folder with --tagged."

install_peers() {
  [[ ! -e "$PEER/.training" ]] || return 0
  step "Trainer and TRL, to compare with (once)" >&2
  [[ -x "$PEER/bin/python" ]] || python3 -m venv "$PEER"
  quietly "$DEPS/bench-venv.log" "$PEER/bin/pip" install "$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' scripts/requirements.txt)" \
    transformers==4.57.6 accelerate==1.12.0 datasets==4.4.1 trl==0.25.1
  touch "$PEER/.training"
}

# No network, no reports, no bars, nothing written outside $RUN.
export HF_HUB_OFFLINE=1 HF_HOME="$ROOT/$RUN/hugging-face" TRANSFORMERS_VERBOSITY=error HF_DATASETS_DISABLE_PROGRESS_BARS=1
export TORCHINDUCTOR_CACHE_DIR="$ROOT/$RUN/inductor"

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
greater() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > b) }'; }

# contestant NAME SIZE OPTION...: leaves RATE and MEMORY
contestant() {
  local name=$1 size=$2
  shift 2
  read -r RATE MEMORY < <("$PEER/bin/python" scripts/bench/training_peers.py "$name" --seconds "$SECONDS_EACH" \
    --positions "${POSITIONS[$size]}" "$@" 2> "$RUN/peer.log") || return 1
  sed -n '/^torch.compile: /p' "$RUN/peer.log" >&2
}

# measure_udrl SIZE PRECISION: its checkpoint gives the peers their tokenizer and shape
measure_udrl() {
  local out="$RUN/$1-$2"
  # shellcheck disable=SC2086
  contestant udrl "$1" --checkpoint "$out" --command "$BIN/udrl-train" --data "$TAGGED" --out "$out" --precision "$2" --device cpu \
    --threads "$(nproc)" ${SHAPES[$1]} --model.dropout 0 --batch.step-tokens "${POSITIONS[$1]}" \
    --batch.micro-tokens "${MICRO[$1]}" --sequence.swap 0 --sequence.segments 0 --sequence.any-words 0 \
    --sequence.any-return 0 --optimizer.name adamw --optimizer.lr 0.001 --steps 1000000 --valid-records 16 \
    --valid-every 1000000000 --save-every 1000000000 || die "udrl-train failed" "$(tail -n 3 "$RUN/peer.log" "$out.log")"
}

# make_data SIZE CHECKPOINT: and checks that udrl-train counted the same
make_data() {
  local epoch
  [[ ! -e "$RUN/$1.npz" ]] || return 0
  epoch=$("$PEER/bin/python" scripts/bench/training_data.py "$2" "$TAGGED" "$RUN/$1.npz" 2> "$RUN/peer.log") \
    || die "no data for the peers" "$(tail -n 3 "$RUN/peer.log")"
  grep -qF "$epoch" "$2.log" || die "the peers' data are not udrl-train's: $epoch)" "See $2.log for its own."
}

# measure_size SIZE PRECISION
measure_size() {
  local size=$1 precision=$2 name kernels title best=0 best_title="" leanest="" leanest_title="" trainer="" ours memory
  measure_udrl "$size" "$precision"
  ours=$RATE memory=$MEMORY
  rate_figure udrl-train "$size" "$precision"
  make_data "$size" "$RUN/$size-$precision"
  for peer in "${PEERS[@]}"; do
    read -r name kernels <<< "$peer"
    [[ "$precision" == fp32 || "$kernels" == default ]] || continue
    title="${TITLES[$name]}, $kernels kernels"
    if ! contestant "$name" "$size" --checkpoint "$RUN/$size-$precision" --data "$RUN/$size.npz" --precision "$precision" \
      --kernels "$kernels"; then
      figure "training $size $precision, $title" null "targets/s" "failed: $(tail -n 1 "$RUN/peer.log" | tr -d '\\"' | cut -c -200); $MACHINE" null
      continue
    fi
    rate_figure "$title" "$size" "$precision"
    [[ "$peer" != "trainer default" ]] || trainer=$RATE
    ! greater "$RATE" "$best" || best=$RATE best_title=$title
    [[ -n "$leanest" ]] && ! greater "$leanest" "$MEMORY" || leanest=$MEMORY leanest_title=$title
  done
  [[ -n "$trainer" ]] || die "Trainer failed" "See the figures above."
  figure "training $size $precision, udrl-train beside Trainer's defaults" "$(ratio "$ours" "$trainer")" "ratio" \
    "$ours and $trainer targets/s; $MACHINE" "$TRAINER_GOAL"
  figure "training $size $precision, udrl-train beside the best peer" "$(ratio "$ours" "$best")" "ratio" \
    "$ours and $best targets/s ($best_title); $MACHINE" "${BEST_GOALS[$size]}"
  figure "training $size $precision, peak memory beside the leanest peer" "$(ratio "$memory" "$leanest")" "ratio" \
    "$memory and $leanest MiB ($leanest_title); $MACHINE" 1 at-most
}

# rate_figure TITLE SIZE PRECISION
rate_figure() {
  figure "training $2 $3, $1" "$RATE" "targets/s" "$MEMORY MiB at its peak, about ${POSITIONS[$2]} positions a step; $MACHINE" null
}

install_peers
rm -rf "$RUN"
mkdir -p "$RUN"
for size in "${SIZES[@]}"; do
  for precision in "${PRECISIONS[@]}"; do measure_size "$size" "$precision"; done
done
