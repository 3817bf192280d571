#!/usr/bin/env bash
# A student as one file: a GGUF of each type, which answers; as a folder to hand on; as a page; what is refused. Not for: what
# the proof sees, or the text of the card (Catch2).
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

# A folder to hand on
export_folder() { "$EXPORT" folder --model "$TMP/student" "$@"; }
files_of() { (cd "$1" && LC_ALL=C ls -A | paste -sd ' '); }
expect "a folder" 0 "10,000 odd texts" "q8_0, " -- export_folder --out "$TMP/handed" --name "My student" --licence mit
holds "its files" test "$(files_of "$TMP/handed")" = "Modelfile README.md commands.json student.gguf"
export_gguf --out "$TMP/same.gguf" --name "My student" --licence mit > "$TMP/output" 2>&1
holds "its student is the one of a file alone" cmp "$TMP/same.gguf" "$TMP/handed/student.gguf"
holds "its commands are the checkpoint's" cmp "$TMP/student/commands.json" "$TMP/handed/commands.json"
for line in "license: mit" "library_name: gguf" "# My student" "The weights: mit."; do
  holds "the card says $line" grep -q "^$line" "$TMP/handed/README.md"
done
holds "the Modelfile says the licence" grep -qx 'LICENSE """mit"""' "$TMP/handed/Modelfile"
holds "the card tells nobody to use Python" bash -c "! grep -qiE 'transformers|python|pip ' '$TMP/handed/README.md'"
while read -r file; do
  holds "the card's $file is there" test -e "$TMP/handed/$file"
done < <(grep -oE '[A-Za-z_]+\.(gguf|json|safetensors|model|py)\b|\bModelfile\b' "$TMP/handed/README.md" | sort -u)
expect "the folder answers" 0 -- "$GENERATE" --model "$TMP/handed" --task image --intent "holiday sale" --weights file --quiet
handed="$(fingerprint "$TMP/handed")"
expect "again: done" 0 "there already, nothing to do" -- export_folder --out "$TMP/handed/" --name "My student" --licence mit
holds "again: as it was" test "$(fingerprint "$TMP/handed")" = "$handed"
expect "other options, same place" 2 "README.md is another" "student.gguf is another" -- export_folder --out "$TMP/handed"
echo mine > "$TMP/handed/notes.txt"
expect "a folder with something else" 2 "notes.txt is none of its files" "another output folder" -- \
  export_folder --out "$TMP/handed" --name "My student" --licence mit
rm "$TMP/handed/notes.txt"
cp -r "$TMP/handed" "$TMP/damaged"
echo >> "$TMP/damaged/student.gguf"
rm "$TMP/damaged/Modelfile"
expect "a damaged folder" 2 "student.gguf is another" "Modelfile is missing" -- export_folder --out "$TMP/damaged" --name "My student" --licence mit
holds "what is refused is as it was" test "$(fingerprint "$TMP/handed")" = "$handed"
expect "the checkpoint itself" 2 "is none of its files" -- export_folder --out "$TMP/student"
expect "not a checkpoint" 2 "not a checkpoint folder" -- "$EXPORT" folder --model "$TMP/tagged" --out "$TMP/none"
cp -r "$TMP/student" "$TMP/cardless"
echo "Mine." > "$TMP/cardless/README.md"
expect "a card that says nothing" 2 "$TMP/cardless/README.md" "what the student is called" -- "$EXPORT" folder --model "$TMP/cardless" --out "$TMP/none"
holds "of what is refused nothing is left" test ! -e "$TMP/none" -a ! -e "$TMP/.none.udrl-export"
mkdir "$TMP/.left.udrl-export" "$TMP/left"
echo half > "$TMP/.left.udrl-export/half"
expect "after a run that was killed, into an empty folder" 0 -- export_folder --out "$TMP/left"
holds "nothing of it is left" test "$(files_of "$TMP/left")" = "Modelfile README.md commands.json student.gguf" -a ! -e "$TMP/.left.udrl-export"
mkdir "$TMP/others"
echo mine > "$TMP/others/notes.txt"
ln -s others "$TMP/.linked.udrl-export"
expect "a link where the folder is made" 2 "$TMP/.linked.udrl-export" "remove the link" -- export_folder --out "$TMP/linked"
holds "what it leads to is as it was" test "$(cat "$TMP/others/notes.txt")" = mine
holds "the card's own name and licence" grep -q '^# udrl-student' "$TMP/left/README.md"

# Its certificate is of one student.gguf
student_sha() { sha256sum "$1/student.gguf" | cut -c1-64; }
certificate_of() {
  printf '{"version": 1, "student": "%s", "split": "valid", "intents": 1, "subjects": 1, "temperature": 0.7, "curves": [], "side_effects": [], "styles": [], "supported": []}\n' \
    "$(student_sha "$1")"
}
cp -r "$TMP/student" "$TMP/certified"
certificate_of "$TMP/student" > "$TMP/certified/steering.json"
export_certified() { "$EXPORT" folder --model "$TMP/certified" "$@"; }
expect "a certificate of another file stays" 0 "without steering.json" "udrl-eval --certify" -- export_certified --out "$TMP/q8_0"
holds "it is not there" test ! -e "$TMP/q8_0/steering.json"
expect "one of the same file goes along" 0 -- export_certified --out "$TMP/f16" --type f16
holds "it is there" cmp "$TMP/certified/steering.json" "$TMP/f16/steering.json"
certificate_of "$TMP/q8_0" > "$TMP/q8_0/steering.json"
expect "one that was measured since is no other content" 0 "nothing to do" -- export_certified --out "$TMP/q8_0"
cp "$TMP/certified/steering.json" "$TMP/q8_0/"
expect "one of another student is" 2 "steering.json" -- export_certified --out "$TMP/q8_0"

# And so is its critic
critic_of() {
  printf '{"version": 1, "student": "%s", "log_prob": 0.5, "state": [1.0, -1.0], "fit": {"requests": 1, "answers": 4, "correlation": 0.5, "gain": 0.5}}\n' \
    "$(student_sha "$1")"
}
cp -r "$TMP/student" "$TMP/criticised"
critic_of "$TMP/student" > "$TMP/criticised/critic.json"
export_criticised() { "$EXPORT" folder --model "$TMP/criticised" "$@"; }
expect "a critic of another file stays" 0 "without critic.json" "udrl-distill critic" -- export_criticised --out "$TMP/critic-q8_0"
expect "one of the same file goes along" 0 -- export_criticised --out "$TMP/critic-f16" --type f16
holds "it is there" cmp "$TMP/criticised/critic.json" "$TMP/critic-f16/critic.json"

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
expect "a page of a folder that was handed on" 0 "it needs no network" -- \
  "$EXPORT" page --model "$SOURCE/data/students/five-tasks" --runtime "$TMP/runtime" --out "$TMP/handed-on.html"
sed -n 's/.*id="student-model">\(.*\)<\/script>/\1/p' "$TMP/handed-on.html" | base64 -d | gzip -d > "$TMP/inside.gguf"
holds "holds its very student" cmp "$TMP/inside.gguf" "$SOURCE/data/students/five-tasks/student.gguf"
expect "a folder of another type" 2 "q8_0" "--type q8_0" -- \
  "$EXPORT" page --model "$TMP/f16" --runtime "$TMP/runtime" --out "$TMP/x.html"
expect "no runtime" 2 "scripts/fetch_wllama.sh" -- "$EXPORT" page --model "$TMP/student" --runtime "$TMP/nowhere" --out "$TMP/x.html"
expect "another task" 2 "unknown" -- export_page --task unknown --out "$TMP/x.html"
holds "what is refused is not written" test ! -e "$TMP/x.html"
finish
