#!/usr/bin/env bash
# What comes through a pipe is read as a file of the same bytes: by every stage, which hash what they read, or look at its
# beginning first. Not for: input that is answered while it comes (generate_test.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

shard="$SCORED/part-00000.jsonl"
hash() { sha256sum "$1" | cut -d' ' -f1; }
# piped FILE COMMAND...: the command reads the file through a pipe on its standard input.
piped() {
  local file="$1"
  shift
  # shellcheck disable=SC2002
  cat "$file" | "$@"
}

printf 'holiday sale\nred shoes\n' > "$TMP/mine.txt"
expect "intents of text" 0 -- bash -c "cat '$TMP/mine.txt' | '$DISTILL' intents --from /dev/stdin --out '$TMP/intents'"
holds "both are there" test "$(lines_of "$TMP/intents")" -eq 2
holds "with the hash of what was piped" grep -q "\"from\": \"$(hash "$TMP/mine.txt")\"" "$TMP/intents/manifest.json"
expect "the same again is nothing new" 0 -- bash -c "cat '$TMP/mine.txt' | '$DISTILL' intents --from /dev/stdin --out '$TMP/intents'"
expect "other bytes are" 2 "input from" -- bash -c "echo other | '$DISTILL' intents --from /dev/stdin --out '$TMP/intents'"
expect "intents of a table" 0 -- bash -c "printf 'intent,subject\nholiday sale,sale\n' | '$DISTILL' intents --from /dev/stdin --out '$TMP/table'"
expect "intents of JSON" 0 -- "$DISTILL" intents --from <(echo '[{"intent": "holiday sale"}]') --out "$TMP/json"
holds "one each" test "$(lines_of "$TMP/table") $(lines_of "$TMP/json")" = "1 1"
expect "an empty pipe" 2 "empty" -- bash -c ": | '$DISTILL' intents --from /dev/stdin --out '$TMP/none'"

holds "score a file" "$DISTILL" score --input "$shard" --out "$TMP/file" --scorers copying,repetition
holds "score a pipe" "$DISTILL" score --input <(cat "$shard") --out "$TMP/pipe" --scorers copying,repetition
same_files "score" "$TMP/file" "$TMP/pipe" part-00000.jsonl
holds "with the same hash" grep -q "$(hash "$shard")" "$TMP/pipe/manifest.json"
flags=(--bins 3 --valid-fraction 0.2 --test-fraction 0.2 --support.at-least 1 --support.top-at-least 1)
holds "tag a file" "$DISTILL" tag --input "$shard" --out "$TMP/tagged-file" "${flags[@]}"
holds "tag a pipe" piped "$shard" "$DISTILL" tag --input /dev/stdin --out "$TMP/tagged-pipe" "${flags[@]}"
same_files "tag" "$TMP/tagged-file" "$TMP/tagged-pipe" commands.json train/part-00000.jsonl
expect "summary" 0 "image" -- "$DISTILL" summary --input <(cat "$shard")
expect "view" 0 -- "$DISTILL" view --input <(cat "$shard")
expect "a config" 0 -- bash -c "echo 'limit = 5' | '$DISTILL' intents --config /dev/stdin --out '$TMP/config'"
holds "of five intents" test "$(lines_of "$TMP/config")" -eq 5
finish
