#!/usr/bin/env bash
# A folder that was made with other settings, or by another stage, is refused (2): what differs is named, nothing is
# touched; the same folder by another name, or another number of threads, is no difference.
# Not for: udrl-train (train_test.sh), stages that need a real model (synthesize_test.sh, models_test.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

intents() { "$DISTILL" intents --out "$1" --limit "${LIMIT:-5}" "${@:2}"; }
for stage in intents score tag; do holds "$stage" "$stage" "$TMP/$stage"; done
before="$(fingerprint "$TMP"/{intents,score,tag})"

cure="choose another output folder"
LIMIT=6 expect "intents" 2 "limit: was 5, now 6" "$TMP/intents" "$cure" -- intents "$TMP/intents"
expect "score" 2 'scorers: was ["copying","repetition"], now ["copying"]' "$cure" -- \
  "$DISTILL" score --input "$SCORED" --out "$TMP/score" --scorers copying --block 16
BINS=4 expect "tag" 2 "bins: was 3, now 4" "$cure" -- tag "$TMP/tag"
expect "tag, other input" 2 "input score" "$cure" -- tag "$TMP/tag" --input "$TMP/score"
expect "another stage's folder" 2 'stage: was "score", now "tag"' "$cure" -- tag "$TMP/score"
mkdir "$TMP/foreign"
cp "$SCORED/part-00000.jsonl" "$TMP/foreign/"
expect "shards of no known stage" 2 "no manifest.json" "$cure" -- score "$TMP/foreign"
rm -r "$TMP/foreign"

for stage in intents score tag; do
  expect "$stage by another path" 0 -- "$stage" "$TMP/../$(basename "$TMP")/$stage"
  expect "$stage with other threads" 0 -- "$stage" "$TMP/$stage" --threads 1 --quiet
done
holds "nothing was touched" test "$(fingerprint "$TMP"/{intents,score,tag})" = "$before"
finish
