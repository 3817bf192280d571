#!/usr/bin/env bash
# Brings llama.cpp in WebAssembly, as wllama builds it, into .deps/wllama-2.3.7: three files of an npm package, checked by
# its SHA-256. For: udrl-export page. Needs npm. Later versions are built for 64 bits, which older browsers do not load.
#
# Usage: fetch_wllama.sh [--from FILE.tgz]    take the package from a file
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

readonly VERSION=2.3.7 SHA256=297109c76215c7457c230527fe8f930aa578897156c06df2da6cf7e393ee0233
readonly PLACE="$DEPS/wllama-$VERSION"
FROM=
case "${1:-}" in
  "") ;;
  --from) FROM=${2:?a file} ;;
  --help | -h) show_help "${BASH_SOURCE[0]}"; exit ;;
  *) die "unknown option $1" "See the head of $0." ;;
esac

if [[ -f "$PLACE/wllama.wasm" ]]; then
  say "$PLACE is there."
  exit
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
if [[ -z "$FROM" ]]; then
  command -v npm > /dev/null || die "there is no npm" "Install it, or fetch the package elsewhere and name it: $0 --from FILE.tgz"
  (cd "$work" && npm pack --silent "@wllama/wllama@$VERSION" > /dev/null) || die "npm could not fetch the package" "Is there a network?"
  FROM="$work/wllama-wllama-$VERSION.tgz"
fi
[[ "$(sha256sum "$FROM" | cut -d ' ' -f 1)" == "$SHA256" ]] || die "$FROM is not @wllama/wllama $VERSION" "Its SHA-256 is another one."
tar -xzf "$FROM" -C "$work" package/LICENCE package/src/single-thread
mkdir -p "$PLACE"
cp "$work/package/LICENCE" "$work/package/src/single-thread/wllama.js" "$PLACE/"
cp "$work/package/src/single-thread/wllama.wasm" "$PLACE/wllama.wasm.part"
mv "$PLACE/wllama.wasm.part" "$PLACE/wllama.wasm"
say "$PLACE"
