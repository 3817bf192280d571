#!/usr/bin/env bash
# An evaluation that is stopped goes on where it was; wrong models, folders and systems are refused before anything is
# asked. With the smallest student and a real teacher. Not for: what the figures say (tests/eval).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_model "$TEACHER" "$MINILM"

holds "tag" tag "$TMP/tagged"
holds "train" train "$TMP/student" "$TMP/tagged"
system="$SOURCE/configs/systems/smollm2-135m-instruct.toml"
# evaluate OUT [SYSTEM [EMBEDDER [STUDENT]]]
evaluate() {
  ${EXEC:-} "$EVAL" --student "${4:-$TMP/student}" --tagged "$TMP/tagged" --systems "${2:-$system}" --out "$1" --intents 6 \
    --latency-requests 2 --resamples 100 --slots 8 --embedder.gguf "${3:-$MINILM}"
}

head -c 1000000 "$MINILM" > "$TMP/cut.gguf"
expect "an embedder that there is not" 2 "$TMP/nowhere.gguf" "does not exist" "scripts/fetch_models.sh" -- \
  evaluate "$TMP/out" "$system" "$TMP/nowhere.gguf"
expect "an embedder cut short" 2 "$TMP/cut.gguf" "truncated" -- evaluate "$TMP/out" "$system" "$TMP/cut.gguf"
expect "an embedder that does not embed" 2 "$TEACHER" "does not embed" -- evaluate "$TMP/out" "$system" "$TEACHER"
expect "a student that there is not" 2 "$TMP/nowhere" "udrl-train" -- evaluate "$TMP/out" "$system" "$MINILM" "$TMP/nowhere"
expect "a system that there is not" 2 "$TMP/nowhere.toml" -- evaluate "$TMP/out" "$TMP/nowhere.toml"
sed 's/smollm2-135m-instruct.q4_1/nowhere/' "$system" > "$TMP/system.toml"
expect "a system without its model" 2 "models/nowhere.gguf" "scripts/setup.sh" -- evaluate "$TMP/out" "$TMP/system.toml"
sed 's/^top_p/top_q/' "$system" > "$TMP/system.toml"
expect "a system with an unknown key" 2 "system.toml" "top_q" "top_p" -- evaluate "$TMP/out" "$TMP/system.toml"
holds "nothing was written" test ! -e "$TMP/out"
holds "and the test split counts as unopened" test ! -e "$TMP/tagged/test_openings.jsonl"

out="$TMP/eval"
interrupt has_answered evaluate "$out"
expect_last "Ctrl-C" 3 "evaluation stopped" "run the same command again"
find "$out/outputs" -name 'part-*.jsonl' -exec cat {} + | sort > "$TMP/kept"
holds "Ctrl-C: answers until then were kept" test -s "$TMP/kept"
expect "goes on" 0 "results.json" "report.html" -- evaluate "$out"
find "$out/outputs" -name 'part-*.jsonl' -exec cat {} + | sort > "$TMP/all"
holds "goes on: what was answered was not asked again" test -z "$(comm -23 "$TMP/kept" "$TMP/all")"
holds "goes on: each answer once" test -z "$(find "$out/outputs" -name 'part-*.jsonl' -exec sh -c 'grep -o "\"case\":\"[0-9a-f]*\"" "$1" | sort | uniq -d' sh {} \;)"

# What is made of a finished evaluation opens no model.
expect "pairs for people" 0 "pairs.html" "key.json" -- "$EVAL" --out "$out" --export-pairs 3
holds "the key is not on the sheet" bash -c "! grep -qE 'reference|student|shuffled' '$out/pairs/pairs.csv'"
{ echo id,rating; grep -oE '"id": "[^"]*"' "$out/pairs/key.json" | cut -d'"' -f4 | sed 's/$/,A/'; } > "$TMP/anna.csv"
expect "what they say" 0 "human.json" "anna" -- "$EVAL" --out "$out" --human "$TMP/anna.csv"
expect "logs of lm-evaluation-harness" 0 "$TMP/logs" -- "$EVAL" --out "$out" --export-lm-eval "$TMP/logs"
holds "one for each row" test -s "$(find "$TMP/logs/student-top" -name 'samples_*.jsonl' | head -1)"
expect "no evaluation here" 2 "no finished evaluation" -- "$EVAL" --out "$TMP/nowhere" --export-pairs 3
for use in certify compare export-pairs human export-lm-eval; do expect "help of $use" 0 "--$use" -- "$EVAL" "--$use" --help; done

certify() { ${EXEC:-} "$EVAL" --certify --student "$TMP/student" --tagged "$TMP/tagged" --out "$TMP/certify" --intents 4 --lengths 2 --resamples 100 --embedder.gguf "$MINILM"; }
expect "a steering certificate" 0 "gain" "steering.json" -- certify
before="$(fingerprint "$TMP/certify")"
expect "which is there already" 0 "gain" -- certify
holds "asks nothing again" test "$(fingerprint "$TMP/certify")" = "$before"

holds "another student" train "$TMP/student-2" "$TMP/tagged" --seed 2
expect "answers of another student are not taken for this one's" 2 "model" "choose another output folder" -- \
  evaluate "$out" "$system" "$MINILM" "$TMP/student-2"
finish
