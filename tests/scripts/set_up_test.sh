#!/usr/bin/env bash
# What set-up promises when things go wrong: it stops, says what to do, and leaves nothing half-written.
#
# Works in a copy of scripts/ with no network; not for: the downloads themselves, which every clean CI run does.
# Usage: set_up_test.sh SOURCE_DIR
set -uo pipefail

readonly SOURCE="$1"
COPY="$(mktemp -d)"
trap 'rm -rf "$COPY"' EXIT
mkdir "$COPY/.deps"
cp -r "$SOURCE/scripts" "$COPY/"
ln -s "$SOURCE/.deps/venv" "$COPY/.deps/venv"
unset UDRL_MODEL_DIR UDRL_MODEL_URL UDRL_SETUP_LOCKED CMAKE_ARGS
export PIP_NO_INDEX=1 PIP_FIND_LINKS='' PIP_CONFIG_FILE=/dev/null  # no network for pip
failures=0

# expect NAME STATUS TEXT COMMAND...: exit status and a text that must be in the output.
expect() {
  local name="$1" status="$2" text="$3" output got
  shift 3
  output="$("$@" 2>&1)" && got=0 || got=$?
  if [[ "$got" -ne "$status" || "$output" != *"$text"* ]]; then
    printf 'FAILED: %s: status %s (expected %s), output:\n%s\n' "$name" "$got" "$status" "$output"
    failures=$((failures + 1))
  fi
}

expect_nothing_left() {
  local left
  left="$(find "$COPY/models" "$COPY/.deps" -maxdepth 1 \( -name '*.gguf' -o -name 'tmp.*' \))"
  [[ -z "$left" ]] || { printf 'FAILED: %s left %s\n' "$1" "$left"; failures=$((failures + 1)); }
}

mkdir "$COPY/other"
echo "no model" > "$COPY/other/smollm2-135m-instruct.q4_1.gguf"
fetch="$COPY/scripts/fetch_models.sh"

expect "no network" 1 "scripts/fetch_models.sh --from FILE smollm2" "$fetch" smollm2
expect_nothing_left "no network"
expect "a local file of another hash" 1 "folder: a file whose SHA-256 differs" \
  env UDRL_MODEL_DIR="$COPY/other" "$fetch" smollm2
expect_nothing_left "a local file of another hash"
expect "--from a file of another hash" 1 "its SHA-256 is" "$fetch" --from "$COPY/other/smollm2-135m-instruct.q4_1.gguf" smollm2
expect_nothing_left "--from a file of another hash"
expect "a model that there is not" 1 "smollm2" "$fetch" gpt-17

mkdir -p "$COPY/models"
head -c 4096 /dev/zero > "$COPY/models/smollm2-135m-instruct.q4_1.gguf"
expect "a truncated model is not taken for one" 0 "missing" "$fetch" --list
expect "a truncated model is fetched again" 1 "could not get the model smollm2" "$fetch" smollm2

if [[ -f "$SOURCE/models/smollm2-135m-instruct.q4_1.gguf" ]]; then
  expect "a local file is accepted" 0 "SHA-256 as it should be" env UDRL_MODEL_DIR="$SOURCE/models" "$fetch" smollm2
  expect "and not fetched again" 0 "here" "$fetch" smollm2
fi

expect "an unknown option of setup.sh" 1 "--help" "$COPY/scripts/setup.sh" --modles ci
expect "an unknown set of models" 1 "expected ci, demo, all or none" "$COPY/scripts/setup.sh" --models everything

key="$("$COPY/scripts/llama_key.sh")"
expect "the key is the same twice" 0 "$key" "$COPY/scripts/llama_key.sh"
if [[ "$(CMAKE_ARGS=-DGGML_CUDA=on "$COPY/scripts/llama_key.sh")" == "$key" ]]; then
  echo "FAILED: the key of llama.cpp's build does not depend on CMAKE_ARGS"
  failures=$((failures + 1))
fi
exit $((failures > 0))
