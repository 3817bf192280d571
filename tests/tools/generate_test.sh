#!/usr/bin/env bash
# Asking a student: one intent or many, from files and pipes, in their order and as they come; a reader that leaves; what
# the data does not support. Not for: the best of n (answer_test.sh), or what the answers are worth.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

holds "tag" tag "$TMP/tagged"
holds "train" train "$TMP/student" "$TMP/tagged"
ask() { ${EXEC:-} "$GENERATE" --model "$TMP/student" --task image "$@"; }
# What it printed, apart from its notes.
answers() { ask "$@" 2> "$TMP/notes" < "${STDIN:-/dev/null}"; }

# The beginnings of answers: their ends may differ by what is computed beside them, as a model's arithmetic does.
begins() { cut -b 1-24 "$1"; }

# ---- Many intents
printf 'holiday sale\n\nred shoes\nholiday sale\n' > "$TMP/mine.txt"
answers --input "$TMP/mine.txt" -n 3 > "$TMP/many"
for intent in "holiday sale" "red shoes" "holiday sale"; do answers --intent "$intent" -n 3; done > "$TMP/one-by-one"
holds "a line is answered as it is alone, in its place" cmp <(begins "$TMP/many") <(begins "$TMP/one-by-one")
STDIN="$TMP/mine.txt" answers --input - -n 3 > "$TMP/piped"
holds "so is standard input" cmp "$TMP/many" "$TMP/piped"
answers --input <(cat "$TMP/mine.txt") -n 3 > "$TMP/piped"
holds "and a pipe" cmp "$TMP/many" "$TMP/piped"
for i in {1..600}; do echo "intent $i"; done > "$TMP/long.txt"
answers --input "$TMP/long.txt" --json > "$TMP/long.jsonl"
holds "600 lines keep their order" cmp "$TMP/long.txt" <(sed 's/{"intent":"\([^"]*\)".*/\1/' "$TMP/long.jsonl")
holds "an empty file has no answers" test -z "$(STDIN=/dev/null answers --input -)"

cat > "$TMP/mine.jsonl" << 'EOF'
{"intent": "holiday sale", "words": 15, "return": 1}
{"intent": "red shoes", "words": "any", "return": "any", "have": "A cosy", "subject": "shoes"}
EOF
expect "a line may have its own command" 0 \
  '{"intent":"holiday sale","task":"image","return":1,"words_asked":15,"words":' '"finish":"' '"ms":' \
  '{"intent":"red shoes","task":"image","have":"A cosy","return":null,"words_asked":null,' -- \
  ask --input "$TMP/mine.jsonl" --json
holds "two objects" test "$(answers --input "$TMP/mine.jsonl" --json | wc -l)" -eq 2
expect "a task in each line is enough" 0 '"task":"image"' -- bash -c \
  "echo '{\"intent\": \"x\", \"task\": \"image\"}' | '$GENERATE' --model '$TMP/student' --input - --json"
expect "no task at all" 2 "standard input:1" "--task" -- bash -c "echo x | '$GENERATE' --model '$TMP/student' --input -"

several() { "$GENERATE" --model "$TMP/student" --task image,image "$@" 2> "$TMP/notes"; }
holds "several tasks are answered one after another, each named" \
  test "$(several --intent "holiday sale" --temperature 0 | grep -c '^image'$'\t')" -eq 2
holds "for each line too" test "$(several --input "$TMP/mine.txt" | wc -l)" -eq 6
expect "an answer ends before a text" 0 -- ask --intent "holiday sale" --stop " ,a,e"
printf '{"intent": "a"}\n{"intent": "b"}\n{"intent": 5}\n{"intent": "c"}\n' > "$TMP/bad.jsonl"
expect "a bad line" 2 "$TMP/bad.jsonl:3" '"intent"' -- ask --input "$TMP/bad.jsonl"
holds "those before it are answered" test "$(answers --input "$TMP/bad.jsonl" | wc -l)" -eq 2
{ printf 'a\nb\n'; for i in {1..200}; do printf 'much %s too long ' "$i"; done; printf '\nc\n'; } > "$TMP/too-long.txt"
expect "an intent that leaves no room" 2 "$TMP/too-long.txt:3" "tokens" -- ask --input "$TMP/too-long.txt"
holds "those before that one too" test "$(answers --input "$TMP/too-long.txt" | wc -l)" -eq 2
expect "neither intent nor file" 2 "--intent" "--input" -- ask
expect "both" 2 "exactly one" -- ask --intent x --input "$TMP/mine.txt"
expect "a folder" 2 "$TMP" "a file is expected" -- ask --input "$TMP"
expect "a file that there is not" 2 "$TMP/nowhere" -- ask --input "$TMP/nowhere"

# ---- As they come
coproc talk { exec "$GENERATE" --model "$TMP/student" --task image --input - 2> /dev/null; }
talk_in=${talk[1]} talk_out=${talk[0]} talk_id=$talk_PID
for intent in "holiday sale" "red shoes"; do
  echo "$intent" >&"$talk_in"
  holds "an answer comes before the next line is written" read -r -t 120 -u "$talk_out" _
done
exec {talk_in}>&-
wait "$talk_id"
status=$?
holds "and the end of the input is the end" test "$status" -eq 0
answers --intent "holiday sale" -n 200 > "$TMP/all"
holds "200 answers" test "$(wc -l < "$TMP/all")" -eq 200
holds "the first ones are those of fewer" cmp <(head -4 "$TMP/all" | begins -) <(answers --intent "holiday sale" -n 4 | begins -)
ask --intent "holiday sale" -n 200 2> "$TMP/output" | head -1 > "$TMP/first"
status=${PIPESTATUS[0]}
holds "a reader that leaves is no failure" test "$status" -eq 0
holds "nor worth a word" test ! -s "$TMP/output"
holds "it has what it wanted" cmp "$TMP/first" <(head -1 "$TMP/all")
yes "holiday sale" | ask --input - 2> "$TMP/output" | head -3 > "$TMP/first"
status=${PIPESTATUS[1]}
holds "of input without end" test "$status" -eq 0 -a "$(wc -l < "$TMP/first")" -eq 3
endless() { exec "$GENERATE" --model "$TMP/student" --task image --input <(yes "holiday sale" 2> /dev/null); }
has_printed() { [[ -s "$TMP/output" ]]; }
interrupt has_printed endless
expect_last "Ctrl-C" 3 "stopped after" "go on with the lines from"

# ---- One at a time: the same whatever is beside it, and kept in a folder
seq 1 150 | sed 's/^/red shoes /' > "$TMP/kept.txt"
answers --input "$TMP/kept.txt" -n 2 --exact > "$TMP/exact"
for i in 3 77; do answers --intent "red shoes $i" -n 2 --exact; done > "$TMP/alone"
holds "with --exact a line is answered as alone, to its end" cmp <(sed -n '5,6p;153,154p' "$TMP/exact") "$TMP/alone"
keep() { ask --input "$TMP/kept.txt" -n 2 --exact --out "$TMP/kept" "$@"; }
texts() { sed 's/,"ms":[^}]*//' "$1"/part-*.jsonl; }
has_kept() { [[ $(cat "$TMP"/kept/part-*.jsonl 2> /dev/null | wc -l) -gt 20 ]]; }
interrupt has_kept keep
expect_last "Ctrl-C" 3 "answers are in $TMP/kept" "run the same command again"
holds "some are kept" test "$(texts "$TMP/kept" | wc -l)" -lt 300
printf '{"torn' >> "$TMP/kept/part-00000.jsonl"
expect "it goes on" 0 -- keep
holds "each answer once, in order" test "$(texts "$TMP/kept" | wc -l)" -eq 300
ask --input "$TMP/kept.txt" -n 2 --exact --out "$TMP/undisturbed" 2> /dev/null
holds "as if it had not been stopped" cmp <(texts "$TMP/kept") <(texts "$TMP/undisturbed")
head -n 21 "$TMP/undisturbed/part-00000.jsonl" > "$TMP/half" && cp "$TMP/half" "$TMP/undisturbed/part-00000.jsonl"
expect "an intent that is answered in part" 0 -- ask --input "$TMP/kept.txt" -n 2 --exact --out "$TMP/undisturbed"
holds "gets what is missing" cmp <(texts "$TMP/kept") <(texts "$TMP/undisturbed")
echo "one more" >> "$TMP/kept.txt"
keep 2> "$TMP/output" < /dev/null
holds "new lines are answered" test "$(texts "$TMP/kept" | wc -l)" -eq 302
cat "$TMP/kept.txt" | ask --input - -n 2 --exact --out "$TMP/kept" 2> "$TMP/output"
holds "a pipe is read past" test "$?" -eq 0 -a "$(texts "$TMP/kept" | wc -l)" -eq 302
sed -i '5s/.*/blue shoes/' "$TMP/kept.txt"
expect "other lines" 2 "$TMP/kept.txt:5" "blue shoes" "red shoes 5" -- keep
sed '3s/.*/{"intent": "red shoes 3", "words": 33}/' "$TMP/kept.txt" | sed '3!s/.*/{"intent": "&"}/; 5s/blue shoes/red shoes 5/' > "$TMP/longer.jsonl"
expect "the same intent, asked otherwise" 2 "$TMP/longer.jsonl:3" "other words" -- ask --input "$TMP/longer.jsonl" -n 2 --exact --out "$TMP/kept"
head -n 9 "$TMP/kept.txt" | sed '5s/.*/red shoes 5/' > "$TMP/few.txt"
expect "fewer lines" 2 "the end of the asks" -- ask --input "$TMP/few.txt" -n 2 --exact --out "$TMP/kept"
expect "other settings" 2 "seed" -- keep --seed 2
sed -i '5s/"intent":"[^"]*"/"intent":7/' "$TMP/kept/part-00000.jsonl"
expect "an answer that was damaged" 2 "part-00000.jsonl:5" 'field "intent"' "number 7" "choose another folder" -- keep

# ---- What the data supports: a top return at 29 words, the lowest alone at 33, nothing at 31
sed -i 's/"reach": *8/"reach": 1/' "$TMP/student/commands.json"
expect "top is lower there" 0 "words 33" "top return that the training data supports is 0, of 0 to 2" \
  "elsewhere it is 2 (nearest: 29 words)" '"return":0,"words_asked":33' -- ask --intent x --words 33 --json
expect "no length like that" 2 "task image, words 31, return 2" \
  "the nearest supported command is task image, words 29, return 2" "--nearest" -- ask --intent x --words 31
expect "the nearest instead" 0 "words 31" "words 29, return 2" '"return":2,"words_asked":29' -- \
  ask --intent x --words 31 --nearest --json
holds "top where it is top: nothing is said" bash -c "! grep -q supports '$TMP/notes'"
answers --intent x --words 18 > /dev/null
holds "top where it is top" bash -c "! grep -q supports '$TMP/notes'"
printf '{"intent": "a"}\n{"intent": "b", "words": 31}\n' > "$TMP/unsupported.jsonl"
expect "of a line, with its place" 2 "$TMP/unsupported.jsonl:2" "words 29" -- ask --input "$TMP/unsupported.jsonl"
run ask --input "$TMP/mine.txt" --words 33
holds "of many lines it is said once" test "$(grep -c "nearest: 29" "$TMP/output")" -eq 1
answers --intent x --words 33 --quiet > /dev/null
holds "and with --quiet nothing but answers" test ! -s "$TMP/notes"

# ---- Limits
expect "so many tokens at most" 0 '"finish":"length"' -- ask --intent x --max-tokens 2 --json
holds "of one token the likeliest is drawn" cmp <(answers --intent x --top-k 1) <(answers --intent x --temperature 0)
# The student that comes with udrl
for task in fields headline image search template; do
  expect "the student that comes with udrl keeps to its subject: $task" 0 "oliday" -- \
    "$GENERATE" --model "$SOURCE/data/students/five-tasks" --task "$task" --intent "holiday sale" --temperature 0 --quiet
done
expect "its certificate is its own" 0 -- \
  "$GENERATE" --model "$SOURCE/data/students/five-tasks" --task image --intent "holiday sale" --want-words 12 --quiet
expect "so is its critic, which chooses without an embedder" 0 -- \
  "$GENERATE" --model "$SOURCE/data/students/five-tasks" --task image --intent "holiday sale" --best-of 4 --rank-by critic --quiet
holds "one answer" test "$(wc -l < "$TMP/output")" -eq 1
holds "and nothing is written beside it" test -z "$(cd "$SOURCE" && ls data/students/five-tasks/student.*.gguf* 2> /dev/null)"
finish
