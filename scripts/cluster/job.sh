# Sourced by the jobs of scripts/cluster: settings, names of folders, and how a tool ends well when Slurm's time is up.
# Not for: which tool a stage runs.
# shellcheck shell=bash
source scripts/lib/common.sh
source scripts/cluster/settings.sh

trap - EXIT INT TERM  # of set-up, not of jobs

[[ "${1:-}" != --help && "${1:-}" != -h ]] || { show_help "scripts/cluster/$(basename "${BASH_SOURCE[1]}")"; exit 0; }
prepare_node

PYTHON=${UDRL_PYTHON:-$VENV/bin/python}
THREADS=${SLURM_CPUS_PER_TASK:-0}
TASK_OPTIONS=()
[[ -z "$TASKS" ]] || TASK_OPTIONS=(--tasks "$TASKS")

# shard_name N: its folder's name.
shard_name() { printf '%03d-of-%03d' "$1" "$SHARDS"; }
# all_shards FOLDER: the folders of all shards below it, with commas.
all_shards() {
  local n list=()
  for ((n = 1; n <= SHARDS; ++n)); do list+=("$1/$(shard_name "$n")"); done
  (IFS=,; printf '%s' "${list[*]}")
}
# choose_shard: the share of a job of an array, in NUMBER and SHARD. Of all SHARDS: a part of the array may be submitted alone.
choose_shard() {
  NUMBER=${SLURM_ARRAY_TASK_ID:-}
  [[ "$NUMBER" =~ ^[0-9]+$ ]] && ((NUMBER >= 1 && NUMBER <= SHARDS)) ||
    die "this job is shard '$NUMBER', expected 1 to $SHARDS" "Submit it as an array, by scripts/cluster/submit.sh. SHARDS of scripts/cluster/settings.sh says how many there are."
  SHARD=$(shard_name "$NUMBER")
}

# ask_to_stop: the tool that runs ends with 3. A job that starts it by srun says here how else it is reached.
ask_to_stop() { kill -TERM "$CHILD" 2> /dev/null || true; }

# Put back into the queue, so that the same job goes on later. Of an array this job alone: the id of its last one is the array's.
requeue() {
  local id=${SLURM_JOB_ID:-}
  ((${SLURM_RESTART_COUNT:-0} < 50)) || die "the time limit has come $((SLURM_RESTART_COUNT + 1)) times" "Does the job get on? Raise its --time, and submit it again."
  [[ -z "${SLURM_ARRAY_JOB_ID:-}" ]] || id=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
  say "the time limit is near: job $id goes back into the queue, and goes on from here"
  scontrol requeue "$id"
}

# stage COMMAND...: ends the job as the command ends. Before the time limit Slurm sends USR1 (the #SBATCH line --signal): the tool is
# asked to stop, saves and ends with 3, and the job is requeued. A cancelled job stays cancelled: TERM has reached the tool as
# well, and a second one would end it before it has saved. With UDRL_DRY_RUN=1 the command is printed instead.
stage() {
  local status signalled=true near_limit=false
  [[ -z "${UDRL_DRY_RUN:-}" ]] || { printf '%q ' "$@"; echo; exit 0; }
  "$@" &
  CHILD=$!
  trap 'signalled=true near_limit=true; ask_to_stop' USR1
  trap 'signalled=true' TERM
  while [[ "$signalled" == true ]]; do  # a signal ends `wait`, not the tool
    signalled=false status=0
    wait "$CHILD" || status=$?
  done
  [[ $status -ne 3 || "$near_limit" == false ]] || requeue
  exit "$status"
}
