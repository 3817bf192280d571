#!/usr/bin/env bash
# Real model files cut short are refused (2) with the size that they should have, by each tool that opens one; and so is
# a model of the wrong kind. Not for: files that are no GGUF at all (bad_models_test.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_model "$TEACHER" "$MINILM"

"$DISTILL" intents --out "$TMP/intents" --limit 3 > /dev/null 2>&1
# cut FILE: its first half, under its name.
cut_short() { head -c $(($(stat -c %s "$1") / 2)) "$1" > "$TMP/cut-$(basename "$1")"; }
cut_short "$TEACHER"
cut_short "$MINILM"
teacher="$TMP/cut-$(basename "$TEACHER")" embedder="$TMP/cut-$(basename "$MINILM")"

expect "a teacher cut short" 2 "$teacher" "truncated" "expected: $(stat -c %s "$TEACHER") bytes" "scripts/fetch_models.sh" -- \
  "$DISTILL" synthesize --intents "$TMP/intents" --out "$TMP/samples" --teacher.gguf "$teacher"
expect "an embedder cut short" 2 "$embedder" "truncated" "expected: $(stat -c %s "$MINILM") bytes" -- \
  "$DISTILL" score --input "$SCORED" --out "$TMP/scored" --embedder.gguf "$embedder"
expect "a teacher as embedder" 2 "$TEACHER" "does not embed" "all-MiniLM-L6-v2" -- \
  "$DISTILL" score --input "$SCORED" --out "$TMP/scored" --embedder.gguf "$TEACHER"
expect "and then the right one" 0 "scored" -- \
  "$DISTILL" score --input "$SCORED" --out "$TMP/scored" --embedder.gguf "$MINILM"
expect "an embedder as teacher" 2 "$MINILM" -- \
  "$DISTILL" synthesize --intents "$TMP/intents" --out "$TMP/samples" --teacher.gguf "$MINILM"
finish
