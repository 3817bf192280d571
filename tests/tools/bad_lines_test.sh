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
line 4 | sed 's/"answer":/"anwser":/' | make_input missing
echo '["intent"]' | make_input array
line 4 | head -c 100 | make_input torn

declare -A reason=(
  [empty]="the line is empty" [broken]="not JSON: column" [missing]='field "answer" is missing'
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
  expect_last "udrl-train, $kind" 2 "train/part-00000.jsonl:4" "${reason[$kind]}" "fix or remove the line"
  [[ "$output" != *--skip-bad* ]] || fail "udrl-train, $kind" "the hint names a flag that the tool does not have"
done

printf '{"intent": "holiday sale"}\n{"intnt": "b"}\n' > "$TMP/intents.jsonl"
expect "your own intents" 2 "intents.jsonl:2" 'field "intent" is missing' -- \
  "$DISTILL" intents --from "$TMP/intents.jsonl" --out "$TMP/intents"
printf '{"intent": "lost cat", "group": null}\n{"intent": "holiday sale", "group": 7}\n' > "$TMP/intents.jsonl"
expect "a field of another type" 2 "intents.jsonl:2" 'field "group" is of the wrong type' "number 7" -- \
  "$DISTILL" intents --from "$TMP/intents.jsonl" --out "$TMP/intents"
printf '\xff\xfeh\0o\0' > "$TMP/intents.txt"
expect "UTF-16" 2 "iconv -f UTF-16 -t UTF-8" -- "$DISTILL" intents --from "$TMP/intents.txt" --out "$TMP/intents"
head -c 200000 /dev/zero | tr '\0' x > "$TMP/intents.txt"
expect "an intent without end" 2 "intents.txt:1" "far too long" -- \
  "$DISTILL" intents --from "$TMP/intents.txt" --out "$TMP/intents"
printf 'holiday sale\n' > "$TMP/list"
expect "a name that says nothing" 2 ".ndjson" "name it list.txt" -- "$DISTILL" intents --from "$TMP/list" --out "$TMP/intents"
printf 'Write me a poster\n' > "$TMP/intents.txt"
expect "no intent is left" 2 "no intent is left" "chat 1" -- \
  "$DISTILL" intents --from "$TMP/intents.txt" --out "$TMP/intents"

# Nothing in the input is the input's fault, and said at once.
mkdir -p "$TMP/nothing" && : > "$TMP/nothing/part-00000.jsonl"
expect "nothing to score" 2 "no sample to score" -- \
  "$DISTILL" score --input "$TMP/nothing" --out "$TMP/scored-nothing" --scorers copying
expect "nothing to tag" 2 "no record is left to tag" -- \
  "$DISTILL" tag --input "$TMP/nothing" --out "$TMP/tagged-nothing" "${flags[@]}"
expect "nothing to examine" 2 "no scored answer" -- "$DISTILL" doctor --input "$TMP/nothing" --out "$TMP/doctor-nothing"
expect "nothing to sum up" 2 "no record in it" -- "$DISTILL" summary --input "$TMP/nothing"
expect "nothing to view" 2 "nothing to view" -- "$DISTILL" view --input "$TMP/nothing"
for part in train valid; do
  cp -r "$TMP/tagged" "$TMP/no-$part"
  rm "$TMP/no-$part/$part"/part-* && : > "$TMP/no-$part/$part/part-00000.jsonl"
  train "$TMP/student-no-$part" "$TMP/no-$part" > "$TMP/output" 2>&1
  got=$? output="$(< "$TMP/output")"
  expect_last "nothing in $part to train on" 2 "no record in it" "no-$part/$part"
done
expect "a folder without shards" 2 "holds no shards" "part-NNNNN.jsonl" -- \
  "$DISTILL" tag --input "$TMP/tagged" --out "$TMP/other"
expect "a folder that there is not" 2 "no such file or folder" "run that stage first" -- \
  "$DISTILL" tag --input "$TMP/nowhere" --out "$TMP/other"
finish
