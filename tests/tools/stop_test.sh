#!/usr/bin/env bash
# A stage that is asked to stop ends with 3 (0 where all was done already), one that is killed with 137; the same
# command then ends with the bytes of an undisturbed run. Shown at every single write (fault.cpp): no timing matters.
# Not for: udrl-train (train_test.sh), synthesize, whose answers come in any order (synthesize_test.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

intents() { "$DISTILL" intents --out "$1" --limit 300; }

holds "tag" tag "$TMP/tagged"
holds "train" train "$TMP/student" "$TMP/tagged"
cp -r "$TMP/student" "$TMP/author"
holds "own answers" own_answers "$TMP/author" "$TMP/tagged" "$TMP/own"

for stage in intents short_score tag critic; do
  holds "$stage, undisturbed" "$stage" "$TMP/whole-$stage"

  for ((n = 1; ; ++n)); do
    disturb "kill:$n" "$stage"
    [[ "$got" -ne 0 ]] || break
    expect_last "$stage, killed at change $n" 137 || break
    goes_on "$stage, killed at change $n" "$stage" "$out"
  done
  [[ "$n" -gt 4 ]] || fail "$stage" "was killed $((n - 1)) times only: are faults injected?"

  stopped=0
  for ((i = 1; i < n; ++i)); do
    disturb "int:$i" "$stage"
    if [[ "$got" -ne 0 ]]; then
      expect_last "$stage, stopped at change $i" 3 "run the same command again"
      stopped=$((stopped + 1))
    fi
    goes_on "$stage, stopped at change $i" "$stage" "$out"
  done
  [[ "$stage" == intents || "$stopped" -gt 0 ]] || fail "$stage" "never stopped when it was asked to"  # intents take a moment
done
finish
