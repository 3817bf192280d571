#!/usr/bin/env bash
# scripts/runs/paper.sh --rehearse --short with the tools and the smallest real teacher: all stages of the paper's run, then again.
#
# Not for: what it says and refuses (paper_test.sh), nor the true shape (paper.sh --rehearse).
# Usage: rehearsal_test.sh SOURCE_DIR BIN_DIR
source "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"
need_model "$TEACHER" "$MINILM"
export UDRL_BIN="$BIN"
readonly RUN="$TMP/run"

rehearse() { scripts/runs/paper.sh --rehearse --short --run "$RUN" "$@"; }
expect "a short rehearsal" 0 "forecast for 36 pairs" "pilot: 6 answers" "evaluate: " "Report:" -- rehearse || finish
for file in samples/part-00000.jsonl scored/part-00000.jsonl tagged/commands.json student/student.gguf student.q8_0.gguf eval/report.html; do
  holds "leaves $file" test -s "$RUN/$file"
done
kept() { fingerprint "$RUN"/{intents,samples,scored}/ "$RUN"/tagged/{train,test}/ "$RUN"/student/model.safetensors "$RUN"/student.q8_0.gguf; }
before="$(kept)"
expect "again" 0 "nothing to do" -- rehearse
holds "changes nothing" test "$(kept)" = "$before"
finish
