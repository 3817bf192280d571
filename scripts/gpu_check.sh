#!/usr/bin/env bash
# Checks udrl on a GPU, from a checkout, in a few minutes: the tests of training on CUDA (goldens of transformers, resume bit for
# bit), a stopped run against an undisturbed one, then speed: tokens a second and MFU at 6M and 104M in bf16, beside a plain
# PyTorch loop (SDPA, fused AdamW; eager and compiled; rows of any length and of neighbouring ones) on the same data, and
# where a step's time goes. Prints one JSON object a line; the last line counts what failed.
#
# For: a GPU box where udrl is built (scripts/setup.sh with UDRL_TORCH), or one where nothing can be built: --pack makes a
# bundle elsewhere, of programs, the libraries that they need, and tokenized data. LibTorch is not in it: the box has PyTorch.
# Not for: machines without a GPU (scripts/bench/training.sh).
#
# Usage: gpu_check.sh [--bundle FILE.tar.xz] [--seconds N] [--only LIST] [--out DIR]
#        gpu_check.sh --pack FILE.tar.xz [--build DIR]
#   --bundle FILE  what --pack made (default: the build in build/release)
#   --seconds N    measured for each contestant (default 6)
#   --only LIST    of tests,resume,speed,peers,operations (default: all, with commas)
#   --out DIR      where logs and runs go (default runs/gpu)
#   --pack FILE    make a bundle of --build (default build/cuda), which was configured for the box: CMAKE_PREFIX_PATH with its
#                  LibTorch, UDRL_LLAMA_ROOT with a llama.cpp for its processor, UDRL_TEST_ROOT=.
# Variables: PYTHON, the box's python3 with PyTorch and transformers
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/training_bench.sh"

BUNDLE= PACK= BUILD=build/cuda OUT=runs/gpu SECONDS_EACH=6 ONLY=tests,resume,speed,peers,operations
PEER_PYTHON=${PYTHON:-python3}
DEVICE=${UDRL_CHECK_DEVICE:-cuda}  # another one only to try this script
FAILED=0
# Dense bf16 of an H100 or H200 by the vendor's data sheet, FLOP/s: what MFU is of.
declare -A SHEETS=(["NVIDIA H100 80GB HBM3"]=989.4e12 ["NVIDIA H200"]=989.4e12)
# Of a size: positions a step, and a forward pass of udrl-train.
declare -A STEP=([6m]=131072 [104m]=131072) PASS=([6m]=65536 [104m]=32768)

while [[ $# -gt 0 ]]; do
  case "$1" in
    --bundle) BUNDLE=$2; shift 2 ;;
    --pack) PACK=$2; shift 2 ;;
    --build) BUILD=$2; shift 2 ;;
    --seconds) SECONDS_EACH=$2; shift 2 ;;
    --only) ONLY=$2; shift 2 ;;
    --out) OUT=$2; shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit ;;
    *) die "unknown option $1" "See the head of $0." ;;
  esac
done

# --- the bundle

# Libraries that every GPU box has, or that come with its driver or its PyTorch.
readonly NOT_PACKED='^(ld-linux|linux-vdso|lib(c|m|mvec|dl|rt|util|pthread|resolv|gcc_s|stdc\+\+|cu(da|dart|blas|blasLt|dnn[a-z_]*|fft|rand|sparse|sparseLt|solver|file|pti)|nv[a-zA-Z_]*|nccl|torch[a-z_]*|c10|c10_cuda|gomp)[.-])'

# libraries_of FILE...: what the loader takes, but those.
libraries_of() {
  local name path
  ldd "$@" 2> /dev/null | awk '$2 == "=>" { print $1, $3 }' | sort -u | while read -r name path; do
    [[ ! "$name" =~ $NOT_PACKED ]] || continue
    [[ "$path" == /* ]] || die "$name, which is to be packed, is not found" "Add its folder to LD_LIBRARY_PATH."
    printf '%s\n' "$path"
  done
}

# One tokenizer and token store a size: learning 23,600 pieces takes longer than the check.
prepare_data() {
  local size
  tag_records
  for size in 6m 104m; do
    DEVICE=cpu
    udrl_command "$OUT/prepare-$size" "$size" fp32
    quietly "$OUT/prepare-$size.log" env -C "$ROOT" "${UDRL[@]}" --cache "$TAGGED/cache" --steps 1 --valid-records 1 \
      --sample-every 0 || die "udrl-train could not prepare $size" "See $OUT/prepare-$size.log."
  done
}

pack() {
  local tool folder="$OUT/bundle"
  rm -rf "$folder"
  mkdir -p "$folder"/{bin,lib} "$(dirname "$PACK")"
  BIN=build/release/bin
  prepare_data
  for tool in "$BUILD"/bin/udrl-* "$BUILD"/tests/train/test_train; do
    strip -o "$folder/bin/$(basename "$tool")" "$tool"
  done
  libraries_of "$folder"/bin/* | while read -r library; do cp -L "$library" "$folder/lib/"; done
  cp -r "$TAGGED" "$folder/tagged"
  rm -rf "$folder"/tagged/test*
  XZ_OPT='-T0' tar -C "$folder" -cJf "$PACK" .
  say "$PACK: $(du -sm "$PACK" | cut -f1) MB"
}

# --- the check

# check NAME STATUS DETAIL: one line of JSON.
check() {
  [[ "$2" == true ]] || FAILED=$((FAILED + 1))
  figure "gpu, $1" "$([[ "$2" == true ]] && echo 1 || echo 0)" "done" "$3; $CARD" 1
}

use_bundle() {
  if [[ -z "$BUNDLE" ]]; then
    TESTS=build/release/tests/train/test_train
    return
  fi
  local torch folder="$OUT/bundle"
  mkdir -p "$folder"
  tar -C "$folder" -xJf "$BUNDLE"
  BIN="$folder/bin" TAGGED="$folder/tagged" TESTS="$folder/bin/test_train"
  torch="$("$PEER_PYTHON" -c 'import torch, os; print(os.path.join(os.path.dirname(torch.__file__), "lib"))')"
  # The box's newer C++ library serves both; what PyTorch brings goes before what was packed.
  export LD_LIBRARY_PATH="$torch:$ROOT/$folder/lib:${LD_LIBRARY_PATH:-}"
}

run_tests() {
  local log="$OUT/tests.log" status=true
  UDRL_TEST_DEVICE=$DEVICE "$TESTS" > "$log" 2>&1 || status=false
  check "tests of training on CUDA" "$status" "$(tail -n 2 "$log" | tr -d '\n"' | tr -s '=' ' ')"
  [[ "$status" == true ]] || grep -aE -A12 'FAILED|error:' "$log" | head -80 >&2
}

# train_command NAME: leaves TRAIN, 40 steps of 6M in bf16, with all that records undergo.
train_command() {
  # shellcheck disable=SC2206
  TRAIN=("$BIN/udrl-train" --data "$TAGGED" --cache "$TAGGED/cache" --out "$OUT/$1" --device "$DEVICE" --precision bf16 ${SHAPES[6m]}
    --steps 40 --batch.step-tokens 16384 --batch.micro-tokens 8192 --sample-every 0 --valid-records 64 --valid-every 20
    --model.dropout 0.1)
}

train() {
  train_command "$1"
  "${TRAIN[@]}" > "$OUT/$1.log" 2>&1
}

# Stopped after some steps by SIGTERM, then gone on with.
train_stopped() {
  local metrics="$OUT/stopped/metrics.jsonl" process
  train_command stopped
  "${TRAIN[@]}" > "$OUT/stopped.log" 2>&1 &
  process=$!
  while kill -0 "$process" 2> /dev/null && [[ "$(cat "$metrics" 2> /dev/null | wc -l)" -lt 8 ]]; do sleep 0.02; done
  kill -TERM "$process" 2> /dev/null || true
  wait "$process" || true
  STOPPED_AT=$(wc -l < "$metrics")
  train stopped
}

same_bytes() { cmp -s "$OUT/$1/model.safetensors" "$OUT/$2/model.safetensors"; }

check_resume() {
  local again=false stopped=false
  train straight && train again && train_stopped || {
    check "runs that are stopped" false "$(tail -n 2 "$OUT/straight.log" "$OUT/stopped.log" 2> /dev/null | tr -d '\n\\"' | cut -c -400)"
    return
  }
  ! same_bytes straight again || again=true
  ! same_bytes straight stopped || stopped=true
  check "the same seed gives the same bytes" "$again" "two runs of 40 steps, muon, dropout, swaps"
  check "a stopped run ends with the same bytes" "$stopped" "stopped after about step $STOPPED_AT of 40"
}

# measure_udrl SIZE OPTIMIZER: leaves RATE, SHARE and PEAK
measure_udrl() {
  local size=$1 out="$OUT/$1-$2"
  POSITIONS=${STEP[$size]} MICRO["$size-bf16"]=${PASS[$size]}
  udrl_command "$out" "$size" bf16
  read -r RATE _ SHARE < <("$PEER_PYTHON" scripts/bench/training_peers.py udrl --checkpoint "$out" --seconds "$SECONDS_EACH" --command \
    "${UDRL[@]}" --cache "$TAGGED/cache" --model.dropout 0 --optimizer.name "$2" --optimizer.lr 0.001 --steps 1000000 --sample-every 0 \
    --valid-records 16 --valid-every 1000000000 --save-every 1000000000 2> "$OUT/peer.log") || {
    check "speed of $size with $2" false "$(tail -n 2 "$OUT/peer.log" "$out.log" | tr -d '\n\\"' | cut -c -400)"
    return 1
  }
  PEAK=$(sed -n 's/.*matmul peak for the shapes of this model: \([0-9]*\) GFLOP.*/\1/p' "$out.log" | tail -n 1)
}

report_udrl() {
  local size=$1 optimizer=$2 tokens
  tokens=$(tail -n 1 "$OUT/$size-$optimizer/metrics.jsonl" | grep -o '"tokens_per_s":[0-9.e+]*' | cut -d: -f2)
  figure "gpu, training $size bf16, udrl-train with $optimizer" "$RATE" "targets/s" "$tokens tokens/s over all, ${STEP[$size]} positions a step in passes of ${PASS[$size]}; $CARD" null
  figure "gpu, training $size bf16 with $optimizer, share of the matmul peak" "$SHARE" "ratio" "matmul peak $PEAK GFLOP/s, measured at the start; $CARD" null
  figure "gpu, training $size bf16 with $optimizer, MFU" "$(awk -v s="$SHARE" -v p="$PEAK" -v r="$SHEET" 'BEGIN { printf "%.3f", s * p * 1e9 / r }')" \
    "ratio" "of the data sheet's $SHEET FLOP/s; $CARD" "$([[ "$size" == 104m && "$optimizer" == adamw ]] && echo 0.40 || echo null)"
}

# measure_peers SIZE: beside what measure_udrl left for adamw
measure_peers() {
  local size=$1 ours=$RATE peer passes best=0 best_name="" eager=0
  declare -A TITLES=([loop]="eager" [loop-grouped]="eager, rows of like length" [loop-compiled]="torch.compile"
    [loop-compiled-grouped]="torch.compile, rows of like length")
  make_data train "$OUT/$size-adamw" "$OUT/$size.npz"
  for peer in loop loop-grouped loop-compiled-grouped; do
    for passes in 1 4; do
      read -r RATE MEMORY < <("$PEER_PYTHON" scripts/bench/training_peers.py "$peer" --device "$DEVICE" --precision bf16 --checkpoint "$OUT/$size-adamw" \
        --data "$OUT/$size.npz" --positions "${STEP[$size]}" --passes "$passes" --seconds "$SECONDS_EACH" 2> "$OUT/peer.log") || {
        figure "gpu, training $size bf16, plain loop" null "targets/s" "${TITLES[$peer]}, $passes passes a step; failed: $(tail -n 1 "$OUT/peer.log" | tr -d '\\"' | cut -c -160); $CARD" null
        continue
      }
      figure "gpu, training $size bf16, plain loop" "$RATE" "targets/s" "${TITLES[$peer]}, $passes passes a step, $MEMORY MiB; $CARD" null
      if awk -v a="$RATE" -v b="$best" 'BEGIN { exit !(a > b) }'; then best=$RATE best_name="${TITLES[$peer]}, $passes passes"; fi
      if [[ "$peer" != *compiled* ]] && awk -v a="$RATE" -v b="$eager" 'BEGIN { exit !(a > b) }'; then eager=$RATE; fi
    done
  done
  figure "gpu, training $size bf16, udrl-train beside the best plain loop" "$(awk -v a="$ours" -v b="$best" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }')" \
    "ratio" "$ours and $best targets/s ($best_name); $CARD" "$([[ "$size" == 104m ]] && echo 1.0 || echo null)"
  figure "gpu, training $size bf16, udrl-train beside the best eager loop" "$(awk -v a="$ours" -v b="$eager" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }')" \
    "ratio" "$ours and $eager targets/s; $CARD" "$([[ "$size" == 6m ]] && echo 2 || echo null)"
}

measure_speed() {
  local size
  for size in 104m 6m; do
    ! measure_udrl "$size" muon || report_udrl "$size" muon
    measure_udrl "$size" adamw || continue
    report_udrl "$size" adamw
    ! wanted peers || measure_peers "$size"
  done
}

main() {
  [[ -z "$PACK" ]] || { pack; return; }
  CARD="$(nvidia-smi --query-gpu=name --format=csv,noheader | head -n 1)" || die "no GPU: nvidia-smi says nothing"
  SHEET=${SHEETS[$CARD]:-989.4e12}
  CARD="$CARD, $("$PEER_PYTHON" -c 'import torch; print("PyTorch", torch.__version__)'), $MACHINE"
  mkdir -p "$OUT"
  peers_write_below "$OUT"
  use_bundle
  ! wanted tests || run_tests
  ! wanted resume || check_resume
  ! wanted speed || measure_speed
  ! wanted operations || CUDA_LAUNCH_BLOCKING=1 "$TESTS" "bench: operations" 2>&1 | tee "$OUT/operations.txt" >&2
  printf '{"figure": "gpu, checks that failed", "value": %d, "unit": "checks", "against": "%s", "goal": 0, "met": %s}\n' \
    "$FAILED" "$CARD" "$([[ $FAILED -eq 0 ]] && echo true || echo false)"
  [[ $FAILED -eq 0 ]]
}

main
