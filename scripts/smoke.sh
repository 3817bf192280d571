#!/usr/bin/env bash
# The whole pipeline on configs/ci with the real SmolLM2: that the stages fit together, and that each goes on where it was.
#
# For: ctest (label smoke) and a quick check by hand. Not for: quality (the student sees a few hundred prompts).
#
# Usage: smoke.sh [BIN]      BIN: folder of the tools, build/release/bin by default
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
cd "$ROOT"
BIN=${1:-build/release/bin}
RUN=runs/ci

expect() { [[ -s "$1" ]] || die "the smoke run left no $1"; }

# A stage that is asked again has nothing to do, and its output keeps its bytes.
again() {
  local file=$1 before
  shift
  before=$(sha256_of "$file")
  "$@" > /dev/null
  [[ "$(sha256_of "$file")" == "$before" ]] || die "$file changed when the finished stage was run again"
}

rm -rf "$RUN"
step intents && "$BIN/udrl-distill" intents --config configs/ci/intents.toml
step synthesize && "$BIN/udrl-distill" synthesize --config configs/ci/synthesize.toml
again "$RUN/samples/part-00000.jsonl" "$BIN/udrl-distill" synthesize --config configs/ci/synthesize.toml
step score && "$BIN/udrl-distill" score --config configs/ci/score.toml
again "$RUN/scored/part-00000.jsonl" "$BIN/udrl-distill" score --config configs/ci/score.toml
step doctor && "$BIN/udrl-distill" doctor --config configs/ci/doctor.toml
again "$RUN/doctor/doctor.html" "$BIN/udrl-distill" doctor --config configs/ci/doctor.toml
step tag && "$BIN/udrl-distill" tag --config configs/ci/tag.toml
again "$RUN/tagged/train/part-00000.jsonl" "$BIN/udrl-distill" tag --config configs/ci/tag.toml
step ideas && "$BIN/udrl-distill" ideas --config configs/ci/ideas.toml
again "$RUN/ideas/ideas.safetensors" "$BIN/udrl-distill" ideas --config configs/ci/ideas.toml
step view && "$BIN/udrl-distill" view --input "$RUN/tagged" --first 1
step train && "$BIN/udrl-train" --config configs/ci/train.toml
for file in config.json model.safetensors tokenizer.model tokenizer.json commands.json ideas.safetensors metrics.jsonl README.md student.gguf; do
  expect "$RUN/student/$file"
done
again "$RUN/student/model.safetensors" "$BIN/udrl-train" --config configs/ci/train.toml
step generate && "$BIN/udrl-generate" --model "$RUN/student" --task image --intent "holiday sale" --words auto --return top -n 2
step "words to mention" && "$BIN/udrl-generate" --model "$RUN/student" --task image --intent "holiday sale" --mention "snow, lights" --json
step "the best of four" && "$BIN/udrl-generate" --model "$RUN/student" --task image --intent "holiday sale" --best-of 4 \
  --embedder.gguf models/all-minilm-l6-v2.f32.gguf
step evaluate && "$BIN/udrl-eval" --config configs/ci/eval.toml
expect "$RUN/eval/results.json"
expect "$RUN/eval/report.html"
step "the smoke run is through"
