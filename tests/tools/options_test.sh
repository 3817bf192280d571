#!/usr/bin/env bash
# A wrong option or config file is the user's mistake (2): said with its place and its cure, before anything is written.
# Not for: the values that a stage finds fault with itself (tests of the rooms).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# toml TEXT: a config file of these lines; prints its name.
toml() { printf '%s\n' "$1" > "$TMP/config.toml"; printf '%s' "$TMP/config.toml"; }
out="$TMP/out"

expect "an unknown key" 2 "config.toml:2" 'unknown key "per_subjct"' 'did you mean "per_subject"' -- \
  "$DISTILL" intents --out "$out" --config "$(toml $'seed = 1\nper_subjct = 3')"
expect "an unknown key of a table" 2 "config.toml:2" 'did you mean "embedder.slots"' -- \
  "$DISTILL" score --input "$SCORED" --out "$out" --config "$(toml $'[embedder]\nslot = 3')"
expect "an unknown key of udrl-train" 2 "config.toml:2" 'did you mean "model.layers"' -- \
  "$TRAIN" --data "$TMP" --out "$out" --config "$(toml $'[model]\nlayer = 3')"
expect "an unknown key of udrl-eval" 2 "config.toml:1" 'did you mean "intents"' -- \
  "$EVAL" --student "$TMP" --tagged "$TMP" --out "$out" --config "$(toml 'intnts = 3')"
expect "a value out of range" 2 "config.toml:2" "limit is out of range" "expected: 0 to" "got:      -1" -- \
  "$DISTILL" intents --out "$out" --config "$(toml $'# a comment\nlimit = -1')"
expect "a choice that there is not" 2 "config.toml:1" "return_kind" "advantage" "global" -- \
  "$DISTILL" tag --input "$SCORED" --out "$out" --config "$(toml 'return_kind = "best"')"
expect "a wrong type" 2 "config.toml:1" "limit has the wrong type" "a whole number" '"many"' -- \
  "$DISTILL" intents --out "$out" --config "$(toml 'limit = "many"')"
expect "a file that is not TOML" 2 "config.toml:1" "not TOML" -- \
  "$DISTILL" intents --out "$out" --config "$(toml 'limit = = 3')"
expect "a config file that there is not" 2 "nowhere.toml" "no such file" "check the spelling" -- \
  "$DISTILL" intents --out "$out" --config "$TMP/nowhere.toml"

expect "an unknown flag" 2 'unknown flag "--limt"' "did you mean --limit?" -- "$DISTILL" intents --out "$out" --limt 3
expect "a flag out of range" 2 "--limit" "out of range" -- "$DISTILL" intents --out "$out" --limit -1
expect "a flag of a wrong type" 2 "--limit" "a whole number" '"3x"' -- "$DISTILL" intents --out "$out" --limit 3x
expect "a flag without a value" 2 "--limit" "no value" -- "$DISTILL" intents --out "$out" --limit
expect "a required option is missing" 2 "--out" "--help" -- "$DISTILL" intents --limit 3
for tool in "$TRAIN" "$GENERATE" "$EVAL" "$SERVE"; do
  expect "a required option of ${tool##*/} is missing" 2 "not given" "--help" -- "$tool"
  expect "an unknown flag of ${tool##*/}" 2 "unknown flag" "--help" -- "$tool" --no-such-flag-anywhere
done
expect "an unknown command" 2 'unknown command "intent"' 'did you mean "intents"' -- "$DISTILL" intent
expect "no command" 2 "--help" -- "$DISTILL"
expect "a flag before the command" 2 "the command comes before its flags" -- "$DISTILL" --limit 3 intents

for command in intents synthesize score tag ideas view; do
  expect "help of $command" 0 "--config FILE" "--threads" -- "$DISTILL" "$command" --help
done
for tool in "$DISTILL" "$TRAIN" "$GENERATE" "$EVAL" "$SERVE"; do
  expect "help of ${tool##*/}" 0 "${tool##*/}" -- "$tool" --help
  expect "version of ${tool##*/}" 0 "udrl " -- "$tool" --version
done

holds "nothing was written" test ! -e "$out"
finish
