#!/usr/bin/env bash
# Installed, or packed and unpacked elsewhere, the tools need nothing of the checkout: libraries, the self-test, data.
# Not for: LibTorch (400 MB to copy); processors that lack what llama.cpp was built for (self_test_test.sh); a ggml that
# loads its back-ends (cmake/Install.cmake).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
readonly BUILD="$BIN/.."
readonly STUDENT=share/udrl/data/students/five-tasks
[[ -x "$BIN/udrl-selftest" ]] || skip "no udrl-selftest: ggml loads its back-ends, which are not installed"

# in_empty_environment COMMAND...: from a folder that holds nothing.
in_empty_environment() { (mkdir -p "$TMP/elsewhere" && cd "$TMP/elsewhere" && exec env -i "$@"); }
# ask PREFIX [NAME=VALUE...]
ask() { in_empty_environment "${@:2}" "$1/bin/udrl-generate" --model "$1/$STUDENT" --task image --intent "holiday sale" --threads 1; }
# libraries_of PREFIX: what its tools load, "NAME PATH" a line.
libraries_of() { in_empty_environment ldd "$1"/bin/udrl-* | awk '$2 == "=>" { print $1, $3 }' | sort -u; }
# checks that no line of `output` matches.
holds_no() {
  checks=$((checks + 1))
  if grep -Eq "$2" <<< "$output"; then fail "$1" "$(grep -E "$2" <<< "$output" | head -n 3)"; fi
}

# ---- cmake --install
expect "the runtime is installed" 0 -- cmake --install "$BUILD" --prefix "$TMP/prefix" --component runtime
expect "a student answers" 0 "oliday" -- ask "$TMP/prefix"
expect "after the self-test, which lies beside the tool" 1 "built for another processor" -- \
  ask "$TMP/prefix" UDRL_SELF_TEST=always UDRL_SELF_TEST_FAULT=wrong
run libraries_of "$TMP/prefix"
holds_no "no library is missing, or taken from where it was built" " not$| $SOURCE/| $BIN/|/\.deps/"
expect_last "llama.cpp is its own" 0 "libllama.so.0 $TMP/prefix/bin/../lib"
run readelf -d "$BIN/udrl-generate"
expect_last "what was built finds it too" 0 "Library rpath: ["
holds_no "and looks for none in the current folder, as an empty entry would" '\[(|.*:)(:.*|)\]$'
cat > "$TMP/files" << END
bin/udrl-generate
bin/udrl-selftest
bin/udrl-serve
share/bash-completion/completions/udrl-generate
share/bash-completion/completions/udrl-serve
share/fish/vendor_completions.d/udrl-generate.fish
share/fish/vendor_completions.d/udrl-serve.fish
share/udrl/LICENSE
$(cd data/students && find . -type f ! -name 'student.*.gguf*' -printf 'share/udrl/data/students/%P\n' | LC_ALL=C sort)
share/udrl/licences.md
share/zsh/site-functions/_udrl_generate
share/zsh/site-functions/_udrl_serve
END
installed_files() { cd "$TMP/prefix" && find . \( -type f -o -type l \) ! -path './lib*/udrl/*' -printf '%P\n' | LC_ALL=C sort; }
holds "these files, and no others" diff <(installed_files) <(LC_ALL=C sort "$TMP/files")
holds "of libraries llama.cpp's alone" test -z "$(find "$TMP"/prefix/lib*/udrl ! -type d ! -name 'libllama*' ! -name 'libggml*')"
completes() { bash -c "source '$TMP/prefix/share/bash-completion/completions/udrl-generate' && complete -p udrl-generate"; }
expect "bash completes" 0 "_udrl_generate" -- completes
holds "zsh finds the tool's name in the first line" grep -qx '#compdef udrl-generate' "$TMP/prefix/share/zsh/site-functions/_udrl_generate"
holds "and the function by its file" grep -qx '_udrl_generate() {' "$TMP/prefix/share/zsh/site-functions/_udrl_generate"

# ---- Data of a checkout, where there is none
cp "$BIN/udrl-distill" "$TMP/prefix/bin/"
intents() { in_empty_environment "$TMP/prefix/bin/udrl-distill" intents --limit 3 --out "$TMP/$1"; }
expect "there are no lists" 2 "data/intents" -- intents without
cp -r data/intents "$TMP/prefix/share/udrl/data/"
expect "lists are found among what is installed" 0 -- intents with

# ---- scripts/package.sh
expect "it is packed, and says for which processors" 0 "MB" "glibc 2." "processor: " -- \
  env XZ_OPT=-0 scripts/package.sh --build "$BUILD" --out "$TMP/udrl.tar.xz"
mkdir "$TMP/server"
holds "it is unpacked" tar -xJf "$TMP/udrl.tar.xz" -C "$TMP/server" --strip-components=1
expect "a student answers there" 0 "oliday" -- ask "$TMP/server"
not_its_own() { libraries_of "$TMP/server" | grep -vF " $TMP/server/" | grep -vE '^lib(c|m|mvec|dl|rt|util|pthread|resolv|anl)\.so'; }
holds "of the system's libraries it needs glibc's alone" test -z "$(not_its_own)"
holds "its libraries are listed" test -s "$TMP/server/share/udrl/licences/libraries.tsv"
holds "each library has a licence" test -z "$(grep -P '\tunknown$' "$TMP/server/share/udrl/licences/libraries.tsv")"
holds "nothing is left beside it" test "$(cd "$TMP" && echo udrl.tar.xz*)" = udrl.tar.xz
expect "no build, nothing to pack" 1 "no finished build" -- scripts/package.sh --build "$TMP"
mkdir -p "$TMP/runtime/bin"
cp "$BIN/udrl-serve" "$TMP/runtime/bin/"
expect "a build without training is not packed whole" 1 "no udrl-train" "--component runtime" -- \
  scripts/package.sh --build "$TMP/runtime" --component all
expect "a folder is no archive" 1 "is a folder" -- scripts/package.sh --build "$BUILD" --out "$TMP/server"
finish
