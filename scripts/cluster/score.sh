#!/usr/bin/env bash
# Cluster: scores the answers. An array of jobs, a shard of the synthesis each: RUN/scored/NNN-of-NNN.
# All answers to an intent are in one shard, so the values are those of one job for all; but `retrieval` compares an intent
# with others of its shard alone.
# For: scripts/cluster/submit.sh. Submitted again, it scores what was not scored yet.
# It asks Slurm for:
#SBATCH --job-name=udrl-score
#SBATCH --time=24:00:00
#SBATCH --cpus-per-task=16
#SBATCH --mem=32G
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail
cd "${SLURM_SUBMIT_DIR:-$(dirname "${BASH_SOURCE[0]}")/../..}"  # Slurm runs a copy that lies elsewhere
source scripts/cluster/job.sh

choose_shard
# shellcheck disable=SC2086
stage "$BIN/udrl-distill" score --input "$RUN/samples/$SHARD" --out "$RUN/scored/$SHARD" --tasks-folder data/tasks $SCORERS $SCORE \
  --threads "$THREADS"
