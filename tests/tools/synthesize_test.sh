#!/usr/bin/env bash
# Synthesis that is stopped, killed or runs out of disk goes on: nothing that was answered is lost or asked again, and at
# the end each answer is there exactly once. Its teacher is tiny and random. Not for: the answers' quality (smoke.sh asks a
# real teacher).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tiny_teachers "$TMP/models"
readonly TINY="$TMP/models/llama-3.gguf"
"$DISTILL" intents --out "$TMP/intents" --limit 9 > /dev/null 2>&1
synthesize() {
  ${EXEC:-} "$DISTILL" synthesize --intents "$TMP/intents" --tasks headline,search --out "$1" --draws 2 \
    --temperatures 0.7,1.0 --teacher.gguf "$TINY" --teacher.slots 16 "${@:2}"
}
readonly ANSWERS=36  # 9 intents, 2 tasks, 2 draws; 32 reach the disk before the end
ids_of() { grep -oh '"id":"[0-9a-f]*"' "$1"/part-*.jsonl | sort; }
whole_lines() { head -n "$(lines_of "$1")" "$1/part-00000.jsonl" 2> /dev/null; }

holds "undisturbed" synthesize "$TMP/whole"
holds "undisturbed: all answers" test "$(lines_of "$TMP/whole")" -eq "$ANSWERS"
ids_of "$TMP/whole" > "$TMP/ids"
holds "undisturbed: each once" test "$(sort -u "$TMP/ids" | wc -l)" -eq "$ANSWERS"

# completes NAME OUT: goes on after what is there, and ends with each answer once.
completes() {
  whole_lines "$2" > "$TMP/kept"
  expect "$1: goes on" 0 -- synthesize "$2" || return
  holds "$1: each answer once" diff <(ids_of "$2") "$TMP/ids"
  holds "$1: what was there is there" cmp "$TMP/kept" <(head -n "$(wc -l < "$TMP/kept")" "$2/part-00000.jsonl")
}

# Changes 1 to 3 are the manifest's, then each answer is one; after 32 of them they are synced.
for n in {1..45}; do
  disturb "kill:$n" synthesize
  [[ "$got" -ne 0 ]] || break
  expect_last "killed at change $n" 137 && completes "killed at change $n" "$out"
done
[[ "$n" -gt "$ANSWERS" ]] || fail "kill" "only $((n - 1)) changes were met: are faults injected?"
disturb full:38 synthesize
expect_last "a full disk" 1 "the disk is full" "part-00000.jsonl" "run the same command again" &&
  completes "a full disk" "$out"
holds "a full disk: what came before was kept" test "$(wc -l < "$TMP/kept")" -ge 32

disturb int:20 synthesize
expect_last "Ctrl-C" 3 "synthesis stopped after" "run the same command again" && completes "Ctrl-C" "$out"
holds "Ctrl-C: the answers until then were kept" test -s "$TMP/kept"

cat "$TMP"/intents/part-*.jsonl "$TMP"/intents/part-*.jsonl > "$TMP/twice.jsonl"
expect "each intent twice: asked once, and said" 0 "9 of 18 left out" -- "$DISTILL" synthesize \
  --intents "$TMP/twice.jsonl" --tasks headline,search --out "$TMP/once" --draws 2 --temperatures 0.7,1.0 \
  --teacher.gguf "$TINY" --teacher.slots 16
holds "each intent twice: each answer once" diff <(ids_of "$TMP/once") "$TMP/ids"

expect "other settings" 2 "top_p: was 0.95, now 0.5" "choose another output folder" -- synthesize "$TMP/whole" --top-p 0.5
holds "which touches nothing" diff <(ids_of "$TMP/whole") "$TMP/ids"
finish
