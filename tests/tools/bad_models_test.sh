#!/usr/bin/env bash
# A model file that is missing, no GGUF file or cut short is refused (2) before anything is asked, with what to do.
# Not for: real models cut short (models_test.sh), a student's (train_test.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

missing="$TMP/nowhere.gguf" text="$SOURCE/README.md" cut="$TMP/cut.gguf" empty="$TMP/empty.gguf"
printf 'GGUF\x03\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x00\x00\x00\x00\x00\xff\x00\x00' > "$cut"
: > "$empty"
"$DISTILL" intents --out "$TMP/intents" --limit 3 > /dev/null 2>&1

synthesize() { "$DISTILL" synthesize --intents "$TMP/intents" --out "$TMP/samples" --teacher.gguf "$1"; }
embed() { "$DISTILL" score --input "$SCORED" --out "$TMP/scored" --embedder.gguf "$1"; }
generate() {
  mkdir -p "$TMP/student"
  rm -f "$TMP/student/student.gguf"
  [[ ! -e "$1" ]] || cp "$1" "$TMP/student/student.gguf"
  "$GENERATE" --model "$TMP/student" --task image --intent "holiday sale"
}

for stage in synthesize embed; do
  expect "$stage: no such file" 2 "$missing" "does not exist" "scripts/fetch_models.sh" -- "$stage" "$missing"
  expect "$stage: not a GGUF file" 2 "$text" "not a GGUF file" "scripts/fetch_models.sh" -- "$stage" "$text"
  expect "$stage: an empty file" 2 "$empty" "not a GGUF file" -- "$stage" "$empty"
  expect "$stage: a header cut short" 2 "$cut" "cut off or damaged" "scripts/fetch_models.sh" -- "$stage" "$cut"
  expect "$stage: a folder" 2 "$TMP" "not a file" -- "$stage" "$TMP"
done
expect "neither file nor endpoint" 2 "exactly one of gguf and url" -- "$DISTILL" synthesize --intents "$TMP/intents" --out "$TMP/samples"
holds "nothing was written" test ! -e "$TMP/samples" -a ! -e "$TMP/scored"

expect "generate: no checkpoint folder" 2 "$TMP/nowhere" "udrl-train" -- \
  "$GENERATE" --model "$TMP/nowhere" --task image --intent "holiday sale"
expect "generate: no student.gguf" 2 "student.gguf" "start it again to finish it" -- generate "$missing"

# A checkpoint whose student.gguf is another model, or cut short.
mkdir -p "$TMP/student"
"$DISTILL" tag --input "$SCORED" --out "$TMP/tagged" > /dev/null 2>&1
cp "$TMP/tagged/commands.json" "$TMP/student/"
if [[ -e "$TEACHER" ]]; then
  expect "generate: another model as the student" 2 "not a student model" "lacks the command tokens" "udrl-train" -- generate "$TEACHER"
fi
expect "generate: a student cut short" 2 "cut off or damaged" "run udrl-train's command again" -- generate "$cut"
finish
