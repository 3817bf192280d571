#!/usr/bin/env bash
# What people see of udrl in a browser: pages of hostile data stay harmless, and those that answer serve everybody.
# Headless Chromium is asked over a pipe (tests/browser). Not for: markup (tests/page), or the server's replies
# (tests/serve).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
export OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1
python3 -c 'import sys; sys.path.insert(0, "tests/browser"); import chromium; sys.exit(not chromium.program())' \
  || skip "no chromium that works here; on Debian scripts/setup.sh --with-tests installs it"

background=()
trap 'kill "${background[@]}" 2> /dev/null; clean_up' EXIT
# started FILE COMMAND...: in the background; waits until it has said where it listens.
started() {
  "${@:2}" > "$1" 2> "$1.notes" &
  background+=($!)
  comes_up $! test -s "$1" && return
  cp "$1.notes" "$TMP/output"
  fail "${*:2:2}" "did not start"
}
data() { python3 tests/browser/hostile_data.py "$@"; }
tag_few() {
  "$DISTILL" tag --input "$1" --out "$2" --bins 2 --valid-fraction 0.1 --new-intents 0 --unseen-groups 0 --unseen-formats 0 \
    --no-drop-near-samples --no-drop-near-held-out --support.at-least 1 --support.reach 8 --support.top-at-least 1 "${@:3}"
}

# ---- Pages of hostile data, in a folder of a hostile name: they show command lines ----
work="$TMP/<img src=x onerror=top.__executed=1>"
hostile=$'</script>\xe2\x80\xae<script>top.__executed=2</script>'  # U+202E in it
holds "hostile records" data records "$work/in"
holds "tag" tag_few "$work/in/all" "$work/tagged-0" --test-fraction 0.6
for n in 1 2 3; do holds "tag names $n" tag_few "$work/in/names-$n" "$work/tagged-$n" --test-fraction 0; done
train_hostile() { train "$work/student" "$work/tagged-0" --threads 1; }
holds "train" train_hostile
# A folder of a stranger's: not complete, so that its report is written again, and with samples of theirs.
holds "hostile samples" data samples "$work/student/samples.jsonl"
sed -i 's/"complete": true/"complete": false/' "$work/student/manifest.json"
holds "train goes on" train_hostile

started "$TMP/endpoint" python3 tests/browser/hostile_data.py endpoint
url="$(< "$TMP/endpoint")"
holds "doctor" "$DISTILL" doctor --input "$work/in/all,$work/in/names-1,$work/in/names-2,$work/in/names-3" --out "$work/doctor" \
  --resamples 100 --pairs 4 --threads 1 --embedder.url "$url" --embedder.http-model x --embedder.name "$hostile"
holds "hostile systems" data evaluation "$work/systems" "$url"
evaluate() {
  "$EVAL" "${@:3}" --threads 1 --tagged "$work/tagged-0" --student "$work/student" --config "$work/systems/$1" --out "$work/$2"
}
holds "certify" evaluate certify.toml certificate --certify
holds "evaluate" evaluate eval.toml eval
holds "pairs" "$EVAL" --out "$work/eval" --export-pairs 250
holds "hostile ratings" data ratings "$work/eval/pairs/pairs.csv" "$TMP/ratings.csv"
holds "what people say" "$EVAL" --out "$work/eval" --human "$TMP/ratings.csv"
mkdir "$TMP/runtime"
for name in wllama.js wllama.wasm LICENCE; do echo "of $name" > "$TMP/runtime/$name"; done
holds "a page" "$EXPORT" page --model "$work/student" --runtime "$TMP/runtime" --name "$hostile" --out "$work/student.html"
started "$TMP/hostile" "$SERVE" --model "$work/student" --name "$hostile" --port 0 --threads 1
holds "nothing runs in hostile pages" python3 tests/browser/hostile_test.py "$work" "$(< "$TMP/hostile")" "$hostile"
printf '%s\n' "${output##*$'\n'}"

# ---- A page in one file that proposes words: what it says is not tried here, for that runtime is none ----
handed_on="$SOURCE/data/students/five-tasks"
holds "a page of the student of udrl" "$EXPORT" page --model "$handed_on" --runtime "$TMP/runtime" --out "$TMP/proposes.html"
printf '%s\n' "holiday sale" "Dog grooming flyers" "watercolor lighthouse" "TENNIS club" "sourdough bread workshop" "New Year’s Eve" \
  "the cats of a photographer" "zzyzx" "over the counter" > "$TMP/intents.txt"
answers() {
  "$GENERATE" --model "$handed_on" --task image,headline,fields --input "$TMP/intents.txt" --words 16 --nearest --temperature 0 \
    --json --quiet > "$TMP/answers.jsonl"
}
holds "its answers" answers
holds "a page proposes what udrl does" python3 tests/browser/ideas_test.py "$TMP/proposes.html" "$TMP/answers.jsonl"

# ---- Pages that answer, with a student that says markup ----
holds "records with markup" data sayings "$TMP/sayings"
holds "tag them" tag_few "$TMP/sayings" "$TMP/tagged" --test-fraction 0.1
STEPS=240 VALID=1000 SAVE=1000 holds "learn them" train "$TMP/student" "$TMP/tagged" --threads 1 --sample-every 0 --sequence.entity-swap 0 \
  --sequence.segments 0
started "$TMP/served" "$SERVE" --model "$TMP/student" --port 0 --threads 1
pages=("$(< "$TMP/served")")
if [[ -f .deps/wllama-2.3.7/wllama.wasm ]]; then
  holds "a page that chooses" "$EXPORT" page --model "$handed_on" --out "$TMP/chooses.html"
  drafts() {
    "$GENERATE" --model "$handed_on" --task image,headline,fields --input "$TMP/intents.txt" --words 16 --nearest --return top \
      --temperature 0.000001 --best-of 2 --rank-by critic --json --quiet > "$TMP/drafts.jsonl"
  }
  holds "its drafts" drafts
  holds "a page chooses as udrl does" python3 tests/browser/drafts_test.py "$TMP/chooses.html" "$TMP/drafts.jsonl"
  pages+=("$TMP/student.html")
  holds "one file" "$EXPORT" page --model "$TMP/student" --out "$TMP/student.html"
else
  echo "no llama.cpp in WebAssembly: the page in one file is not tried; scripts/fetch_wllama.sh fetches it"
fi
holds "pages answer, whoever asks" python3 tests/browser/pages_test.py "${pages[@]}"
printf '%s\n' "${output##*$'\n'}"
finish
