#!/usr/bin/env bash
# Cluster: trains the student in several processes, one a task of Slurm: RUN/student. Watch RUN/student/report.html.
# Their number is a power of two. A GPU trains alone (SLURM_OPTIONS in scripts/cluster/settings.sh).
# For: scripts/cluster/submit.sh. Submitted again, it goes on from the last save, with fewer processes or as many as LANES.
# It asks Slurm for:
#SBATCH --job-name=udrl-train
#SBATCH --time=24:00:00
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
#SBATCH --cpus-per-task=8
#SBATCH --mem=64G
#SBATCH --signal=B:USR1@300
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail
cd "${SLURM_SUBMIT_DIR:-$(dirname "${BASH_SOURCE[0]}")/../..}"  # Slurm runs a copy that lies elsewhere
source scripts/cluster/job.sh

# The first process listens on the first node.
if [[ -z "${UDRL_DRY_RUN:-}" ]]; then
  read -r MASTER_ADDR < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
  export MASTER_ADDR MASTER_PORT=$((20000 + SLURM_JOB_ID % 20000))
fi
[[ -z "$NETWORK" ]] || export GLOO_SOCKET_IFNAME=$NETWORK

# srun answers TERM by killing its tasks, before they have saved; scancel reaches the tasks themselves, and not this script.
ask_to_stop() { scancel --signal=TERM "$SLURM_JOB_ID" || true; }

# The first process to end must not take along the one that still saves.
# shellcheck disable=SC2086
stage srun --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" --kill-on-bad-exit=0 --wait=0 "$BIN/udrl-train" --data "$RUN/tagged" --out "$RUN/student" \
  --batch.lanes "$LANES" $TRAIN --threads "$THREADS"
