#!/usr/bin/env bash
# What a tool prints and what does not arrive: a full device is a failure (1) of every tool, however much it printed and
# through whichever library; what it wrote is whole, and the same command prints again. A reader that leaves (| head) is none.
# Not for: full disks under the files that it writes (full_disk_test.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lost="cannot write to standard output"
# Standard error alone is kept.
to_full() { "$@" 2>&1 > /dev/full; }
to_closed() { "$@" 2>&1 >&-; }

help() { "$1" --help; }
version() { "$1" --version; }
tagging() { tag "$TMP/tagged"; }
intents() { "$DISTILL" intents --out "$TMP/intents" --limit 50; }
scoring() { score "$TMP/scored"; }
summary() { "$DISTILL" summary --input "$SCORED"; }
doctor() { "$DISTILL" doctor --input "$SCORED" --out "$TMP/doctor" --resamples 100; }
training() { train "$TMP/student" "$TMP/tagged"; }
generate() { "$GENERATE" --model "$TMP/student" --task image --intent "holiday sale" --words 9 -n "${N:-1}"; }

for tool in "$DISTILL" "$TRAIN" "$GENERATE" "$EVAL" "$SERVE"; do
  for what in help version; do
    expect "$what of ${tool##*/} to a full device" 1 "$lost" -- to_full "$what" "$tool"
    expect "$what of ${tool##*/} to a closed output" 1 "$lost" -- to_closed "$what" "$tool"
    expect "$what of ${tool##*/}" 0 -- "$what" "$tool"
    "$what" "$tool" 2> "$TMP/output" | true
    status=${PIPESTATUS[0]}
    holds "$what of ${tool##*/} to a reader that leaves" test "$status" -eq 0
  done
done
for stage in intents tagging scoring summary doctor training generate; do
  expect "$stage to a full device" 1 "$lost" -- to_full "$stage"
  expect "$stage to a closed output" 1 "$lost" -- to_closed "$stage"
  expect "$stage, again" 0 -- "$stage"
done
N=300 expect "much more than a buffer holds to a full device" 1 "$lost" -- to_full generate
finish
