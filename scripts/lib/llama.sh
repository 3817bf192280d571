# Sourced by setup.sh: llama.cpp, unpacked once and built for this processor.
# Not for: Python bindings: llama-cpp-python is only the package that carries llama.cpp's source.
#
# .deps/llama-src-<version>/  the source; CMake compiles its Jinja engine from here (cmake/LlamaJinja.cmake)
# .deps/llama-<key>/          include/ and lib/, one a processor (scripts/llama_key.sh says why)
# shellcheck shell=bash

readonly LLAMA_SOURCE_SHA256=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e

llama_version() { "$ROOT/scripts/llama_key.sh" --version; }
llama_source() { printf '%s/llama-src-%s' "$DEPS" "$(llama_version)"; }
llama_prefix() { printf '%s/llama-%s' "$DEPS" "$("$ROOT/scripts/llama_key.sh")"; }

llama_source_is_ready() { [[ -e "$(llama_source)/vendor/llama.cpp/common/jinja/runtime.cpp" ]]; }
llama_build_is_ready() { [[ -e "$(llama_prefix)/lib/libllama.so" && -e "$(llama_prefix)/include/gguf.h" ]]; }

install_llama() {
  local arguments
  arguments="$("$ROOT/scripts/llama_key.sh" --arguments)"
  llama_source_is_ready || unpack_llama
  llama_build_is_ready || build_llama
  printf '%s' "$arguments" > "$DEPS/llama-cmake-args"
  say "llama.cpp: .deps/$(basename "$(llama_prefix)") (for this processor${arguments:+; CMAKE_ARGS=$arguments})"
}

unpack_llama() {
  local folder archive
  step "llama.cpp source (llama-cpp-python $(llama_version), 77 MB)"
  folder="$(new_temporary)"
  pip_download "$folder" --no-binary llama-cpp-python "llama-cpp-python==$(llama_version)" \
    || die "could not download llama.cpp's source" "Is there a network? Then run this script again."
  archive="$(find "$folder" -name '*.tar.gz')"
  [[ "$(sha256_of "$archive")" == "$LLAMA_SOURCE_SHA256" ]] \
    || die "$(basename "$archive") is not the file it should be (its SHA-256 differs)" \
      "Nothing of it was kept. Run this script again; if that does not help, the package index is not to be trusted."
  mkdir "$folder/source"
  tar -xzf "$archive" -C "$folder/source" --strip-components=1
  rm -rf "$(llama_source)"
  mv "$folder/source" "$(llama_source)"
  rm -rf "$folder"
}

# A compiled file is reused by a clone in another folder, never by another kind of processor: ccache does not see what
# -march=native stands for, so the key's description is hashed along.
llama_environment() {
  "$ROOT/scripts/llama_key.sh" --explain > "$DEPS/llama-key.txt"
  printf '%s\n' "CCACHE_BASEDIR=$ROOT" CCACHE_NOHASHDIR=1 "CCACHE_EXTRAFILES=$DEPS/llama-key.txt"
}

# configure_llama LOG FOLDER OPTION...: the flags that the library and what it is compared with have in common.
configure_llama() {
  local log="$1" folder="$2" environment arguments
  shift 2
  mapfile -t environment < <(llama_environment)
  read -ra arguments <<< "$("$ROOT/scripts/llama_key.sh" --arguments)"
  quietly "$log" env "${environment[@]}" cmake -G Ninja -S "$(llama_source)/vendor/llama.cpp" -B "$folder" \
    -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DGGML_CCACHE=ON -DLLAMA_BUILD_{TESTS,EXAMPLES,APP}=OFF \
    -DLLAMA_OPENSSL=OFF "$@" "${arguments[@]}" || llama_failed
}

# compile_llama LOG FOLDER OPTION...
compile_llama() {
  local log="$1" folder="$2" environment
  shift 2
  mapfile -t environment < <(llama_environment)
  quietly "$log" env "${environment[@]}" cmake --build "$folder" "$@" || llama_failed
}

build_llama() {
  local folder prefix log="$DEPS/llama-build.log"
  step "llama.cpp for this processor (a few minutes; log in .deps/llama-build.log)"
  folder="$(new_temporary)"
  prefix="$(llama_prefix)"
  configure_llama "$log" "$folder/build" -DBUILD_SHARED_LIBS=ON -DLLAMA_BUILD_{COMMON,TOOLS,SERVER}=OFF \
    -DCMAKE_INSTALL_PREFIX="$folder/prefix" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_RPATH="\$ORIGIN"
  compile_llama "$log" "$folder/build" --parallel
  quietly "$DEPS/llama-install.log" cmake --install "$folder/build" || llama_failed
  rm -rf "$prefix"
  mv "$folder/prefix" "$prefix"
  rm -rf "$folder"
}

llama_failed() {
  die "llama.cpp could not be built (its log: .deps/llama-build.log)" \
    "Out of memory? Close what runs beside it. With CMAKE_ARGS of your own? Check them: ${CMAKE_ARGS:-none}."
}
