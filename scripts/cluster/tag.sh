#!/usr/bin/env bash
# Cluster: pools the scored shards, once it has seen that all are there: returns, commands, splits in RUN/tagged.
# For: scripts/cluster/submit.sh. Stopped, it starts over: it is not requeued at its time limit, which must suffice.
# It asks Slurm for:
#SBATCH --job-name=udrl-tag
#SBATCH --time=08:00:00
#SBATCH --cpus-per-task=16
#SBATCH --mem=32G
#SBATCH --open-mode=append
set -euo pipefail
cd "${SLURM_SUBMIT_DIR:-$(dirname "${BASH_SOURCE[0]}")/../..}"  # Slurm runs a copy that lies elsewhere
source scripts/cluster/job.sh

scored=$(all_shards "$RUN/scored")
[[ -n "${UDRL_DRY_RUN:-}" ]] || "$PYTHON" scripts/cluster/check_shards.py score "$scored"
# shellcheck disable=SC2086
stage "$BIN/udrl-distill" tag --input "$scored" --out "$RUN/tagged" "${TASK_OPTIONS[@]}" $TAG --threads "$THREADS"
