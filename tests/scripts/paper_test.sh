#!/usr/bin/env bash
# scripts/runs/paper.sh on stubs of the tools: what its forecast says of known figures, what is asked of which tool in which order,
# and that a run which was stopped or failed goes on.
#
# Not for: what the tools do; rehearsal_test.sh runs it all with models.
# Usage: paper_test.sh SOURCE_DIR BIN_DIR
source "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"
command -v python3 > /dev/null || skip "no python3"
readonly WORK="$TMP/work" CALLS="$TMP/calls" LLAMA=models/llama-3-8b-instruct.q4_k_m.gguf
mkdir -p "$WORK/models" "$WORK/bin"
for folder in configs data scripts; do ln -s "$SOURCE/$folder" "$WORK/$folder"; done
for file in all-minilm-l6-v2.f32 smollm2-135m-instruct.q4_1 qwen2.5-coder-0.5b-instruct.q4_k_m; do echo model > "$WORK/models/$file.gguf"; done

# Notes its call, and leaves what paper.sh reads. A file stop-STAGE (fail-STAGE) makes it end once as a stopped (failed) tool.
cat > "$WORK/bin/udrl-distill" << 'EOS'
#!/usr/bin/env bash
stage=$(basename "$0")
[[ "$stage" != udrl-distill ]] || stage=$1
echo "$stage ${*}" >> "$CALLS"
for fault in stop fail; do
  [[ ! -e "$FAULTS/$fault-$stage" ]] || { rm "$FAULTS/$fault-$stage"; [[ "$fault" == stop ]] && exit 3 || exit 1; }
done
while [[ $# -gt 0 ]]; do
  case "$1" in --out) out=$2 ;; --limit) limit=$2 ;; esac
  shift
done
[[ "$stage" != udrl-export ]] || { echo gguf > "$out"; exit; }
mkdir -p "$out"
case "$stage" in
  intents) counts="\"intents\": ${limit:-0}" ;;
  synthesize)
    counts='"length": 20, "stop": 100'
    echo "50 generated tokens/s (3000 generated, 500 read, 60.0 s)"
    ;;
  score) counts='"scored": 1000' ;;
  udrl-train) printf '{"step":%d,"tokens":%d,"seconds":%d}\n' 1 1000 10 2 2000 20 3 3000 30 > "$out/metrics.jsonl" ;;
esac
printf '{"counts": {\n  %s\n}, "complete": true}\n' "${counts:-}" > "$out/manifest.json"
echo 0123456789 > "$out/part-00000.jsonl"
EOS
chmod +x "$WORK/bin/udrl-distill"
for tool in train export eval; do ln -s udrl-distill "$WORK/bin/udrl-$tool"; done
export CALLS FAULTS="$TMP" UDRL_BIN=bin PYTHONDONTWRITEBYTECODE=1

paper() { (cd "$WORK" && scripts/runs/paper.sh "$@"); }
stages() { cut -d' ' -f1 "$CALLS" 2> /dev/null | tr '\n' ' '; }
# called STAGE TEXT...: its last call has each text.
called() {
  local call text
  call="$(grep "^$1 " "$CALLS" | tail -n 1)"
  for text in "${@:2}"; do
    [[ "$call" == *" $text"* ]] || { echo "$call"; return 1; }
  done
}
# row STAGE NUMBER...: that stage's row of the last table has these cells.
row() {
  local line cell
  line="$(grep -m 1 "^$1 " "$TMP/table")"
  for cell in "${@:2}"; do
    [[ " $line " == *" $cell "* ]] || { echo "$line"; return 1; }
  done
}

# --- what is refused before anything runs
expect "help" 0 "--teacher-url URL" "--rehearse" -- paper --help
expect "an unknown stage" 1 "unknown option or stage trian" -- paper trian
expect "an option without its value" 1 "--pairs needs a value" -- paper --pairs
expect "pairs that are no number" 1 "expected a whole number" -- paper --pairs 5e7
expect "no teacher" 1 "no $LLAMA" "--teacher-url" "--rehearse" -- paper
expect "an endpoint without a model" 1 "--teacher-model NAME" -- paper --teacher-url http://127.0.0.1:1/v1
expect "two teachers" 1 "two teachers" -- paper --teacher a.gguf --teacher-url http://127.0.0.1:1/v1 --teacher-model m
expect "a systems file that is not there" 1 "no configs/systems/qwenn.toml" -- paper --teacher-url http://127.0.0.1:1/v1 --teacher-model m \
  --systems configs/systems/qwen3-8b.toml,configs/systems/qwenn.toml
expect "a limit without prices" 1 "--max-cost needs prices" -- paper --teacher-url http://127.0.0.1:1/v1 --teacher-model m --max-cost 5
expect "a key that is not set" 1 "export NO_SUCH_KEY=" -- paper --teacher-url http://127.0.0.1:1/v1 --teacher-model m --api-key-env NO_SUCH_KEY
holds "nothing was called" test ! -e "$CALLS"

# --- the forecast of known figures: 3,000 answers are 100 intents × 5 tasks × 6
cat > "$TMP/figures.json" << 'EOS'
{"intents.s": 0.36, "intents.bytes": 1e7, "intents.mb": 1000, "valid_share": 0.5,
 "synthesize.s": 2, "synthesize.mb": 4000, "synthesize.bytes": 1e6, "synthesize.bytes_kept": 1e6, "synthesize.read": 100, "synthesize.written": 10,
 "score.s": 0.24, "score.bytes": 1e6, "score.mb": 500, "tag.s": 0.48, "tag.bytes": 1e6, "tag.temporary_bytes": 1e6, "tag.mb": 100,
 "tag.bytes_of_intent": 1e6, "tag.train_share": 0.8, "train.tokens": 30, "train.store_s": 0.15, "train.tokens_per_s": 100,
 "train.store_bytes": 1e6, "train.mb": 3000, "train.disk_mb": 1000, "export.s": 36, "export.disk_mb": 120, "evaluate.pmi_s": 0.01}
EOS
forecast() { paper --forecast --no-pilot --pairs 2971 --figures "$TMP/figures.json" "$@" > "$TMP/table"; }
holds "a forecast" forecast
holds "of whole intents" grep -q "forecast for 3,000 pairs: 100 intents × 5 tasks × 6 answers" "$TMP/table"
# hours, GB of disk and of memory
holds "intents: 36 s" row intents 100 0.01 "36.0 s" 1.00 1.00
holds "synthesize: 6,000 s, and what is kept in memory" row synthesize 3,000 1.67 "100.0 min" 3.00 7.00
holds "score: half is valid, 360 s" row score 1,500 0.10 "6.0 min" 1.50 0.50
holds "tag: 720 s, and temporary files" row tag 1,500 0.20 "12.0 min" 3.00 0.20
holds "train: 1,200 records × 30 tokens × 4 epochs: 1,440 s, and 180 s for the store" row train 1,200 0.45 "27.0 min" 2.20 3.00
holds "export" row export 1 0.01 "36.0 s" 0.12
# 500 × 5 cases × 3 answers of the only system that is there; with those of the student and the controls 30,000 texts, read for
# PMI and for fluency; and 18.5 texts of each of 500 answers show what the scorers see: 69,250.
holds "evaluate: 15,000 s of answers, 692.5 s of reading" row evaluate 2,500 4.36 "4.4 h"
holds "in all" row total 6.80 "6.8 h" 7.00
holds "three machines" forecast --machines 3
holds "share synthesize and score" row synthesize 3,000 0.56
holds "and nothing else" row tag 1,500 0.20
holds "six systems that are named" forecast --systems a.toml,b.toml,c.toml,d.toml,e.toml,f.toml
# 500 × 5 cases × 13 answers: six systems' of two kinds, and the teacher's second draw
holds "are all counted: 65,000 s of answers" row evaluate 2,500 18.39
holds "one alone" forecast --systems a.toml
holds "is one" row evaluate 2,500 4.36
holds "an endpoint" forecast --teacher-url http://127.0.0.1:1/v1 --teacher-model m --price-in 100 --price-out 200 --endpoint-rate 10 --threads 1
# 3,000 × (100 × 100 + 10 × 200) / a million; 7,500 of the evaluation
holds "costs money" row synthesize 3,000 0.08 "5.0 min" 36.00
holds "the evaluation too" row evaluate 90.00
holds "in all 126" row total 126.00
expect "how fast an endpoint is, is not known" 0 "is not known (--endpoint-rate)" "without what is not known" -- \
  paper --forecast --no-pilot --teacher-url http://127.0.0.1:1/v1 --teacher-model m
expect "figures that there are not" 1 "holds tag.seconds, which is no figure" -- paper --forecast --no-pilot --figures <(echo '{"tag.seconds": 1}')
holds "nothing was called by it" test ! -e "$CALLS"
expect "a disk that is too small" 1 "GB of disk are needed" "--anyway" -- paper --rehearse --no-pilot --figures <(echo '{"synthesize.bytes": 1e12}')
holds "no stage begins" test ! -e "$CALLS"
mkdir -p "$WORK/runs/rehearsal/scored" && truncate -s 6T "$WORK/runs/rehearsal/scored/of-another-stage"
expect "what another stage wrote is none of the room" 1 "GB of disk are needed" -- \
  paper --rehearse --no-pilot --figures <(echo '{"synthesize.bytes": 1e10}') synthesize
rm -r "$WORK/runs"

# --- the pilot, once
expect "a forecast by a pilot" 0 "pilot: 120 answers in 60.0 s" "pilot: 2 steps, 2000 tokens in 20.0 s" "pilot: 1000 answers read" -- paper --rehearse --forecast --threads 1
cp "$TMP/output" "$TMP/table"
holds "runs small" test "$(stages)" = "intents synthesize score tag udrl-train score "
holds "its figures are used: 480 × 0.5 s" row synthesize 480 0.07 "4.0 min"
holds "and 50 steps of 2,048 tokens at 100 a second" row train 0.29
rm "$CALLS"
expect "again" 0 "pilot: 120 answers" -- paper --rehearse --forecast --threads 1
holds "it is not run again" test ! -e "$CALLS"
expect "with another number of threads" 0 "once: teacher" -- paper --rehearse --forecast --threads 2 synthesize
holds "it is" test "$(stages)" = "intents synthesize "

# --- a run that is stopped, fails, and goes on
rm "$CALLS"
rehearse() { paper --rehearse --no-pilot --threads 1 "$@"; }
touch "$TMP/stop-udrl-train"
expect "stopped while it trains" 3 "What it prints is no result" "Stopped. The same command goes on from here." -- rehearse
holds "in the order of the stages" test "$(stages)" = "intents synthesize score tag udrl-train "
touch "$TMP/fail-udrl-export"
expect "going on, an export that fails" 1 "export failed" -- rehearse
holds "nothing comes after it" test "$(stages | wc -w)" -eq 11
expect "going on to the end" 0 "runs/rehearsal/eval/report.html" "evaluate: " "total" -- rehearse
cp "$TMP/output" "$TMP/table"
holds "by all stages" test "$(stages | cut -d' ' -f12-)" = "intents synthesize score tag udrl-train udrl-export udrl-eval "
# goes STAGE NUMBER: as the table at the end, the last one, has them.
goes() { awk -v stage="$1" -v number="$2" '$1 == stage { found = $(NF - 2) } END { exit found != number }' "$TMP/table"; }
holds "synthesize went three times" goes synthesize 3
holds "the evaluation once" goes evaluate 1
holds "intents of the lists, as many as are needed" called intents "--limit 16" "--per-subject 2"
holds "the stand-in for the teacher" called synthesize "--teacher.gguf models/qwen2.5-coder-0.5b-instruct.q4_k_m.gguf" "--tasks image,template,headline,search,fields"
holds "the committed sample joins" called tag "--input runs/rehearsal/scored,data/distilled/qwen-first,"
holds "50 steps of the true shape" called udrl-train "--config configs/paper/train.toml" "--steps 50"
shape() { ! called udrl-train "--model." > /dev/null; }
holds "of the recipe" shape
holds "the systems of configs" called udrl-eval "--systems configs/systems/qwen2.5-coder-0.5b-instruct.toml,configs/systems/smollm2-135m-instruct.toml"
holds "one stage alone" rehearse export
holds "is one call" test "$(stages | wc -w)" -eq 19

# --- an endpoint as teacher, beside models that are there
rm "$CALLS"
for file in qwen3-8b ministral-3-8b-instruct-2512; do echo model > "$WORK/models/$file.q4_k_m.gguf"; done
export MY_TEST_KEY=secret-of-the-test
expect "an endpoint" 0 "report.html" -- paper --teacher-url http://127.0.0.1:1/v1 --teacher-model "Some/Model-8B" --api-key-env MY_TEST_KEY --price-in 0.5 \
  --price-out 1.5 --max-cost 20 --teacher.leave-out seed --no-pilot --pairs 60 --run "$TMP/endpoint"
holds "is asked" called synthesize "--teacher.url http://127.0.0.1:1/v1" "--teacher.http-model Some/Model-8B" "--teacher.api-key-env MY_TEST_KEY" \
  "--teacher.price-in 0.5" "--teacher.price-out 1.5" "--teacher.max-cost 20" "--teacher.leave-out seed"
holds "and compared with" grep -qxF 'url = ["http://127.0.0.1:1/v1"]' "$TMP/endpoint/systems/teacher.toml"
holds "for money" grep -qxF 'max_cost = 20' "$TMP/endpoint/systems/teacher.toml"
holds "beside the recipe's systems whose file is there" called udrl-eval \
  "--systems $TMP/endpoint/systems/teacher.toml,configs/systems/qwen3-8b.toml,configs/systems/ministral-3-8b-instruct.toml --pmi"
holds "under a name" grep -qxF 'name = "some-model-8b"' "$TMP/endpoint/systems/teacher.toml"
no_key() { ! grep -rqF "$MY_TEST_KEY" "$CALLS" "$TMP/endpoint"; }
holds "the key itself is nowhere" no_key
finish
