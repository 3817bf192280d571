#!/usr/bin/env bash
# What README.md and docs/ say is there: every path and link, and every flag of every command shown, of tools and scripts;
# the presets of cmake; and that the README's code is either run by readme_test.sh or checked here.
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
links=0

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

# has_flag HELP FLAG: as it stands there, or of a table that refers to another one ("those of [embedder]").
has_flag() {
  local table=${2#--} other
  grep -qE -- "(^|[ ,])$2( |,|$)" <<< "$1" && return
  table=${table%%.*}
  other="$(sed -nE "s/^Options \[${table//-/_}\]: those of \[(.*)\], each as.*/\1/p" <<< "$1")"
  [[ -n "$other" ]] && grep -qE -- "(^|[ ,])--${other//_/-}.${2#*.}( |,|$)" <<< "$1"
}

# check_command "udrl-distill score --input …": each long flag is in that command's --help.
check_command() {
  local words flag help
  read -ra words <<< "$1"
  local command=("${words[0]}")
  [[ "${words[0]}" != udrl-distill && "${words[0]}" != udrl-export ]] || command+=("${words[1]:-}")
  # udrl-eval has several uses, each with a help of its own.
  [[ ! "$1" =~ ^udrl-eval.*(--(certify|compare|export-pairs|human|export-lm-eval)) ]] || command+=("${BASH_REMATCH[1]}")
  help="$(help_of "${command[@]}")" || { fail "${command[*]} is no command"; return; }
  while read -r flag; do
    flags=$((flags + 1))
    has_flag "$help" "$flag" || fail "${command[*]} has no flag $flag ($2)"
  done < <(grep -oE -- '(^| )--[a-z][a-z0-9.-]*' <<< "$1" | tr -d ' ' | sort -u)
}

check_commands() {
  local line
  while read -r line; do
    check_command "$line" "$1"
  done < <({ code_blocks "$1"; inline_code "$1"; } | grep -oE 'udrl-(distill|train|generate|eval|export|serve) [^#|]*')
}

# Everything that a tool or a script says of its flags.
all_help() {
  local command
  for command in udrl-train udrl-generate udrl-serve udrl-selftest udrl-eval "udrl-eval --certify" "udrl-eval --compare" \
    "udrl-eval --export-pairs" "udrl-eval --human" "udrl-eval --export-lm-eval"; do
    # shellcheck disable=SC2086
    help_of $command
  done
  for command in $(help_of udrl-distill | sed -nE 's/^  ([a-z]+) +.*/\1/p'); do help_of udrl-distill "$command"; done
  for command in gguf folder page; do help_of udrl-export "$command"; done
  cat scripts/*.sh scripts/*/*.sh
  printf -- '--%s. \n' embedder pmi judge  # what a table's flags begin with
}

# check_lone_flags FILE: a flag in backquotes without its command ("raise `--batch.micro-tokens`") is one of somebody's.
check_lone_flags() {
  local flag
  while read -r flag; do
    flags=$((flags + 1))
    has_flag "$ALL_HELP" "$flag" || fail "$1 names the flag $flag, which no tool and no script has"
  done < <(inline_code "$1" | grep -oE -- '^--[a-z][a-z0-9.-]*' | sort -u)
}

# check_scripts FILE: each script that is called is there and can be executed, and its text has each long flag.
check_scripts() {
  local script rest flag
  while read -r script rest; do
    [[ -x "$script" ]] || { fail "$1 calls $script, which cannot be executed"; continue; }
    while read -r flag; do
      flags=$((flags + 1))
      grep -qE -- "^#.*$flag( |,|\]|\||$)" "$script" || fail "$script has no option $flag ($1)"
    done < <(grep -oE -- '(^| )--[a-z][a-z-]*' <<< "$rest" | tr -d ' ' | sort -u)
  done < <({ code_blocks "$1"; inline_code "$1"; } | grep -oE '(^|[ (])scripts/(runs/|bench/|cluster/)?[a-z_]+\.sh[^#|;&)]*' | sed 's/^[ (]*//')
}

# check_presets FILE: CMakePresets.json has each preset that is named.
check_presets() {
  local preset
  while read -r preset; do
    grep -q "\"name\": \"$preset\"" CMakePresets.json || fail "$1 names the preset $preset, which there is not"
  done < <(code_blocks "$1" | grep -E '(^|[ ;&])cmake ' | grep -oE -- '--preset [a-z]+' | cut -d' ' -f2 | sort -u)
}

# anchors_of FILE: of its headings, as forges make them.
anchors_of() { grep -E '^#+ ' "$1" | sed -E 's/^#+ //' | tr '[:upper:]' '[:lower:]' | tr -d '`.,:?!()“”' | tr ' ' '-'; }

# check_links FILE: what a relative link leads to is there, with the heading that it names.
check_links() {
  local link target
  while read -r link; do
    links=$((links + 1))
    target="$(dirname "$1")/${link%%#*}"
    [[ "$link" != \#* ]] || target="$1"
    [[ -e "$target" ]] || { fail "$1 links to $link, which there is not"; continue; }
    [[ "$link" != *#* ]] || anchors_of "$target" | grep -qx -- "${link#*#}" || fail "$1 links to $link, a heading that there is not"
  done < <(awk '/^```/ { block = !block; next } !block' "$1" | grep -oE '\]\([^)]+\)' | sed -E 's/^..(.*).$/\1/' | grep -v '://' | sort -u)
}

# The README's sh blocks hold nothing but what readme_test.sh runs, and what is checked above.
check_readme_is_covered() {
  local line
  while read -r line; do
    [[ "$line" =~ ^(#|[A-Z]+=|scripts/[a-z_]+\.sh|(\$BIN|build/release/bin)/udrl-) ]] || fail "no test sees this line of the README: $line"
  done < <(awk '/^```/ { inside = /^```sh/; next } inside' README.md | grep .)
}

ALL_HELP="$(all_help)"
for file in README.md docs/*.md data/*/README.md; do
  check_paths "$file"
  [[ "$file" == docs/log.md ]] || check_lone_flags "$file"
  check_commands "$file"
  check_scripts "$file"
  check_presets "$file"
  check_links "$file"
done
check_readme_is_covered
[[ "$paths" -gt 20 ]] || fail "only $paths paths were found: the test sees nothing"
[[ "$flags" -gt 20 ]] || fail "only $flags flags were found: the test sees nothing"
[[ "$links" -gt 5 ]] || fail "only $links links were found: the test sees nothing"
printf '%d paths, %d flags, %d links, %d failures\n' "$paths" "$flags" "$links" "$failures"
exit $((failures > 0))
