#!/usr/bin/env bash
# A tool that dies of a fault of its own says of what in one line, with what to do, and ends as the signal ends a process
# (128 and its number); the same command then ends with the bytes of an undisturbed run. Each fault is a real one
# (fault.cpp). Not for: the line itself (tests/base/process/crash_test.cpp), or SIGKILL and SIGINT (stop_test.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
ulimit -c 0
own="handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:handle_abort=0"  # a sanitizer would take them itself
export ASAN_OPTIONS="$own:$ASAN_OPTIONS" TSAN_OPTIONS="$own:${TSAN_OPTIONS:-}"

holds "tag, undisturbed" tag "$TMP/whole-tag"
number_of() { kill -l "$1"; }
for signal in ill segv bus fpe abrt; do
  for n in 3 8; do
    disturb "$signal:$n" tag
    expect_last "tag dies of SIG${signal^^} at change $n" $((128 + $(number_of "${signal^^}"))) \
      "udrl-distill tag died of SIG${signal^^} (" "All that was written is kept" "run the same command again" \
      "udrl-distill --version"
    holds "SIG${signal^^} is told in one line" test "$(grep -c "died of" "$TMP/output")" -eq 1
    goes_on "tag, after SIG${signal^^} at change $n" tag "$out"
  done
done

training() { train "$1" "$TMP/whole-tag"; }
disturb segv:20 training
expect_last "train dies of SIGSEGV" 139 "udrl-train died of SIGSEGV (" "udrl-train --version"
expect "train goes on" 0 -- training "$out"

for tool in "$DISTILL" "$TRAIN" "$GENERATE" "$EVAL" "$SERVE"; do
  expect "version of ${tool##*/}" 0 "udrl " "compiler: " "system: Linux" "processor: " "libcurl/" "llama.cpp with ggml " \
    "llama.cpp uses CPU" -- "$tool" --version
done
expect "version of udrl-train's LibTorch" 0 "LibTorch " "for this processor " -- "$TRAIN" --version
finish
