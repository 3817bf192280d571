#!/usr/bin/env bash
# Two processes on one output folder: the second is refused (2), told which folder, why and what to do, before it has
# removed, cut or added anything; the first ends with the bytes of an undisturbed run. All stages of all tools.
# Not for: two threads of one process (tests/base), or folders of other settings (other_config_test.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

intents() { "$DISTILL" intents --out "$1" --limit 300; }
doctor() { "$DISTILL" doctor --input "$SCORED" --out "$1" --resamples 100; }
training() { train "$1" "$TMP/tagged"; }
student_answers() {
  "$DISTILL" answer --student "$TMP/student" --intents "$TMP/intents" --out "$1" --limit 6 --returns top,any --words 9 --slots 4
}
# Refused before a model is opened: these need none.
synthesize() { "$DISTILL" synthesize --intents "$TMP/intents" --out "$1" --teacher.gguf "$TMP/nowhere.gguf"; }
evaluate() { "$EVAL" --student "$TMP/nowhere" --tagged "$TMP/tagged" --systems "$TMP/nowhere.toml" --out "$1" --embedder.gguf "$TMP/nowhere.gguf"; }

why="another process is writing into this folder"
cure="wait for it or stop it, or choose another output folder"

holds "intents" intents "$TMP/intents"
holds "tag" tag "$TMP/tagged"
holds "train" training "$TMP/student"
cp -r "$TMP/student" "$TMP/author"
holds "own answers" own_answers "$TMP/author" "$TMP/tagged" "$TMP/own"

# A folder with what any stage would mend, remove or replace, held by this shell.
held="$TMP/held"
mkdir -p "$held"/{train,outputs,invented}
echo torn | tee "$held/student.gguf" > "$held/critic.json"
printf '{"whole":1}\n{"torn' | tee "$held"/part-00000.jsonl "$held"/train/part-00000.jsonl > "$held/invented/part-00000.jsonl"
echo half | tee "$held/part-00001.jsonl.gz.tmp" "$held/.table.json.tmp-1-2" > "$held/rejects.jsonl"
before="$(fingerprint "$held")"
exec 9< "$held"
flock -n 9 || skip "no locks on this file system"
for stage in intents synthesize student_answers score doctor tag training critic evaluate; do
  expect "$stage into a held folder" 2 "$why" "$held" "$cure" -- "$stage" "$held"
done
holds "nothing was touched" test "$(fingerprint "$held")" = "$before"
exec 9<&-

# A real first process, halted before one of its writes: the second is refused, the first one goes on undisturbed.
# halted_in FOLDER: the process that a fault halted there, if there is one.
halted_in() {
  local process
  for process in /proc/[0-9]*; do
    grep -qs '^State:.T' "$process/status" && tr '\0' '\n' 2> /dev/null < "$process/environ" | grep -qxF "UDRL_FAULT_UNDER=$1" &&
      printf '%s' "${process#/proc/}"
  done
}
for stage in intents short_score doctor tag critic student_answers training; do
  holds "$stage, undisturbed" "$stage" "$TMP/whole-$stage"
  for n in ${CHANGES:-1 4 7}; do
    out="$TMP/two-$stage-$n"
    mkdir "$out"
    with_fault "halt:$n" "$out" "$stage" "$out" > "$TMP/first" 2>&1 < /dev/null &
    shell=$!
    until first="$(halted_in "$out")"; [[ -n "$first" ]] || ! kill -0 "$shell" 2> /dev/null; do sleep 0.05; done
    [[ -n "$first" ]] || { fail "$stage" "was not halted at change $n"; break; }
    before="$(fingerprint "$out")"
    expect "$stage, while another is halted at change $n" 2 "$why" "$out" "$cure" -- "$stage" "$out"
    holds "$stage, while another is halted at change $n: nothing was touched" test "$(fingerprint "$out")" = "$before"
    kill -CONT "$first"
    wait "$shell"
    got=$?
    output="$(< "$TMP/first")"
    expect_last "$stage, the first one, halted at change $n" 0
    [[ "$stage" == training || "$stage" == student_answers ]] && continue  # their bytes: train_test.sh, answer_test.sh
    checks=$((checks + 1))
    same_output "$TMP/whole-$stage" "$out" || fail "$stage, halted at change $n" "other bytes than undisturbed"
  done
done
finish
