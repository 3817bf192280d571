#!/usr/bin/env bash
# A line that is no record stops a stage with file, line and reason (2), or is set aside and counted with --skip-bad.
# Not for: every way in which JSON can be broken (tests/data).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

shard="$SCORED/part-00000.jsonl"
line() { sed -n "$1p" "$shard"; }

# make_input NAME: a folder whose fourth line is what stdin holds, between good ones; "torn" has nothing after it.
make_input() {
  mkdir -p "$TMP/$1"
  { sed -n 1,3p "$shard"; cat; [[ "$1" == torn ]] || sed -n 5,40p "$shard"; } > "$TMP/$1/part-00000.jsonl"
}
echo | make_input empty
echo '{"intent": "a",,}' | make_input broken
line 4 | sed 's/"prompt":/"promt":/' | make_input missing
echo '["intent"]' | make_input array
line 4 | head -c 100 | make_input torn

declare -A reason=(
  [empty]="the line is empty" [broken]="not JSON: column" [missing]='field "prompt" is missing'
  [array]="not a JSON object" [torn]="the file ends within this line"
)
flags=(--bins 3 --support.at-least 1 --support.top-at-least 1)
for kind in "${!reason[@]}"; do
  in="$TMP/$kind"
  expect "score, $kind" 2 "$in/part-00000.jsonl:4" "${reason[$kind]}" "--skip-bad" -- \
    "$DISTILL" score --input "$in" --out "$TMP/scored-$kind" --scorers copying
  expect "tag, $kind" 2 "$in/part-00000.jsonl:4" "${reason[$kind]}" "--skip-bad" -- \
    "$DISTILL" tag --input "$in" --out "$TMP/tagged-$kind" "${flags[@]}"
  # The same folder, for nothing is in it yet.
  expect "score --skip-bad, $kind" 0 "bad_lines 1" -- \
    "$DISTILL" score --input "$in" --out "$TMP/scored-$kind" --scorers copying --skip-bad
  expect "tag --skip-bad, $kind" 0 "bad_lines 1" -- \
    "$DISTILL" tag --input "$in" --out "$TMP/tagged-$kind" "${flags[@]}" --skip-bad
  for out in scored tagged; do
    holds "$out-$kind: one rejected line" test "$(wc -l < "$TMP/$out-$kind/rejects.jsonl")" -eq 1
    holds "$out-$kind: with its number" grep -q '"line":4' "$TMP/$out-$kind/rejects.jsonl"
  done
  good=39
  [[ "$kind" != torn ]] || good=3
  holds "score --skip-bad, $kind: all others are there" test "$(lines_of "$TMP/scored-$kind")" -eq "$good"
done
expect "a truncated shard is mended by the stage that wrote it, says the hint" 2 "start the stage that wrote it again" -- \
  "$DISTILL" score --input "$TMP/torn" --out "$TMP/other" --scorers copying

# A mended input goes into the same folder.
expect "tag refuses" 2 "malformed" -- "$DISTILL" tag --input "$TMP/broken" --out "$TMP/mended" "${flags[@]}"
sed -i 4d "$TMP/broken/part-00000.jsonl"
expect "tag, after the line was removed" 0 -- "$DISTILL" tag --input "$TMP/broken" --out "$TMP/mended" "${flags[@]}"

tag "$TMP/tagged" > /dev/null 2>&1
for kind in empty broken missing; do
  rm -rf "$TMP/bad"
  cp -r "$TMP/tagged" "$TMP/bad"
  sed -n 4p "$TMP/$kind/part-00000.jsonl" > "$TMP/line"
  [[ "$kind" != broken ]] || echo '{"intent": "a",,}' > "$TMP/line"
  { sed -n 1,3p "$TMP/tagged/train/part-00000.jsonl"; cat "$TMP/line"; } > "$TMP/bad/train/part-00000.jsonl"
  train "$TMP/student" "$TMP/bad" > "$TMP/output" 2>&1
  got=$? output="$(< "$TMP/output")"
  expect_last "udrl-train, $kind" 2 "train/part-00000.jsonl:4" "${reason[$kind]}" "mend or remove the line"
  [[ "$output" != *--skip-bad* ]] || fail "udrl-train, $kind" "the hint names a flag that the tool does not have"
done

printf '{"intent": "holiday sale"}\n{"intnt": "b"}\n' > "$TMP/intents.jsonl"
expect "your own intents" 2 "intents.jsonl:2" "no field 'intent'" -- \
  "$DISTILL" intents --from "$TMP/intents.jsonl" --out "$TMP/intents"
expect "a folder without shards" 2 "holds no shards" "part-NNNNN.jsonl" -- \
  "$DISTILL" tag --input "$TMP/tagged" --out "$TMP/other"
expect "a folder that there is not" 2 "no such file or folder" "run that stage first" -- \
  "$DISTILL" tag --input "$TMP/nowhere" --out "$TMP/other"
finish
