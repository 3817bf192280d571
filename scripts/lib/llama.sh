# Sourced by setup.sh: llama.cpp, unpacked once, built for this processor, and tried on it before it is trusted.
# Not for: Python bindings: llama-cpp-python is only the package that carries llama.cpp's source.
#
# .deps/llama-src-<version>/  the source; CMake compiles its Jinja engine from here (cmake/LlamaJinja.cmake)
# .deps/llama-<key>/          include/ and lib/, one a processor (scripts/llama_key.sh says why)
#
# A build whose products are wrong, or that dies of an instruction that the processor lacks, is built again with fewer
# instruction sets: LLAMA_VARIANTS, the best first. What was taken stands in .deps/llama-<key>/variant.
# shellcheck shell=bash

readonly LLAMA_VARIANTS=(native without-amx avx2 baseline)
readonly LLAMA_SOURCE_SHA256=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e

llama_version() { "$ROOT/scripts/llama_key.sh" --version; }
llama_source() { printf '%s/llama-src-%s' "$DEPS" "$(llama_version)"; }
llama_prefix() { printf '%s/llama-%s' "$DEPS" "$("$ROOT/scripts/llama_key.sh")"; }

llama_source_is_ready() { [[ -e "$(llama_source)/vendor/llama.cpp/common/jinja/runtime.cpp" ]]; }
llama_build_is_ready() { [[ -e "$(llama_prefix)/lib/libllama.so" && -e "$(llama_prefix)/variant" ]]; }

install_llama() {
  local arguments
  arguments="$("$ROOT/scripts/llama_key.sh" --arguments)"
  llama_source_is_ready || unpack_llama
  llama_build_is_ready || build_llama_that_works
  printf '%s' "$arguments" > "$DEPS/llama-cmake-args"
  say "llama.cpp: .deps/$(basename "$(llama_prefix)") (for this processor, $(cat "$(llama_prefix)/variant")${arguments:+; CMAKE_ARGS=$arguments})"
}

unpack_llama() {
  local folder archive
  step "llama.cpp source (llama-cpp-python $(llama_version), 77 MB)"
  folder="$(new_temporary)"
  # pip reads a source's own build files once it has it: only after its hash was seen to be right.
  printf 'llama-cpp-python==%s --hash=sha256:%s\n' "$(llama_version)" "$LLAMA_SOURCE_SHA256" > "$folder/wanted.txt"
  pip_download "$folder" --no-binary llama-cpp-python --require-hashes -r "$folder/wanted.txt" \
    || die "could not download llama.cpp's source (log: .deps/pip-download.log)" \
      "Is there a network? Then run this script again. If the log says that hashes do not match, the package index is not to be trusted."
  archive="$(find "$folder" -name '*.tar.gz')"
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

# The options of a variant, one a line; nothing for one that this processor or compiler has no use for.
variant_options() {
  local amx="-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
  case "$1" in
    native) echo -DGGML_NATIVE=ON ;;
    without-amx) ! grep -qm1 amx_tile /proc/cpuinfo || printf '%s\n' -DGGML_NATIVE=ON "-DCMAKE_C_FLAGS=$amx" "-DCMAKE_CXX_FLAGS=$amx" ;;
    avx2) ! grep -qm1 avx2 /proc/cpuinfo || echo -DGGML_NATIVE=OFF ;;
    baseline) printf '%s\n' -DGGML_NATIVE=OFF -DGGML_{SSE42,AVX,AVX2,BMI2,FMA,F16C}=OFF ;;
  esac
}

# configure_llama LOG FOLDER OPTION...: the flags that the library and what it is compared with have in common.
configure_llama() {
  local log="$1" folder="$2" environment arguments
  shift 2
  mapfile -t environment < <(llama_environment)
  read -ra arguments <<< "$("$ROOT/scripts/llama_key.sh" --arguments)"
  quietly "$log" env "${environment[@]}" cmake -G Ninja -S "$(llama_source)/vendor/llama.cpp" -B "$folder" \
    -DCMAKE_BUILD_TYPE=Release -DGGML_CCACHE=ON -DLLAMA_BUILD_{TESTS,EXAMPLES,APP}=OFF \
    -DLLAMA_OPENSSL=OFF "-DCMAKE_CXX_FLAGS_RELEASE=-O3 -DNDEBUG -include $ROOT/cmake/gcc_114098.h" "$@" "${arguments[@]}" || llama_failed
}

# compile_llama LOG FOLDER OPTION...
compile_llama() {
  local log="$1" folder="$2" environment
  shift 2
  mapfile -t environment < <(llama_environment)
  quietly "$log" env "${environment[@]}" cmake --build "$folder" "$@" || llama_failed
}

# build_llama FOLDER VARIANT: into FOLDER/prefix.
build_llama() {
  local folder="$1" log="$DEPS/llama-build.log" options
  mapfile -t options < <(variant_options "$2")
  rm -rf "$folder/build" "$folder/prefix"
  configure_llama "$log" "$folder/build" -DBUILD_SHARED_LIBS=ON -DLLAMA_BUILD_{COMMON,TOOLS,SERVER}=OFF "${options[@]}" \
    -DCMAKE_INSTALL_PREFIX="$folder/prefix" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_RPATH="\$ORIGIN"
  compile_llama "$log" "$folder/build" --parallel
  quietly "$DEPS/llama-install.log" cmake --install "$folder/build" || llama_failed
  printf '%s' "$2" > "$folder/prefix/variant"
}

# test_llama FOLDER VARIANT: its products, in a process of their own. Leaves LLAMA_FAULT where they fail.
# For tests: UDRL_PLANT_FAULT=VARIANT[,VARIANT] has those die, as of an instruction that the processor lacks.
test_llama() {
  local folder="$1" log="$DEPS/llama-test.log" status=0 fault=()
  [[ ",${UDRL_PLANT_FAULT:-}," != *",$2,"* ]] || fault=(UDRL_SELF_TEST_FAULT=death)
  quietly "$log" "${CXX:-c++}" -std=c++20 -O1 -I "$ROOT/src/lm" -I "$folder/prefix/include" "$ROOT/tools/udrl_selftest.cpp" \
    "$ROOT/src/lm/llama/product_check.cpp" -L "$folder/prefix/lib" -lggml-cpu -lggml-base "-Wl,-rpath,$folder/prefix/lib" \
    -o "$folder/selftest" || die "the self-test of llama.cpp could not be compiled" "Its log is .deps/llama-test.log."
  # In a shell of its own, so that nothing but the log says that it died.
  (env "${fault[@]}" "$folder/selftest"; exit $?) > "$log" 2>&1 < /dev/null || status=$?
  case "$status" in
    0) return 0 ;;
    132) LLAMA_FAULT="it dies of an illegal instruction" ;;
    1) LLAMA_FAULT="$(tail -n 1 "$log" | cut -c -200)" ;;
    *) LLAMA_FAULT="its self-test ends with status $status" ;;
  esac
  return 1
}

build_llama_that_works() {
  local folder variant
  folder="$(new_temporary)"
  for variant in "${LLAMA_VARIANTS[@]}"; do
    [[ -n "$(variant_options "$variant")" ]] || continue
    step "llama.cpp for this processor, $variant (a few minutes; log in .deps/llama-build.log)"
    build_llama "$folder" "$variant"
    if test_llama "$folder" "$variant"; then
      rm -rf "$(llama_prefix)"
      mv "$folder/prefix" "$(llama_prefix)"
      rm -rf "$folder"
      return
    fi
    say "llama.cpp, $variant: $LLAMA_FAULT. It is built again with fewer instruction sets."
  done
  die "no build of llama.cpp works on this processor: $LLAMA_FAULT" \
    "processor: $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" \
    "compiler:  $("${CXX:-c++}" --version | head -n 1)" \
    "Set CXX (and CC) to another compiler, for example: CC=clang-14 CXX=clang++-14 scripts/setup.sh" \
    "Or build a llama.cpp of your own, and name it: cmake --preset release -DUDRL_LLAMA_ROOT=..."
}

llama_failed() {
  die "llama.cpp could not be built (its log: .deps/llama-build.log)" \
    "Out of memory? Close what runs beside it. With CMAKE_ARGS of your own? Check them: ${CMAKE_ARGS:-none}."
}
