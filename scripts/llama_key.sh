#!/usr/bin/env bash
# Prints the key of the llama.cpp build that belongs to this processor: .deps/llama-<key>/.
#
# For: scripts/lib/llama.sh, which builds there, and cmake/FindLlama.cmake, which looks there: one source of truth.
# Not for: anything else; it changes nothing.
#
# llama.cpp is built for the processor at hand, and dies of an illegal instruction on another one. So the key is a
# hash of what the build depends on: the processor's instruction sets, llama.cpp's version, how it is built and the
# CMAKE_ARGS.
#
# Usage: llama_key.sh [--explain|--arguments|--version|--processor]
#   --processor  the key of the instruction sets alone, which the tools compare with those they run on
#   CMAKE_ARGS  options of the llama.cpp build, for example -DGGML_CUDA=on; set-up remembers them
#               in .deps/llama-cmake-args, which is read where the variable is not set
set -euo pipefail

readonly LLAMA_CPP_PYTHON_VERSION=0.3.36
# Raised when scripts/lib/llama.sh builds in another way: what was built in the old one is left alone.
readonly RECIPE=2
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly ROOT

processor_flags() {
  local flags=""
  if [[ -r /proc/cpuinfo ]]; then
    flags="$(grep -m1 -iE '^(flags|features)[[:space:]]*:' /proc/cpuinfo | cut -d: -f2- | tr ' ' '\n' | grep . | LC_ALL=C sort -u | paste -sd ' ')" || true
  fi
  printf '%s %s' "$(uname -m)" "$flags"
}

build_arguments() {
  if [[ -n "${CMAKE_ARGS+set}" ]]; then
    printf '%s' "$CMAKE_ARGS"
  elif [[ -r "$ROOT/.deps/llama-cmake-args" ]]; then
    cat "$ROOT/.deps/llama-cmake-args"
  fi
}

describe() {
  printf 'llama-cpp-python %s, recipe %s\nprocessor %s\nCMAKE_ARGS %s\n' \
    "$LLAMA_CPP_PYTHON_VERSION" "$RECIPE" "$(processor_flags)" "$(build_arguments)"
}

case "${1:-}" in
  "") describe | sha256sum | cut -c1-12 ;;
  --explain) describe ;;
  --processor) processor_flags | sha256sum | cut -c1-12 ;;
  --arguments) build_arguments ;;
  --version) printf '%s\n' "$LLAMA_CPP_PYTHON_VERSION" ;;
  *) sed -n '2,/^set -e/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; [[ "$1" == --help ]] || exit 2 ;;
esac
