#!/usr/bin/env bash
# What README.md and docs/ say is there: every path, and every flag of every command shown.
#
# A path is what stands in backquotes, begins with a folder of the repository, and has no place-holder (ROOM, NAME …).
# build/, runs/ and models/ are made by the user. Not for: what the texts claim (people read them).
# Usage: docs_test.sh SOURCE_DIR BIN_DIR
set -uo pipefail
cd "$1" || exit 1
readonly BIN="$2"
failures=0
paths=0
flags=0

fail() {
  printf 'FAILED: %s\n' "$1"
  failures=$((failures + 1))
}

# What stands in backquotes outside of code blocks, a line each.
inline_code() { awk '/^```/ { block = !block; next } !block' "$1" | grep -o '`[^`]*`' | tr -d '`'; }
# Code blocks (but pictures), continued lines joined.
code_blocks() { awk '/^```/ { block = !block; shown = block && !/mermaid/; next } shown' "$1" | sed -e ':join' -e '/\\$/{N; s/\\\n//; b join' -e '}'; }

check_paths() {
  local path
  while read -r path; do
    paths=$((paths + 1))
    [[ -e "$path" ]] || fail "$1 names $path, which there is not"
  done < <(inline_code "$1" | grep -E '^\.?(data|docs|src|include|tests|tools|scripts|configs|cmake|ci|github)/[^ ]*$' |
    grep -Ev '[A-Z]{2,}' | sort -u)
}

# help_of COMMAND...: the help of a tool (and its subcommand).
help_of() { "$BIN/$1" "${@:2}" --help 2>&1; }

# check_command "udrl-distill score --input …": each long flag is in that command's --help.
check_command() {
  local words flag help
  read -ra words <<< "$1"
  local command=("${words[0]}")
  [[ "${words[0]}" != udrl-distill ]] || command+=("${words[1]:-}")
  help="$(help_of "${command[@]}")" || { fail "${command[*]} is no command"; return; }
  while read -r flag; do
    flags=$((flags + 1))
    grep -qE -- "(^|[ ,])$flag( |,|$)" <<< "$help" || fail "${command[*]} has no flag $flag ($2)"
  done < <(grep -oE -- '(^| )--[a-z][a-z0-9.-]*' <<< "$1" | tr -d ' ' | sort -u)
}

check_commands() {
  local line
  while read -r line; do
    check_command "$line" "$1"
  done < <({ code_blocks "$1"; inline_code "$1"; } | grep -oE 'udrl-(distill|train|generate|eval) [^#|]*')
}

for file in README.md docs/*.md data/*/README.md; do
  check_paths "$file"
  check_commands "$file"
done
[[ "$paths" -gt 20 ]] || fail "only $paths paths were found: the test sees nothing"
[[ "$flags" -gt 20 ]] || fail "only $flags flags were found: the test sees nothing"
printf '%d paths, %d flags, %d failures\n' "$paths" "$flags" "$failures"
exit $((failures > 0))
