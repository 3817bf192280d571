#!/usr/bin/env bash
# Formats udrl's own C++ with clang-format 14, as .clang-format says.
#
# Not for: other languages, or outside code.
#
# Usage: format.sh            formats in place
#        format.sh --check    changes nothing; lists the files that are not formatted, and fails if there are any
#   CLANG_FORMAT  the program, if it has another name here; it must be version 14, for versions differ
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

find_program() {
  local candidate
  for candidate in "${CLANG_FORMAT:-}" clang-format-14 clang-format; do
    if [[ -n "$candidate" ]] && "$candidate" --version 2> /dev/null | grep -q 'version 14\.'; then
      printf '%s' "$candidate"
      return
    fi
  done
  die "no clang-format 14" "Run scripts/setup.sh, or install clang-format-14, or set CLANG_FORMAT."
}

sources() { git -C "$ROOT" ls-files -z --cached --others --exclude-standard -- 'include/*.hpp' 'src/*.[ch]pp' 'tools/*.[ch]pp' 'tests/*.[ch]pp'; }

check() {
  local program="$1" bad
  bad="$(cd "$ROOT" && sources | xargs -0r "$program" --dry-run 2>&1 | sed -n 's/^\([^:]*\):.*clang-format-violations.*/\1/p' | sort -u)"
  [[ -z "$bad" ]] || die "not formatted:" "${bad//$'\n'/$'\n'  }" "Run scripts/format.sh."
  say "format: as it should be"
}

program="$(find_program)"
case "${1:-}" in
  "") (cd "$ROOT" && sources | xargs -0r "$program" -i) ;;
  --check) check "$program" ;;
  --help | -h) show_help "${BASH_SOURCE[0]}" ;;
  *) die "unknown option $1" "See scripts/format.sh --help." ;;
esac
