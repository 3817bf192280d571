#!/usr/bin/env bash
# The jobs of scripts/cluster, without Slurm: stubs of its commands run each at once, from a copy that lies elsewhere, with the
# variables that Slurm sets. Dependencies, arrays, time limits (the job is requeued and goes on), a cancelled job (it is not),
# shards that are missing or there twice; training in two processes, to the bytes of one. Then all stages with a real teacher.
#
# Not for: what the tools do (tests/tools), nor Slurm itself: the stubs do what its manual says, among it that srun kills its
# tasks when it is sent TERM.
# Usage: cluster_test.sh SOURCE_DIR BIN_DIR
source "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"
readonly SLURM="$TMP/slurm" SUBMIT=scripts/cluster/submit.sh
mkdir -p "$SLURM"/{bin,spool}
unset "${!SLURM_@}" "${!SBATCH_@}" "${!UDRL_@}"
echo $((RANDOM % 9000 + 1000)) > "$SLURM/last"  # the port of training is made of the id

# Runs the job at once, and again when it was requeued. Adds "STAGE JOB TASK STATUS" to `ended` (TASK: 0 where there is no
# array; STATUS: cancelled where one before it failed). A file limit-STAGE (cancel-STAGE), which names another file, has the
# time limit come (the job cancelled) once that one is there.
cat > "$SLURM/bin/sbatch" << 'EOS'
#!/usr/bin/env bash
set -uo pipefail
script="${*: -1}"
stage="$(basename "$script" .sh)"
declare -A option=()
mapfile -t all < <(sed -n 's/^#SBATCH //p' "$script"; printf '%s\n' "${@:1:$#-1}")
for one in "${all[@]}"; do name=${one%%=*}; option[${name#--}]=${one#*=}; done
job=$(($(< "$SLURM/last") + 10))
echo "$job" > "$SLURM/last"
echo "$*" >> "$SLURM/submitted"

# may_begin TASK: all that it waits for has ended well.
may_begin() {
  local kind=${option[dependency]:-} id
  for id in $(cut -s -d: -f2- <<< "$kind" | tr : ' '); do
    awk -v job="$id" -v task="$1" -v own="${kind%%:*}" '
      $2 == job && (own == "afterok" || $3 == task) { ++found; bad += $4 != "0" }
      END { exit !found || bad }' "$SLURM/ended" || return 1
  done
}

# one TASK: 0 where there is no array. The last job of an array has the array's id.
one() {
  local id=$job place=$job output status limit="$SLURM/limit-$stage" cancel="$SLURM/cancel-$stage" nodes=${option[nodes]:-1}
  unset SLURM_ARRAY_JOB_ID SLURM_ARRAY_TASK_ID SLURM_ARRAY_TASK_COUNT
  if [[ "$1" != 0 ]]; then
    place=${job}_$1
    [[ "$1" == "${tasks[-1]}" ]] || id=$((job + $1))
    export SLURM_ARRAY_JOB_ID=$job SLURM_ARRAY_TASK_ID=$1 SLURM_ARRAY_TASK_COUNT=${#tasks[@]}
  fi
  may_begin "$1" || { echo "$stage $job $1 cancelled" >> "$SLURM/ended"; return; }
  output=${option[output]//%A/$job} output=${output//%a/$1} output=${output//%j/$id}
  export SLURM_JOB_ID=$id SLURM_SUBMIT_DIR=$PWD SLURM_PROCID=0 SLURM_RESTART_COUNT=0 SLURM_CPUS_PER_TASK=${option[cpus-per-task]:-1}
  export SLURM_JOB_NODELIST="node[1-$nodes]" SLURM_NTASKS_PER_NODE=${option[ntasks-per-node]:-1}
  export SLURM_NTASKS=$((nodes * SLURM_NTASKS_PER_NODE))
  cp "$script" "$SLURM/spool/slurm_script"
  while :; do
    bash "$SLURM/spool/slurm_script" >> "$output" 2>&1 < /dev/null &
    while kill -0 $! 2> /dev/null; do
      if [[ -f "$limit" && -s "$(< "$limit")" ]]; then
        rm "$limit"
        [[ ${option[signal]} == B:*@* ]] && kill "-$(cut -d: -f2 <<< "${option[signal]%@*}")" $!
      elif [[ -f "$cancel" && -s "$(< "$cancel")" ]]; then
        rm "$cancel"
        "$SLURM/bin/scancel" --signal=TERM "$id"
        kill -TERM $! $(< "/proc/$!/task/$!/children")
      fi
      sleep 0.02
    done
    wait $!
    status=$?
    [[ -f "$SLURM/requeued" && -v option[requeue] && "$(< "$SLURM/requeued")" == "$place" ]] || break
    rm "$SLURM/requeued"
    echo "$stage $status" >> "$SLURM/requeues"
    SLURM_RESTART_COUNT=$((SLURM_RESTART_COUNT + 1))
  done
  echo "$stage $job $1 $status" >> "$SLURM/ended"
}

tasks=(0)
if [[ -n "${option[array]:-}" ]]; then
  tasks=()
  for range in $(tr , ' ' <<< "${option[array]%%%*}"); do mapfile -t -O ${#tasks[@]} tasks < <(seq "${range%-*}" "${range#*-}"); done
fi
for task in "${tasks[@]}"; do one "$task"; done
echo "$job"
EOS

# All tasks of a step at once. Sent TERM, it kills them.
cat > "$SLURM/bin/srun" << 'EOS'
#!/usr/bin/env bash
set -uo pipefail
while [[ "$1" == --* ]]; do shift; done
trap 'kill -KILL "${ids[@]}"' TERM
ids=()
for ((rank = 0; rank < SLURM_NTASKS; ++rank)); do
  SLURM_PROCID=$rank SLURM_STEP_NUM_TASKS=$SLURM_NTASKS "$@" &
  ids+=($!)
done
echo "${ids[@]}" > "$SLURM/step-$SLURM_JOB_ID"
worst=0
for id in "${ids[@]}"; do
  wait "$id" || { status=$?; ((status <= worst)) || worst=$status; }
done
rm "$SLURM/step-$SLURM_JOB_ID"
exit "$worst"
EOS
cat > "$SLURM/bin/scancel" << 'EOS'
#!/usr/bin/env bash
[[ "$1" == --signal=TERM && -f "$SLURM/step-$2" ]] || exit 0
read -ra ids < "$SLURM/step-$2"
kill -TERM "${ids[@]}" 2> /dev/null || true
EOS
cat > "$SLURM/bin/scontrol" << 'EOS'
#!/usr/bin/env bash
case "$1" in
  show) for ((i = 1; i <= $(grep -o '[0-9]*]' <<< "$3" | tr -d ']'); ++i)); do echo 127.0.0.1; done ;;
  requeue) echo "$2" > "$SLURM/requeued" ;;
esac
EOS
chmod +x "$SLURM"/bin/*
export SLURM PATH="$SLURM/bin:$PATH"

export UDRL_BIN="$BIN" UDRL_RUN="$TMP/run" UDRL_SHARDS=2 UDRL_TASKS=image UDRL_SLURM_ALL=--cpus-per-task=1
UDRL_PYTHON="$(command -v python3)" || skip "no python3"
grep -q "one process only" <("$TRAIN" --version) && skip "built without gloo"
export UDRL_PYTHON OMP_NUM_THREADS=1
TAG_FEW="--bins 3 --valid-fraction 0.2 --test-fraction 0.2 --support.at-least 1 --support.reach 8 --support.top-at-least 1"
SMALL="--valid-every 6 --save-every 4 --valid-records 16 --model.layers 1 --model.width 32 --model.heads 2 --model.context-length 128"
SMALL+=" --model.vocab 640 --batch.step-tokens 512 --batch.micro-tokens 128 --sample-every 0"
export UDRL_TAG="$TAG_FEW" UDRL_TRAIN="$SMALL --steps 150" UDRL_SCORERS='' UDRL_SCORE="--scorers copying,repetition --block 16"

# ended STAGE: the status of the job that was submitted last for it, or of each of the array.
ended() { awk -v stage="$1" '$1 == stage { all = $2 == job ? all " " $4 : $4; job = $2 } END { print all }' "$SLURM/ended"; }
log_of() { cat "$UDRL_RUN/logs/$1"-*.log; }
# when FILE KIND STAGE: the time limit (cancel) comes when FILE is there.
when() { echo "$1" > "$SLURM/$2-$3"; }

# --- what is said before anything runs
expect "help of submit.sh" 0 "--array LIST" -- "$SUBMIT" --help
for stage in synthesize check score tag train evaluate; do
  expect "help of $stage" 0 "Cluster:" "SBATCH --job-name=udrl-$stage" -- "scripts/cluster/$stage.sh" --help
done
expect "an unknown stage" 1 "unknown option or stage trian" -- "$SUBMIT" trian
expect "no intents" 1 "no intents in $TMP/run/intents" "udrl-distill intents --from" -- "$SUBMIT"
mkdir -p "$TMP/run/intents"
expect "a dry run" 0 "--array=1-2%2" "aftercorr:\$synthesize" "afterok:\$check:\$score" "afterok:\$train" "--kill-on-invalid-dep=yes" -- "$SUBMIT" --dry-run
holds "submits nothing" test ! -e "$SLURM/submitted"
SLURM_ARRAY_TASK_ID=2 UDRL_DRY_RUN=1 expect "the second shard of two" 0 "--shard 2/2" "samples/002-of-002" -- scripts/cluster/synthesize.sh
SLURM_ARRAY_TASK_ID=3 UDRL_DRY_RUN=1 expect "a third one" 1 "shard '3', expected 1 to 2" -- scripts/cluster/score.sh

# --- without a model: the committed records as two shards
python3 - "$SCORED" "$TMP/run/samples" << 'EOP'
import json, pathlib, sys

lines = [line for file in sorted(pathlib.Path(sys.argv[1]).glob("part-*.jsonl")) for line in open(file)]
intents = list(dict.fromkeys(json.loads(line)["intent_id"] for line in lines))
for shard in (1, 2):
    folder = pathlib.Path(sys.argv[2]) / f"{shard:03}-of-002"
    folder.mkdir(parents=True)
    mine = [line for line in lines if intents.index(json.loads(line)["intent_id"]) % 2 == shard - 1]
    (folder / "part-00000.jsonl").write_text("".join(mine))
    manifest = {"schema_version": 2, "normalisation_version": 1, "stage": "synthesize", "tool_version": "", "command_line": "", "seed": 1, "models": {},
                "config": {"shard": f"{shard}/2", "draws": 6}, "inputs": {}, "counts": {"stop": len(mine)}, "complete": True}
    (folder / "manifest.json").write_text(json.dumps(manifest))
EOP
cp -r "$TMP/run/samples" "$TMP/samples"

# broken NAME TEXT: check.sh refuses what was done to the samples, which are then as before; what comes after it does not begin.
broken() {
  expect "$1" 0 "check: job" -- "$SUBMIT" check tag
  holds "$1: is refused" test "$(ended check)" = 1
  holds "$1: is told" grep -qF "$2" <(log_of check)
  holds "$1: tag does not begin" test "$(ended tag)" = cancelled
  rm -rf "$TMP/run/samples" "$TMP/run/logs"
  cp -r "$TMP/samples" "$TMP/run/samples"
}
rm -r "$TMP/run/samples/002-of-002"
broken "a missing shard" "submit.sh --array 2"
sed -i 's/"complete": true/"complete": false/' "$TMP/run/samples/001-of-002/manifest.json"
broken "an incomplete shard" "submit.sh --array 1"
rm -r "$TMP/run/samples/002-of-002" && cp -r "$TMP/run/samples/001-of-002" "$TMP/run/samples/002-of-002"
broken "a shard twice" "holds the shard '1/2', expected '2/2'"
sed -i 's/"draws": 6/"draws": 5/' "$TMP/run/samples/002-of-002/manifest.json"
broken "a shard of other settings" "draws is 5"
head -n 20 "$TMP/samples/001-of-002/part-00000.jsonl" > "$TMP/run/samples/001-of-002/part-00000.jsonl"
broken "a shard of fewer intents" "no equal shares"
tail -n 1 "$TMP/samples/001-of-002/part-00000.jsonl" >> "$TMP/run/samples/002-of-002/part-00000.jsonl"
broken "an intent in two shards" "are in other shards too"

# Two nodes with a process each, which the time limit stops after some steps.
export UDRL_NETWORK=lo UDRL_SLURM_TRAIN="--nodes=2 --ntasks-per-node=1"
when "$TMP/run/student/training_state.json" limit train
expect "check to train" 0 "score: job" "train: job" -- "$SUBMIT" check score tag train
ends_well() { [[ "$(ended "$1" | tr -d ' 0')" == "" && "$(ended "$1")" != "" ]] || { tail -n 5 "$UDRL_RUN/logs/$1"-*.log; return 1; }; }
for stage in check score tag train; do holds "$stage ends well" ends_well "$stage"; done
holds "the shards are there once" grep -q "2 shards, each once and complete" <(log_of check)
holds "the time limit stopped and requeued the training, once" test "$(cat "$SLURM/requeues")" = "train 3"
holds "which then went on" grep -q "going on after step" <(log_of train)
holds "in two processes" grep -q "2 processes" "$TMP/run/student/report.html"
scored_at_once() { "$DISTILL" score --input "$TMP/run/samples/001-of-002,$TMP/run/samples/002-of-002" --out "$TMP/at-once" --tasks-folder data/tasks --scorers copying,repetition; }
holds "all shards scored at once" scored_at_once
sorted_lines() { cat "$@" | sort; }
holds "have the scores of one after the other" cmp <(sorted_lines "$TMP"/at-once/part-*) <(sorted_lines "$TMP"/run/scored/*/part-*)
# shellcheck disable=SC2086
holds "one process, undisturbed" "$TRAIN" --data "$TMP/run/tagged" --out "$TMP/alone" --batch.lanes 2 --threads 1 $SMALL --steps 150
for file in model.safetensors training_state.safetensors student.gguf; do same_files "trains the same student" "$TMP/alone" "$TMP/run/student" "$file"; done

before="$(fingerprint "$TMP/run/scored" "$TMP/run/tagged" "$TMP/run/student")"
expect "submitted again" 0 -- "$SUBMIT" score tag train
for stage in score tag train; do holds "$stage ends well" ends_well "$stage"; done
holds "and change nothing" test "$(fingerprint "$TMP/run/scored" "$TMP/run/tagged" "$TMP/run/student")" = "$before"

# Slurm sends TERM to all processes of a cancelled job, srun among them.
rm -rf "$TMP/run/student" "$TMP/run/logs"
when "$TMP/run/student/training_state.json" cancel train
expect "a cancelled training" 0 -- "$SUBMIT" train evaluate
holds "ends" grep -qE '^(3|137|143)$' <(ended train)
holds "is not requeued" test "$(wc -l < "$SLURM/requeues")" -eq 1
holds "and nothing comes after it" test "$(ended evaluate)" = cancelled

# --- with models: everything
if [[ ! -f "$TEACHER" || ! -f "$MINILM" ]]; then
  echo "without the stages that need a model: there is none in models/"
  finish
fi
export UDRL_RUN="$TMP/real" UDRL_NETWORK='' UDRL_SLURM_TRAIN="--nodes=1 --ntasks-per-node=2"
mkdir "$TMP/tasks"  # with short prompts, which are read on one thread
sed -e 's/^shots = .*/shots = 2/' -e 's/^subsets = .*/subsets = 1/' data/tasks/image.toml > "$TMP/tasks/image.toml"
export UDRL_TEACHER="--teacher.gguf $TEACHER" UDRL_SYNTHESIZE="--tasks-folder $TMP/tasks --draws 3 --temperatures 0.7,1.0 --repeat-penalty 1.1 --teacher.slots 8"
export UDRL_SCORERS="--embedder.gguf $MINILM" UDRL_SCORE="--scorers relevance,relevance_masked,copying,repetition" UDRL_TRAIN="$SMALL --steps 12"
export UDRL_SYSTEMS=configs/systems/smollm2-135m-instruct.toml
export UDRL_EVALUATE="--tasks-folder $TMP/tasks --intents 4 --latency-requests 2 --clients 2 --gate-answers 10 --resamples 100 --slots 4 --no-second-draw"
gunzip -c data/intents/sample/part-00000.jsonl.gz | grep -o '"intent":"[^"]*"' | cut -d'"' -f4 | head -n 12 > "$TMP/intents.txt"
"$DISTILL" intents --from "$TMP/intents.txt" --out "$TMP/real/intents" > /dev/null 2>&1
rm "$SLURM/requeues"
when "$TMP/real/samples/001-of-002/part-00000.jsonl" cancel synthesize
expect "a cancelled synthesis" 0 -- "$SUBMIT" --array 1 synthesize
holds "has saved" test "$(ended synthesize)" = 3
holds "is not requeued, either" test ! -e "$SLURM/requeues"
when "$TMP/real/samples/002-of-002/part-00000.jsonl" limit synthesize
expect "all stages" 0 "evaluate: job" "squeue --me" -- "$SUBMIT"
for stage in synthesize check score tag train evaluate; do
  holds "$stage ends well, with models" ends_well "$stage"
done
holds "the time limit stopped and requeued the second shard, once" test "$(cat "$SLURM/requeues")" = "synthesize 3"
answers() { cat "$TMP"/real/samples/*/part-*.jsonl; }
holds "all answers are there" test "$(answers | wc -l)" -eq 36
holds "each once" test "$(answers | grep -o '"id":"[0-9a-f]*"' | sort -u | wc -l)" -eq 36
holds "the report is there" test -s "$TMP/real/eval/report.html"
finish
