#!/usr/bin/env bash
# How fast a student answers beside transformers (f32), CTranslate2 (f32, int8) and a plain loop over llama.cpp on the same
# file (f16, q8_0): one request at a time, and 32 at once, with one thread and with all cores. The same prompts, in the same
# run, by greedy choice. Each is a process that is asked through a pipe, and timed from the text of a prompt to its answer.
#
# Prompts are those that the student answers with 15 to 25 words, and alike in f16 and in q8_0. One at a time, peers write
# exactly as many tokens as it does; 32 at once, everyone to its own end. A peer that gives fewer than half of udrl's answers
# ends the benchmark.
#
# For: a quiet machine, after a build, and a trained student (scripts/runs/five_tasks.sh tag ideas train, or scripts/demo.sh).
# Prints one JSON object a line. The peers live in .deps/generation-venv, made the first time. Five minutes on two cores.
#
# Usage: generation.sh [--quick] [--student DIR] [--threads LIST] [--prompts N] [--rounds N]
#   --quick     under a minute: one thread, 32 prompts, one round
#   --student   a folder of udrl-train with the task "image"; default runs/five-tasks/student
#   --threads   default 1 and all cores; with commas
#   --prompts   a multiple of 32 (default 64)
#   --rounds    in which all take turns; medians count (default 5)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/bench.sh"
source "$ROOT/scripts/lib/llama.sh"

BIN=${UDRL_BIN:-build/release/bin}
RUN=runs/bench/generation
PEER="$DEPS/generation-venv"
STUDENT=runs/five-tasks/student
THREADS=1,$(nproc)
PROMPTS=64 ROUNDS=5
while [[ $# -gt 0 ]]; do
  case "$1" in
    --quick) THREADS=1 PROMPTS=32 ROUNDS=1; shift ;;
    --student) STUDENT=$2; shift 2 ;;
    --threads) THREADS=$2; shift 2 ;;
    --prompts) PROMPTS=$2; shift 2 ;;
    --rounds) ROUNDS=$2; shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit ;;
    *) die "unknown option $1" "See the head of $0." ;;
  esac
done
[[ -f "$STUDENT/student.gguf" ]] || die "$STUDENT has no student" \
  "Train one (scripts/runs/five_tasks.sh tag ideas train, or scripts/demo.sh), and name it with --student."
[[ -x "$BIN/udrl-generate" ]] || die "no udrl-generate in $BIN" "Build it: cmake --build --preset release."

install_peers() {
  [[ ! -e "$PEER/.ready" ]] || return 0
  step "transformers and CTranslate2, to compare with (once)" >&2
  [[ -x "$PEER/bin/python" ]] || python3 -m venv "$PEER"
  # diskcache is wanted by llama-cpp-python, whose Python part runs from the source that set-up unpacked.
  quietly "$DEPS/generation-venv.log" "$PEER/bin/pip" install "$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' scripts/requirements.txt)" \
    "$(sed -n 's/^\(transformers==[^ ]*\).*/\1/p' scripts/requirements-test.txt)" ctranslate2==4.8.5 diskcache==5.6.3
  touch "$PEER/.ready"
}

# More than are wanted, for not all are answered as they should be.
make_intents() {
  "$BIN/udrl-distill" intents --out "$RUN/intents" --limit $((PROMPTS * 4)) --seed 9 --quiet > /dev/null
  cat "$RUN"/intents/*.jsonl > "$RUN/intents.jsonl"
}

peers() { "$PEER/bin/python" scripts/bench/generation_peers.py "$@" 2> "$RUN/peers.log"; }

install_peers
rm -rf "$RUN"
mkdir -p "$RUN"
make_intents
# No network; llama.cpp is the library that udrl links.
export HF_HUB_OFFLINE=1 HF_HOME="$ROOT/$RUN/hugging-face" TRANSFORMERS_VERBOSITY=error
LLAMA_CPP_LIB_PATH="$(llama_prefix)/lib" PYTHONPATH="$(llama_source)"
export LLAMA_CPP_LIB_PATH PYTHONPATH
peers convert --student "$STUDENT" --converted "$RUN/ctranslate2" \
  || die "CTranslate2 does not convert the student" "$(tail -n 3 "$RUN/peers.log")"
for threads in ${THREADS//,/ }; do
  peers measure --student "$STUDENT" --converted "$RUN/ctranslate2" --generate "$BIN/udrl-generate" \
    --intents "$RUN/intents.jsonl" --threads "$threads" --prompts "$PROMPTS" --rounds "$ROUNDS" > "$RUN/figures.tsv" \
    || die "no figures" "$(tail -n 3 "$RUN/peers.log")"
  while IFS=$'\t' read -r name value unit against goal most; do
    figure "$name" "$value" "$unit" "$against; $MACHINE" "$goal" "$most"
  done < "$RUN/figures.tsv"
done
