#!/usr/bin/env bash
# scripts/smoke.sh with the tools of this build: the whole pipeline on configs/ci and real models.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_model "$TEACHER" "$MINILM"
"$SOURCE/scripts/smoke.sh" "$BIN"
