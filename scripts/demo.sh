#!/usr/bin/env bash
# The whole pipeline on real models: live synthesis, scores, tags, training, generation, evaluation.
#
# For: a newcomer on a laptop (2 cores, no GPU). Sets up what is missing and builds first. Leaves runs/demo/eval/report.html
# and results.json. Stop it with Ctrl-C and start it again: it goes on where it was.
# Not for: a student to ship; see scripts/runs/ for longer runs.
#
# Usage: demo.sh [--fresh] [--no-setup] [--help]
#   --fresh      remove runs/demo and begin anew
#   --no-setup   all is known to be there: build and run at once
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

SETUP=true
FRESH=false
BIN=build/release/bin
RUN=runs/demo

parse_arguments() {
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --fresh) FRESH=true; shift ;;
      --no-setup) SETUP=false; shift ;;
      --help | -h) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
      *) die "unknown option $1" "See scripts/demo.sh --help." ;;
    esac
  done
}

build() {
  step "build"
  quietly "$DEPS/configure.log" cmake --preset release || die "cmake --preset release failed"
  cmake --build --preset release --target udrl-distill udrl-train udrl-generate udrl-eval udrl-serve
}

# stage TITLE COMMAND...: runs a stage and says how long it took.
stage() {
  local title=$1 begin=$SECONDS
  shift
  step "$title"
  "$@"
  say "   $((SECONDS - begin)) s"
}

ask() {
  "$BIN/udrl-generate" --model "$RUN/student" --task image --intent "holiday sale" --words 20 --return top -n 4
  "$BIN/udrl-generate" --model "$RUN/student" --task template --intent "holiday sale flyer" --words 20 --return top -n 4
}

# A processor without bf16 trains at about half the speed: fewer steps, so that the demo takes a quarter of an hour there too.
training_steps() { if has_bf16; then echo 1100; else echo 550; fi; }

parse_arguments "$@"
cd "$ROOT"
[[ "$FRESH" == false ]] || rm -rf "${RUN:?}"
[[ "$SETUP" == false ]] || scripts/setup.sh --models demo
build

START=$SECONDS
say ""
say "From here on it takes about a quarter of an hour on 2 cores: live synthesis 1 minute, training 10, evaluation 5."
stage "1/7 intents: short requests to answer" "$BIN/udrl-distill" intents --config configs/demo/intents.toml
stage "2/7 synthesize: the teacher answers them, live" "$BIN/udrl-distill" synthesize --config configs/demo/synthesize.toml
stage "3/7 score: how relevant is each answer" "$BIN/udrl-distill" score --config configs/demo/score.toml
stage "4/7 tag: returns and commands, with the committed sample" "$BIN/udrl-distill" tag --config configs/demo/tag.toml
stage "5/7 train: tokenizer and student" "$BIN/udrl-train" --config configs/demo/train.toml --steps "$(training_steps)"
stage "6/7 generate: the student at work" ask
stage "7/7 evaluate: student, teacher and baseline on unseen subjects" "$BIN/udrl-eval" --config configs/demo/eval.toml \
  --pmi.weights "$(reader_weights)"

say ""
say "Done in $(((SECONDS - START) / 60)) min $(((SECONDS - START) % 60)) s."
say "  Report:  $RUN/eval/report.html"
say "  Figures: $RUN/eval/results.json"
say "  Ask it:  $BIN/udrl-generate --model $RUN/student --task image --intent \"holiday sale\" --words 20 --return top -n 4"
say "  On a page: $BIN/udrl-serve --model $RUN/student"
