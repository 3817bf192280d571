# The arms of an ablation: on which data each trains, with which options, and which returns it is asked for. All train as
# many steps of as many tokens. Sourced by scripts/runs/trial.sh and scripts/runs/replica.sh.
# Not for: the recipe that they share (configs/).
# shellcheck shell=bash

# ARM: advantage (UDRL as it is), sft (told the length), best-of-n, top-share, reward-weighted, global, placebo, masked,
#      no-segments, countdown, untold; and any of these with -no-swaps behind it.

# check_arms ARM...: ends the script at one that there is not.
check_arms() {
  local arm
  for arm in "$@"; do
    case "${arm%-no-swaps}" in
      advantage | sft | best-of-n | top-share | reward-weighted | global | placebo | masked | no-segments | countdown | untold) ;;
      *) die "there is no stage, option or arm $arm" "See the head of $0, and scripts/lib/arms.sh." ;;
    esac
  done
}

# threads_a_job JOBS
threads_a_job() { local cores; cores=$(nproc); echo $((cores > $1 ? cores / $1 : 1)); }

# The name of the tagged data that an arm trains on.
tags_of() {
  local base=${1%-no-swaps}
  case "$base" in
    global | best-of-n | top-share | masked | placebo) echo "$base" ;;
    *) echo advantage ;;
  esac
}

# tag_options TAGS: of udrl-distill tag.
tag_options() {
  case "$1" in
    advantage) ;;
    global) echo --return-kind global ;;
    best-of-n) echo --keep-best 1 ;;
    top-share) echo --keep-share 0.2 ;;
    masked) echo --weights relevance_masked=1 --copying-penalty 1 ;;
    placebo) echo --shuffle-returns ;;
  esac
}

# is_told_returns ARM: whether it may be asked for one.
is_told_returns() { case "$1" in sft* | best-of-n* | top-share* | reward-weighted*) return 1 ;; esac; }

# train_options ARM: of udrl-train. SFT has no returns to ask for, so it is told none.
train_options() {
  local base=${1%-no-swaps} options=()
  is_told_returns "$1" || options+=(--sequence.any-return 1)
  case "$base" in
    reward-weighted) options+=(--sequence.reward-weight 2) ;;
    no-segments) options+=(--sequence.segments 0) ;;
    countdown) options+=(--sequence.countdown) ;;
    untold) options+=(--sequence.mention 0) ;;
  esac
  [[ "$1" == *-no-swaps ]] && options+=(--sequence.entity-swap 0)
  echo "${options[@]}"
}

# The returns that an arm is asked for, the first of which is its claim. VARIETY: what is asked with the best one.
returns_of() { if is_told_returns "$1"; then echo "top${VARIETY:-}" lowest; else echo any; fi; }

# as_list WORDS: "a", "b"
as_list() { printf '"%s", ' $1 | sed 's/, $//'; }

# arm_system ARM STUDENT TAGGED FILE: writes it as a system of an evaluation.
arm_system() {
  mkdir -p "$(dirname "$4")"
  printf 'name = "%s"\ntitle = "student, %s"\nshort_title = "%s"\nstudent = "%s"\ntagged = "%s"\nreturns = [%s]\n' \
    "$1" "$1" "$1" "$2" "$3" "$(as_list "$(returns_of "$1")")" > "$4"
}

# side_by_side JOBS LOGS COMMAND ARM...: COMMAND ARM for each, so many at once; what they say goes to LOGS/ARM.log. Stops
# with the name of the first that did not come to its end.
side_by_side() {
  local jobs=$1 logs=$2 command=$3 arm
  shift 3
  mkdir -p "$logs"
  for arm in "$@"; do
    while [[ "$(jobs -rp | wc -l)" -ge "$jobs" ]]; do wait -n || true; done
    step "$arm ($logs/$arm.log)"
    rm -f "$logs/$arm.done"
    (
      set -e
      "$command" "$arm"
      touch "$logs/$arm.done"
    ) > "$logs/$arm.log" 2>&1 &
  done
  wait
  for arm in "$@"; do
    [[ -e "$logs/$arm.done" ]] ||
      die "$arm did not come to its end" "Look at the end of $logs/$arm.log, then run this again: it goes on."
  done
}
