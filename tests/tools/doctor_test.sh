#!/usr/bin/env bash
# The doctor as a user meets it: the verdict first, status 0 whatever it is; bad lines, missing scores and a folder of
# other settings are refused. Not for: the figures (tests/distill).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

doctor() { "$DISTILL" doctor --input "$SCORED" --out "$1" --resamples 100 --quiet "${@:2}"; }

expect "without a model it says what is unknown" 0 "sees damage to an answer" "no model was named" \
  "--embedder.gguf FILE" "$TMP/out/doctor.html" -- doctor "$TMP/out"
holds "the verdict comes first" test "${output%% *}" = UNKNOWN
for file in doctor.html doctor.json manifest.json; do holds "$file is there" test -s "$TMP/out/$file"; done
holds "the page stands alone" bash -c "! grep -qE '<script|://' '$TMP/out/doctor.html'"
before="$(fingerprint "$TMP/out")"
expect "finished already" 0 "no model was named" -- doctor "$TMP/out"
holds "nothing was written again" test "$(fingerprint "$TMP/out")" = "$before"

expect "other settings" 2 "bins: was 5, now 3" "choose another output folder" -- doctor "$TMP/out" --bins 3
expect "a value that is not there" 2 "not every record has the value 'fluency'" "score all input folders" -- \
  doctor "$TMP/other" --scorers fluency
expect "only what is asked" 0 "relevance_masked" -- doctor "$TMP/masked" --scorers relevance_masked
holds "no other scorer" test "${output/  relevance  /}" = "$output"

mkdir "$TMP/broken"
{ sed -n 1,3p "$SCORED/part-00000.jsonl"; echo '{"intent":,}'; sed -n 5,40p "$SCORED/part-00000.jsonl"; } > "$TMP/broken/part-00000.jsonl"
expect "a bad line" 2 "part-00000.jsonl:4" "--skip-bad" -- "$DISTILL" doctor --input "$TMP/broken" --out "$TMP/bad"
expect "a bad line set aside" 0 -- "$DISTILL" doctor --input "$TMP/broken" --out "$TMP/bad" --resamples 100 --skip-bad
holds "and kept" grep -q '"line":4' "$TMP/bad/rejects.jsonl"
holds "and counted" grep -q '"bad_lines": 1' "$TMP/bad/manifest.json"
finish
