#!/usr/bin/env bash
# Makes an archive of a finished build, to be unpacked and used where nothing is installed: the tools, all libraries that they
# load but glibc's, the student that comes with udrl, and the licences of all that. Says for which processors it is.
#
# For: servers with Debian, Ubuntu or the like, of this kind of processor, whose glibc is as old as this one's or newer.
# Not for: LibTorch for CUDA (build there); updates: what is packed is no longer the system's, which renews its own.
#
# Usage: package.sh [--component runtime|all] [--build DIR] [--out FILE]
#   --component   runtime (default): udrl-generate and udrl-serve; all: the other tools too, with LibTorch
#   --build DIR   what is packed (default build/release)
#   --out FILE    the archive (default DIR/udrl-VERSION-linux-ARCH.tar.xz; of all of it udrl-all-…)
# Variables: XZ_OPT, options of xz (default -T0)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
COMPONENT=runtime BUILD="$ROOT/build/release" OUT=
LLAMA_LICENCE="$DEPS/llama-src-$("$ROOT/scripts/llama_key.sh" --version)/vendor/llama.cpp/LICENSE"

while [[ $# -gt 0 ]]; do
  case "$1" in
    --component) COMPONENT="${2:?--component needs runtime or all}"; shift 2 ;;
    --build) BUILD="${2:?--build needs a folder}"; shift 2 ;;
    --out) OUT="${2:?--out needs a file}"; shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit ;;
    *) die "unknown option $1" "See scripts/package.sh --help." ;;
  esac
done

# loaded_by FILE...: "NAME PATH" of the libraries that the loader takes, a line each.
loaded_by() { ldd "$@" | awk '$2 == "=>" { print $1, $3 }' | sort -u; }

check_build() {
  [[ "$COMPONENT" =~ ^(runtime|all)$ ]] || die "--component $COMPONENT" "expected runtime or all"
  [[ -x "$BUILD/bin/udrl-serve" ]] || die "no finished build in $BUILD" \
    "scripts/setup.sh && cmake --preset release && cmake --build --preset release"
  [[ "$COMPONENT" == runtime || -x "$BUILD/bin/udrl-train" ]] || die "no udrl-train in $BUILD" \
    "Finish the build (cmake --build $BUILD), or pack --component runtime."
  [[ -z "$OUT" || -d "$(dirname "$OUT")" ]] || die "there is no folder for --out $OUT" "Make it first."
  [[ ! -d "$OUT" ]] || die "--out $OUT is a folder" "Name the archive in it."
  [[ -r "$LLAMA_LICENCE" ]] || die "no licence of llama.cpp, which must go along: $LLAMA_LICENCE" \
    "scripts/setup.sh --models none fetches its source, and the licence in it."
  [[ "$COMPONENT" == runtime ]] || ! loaded_by "$BUILD/bin/udrl-train" | grep -q '^libtorch_cuda' \
    || die "LibTorch for CUDA is not packed" "Build on the machine that has the GPU, or pack --component runtime."
}

# install_into FOLDER: the tools without what only debuggers read.
install_into() {
  local component components=(runtime runtime-libraries)
  [[ "$COMPONENT" == runtime ]] || components+=(training training-libraries)
  for component in "${components[@]}"; do
    quietly "$DEPS/package.log" cmake --install "$BUILD" --prefix "$1" --component "$component" \
      || die "cmake --install $BUILD --component $component failed" "Its log is .deps/package.log."
  done
  strip "$1"/bin/*
}

# check_complete FOLDER: it needs no library from elsewhere but glibc's.
check_complete() {
  local name path
  loaded_by "$1"/bin/* | while read -r name path; do
    [[ "$path" == "$1"/* || "$name" =~ ^(linux-vdso|ld-linux|lib(c|m|mvec|dl|rt|util|pthread|resolv|anl)\.so) ]] \
      || die "$name is not among what was installed" "See cmake/Install.cmake."
  done
}

# The package that each library is of, asked once: PACKAGES. Nothing where there is no dpkg.
find_packages() {
  local name path files=()
  while read -r name path; do
    path="$(realpath "$path")"
    files+=("$path" "/usr$path" "${path#/usr}")
  done < <(loaded_by "$BUILD"/bin/* | grep ' /')
  PACKAGES="$(dpkg-query -S "${files[@]}" 2> /dev/null || true)"
}
# package_of FILE
package_of() { sed -n "s|^\([^:,]*\).* \(/usr\)\?$(realpath "$1" | sed 's|^/usr||')\$|\1|p" <<< "$PACKAGES" | head -n 1; }

# licence_of PACKAGE FOLDER: its copyright file, into FOLDER.
licence_of() { cp -L "/usr/share/doc/$1/copyright" "$2/$1.txt" 2> /dev/null; }

# Whose each library is, beside the licences; udrl's own headers and tables stand in licences.md.
add_licences() {
  local folder="$1/share/udrl/licences" name path package
  mkdir -p "$folder"
  find_packages
  loaded_by "$BUILD"/bin/* | while read -r name path; do
    [[ -n "$(find "$1/lib" -name "$name")" ]] || continue
    case "$name" in
      libllama* | libggml*) package=llama.cpp ;;
      libtorch* | libc10*) package=LibTorch ;;
      libgomp*)  # also where it came with LibTorch
        package=libgomp1 && licence_of "$package" "$folder" || say "no licence at hand: $name" >&2
        ;;
      *) package="$(package_of "$path")" && licence_of "$package" "$folder" || say "no licence at hand: $name" >&2 ;;
    esac
    printf '%s\t%s\n' "$name" "${package:-unknown}"
  done > "$folder/libraries.tsv"
  # Of headers, which are compiled in.
  while read -r package; do licence_of "$package" "$folder" || true; done \
    < <(sed -nE 's/^\| `([a-z0-9+.-]+-dev)` \| headers.*/\1/p' "$ROOT/docs/licences.md")
  cp "$LLAMA_LICENCE" "$folder/llama.cpp.txt"
  [[ "$COMPONENT" == runtime ]] || cp -r "$VENV"/lib/python3*/site-packages/torch-*.dist-info/licenses "$folder/LibTorch" \
    || say "no licence at hand: LibTorch" >&2
  "$ROOT/scripts/bill_of_materials.py" --out "$1/share/udrl/bill.json"
}

# The newest version of glibc that anything in FOLDER asks for.
glibc_of() {
  find "$1" -type f \( -name 'udrl-*' -o -name '*.so*' \) -exec readelf -V --wide {} + 2> /dev/null \
    | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1 | sed 's/GLIBC_/glibc /'
}

# Which processors ggml was built for, by what its build wrote down.
tell_processors() {
  local library config sets
  library="$(loaded_by "$BUILD/bin/udrl-serve" | awk '/^libllama/ { print $2 }')"
  config="$(dirname "$library")/cmake/ggml/ggml-config.cmake"
  if [[ ! -r "$config" ]]; then
    say "processor: unknown; $library does not say what it was built for"
  elif grep -qE 'set\(GGML_NATIVE "?(ON|1|TRUE|YES)' "$config"; then
    say "processor: THIS ONE ($(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)), with all its instruction sets."
    say "  Another one may lack some: the tools test themselves there, and refuse. For other servers, build first, then pack again:"
    say "  CMAKE_ARGS=-DGGML_NATIVE=OFF scripts/setup.sh --models none && cmake --preset release && cmake --build --preset release"
    say "  (and CMAKE_ARGS= scripts/setup.sh to go back)"
  else
    sets="$(sed -nE 's/^ *set\(GGML_(SSE42|AVX|AVX2|AVX512[A-Z0-9_]*|AVX_VNNI|BMI2|FMA|F16C|AMX_[A-Z0-9]*) "?(ON|1)"?\).*/\1/p' "$config" | paste -sd ' ')"
    say "processor: any $(uname -m)${sets:+ that has $sets}"
  fi
}

check_build
BUILD="$(cd "$BUILD" && pwd)"
NAME="udrl-$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$BUILD/CMakeCache.txt")-linux-$(uname -m)"
[[ "$COMPONENT" == runtime ]] || NAME="udrl-all-${NAME#udrl-}"
OUT="${OUT:-$BUILD/$NAME.tar.xz}"
FOLDER="$(new_temporary)/$NAME"

install_into "$FOLDER"
add_licences "$FOLDER"
check_complete "$FOLDER"
# Beside its place, on the same disk: there whole or not at all.
DRAFT="$OUT.tmp-$$"
trap 'rm -rf "$DEPS"/tmp.$$.* "$DRAFT"' EXIT
XZ_OPT="${XZ_OPT:--T0}" tar -C "$(dirname "$FOLDER")" --sort=name --owner=0 --group=0 --numeric-owner -cJf - "$NAME" > "$DRAFT"
mv "$DRAFT" "$OUT"
say "$OUT: $(du -m "$OUT" | cut -f1) MB, unpacked $(du -sm "$FOLDER" | cut -f1) MB; needs ${NAME##*-} and $(glibc_of "$FOLDER") or newer"
say "libraries and licences: share/udrl/licences/ in it, $(wc -l < "$FOLDER/share/udrl/licences/libraries.tsv") libraries"
tell_processors
