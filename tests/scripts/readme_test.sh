#!/usr/bin/env bash
# Runs the commands of README.md, copied out of it as they are: all of its `sh` blocks, in a folder of their own, on few
# requests and with the smallest real teacher under the name of the README's.
#
# What the README leaves at its default (steps, size of the student …) comes from a --config that is added to each call.
# Not for: scripts/*.sh, which CI runs otherwise; docs_test.sh checks that they are there and know their options.
# Usage: readme_test.sh SOURCE_DIR BIN_DIR
source "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"
need_model "$TEACHER" "$MINILM"
readonly WORK="$TMP/work" TINY="$TMP/tiny" TOOLS=build/release/bin
mkdir -p "$WORK/$TOOLS" "$WORK/models" "$TINY"

# The folder that a reader has after set-up.
for folder in configs data scripts; do ln -s "$SOURCE/$folder" "$WORK/$folder"; done
ln -s "$TEACHER" "$MINILM" "$WORK/models/"
ln -s "$TEACHER" "$WORK/models/llama-3-8b-instruct.q4_k_m.gguf"
gunzip -c "$SOURCE"/data/intents/sample/part-00000.jsonl.gz | grep -o '"intent":"[^"]*"' | cut -d'"' -f4 | head -n 12 > "$WORK/my_intents.txt"

printf 'pairs = 10\nresamples = 100\n' > "$TINY/doctor.toml"
# So few records that every command counts as supported.
printf 'test_fraction = 0.3\n[support]\nat_least = 1\nreach = 8\ntop_at_least = 1\n' > "$TINY/tag.toml"
cat > "$TINY/udrl-train.toml" << 'END'
steps = 12
valid_every = 6
valid_records = 16
[model]
layers = 1
width = 32
heads = 2
context_length = 256
vocab = 640
[batch]
step_tokens = 512
micro_tokens = 256
END
printf 'intents = 4\nlatency_requests = 2\nclients = [2]\ngate_answers = 10\nresamples = 100\nslots = 8\n' > "$TINY/udrl-eval.toml"

# A tool with the few lines above: a flag of the README wins over them.
cat > "$WORK/$TOOLS/udrl-distill" << END
#!/usr/bin/env bash
name="\$(basename "\$0")"
[[ "\$name" != udrl-distill ]] || command="\$1"
echo "\${command:-\$name}" >> "$TMP/called"
config="$TINY/\${command:-\$name}.toml"
[[ ! -e "\$config" ]] || set -- "\$@" --config "\$config"
"$BIN/\$name" "\$@" || { status=\$?; echo "\$name \$*: exit status \$status" >&2; exit \$status; }
END
chmod +x "$WORK/$TOOLS/udrl-distill"
for tool in train generate eval; do ln -s udrl-distill "$WORK/$TOOLS/udrl-$tool"; done

# The README's commands, but calls of scripts.
awk '/^```/ { inside = /^```sh/; next } inside' "$SOURCE/README.md" | grep -v '^scripts/' > "$TMP/commands.sh"
# Each goes on where the one before it ended: the first that fails ends it.
in_work() { (cd "$WORK" && bash -euo pipefail "$TMP/commands.sh"); }
expect "the README's commands" 0 "" -- in_work || finish
answers="$(grep -c . "$TMP/output")"
[[ "$answers" -gt 4 ]] || fail "the README's commands" "they print nothing"
for file in doctor/doctor.html student/report.html student/student.gguf eval/report.html eval/results.json; do
  holds "the README's commands leave $file" test -s "$WORK/runs/mine/$file"
done
for name in intents synthesize score doctor tag udrl-train udrl-generate udrl-eval; do
  holds "the README calls $name" grep -qx "$name" "$TMP/called"
done
finish
