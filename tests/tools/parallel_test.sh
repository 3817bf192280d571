#!/usr/bin/env bash
# Several processes that train one student: the same bytes as one, whatever their number; one that dies takes the others
# along, and the run goes on with fewer or more. Not for: how fast they are (scripts/bench/parallel.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

grep -q "one process only" <("$TRAIN" --version) && skip "built without gloo"
holds "tag" tag "$TMP/tagged"
export MICRO=128  # so that a step has four forward passes
port=$((20000 + RANDOM % 20000))

# several N OUT OPTION...: N processes; the status of the first, their output in $TMP/RANK.log.
several() {
  local count=$1 out=$2 rank ids=() status
  shift 2
  port=$((port + 1))
  for ((rank = 0; rank < count; ++rank)); do
    EXEC="exec env RANK=$rank WORLD_SIZE=$count LOCAL_WORLD_SIZE=$count MASTER_ADDR=127.0.0.1 MASTER_PORT=$port" \
      train "$out" "$TMP/tagged" --batch.lanes "${LANES:-4}" --threads 1 "$@" > "$TMP/$rank.log" 2>&1 &
    ids+=($!)
  done
  process_ids=("${ids[@]}")
  [[ -z "${BEGIN:-}" ]] || return 0
  wait "${ids[0]}"
  status=$?
  wait "${ids[@]:1}"
  cat "$TMP"/[0-9].log > "$TMP/output"
  return $status
}
hashes() { sha256sum "$1"/model.safetensors "$1"/training_state.safetensors "$1"/student.gguf "$1"/samples.jsonl | cut -d ' ' -f 1; }

for count in 1 2 4; do holds "$count processes" several "$count" "$TMP/$count" --sample-every 6; done
holds "two give the bytes of one" cmp <(hashes "$TMP/1") <(hashes "$TMP/2")
holds "four too" cmp <(hashes "$TMP/1") <(hashes "$TMP/4")
holds "only the first one speaks" test ! -s "$TMP/3.log"
holds "a line for each step" test "$(wc -l < "$TMP/4/metrics.jsonl")" -eq 12

LANES=2 several 4 "$TMP/few" && fail "more processes than lanes" "accepted"
grep -q "batch.lanes 4" "$TMP/output" || fail "more processes than lanes" "no cure"
several 3 "$TMP/three" && fail "three processes" "accepted"
grep -q "power of two" "$TMP/output" || fail "three processes" "no reason"

# One that dies takes the others along; the run goes on with another number of processes, to the same bytes.
BEGIN=1 STEPS=4000 SAVE=5 VALID=4000 several 4 "$TMP/killed" --sample-every 0
for ((i = 0; i < 600; ++i)); do [[ ! -f "$TMP/killed/training_state.json" ]] || break; sleep 0.05; done
kill -9 "${process_ids[2]}"
begin=$SECONDS
{ wait "${process_ids[@]}"; } 2> /dev/null
holds "all have ended within 30 s" test $((SECONDS - begin)) -le 30
grep -q "another process of this run is gone" "$TMP/0.log" || fail "a process was killed" "$(tail -n 3 "$TMP/0.log")"
step=$(sed -n 's/.*"step": \([0-9]*\),.*/\1/p' "$TMP/killed/training_state.json" | head -n 1)
holds "something was saved" test "${step:-0}" -ge 5

# A request to one process stops all, after they have saved.
BEGIN=1 STEPS=4000 SAVE=4000 VALID=4000 several 2 "$TMP/stopped" --sample-every 0
for ((i = 0; i < 600; ++i)); do [[ ! -s "$TMP/stopped/metrics.jsonl" ]] || break; sleep 0.05; done
kill -INT "${process_ids[1]}"
wait "${process_ids[0]}"
holds "the first one stops as well" test $? -eq 3
wait "${process_ids[1]}"
holds "and the one that was asked" test $? -eq 3

# Stopped after some steps with two, gone on with four, ended with one: the bytes of a run that one made alone.
export STEPS=60 SAVE=1000
lines() { cat "$TMP/changing/metrics.jsonl" 2> /dev/null | wc -l; }
for count in 2 4; do
  wanted=$(($(lines) + 3))
  BEGIN=1 several "$count" "$TMP/changing" --sample-every 0
  for ((i = 0; i < 600 && $(lines) < wanted; ++i)); do sleep 0.02; done
  kill -INT "${process_ids[0]}"
  wait "${process_ids[@]}"
done
holds "one goes on" several 1 "$TMP/changing" --sample-every 0
holds "one alone" several 1 "$TMP/unchanging" --sample-every 0
unset STEPS SAVE
changed() { sha256sum "$1"/model.safetensors "$1"/training_state.safetensors "$1"/student.gguf | cut -d ' ' -f 1; }
holds "a run may change its processes" cmp <(changed "$TMP/changing") <(changed "$TMP/unchanging")

# A step is divided by the weight of all of it, whoever computes which part.
weighted=(--sample-every 0 --sequence.any-return 1 --sequence.reward-weight 2)
for count in 1 2; do holds "$count processes, weighted by return" several "$count" "$TMP/weighted-$count" "${weighted[@]}"; done
holds "two give the bytes of one, weighted too" cmp <(changed "$TMP/weighted-1") <(changed "$TMP/weighted-2")

torchrun="$SOURCE/.deps/venv/bin/torchrun"
if [[ -x "$torchrun" ]]; then
  EXEC="$torchrun --no-python --nproc-per-node 2 --master-port $((port + 50))"
  holds "torchrun starts it" train "$TMP/torchrun" "$TMP/tagged" --batch.lanes 4 --sample-every 6 --threads 1
  EXEC=
  holds "to the same bytes" cmp <(hashes "$TMP/1") <(hashes "$TMP/torchrun")
fi
finish
