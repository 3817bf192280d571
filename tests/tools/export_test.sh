#!/usr/bin/env bash
# A student as one file: a GGUF of each type, which answers; what is refused. Not for: what the proof sees (Catch2).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

holds "tag" tag "$TMP/tagged"
holds "train" train "$TMP/student" "$TMP/tagged"
export_gguf() { "$EXPORT" gguf --model "$TMP/student" "$@"; }

expect "q8_0 is the default" 0 "10,000 odd texts" "q8_0" "SHA-256 $(export_gguf --out "$TMP/again.gguf" 2>&1 | sed -n 's/.*SHA-256 //p')" -- \
  export_gguf --out "$TMP/q8_0.gguf"
holds "the same student gives the same bytes" cmp "$TMP/again.gguf" "$TMP/q8_0.gguf"
for type in f32 f16 q4_0; do expect "$type" 0 "$type, " "nats" -- export_gguf --out "$TMP/$type.gguf" --type $type; done
holds "fewer bits, fewer bytes" test "$(stat -c %s "$TMP/q4_0.gguf")" -lt "$(stat -c %s "$TMP/f16.gguf")"
export_gguf --out "$TMP/named.gguf" --name "My student" --author "Ann" --licence mit --base-model "some/gpt2" > "$TMP/output" 2>&1
for text in "My student" Ann mit some/gpt2; do holds "the file says $text" grep -qa "$text" "$TMP/named.gguf"; done

expect "another type" 2 "--type" "q4_0" -- export_gguf --out "$TMP/x.gguf" --type q2_k
expect "no place to write to" 2 "--out" -- export_gguf
expect "a folder that there is not" 2 "$TMP/nowhere" -- export_gguf --out "$TMP/nowhere/x.gguf"
expect "no checkpoint" 2 "not a checkpoint folder" -- "$EXPORT" gguf --model "$TMP/tagged" --out "$TMP/x.gguf"
holds "what is refused is not written" test ! -e "$TMP/x.gguf"

# The exported file in the place of the student's own
cp -r "$TMP/student" "$TMP/other"
cp "$TMP/q4_0.gguf" "$TMP/other/student.gguf"
expect "it answers" 0 -- "$GENERATE" --model "$TMP/other" --task image --intent "holiday sale" --weights file --quiet
finish
