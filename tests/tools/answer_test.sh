#!/usr/bin/env bash
# A student that answers many intents: under the commands asked, each answer once, stopped or killed or not.
# Not for: what the answers are worth (this student has learned nothing).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

holds "tag" tag "$TMP/tagged"
holds "train" train "$TMP/student" "$TMP/tagged"
# answer OUT [OPTION...]
answer() {
  local out="$1"
  shift
  "$DISTILL" answer --student "$TMP/student" --intents "$TMP/tagged/valid" --out "$out" --returns top,any --draws 3 \
    --slots 8 "$@"
}
ids() { cat "$1"/part-*.jsonl | grep -o '"id":"[0-9a-f]*"' | sort; }

holds "answers" answer "$TMP/whole"
intents="$(cat "$TMP"/tagged/valid/part-*.jsonl | grep -o '"intent_id":"[0-9a-f]*"' | sort -u | wc -l)"
tasks="$(grep -c '"name"' "$TMP/tagged/commands.json")"
holds "every intent, task, return and draw" test "$(lines_of "$TMP/whole")" -eq $((intents * tasks * 2 * 3))
holds "the command is kept: of half, which may be any, no return" \
  test "$(cat "$TMP/whole"/part-*.jsonl | grep -c '"asked":{"return":[0-9]')" -eq $((intents * tasks * 3))
expect "again: nothing is asked" 0 -- answer "$TMP/whole"
holds "again: nothing is added" test "$(lines_of "$TMP/whole")" -eq $((intents * tasks * 2 * 3))

for fault in kill:6 int:8 full:5; do
  disturb "$fault" answer
  expect "$fault: goes on" 0 -- answer "$out"
  holds "$fault: the same answers, each once" diff <(ids "$TMP/whole") <(ids "$out")
done

expect "another seed" 2 "seed: was 1, now 2" "choose another output folder" -- answer "$TMP/whole" --seed 2
# Spelling was as hot as all else once, by default and where a folder names no temperature for it.
holds "another spelling temperature" answer "$TMP/spelt" --limit 1 --spelling-temperature 0
expect "is not gone on with by default" 2 "spelling_temperature: was 0" "now 0.3" "choose another output folder" -- \
  answer "$TMP/spelt" --limit 1
sed -i '/"spelling_temperature"/d' "$TMP/spelt/manifest.json"
expect "nor is a folder that names none" 2 "spelling_temperature: was not set, now 0.3" -- answer "$TMP/spelt" --limit 1

# Two returns and a countdown, from scores to answers.
holds "tag two returns" tag "$TMP/tagged2" --auxiliary -copying
holds "train with a countdown" train "$TMP/student2" "$TMP/tagged2" --sequence.countdown
expect "both are asked" 0 -- "$DISTILL" answer --student "$TMP/student2" --intents "$TMP/tagged2/valid" \
  --out "$TMP/two" --returns top+copying=top --limit 3
holds "both are noted" grep -q '"asked":{"copying":[0-2],"return":[0-2]' "$TMP"/two/part-00000.jsonl
expect "generate asks both" 0 -- "$GENERATE" --model "$TMP/student2" --task image --intent "holiday sale" \
  --return any+copying=top
best_of() { "$GENERATE" --model "$TMP/student2" --task image --intent x --best-of 4 "$@"; }
expect "the best of n without a ranker" 2 "name one: --embedder.gguf" -- best_of
expect "more shown than written" 2 "at most 4" -- best_of -n 5 --embedder.gguf "$MINILM"
expect "the best of equal ones" 2 "at temperature 0 all answers are the same" -- best_of --temperature 0 --embedder.gguf "$MINILM"
expect "an unknown one" 2 "copying" -- "$GENERATE" --model "$TMP/student2" --task image --intent x --return top+copyin=top

expect "a return twice" 2 "named twice" -- answer "$TMP/other" --returns top,top
expect "a return that there is not" 2 "return" -- answer "$TMP/other" --returns best
expect "no student" 2 "student.gguf" "udrl-train" -- \
  "$DISTILL" answer --student "$TMP/tagged" --intents "$TMP/tagged/valid" --out "$TMP/other"
holds "answers are samples" "$DISTILL" score --input "$TMP/whole" --out "$TMP/scored" --scorers copying,repetition
finish
