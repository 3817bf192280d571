#!/usr/bin/env bash
# A build of llama.cpp for another processor: a tool says so before it loads a model, with the cure, instead of dying.
# Not for: the products that are tried (tests/lm/llama/product_check_test.cpp), set-up's own (tests/scripts/self_test_test.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ -x "$BIN/udrl-selftest" ]] || exit 77  # a ggml that loads its back-ends
expect "all is right here" 0 "all right" -- "$BIN/udrl-selftest"
expect "help" 0 "Usage: udrl-selftest" "--quiet" -- "$BIN/udrl-selftest" --help
holds "help tries nothing" bash -c "! '$BIN/udrl-selftest' -h | grep -q 'products, '"
expect "an unknown argument" 2 'unknown argument "--loud"' "Usage: udrl-selftest" -- "$BIN/udrl-selftest" --quiet --loud
holds "quiet" test -z "$("$BIN/udrl-selftest" --quiet)"
expect "a wrong product is told by the status" 1 "error 1" -- env UDRL_SELF_TEST_FAULT=wrong "$BIN/udrl-selftest"
expect "a missing instruction is told by the status" 132 -- env UDRL_SELF_TEST_FAULT=death "$BIN/udrl-selftest"

"$DISTILL" intents --out "$TMP/intents" --limit 3 > /dev/null 2>&1
# embed FAULT: on what passes for another processor than the build's
embed() {
  env UDRL_SELF_TEST=always UDRL_SELF_TEST_FAULT="$1" "$DISTILL" score --input "$SCORED" --out "$TMP/scored" --embedder.gguf "$MINILM"
}
if [[ -e "$MINILM" ]]; then
  expect "an instruction is missing" 1 "built for another processor" "Illegal instruction" "scripts/setup.sh" -- embed death
  expect "products are wrong" 1 "built for another processor" "wrong products" "scripts/setup.sh" -- embed wrong
  expect "another processor that can do all that is needed" 0 -- embed ""
fi
finish
