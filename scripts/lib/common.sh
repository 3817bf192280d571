# Sourced by the scripts: where things are, messages, temporary folders, checked downloads.
# Not for: anything that installs or builds (system.sh, python.sh, llama.sh).
# shellcheck shell=bash

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
DEPS="$ROOT/.deps"
VENV="$DEPS/venv"
MODELS="$ROOT/models"
# shellcheck disable=SC2034
readonly ROOT DEPS VENV MODELS

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }

# die WHAT [CURE]...: says what is wrong, then what to do, each cure on a line.
die() {
  printf 'error: %s\n' "$1" >&2
  shift
  printf '  %s\n' "$@" >&2
  exit 1
}

# Prints the header comment of a script: its help.
show_help() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$1"; }

sha256_of() { sha256sum "$1" | cut -d' ' -f1; }

# Free megabytes where a folder is, or will be.
free_mb() {
  local folder="$1"
  while [[ ! -d "$folder" ]]; do folder="$(dirname "$folder")"; done
  df -Pm "$folder" | awk 'NR == 2 { print $4 }'
}

has_flag() { grep -q -m 1 "$1" /proc/cpuinfo; }
has_bf16() { has_flag avx512_bf16; }
# How a small model that scores is read fastest: widened to bf16 2.7 times as fast on Zen 5, half as fast where llama.cpp
# has AMX for what is in the file (docs/log.md).
reader_weights() { if has_bf16 && ! has_flag amx_int8; then echo bf16; else echo file; fi; }

# One set-up at a time; whatever an earlier, killed one left half-written is removed. A script that a locked one
# starts shares its lock. What is started otherwise does not inherit the descriptor (see quietly).
take_lock() {
  mkdir -p "$DEPS"
  [[ -z "${UDRL_SETUP_LOCKED:-}" ]] || return 0
  exec 9> "$DEPS/.lock"
  flock -n 9 || { say "waiting for another set-up to finish ..."; flock 9; }
  find "$DEPS" -maxdepth 1 -name 'tmp.*' -exec rm -rf {} +
  export UDRL_SETUP_LOCKED=1
}

# A fresh folder on the same disk as .deps, gone when the script ends, however it ends.
new_temporary() { mktemp -d "$DEPS/tmp.$$.XXXXXX"; }
trap 'rm -rf "$DEPS"/tmp.$$.*' EXIT
trap 'exit 130' INT TERM

# quietly LOG COMMAND...: output to a file, whose end is shown when the command fails.
quietly() {
  local log="$1"
  shift
  if ! "$@" > "$log" 2>&1 < /dev/null 9>&-; then
    tail -n 25 "$log" >&2
    return 1
  fi
}

# pip_download FOLDER SPECIFICATION...: into FOLDER, nothing installed and nothing imported.
pip_download() {
  local folder="$1"
  shift
  quietly "$DEPS/pip-download.log" "$VENV/bin/python" -m pip download --no-deps --quiet -d "$folder" "$@"
}
