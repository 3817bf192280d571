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

# One HTML file. The runtime here is none: what is put where is looked at, not run.
mkdir "$TMP/runtime"
for name in wllama.js wllama.wasm LICENCE; do echo "of $name" > "$TMP/runtime/$name"; done
export_page() { "$EXPORT" page --model "$TMP/student" --runtime "$TMP/runtime" "$@"; }
expect "a page" 0 "it needs no network" -- export_page --out "$TMP/page.html"
for part in 'id="student-data"' 'id="student-worker"' 'id="llama-js"' 'id="llama-wasm"' 'id="student-model"' "default-src 'none'" "of LICENCE"; do
  holds "the page has $part" grep -q "$part" "$TMP/page.html"
done
holds "nothing is loaded from elsewhere" bash -c "! grep -qE '(src|href)=\"(http|/)' '$TMP/page.html'"
page_part() { sed -n "s/.*id=\"$1\">\(.*\)<\/script>/\1/p" "$TMP/page.html"; }
holds "the runtime is in it" test "$(page_part llama-js | base64 -d | gzip -d)" = "of wllama.js"
page_part student-model | base64 -d | gzip -d > "$TMP/inside.gguf"
holds "the student too, as it is exported" cmp "$TMP/inside.gguf" "$TMP/q8_0.gguf"
holds "nothing is left beside it" test -z "$(ls "$TMP"/*.student.gguf 2> /dev/null)"
expect "no runtime" 2 "scripts/fetch_wllama.sh" -- "$EXPORT" page --model "$TMP/student" --runtime "$TMP/nowhere" --out "$TMP/x.html"
expect "another task" 2 "unknown" -- export_page --task unknown --out "$TMP/x.html"
holds "what is refused is not written" test ! -e "$TMP/x.html"
finish
