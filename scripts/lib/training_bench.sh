# Sourced by the benchmarks of training: the peers, the data, the model of each size and how udrl-train is called. Not for:
# other benchmarks (bench.sh).
# shellcheck shell=bash
source "$ROOT/scripts/lib/bench.sh"

BIN=${UDRL_BIN:-build/release/bin}
PEER="$DEPS/bench-venv"
PEER_PYTHON="$PEER/bin/python"
DEVICE=cpu
TAGGED=runs/bench/tagged-plain

# Of a size: the model, and positions a step.
declare -A SHAPES=(
  [6m]="--model.layers 6 --model.width 256 --model.heads 4 --model.context-length 192 --model.vocab 4096"
  [104m]="--model.layers 12 --model.width 768 --model.heads 12 --model.context-length 1024 --model.vocab 23600")
POSITIONS=4096
# Of a size and a precision: positions of udrl-train's forward pass.
declare -A MICRO=([6m-fp32]=1024 [6m-bf16]=2048 [104m-fp32]=512 [104m-bf16]=512)
# What no peer does: sequences whose attributes stand in the intent, are left out or come in segments.
PLAIN_SEQUENCES="--sequence.entity-swap 0 --sequence.segments 0 --sequence.any-words 0 --sequence.any-return 0"

# For a peer in its best setting: freed memory is kept, in huge pages, as udrl-train keeps it; otherwise glibc hands the
# logits of each pass back, which costs up to a quarter of a step.
KEEPS_MEMORY=(env MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=17179869184 THP_MEM_ALLOC_ENABLE=1)

install_peers() {
  [[ ! -e "$PEER/.training" ]] || return 0
  step "Trainer and TRL, to compare with (once)" >&2
  [[ -x "$PEER/bin/python" ]] || python3 -m venv "$PEER"
  quietly "$DEPS/bench-venv.log" "$PEER/bin/pip" install "$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' scripts/requirements.txt)" \
    transformers==4.57.6 accelerate==1.12.0 datasets==4.4.1 trl==0.25.1
  touch "$PEER/.training"
}

# All of data/distilled, tagged, with no return that the peers could not be told, unless a folder was named.
tag_records() {
  [[ ! -e "$TAGGED/commands.json" ]] || return 0
  [[ "$TAGGED" == runs/bench/tagged-plain ]] || die "no tagged records in $TAGGED" "Run udrl-distill tag, or leave out --tagged."
  step "tagging data/distilled (once)" >&2
  mkdir -p "$(dirname "$TAGGED")"
  quietly "$TAGGED.log" "$BIN/udrl-distill" tag --config configs/five-tasks/tag.toml --auxiliary "" --out "$TAGGED"
}

# No network, no reports, no bars, nothing written outside the folder. peers_write_below FOLDER
peers_write_below() {
  export HF_HUB_OFFLINE=1 HF_HOME="$ROOT/$1/hugging-face" TRANSFORMERS_VERBOSITY=error HF_DATASETS_DISABLE_PROGRESS_BARS=1
  export TORCHINDUCTOR_CACHE_DIR="$ROOT/$1/inductor"
}

# udrl_command OUT SIZE PRECISION: leaves UDRL, without a recipe
udrl_command() {
  # shellcheck disable=SC2206,SC2034
  UDRL=("$BIN/udrl-train" --data "$TAGGED" --out "$1" --device "$DEVICE" --precision "$3" --threads "${THREADS:-$(nproc)}" ${SHAPES[$2]}
    --batch.step-tokens "$POSITIONS" --batch.micro-tokens "${MICRO[$2-$3]}" $PLAIN_SEQUENCES)
}

# make_data SPLIT CHECKPOINT OUT.npz: the sequences of a split, for the peers; of train/, checks that udrl-train counted the
# same.
make_data() {
  local epoch
  [[ ! -e "$3" ]] || return 0
  epoch=$("$PEER_PYTHON" scripts/bench/training_data.py "$2" "$TAGGED/$1" "$3" 2> "$3.log") \
    || die "no data for the peers" "$(tail -n 3 "$3.log")"
  [[ "$1" != train ]] || grep -qF "$epoch" "$2.log" || die "the peers' data are not udrl-train's: $epoch)" "See $2.log for its own."
}

# find_passes SIZE PRECISION KERNELS CHECKPOINT DATA.npz SECONDS: leaves PASSES, the number of passes that a step of so many
# positions goes by, when the plain loop is the quickest; where several are, the most, for the least memory.
find_passes() {
  PASSES=$("${KEEPS_MEMORY[@]}" "$PEER_PYTHON" scripts/bench/training_peers.py passes --device "$DEVICE" --checkpoint "$4" --data "$5" --precision "$2" \
    --kernels "$3" --positions "$POSITIONS" --seconds "$6" 2> "$4-passes.log") || die "the plain loop failed" "$(tail -n 3 "$4-passes.log")"
  sed -n "s/^passes: /$1 $2, $3 kernels: /p" "$4-passes.log" >&2
}
