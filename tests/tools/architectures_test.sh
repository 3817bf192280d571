#!/usr/bin/env bash
# Models of each family that serves as a teacher or a baseline (Llama-3, Qwen, Mistral, Ministral) go through every stage, as
# files of their architecture, with their tokenizer and chat template. They are tiny and random, and say words without sense
# (tests/lm/chat_models.py). Not for: what their templates render (tests/task/chat_templates_test.cpp).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

MODELS="$TMP/models"
tiny_teachers "$MODELS"
names="$(grep -oP '"name": "\K[^"]+' "$MODELS/models.json")"
readonly names ANSWERS=40  # of each teacher: 10 intents, 2 tasks, 2 draws

# values KEY FOLDER: of the records, a line each.
values() { grep -ohP "\"$1\":\"?\K[^\",}]*" "$2"/part-*.jsonl; }
valid_answers() { values finish "$1" | grep -cxE 'stop|length'; }
# says_words FOLDER: nothing of the template, of a control token or of another byte is in the answers.
says_words() { [[ "$(values answer "$1" | grep -cE '[a-z]{3}')" -gt 0 && "$(values answer "$1" | grep -cE '[^a-z ]')" -eq 0 ]]; }
# scored_by SCORER FOLDER: each valid answer has a finite value.
scored_by() { [[ "$(grep -cP "\"$1\":-?[0-9]" "$2"/part-00000.jsonl)" -eq "$(valid_answers "$2")" ]]; }
# score_with MODEL SAMPLES OUT SCORERS: by scorers that the model itself is.
score_with() {
  "$DISTILL" score --input "$2" --out "$3" --scorers "$4" --tasks-folder data/tasks --threads 1 \
    --pmi.gguf "$1" --judge.gguf "$1" --teacher.gguf "$1"
}

# One group, so that its subjects can be held out by share.
{
  echo subject,intent,group
  for subject in fog kite snail harbour cello ramen bonfire lighthouse robot orchard; do echo "$subject,$subject poster,things"; done
} > "$TMP/intents.csv"
holds "intents" "$DISTILL" intents --from "$TMP/intents.csv" --out "$TMP/intents"
scored=""
systems=""
for name in $names; do
  model="$MODELS/$name.gguf" samples="$TMP/samples-$name"
  expect "$name: invent" 0 "2 of 2 invented lists" -- "$DISTILL" intents --from "$TMP/intents.csv" --out "$TMP/invented-$name" --invent 2 \
    --threads 1 --teacher.gguf "$model"
  expect "$name: synthesize" 0 "100.0%" -- "$DISTILL" synthesize --intents "$TMP/intents" --tasks headline,search --out "$samples" \
    --draws 2 --temperatures 0.8,1 --threads 1 --teacher.gguf "$model"
  holds "$name: each answer once" test "$(values id "$samples" | sort -u | wc -l)" -eq "$ANSWERS"
  holds "$name: in its own name" test "$(values teacher "$samples" | sort -u)" = "Tiny random $name"
  holds "$name: in words" says_words "$samples"
  holds "$name: some are valid" test "$(valid_answers "$samples")" -ge 8
  scorers=pmi,serves,fluency,likelihood,judge
  expect "$name: score" 0 "scored" -- score_with "$model" "$samples" "$TMP/scored-$name" "copying,$scorers"
  for scorer in ${scorers//,/ }; do holds "$name: a value by $scorer" scored_by "$scorer" "$TMP/scored-$name"; done
  printf '%s = "%s"\n' name "$name" title "Tiny $name" short_title "$name" > "$TMP/$name.toml"
  printf 'decodings = ["greedy", "sampled"]\n[model]\ngguf = "%s"\n' "$model" >> "$TMP/$name.toml"
  scored+=",$TMP/scored-$name" systems+=",$TMP/$name.toml"
done

expect "tag" 0 -- "$DISTILL" tag --input "${scored#,}" --out "$TMP/tagged" --weights pmi=1 --bins 3 --valid-fraction 0.2 --test-fraction 0.4 \
  --unseen-groups 0 --unseen-formats 0 --support.at-least 1 --support.reach 8 --support.top-at-least 1
holds "train" train "$TMP/student" "$TMP/tagged" --threads 1
if [[ -f "$MINILM" ]]; then
  expect "evaluate" 0 "report.html" -- "$EVAL" --student "$TMP/student" --tagged "$TMP/tagged" --systems "${systems#,}" --out "$TMP/eval" \
    --tasks headline --intents 4 --latency-requests 1 --clients 2 --resamples 100 --gate-answers 10 --threads 1 --embedder.gguf "$MINILM"
  for name in $names; do
    for row in greedy sampled; do holds "$name as a baseline, $row" test "$(lines_of "$TMP/eval/outputs/$name-$row")" -eq 4; done
  done
else
  printf 'not tested: baselines; no %s, which scripts/setup.sh --models ci fetches\n' "${MINILM#"$SOURCE"/}"
fi
finish
