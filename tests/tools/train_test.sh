#!/usr/bin/env bash
# Training that is stopped, killed or runs out of disk goes on, and ends with the very weights of an undisturbed run.
# And what a checkpoint refuses: other settings, a student.gguf cut short.
# Not for: learning anything (the smoke run), the state's format (tests/train).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

holds "tag" tag "$TMP/tagged"
training() { train "$1" "$TMP/tagged"; }
holds "train, undisturbed" training "$TMP/whole"
holds "a line for each step" test "$(wc -l < "$TMP/whole/metrics.jsonl")" -eq 12

# What metrics.jsonl says but for times.
figures() { sed -E 's/"(seconds|tokens_per_s|mfu)":[^,}]*//g' "$1/metrics.jsonl"; }

# same_student NAME OUT [TRAINING WHOLE]: goes on, and ends as $TMP/whole.
same_student() {
  local training="${3:-training}" whole="$TMP/${4:-whole}"
  expect "$1: goes on" 0 -- "$training" "$2" || return
  same_files "$1" "$whole" "$2" model.safetensors training_state.safetensors tokenizer.model config.json \
    commands.json student.gguf samples.jsonl
  holds "$1: the same figures, once" cmp <(figures "$whole") <(figures "$2")
}

expect "a finished training, again" 0 "nothing to do" -- training "$TMP/whole"

# Counted in changes of the folder: while it is set up, in the first steps, and in the first save.
for n in 3 14 30 40; do
  disturb "kill:$n" training
  expect_last "killed at change $n" 137 && same_student "killed at change $n" "$out"
done
disturb int:20 training
expect_last "stopped" 3 "training was stopped after step" "everything is saved" "run the same command again" &&
  same_student "stopped" "$out"
for n in 14 30; do
  disturb "full:$n" training
  expect_last "full at change $n" 1 "the disk is full" "$out" "run the same command again" &&
    same_student "full at change $n" "$out"
done

# The same with kept states and samples, counted from the first saved state on: beside the copy that is kept, the student
# that is asked, its samples, later steps and saves, the last one.
watched() { train "$1" "$TMP/tagged" --keep-last 2 --sample-every 4; }
holds "train, with kept states and samples" watched "$TMP/watched"
same_watched() {
  same_student "$1" "$2" watched watched && holds "$1: the same kept states" diff -r -x '.*' "$TMP/watched/checkpoints" "$2/checkpoints"
}
export UDRL_FAULT_AFTER=training_state.safetensors
for n in 1 15 40 70 100 130 160 200; do
  disturb "kill:$n" watched
  expect_last "killed at change $n after a save" 137 && same_watched "killed at change $n after a save" "$out"
done
disturb full:30 watched
expect_last "full after a save" 1 "the disk is full" && same_watched "full after a save" "$out"
disturb int:120 watched
expect_last "stopped after a save" 3 "run the same command again" && same_watched "stopped after a save" "$out"
unset UDRL_FAULT_AFTER

# A signal from outside, as Ctrl-C or a cluster sends it: as soon as a first save is there.
has_saved() { [[ -e "$out/training_state.safetensors" ]]; }
signals=(INT TERM)
# Under nohup it is ignored, and is to be.
(((0x$(awk '/^SigIgn/ { print $2 }' /proc/self/status) & 1) == 1)) || signals+=(HUP)
for SIGNAL in "${signals[@]}"; do
  out="$TMP/sig$SIGNAL"
  interrupt has_saved training "$out"
  [[ "$got" -eq 0 ]] || expect_last "SIG$SIGNAL" 3 "run the same command again"  # 0: it was through already
  same_student "SIG$SIGNAL" "$out"
done

expect "other settings" 2 "steps: was 12, now 13" "choose another output folder" -- \
  "$TRAIN" --data "$TMP/tagged" --out "$TMP/whole" --steps 13
mv "$TMP/whole" "$TMP/moved"
expect "a folder that was moved" 0 "nothing to do" -- training "$TMP/moved"

# Plain text first, in as many steps again.
mkdir "$TMP/texts"
cat "$SCORED"/part-*.jsonl | sed 's/"answer":/"text":/' > "$TMP/texts/answers.jsonl"
with_plain() { train "$1" "$TMP/tagged" --plain.data "$TMP/texts" --plain.steps 12; }
expect "plain text first" 0 "first 12 steps on plain text" "now the records" -- with_plain "$TMP/plain"
holds "its steps are marked" test "$(grep -c '"phase":"plain"' "$TMP/plain/metrics.jsonl")" -eq 12
for n in 10 40; do
  UDRL_FAULT_AFTER=training_state.safetensors disturb "kill:$n" with_plain
  expect_last "killed at change $n beside plain text" 137 &&
    same_student "killed at change $n beside plain text" "$out" with_plain plain
done
out="$TMP/plain-int"
interrupt has_saved with_plain "$out"
expect_last "stopped in plain text" 3 "run the same command again" && same_student "stopped in plain text" "$out" with_plain plain
echo "One more paragraph." > "$TMP/texts/more.txt"
expect "other plain text" 2 "plain text" "choose another output folder" -- with_plain "$TMP/plain"

holds "train in fp32" train "$TMP/fp32" "$TMP/tagged" --precision fp32
holds "train in fp32, again" train "$TMP/fp32-again" "$TMP/tagged" --precision fp32
same_files "two runs, each with the libraries of the first" "$TMP/fp32" "$TMP/fp32-again" model.safetensors

holds "generate" "$GENERATE" --model "$TMP/moved" --task image --intent "holiday sale" --words 12
size="$(stat -c %s "$TMP/moved/student.gguf")"
truncate -s $((size - 100)) "$TMP/moved/student.gguf"
expect "a student.gguf cut short" 2 "student.gguf" "truncated" "expected: $size bytes" -- \
  "$GENERATE" --model "$TMP/moved" --task image --intent "holiday sale"
finish
