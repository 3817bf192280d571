#!/usr/bin/env bash
# One round of the crash matrix (scripts/torture.sh) over the three quickest stages: whatever happens to them, the same command
# ends as undisturbed. And the matrix sees a tool that does not. Not for: the other stages, many rounds (docs/reliability.md).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TORTURE_FAULT="$(dirname "$FAULT")/udrl_torture_fault.so"
export BIN TORTURE_FAULT
[[ -f "$TORTURE_FAULT" ]] || skip "no ${TORTURE_FAULT##*/}"
torture() { scripts/torture.sh --times 1 --seed 1 --keep "$TMP/differing" "$@"; }

kinds=kill,gap,int,stop,two,full,eio,lost,power,posix,twice
expect "three stages" 0 "33 disturbed, 33 equal" -- torture --stages score,tag,doctor --kinds $kinds --json "$TMP/cells.jsonl"
holds "a line of JSON for each" test "$(grep -c '"disturbed":1,"equal":1' "$TMP/cells.jsonl")" -eq 33

# A tool that adds an empty line when it goes on.
mkdir "$TMP/bin"
cat > "$TMP/bin/udrl-distill" << EOT
#!/usr/bin/env bash
out="\$(sed 's/.*--out \([^ ]*\).*/\1/' <<< "\$*")"
[[ -e "\$out/manifest.json" ]] && goes_on=1
"$BIN/udrl-distill" "\$@" || exit
[[ -z "\${goes_on:-}" ]] || echo >> "\$out/part-00000.jsonl"
EOT
chmod +x "$TMP/bin/udrl-distill"
expect "a tool that goes on wrongly" 1 "another end" "--seed 1 --stages score --kinds twice --round 1" "0 equal" -- \
  env BIN="$TMP/bin" scripts/torture.sh --times 1 --seed 1 --keep "$TMP/differing" --stages score --kinds twice
holds "what differs is kept" test -s "$TMP/differing/score-twice-1/cell-score-twice-1.diff"
expect "an unknown stage" 1 "unknown stage nowhere" -- torture --stages nowhere
finish
