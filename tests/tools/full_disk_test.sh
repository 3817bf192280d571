#!/usr/bin/env bash
# A full disk is a failure (1) that names the file and the cure; what was written stays, and when there is room the same
# command goes on and ends with the bytes of an undisturbed run.
# Three kinds: each write in turn is made to fail (fault.cpp), a limit on file sizes (ulimit -f), and a small real disk
# (tmpfs) where this user may mount one. Not for: udrl-train (train_test.sh), synthesize (synthesize_test.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

intents() { "$DISTILL" intents --out "$1" --limit 700; }
limited() { (ulimit -f "$1" && shift && "$@"); }
cure="run the same command again"

for stage in intents short_score tag; do
  holds "$stage, undisturbed" "$stage" "$TMP/whole-$stage"

  for ((n = 1; ; ++n)); do
    disturb "full:$n" "$stage"
    [[ "$got" -ne 0 ]] || break
    expect_last "$stage, full at change $n" 1 "the disk is full" "$out" "$cure" || break
    goes_on "$stage, full at change $n" "$stage" "$out"
  done
  [[ "$n" -gt 4 ]] || fail "$stage" "met a full disk $((n - 1)) times only: are faults injected?"

  expect "$stage, a limit on file sizes" 1 "ulimit -f" "$TMP/limited-$stage" "$cure" -- limited 16 "$stage" "$TMP/limited-$stage"
  goes_on "$stage, a limit on file sizes" "$stage" "$TMP/limited-$stage"
done

# A critic, of a student whose weights are converted: else it is llama.cpp that meets the full disk, and says so.
cp -r "$TMP/whole-tag" "$TMP/tagged"  # in which training leaves a cache
holds "train" train "$TMP/student" "$TMP/tagged"
holds "own answers" own_answers "$TMP/student" "$TMP/tagged" "$TMP/own"
holds "critic, undisturbed" critic "$TMP/whole-critic"
for ((n = 1; ; ++n)); do
  disturb "full:$n" critic
  [[ "$got" -ne 0 ]] || break
  expect_last "critic, full at change $n" 1 "the disk is full" "$out" "$cure" || break
  goes_on "critic, full at change $n" critic "$out"
done
[[ "$n" -gt 1 ]] || fail "critic" "met no full disk: are faults injected?"

if mount_disk 80; then
  head -c 60000 /dev/zero > "$TMP/disk/of-someone-else"
  for stage in intents short_score tag; do
    out="$TMP/disk/$stage"
    expect "$stage, a small disk" 1 "the disk is full" "$out" "$cure" -- "$stage" "$out"
    mount -o remount,size=8m "$TMP/disk"
    goes_on "$stage, a small disk" "$stage" "$out"
    rm -r "$out"
    mount -o remount,size=80k "$TMP/disk"
  done
else
  echo "note: no tmpfs can be mounted here: the small real disk is left out"
fi
finish
