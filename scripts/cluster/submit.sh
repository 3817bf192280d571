#!/usr/bin/env bash
# The pipeline on a Slurm cluster: submits a job a stage, each to begin when those before it have succeeded, and prints what it
# submitted. A job goes back into the queue when its time limit is near, and goes on; if one fails, those after it are
# cancelled: see RUN/logs, and submit again. What was done is not done again.
#
# For: a login node of a cluster, in a checkout that all nodes see, after scripts/setup.sh and a build.
# Not for: looking at the data before it trains (submit up to score, then udrl-distill doctor).
#
#   1. Edit scripts/cluster/settings.sh, and the #SBATCH lines of the stages if they do not suit the cluster.
#   2. Make the intents: udrl-distill intents --from my_intents.txt --out runs/cluster/intents
#   3. scripts/cluster/submit.sh --dry-run shows what it would submit, UDRL_DRY_RUN=1 scripts/cluster/tag.sh what a job would run;
#      scripts/cluster/submit.sh submits them.
#
# Usage: submit.sh [--dry-run] [--array LIST] [STAGE]...
#   --dry-run     print the calls of sbatch, submit nothing
#   --array LIST  only these shards of synthesize and score, such as 3,7-9
#   STAGE         synthesize, check, score, tag, train, evaluate; default: all of them
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/lib/common.sh
source scripts/cluster/settings.sh

ALL=(synthesize check score tag train evaluate)
DRY=false ARRAY="1-$SHARDS" STAGES=()
while [[ $# -gt 0 ]]; do
  case "$1" in
    --dry-run) DRY=true; shift ;;
    --array) ARRAY=${2:?--array needs a list of shards}; shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
    *)
      [[ " ${ALL[*]} " == *" $1 "* ]] || die "unknown option or stage $1" "See scripts/cluster/submit.sh --help."
      STAGES+=("$1")
      shift
      ;;
  esac
done
[[ ${#STAGES[@]} -gt 0 ]] || STAGES=("${ALL[@]}")
[[ -e "$INTENTS" || " ${STAGES[*]} " != *" synthesize "* ]] ||
  die "no intents in $INTENTS" "Make them: $BIN/udrl-distill intents --from my_intents.txt --out $INTENTS"

declare -A JOB=()  # ids, by stage

# after KIND STAGE...: what must have succeeded, of that which is submitted now. aftercorr: a shard waits for its own alone.
after() {
  local kind=$1 stage ids=
  shift
  for stage in "$@"; do ids+=${JOB[$stage]:+:${JOB[$stage]}}; done
  [[ -z "$ids" ]] || printf '%s' "$kind$ids"
}

# What a stage waits for.
waits_for() {
  case "$1" in
    check) after afterok synthesize ;;
    score) after aftercorr synthesize ;;
    tag) after afterok check score ;;
    train) after afterok tag ;;
    evaluate) after afterok train ;;
  esac
}

# submit STAGE: its id in JOB.
submit() {
  local stage=$1 waits options=() command
  waits=$(waits_for "$stage")
  [[ -z "$waits" ]] || options+=(--dependency="$waits" --kill-on-invalid-dep=yes)
  case "$stage" in
    synthesize | score) options+=(--array="$ARRAY%$AT_ONCE" --output="$RUN/logs/$stage-%A-%a.log") ;;
    *) options+=(--output="$RUN/logs/$stage-%j.log") ;;
  esac
  # shellcheck disable=SC2206
  command=(sbatch --parsable "${options[@]}" ${SLURM_OPTIONS[all]} ${SLURM_OPTIONS[$stage]} "scripts/cluster/$stage.sh")
  if [[ "$DRY" == true ]]; then
    say "${command[*]}"
    JOB[$stage]="\$$stage"
    return
  fi
  JOB[$stage]=$("${command[@]}") || die "sbatch refused $stage" "${command[*]}"
  JOB[$stage]=${JOB[$stage]%%;*}  # of several clusters its name follows
  say "$stage: job ${JOB[$stage]}${waits:+, $waits}"
}

[[ "$DRY" == true ]] || mkdir -p "$RUN/logs"
for stage in "${ALL[@]}"; do
  [[ " ${STAGES[*]} " != *" $stage "* ]] || submit "$stage"
done
[[ "$DRY" == true ]] || say "logs: $RUN/logs; squeue --me shows what waits and runs"
