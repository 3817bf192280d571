#!/usr/bin/env bash
# Cluster: the teacher answers. An array of jobs, each a share of the intents: RUN/samples/NNN-of-NNN.
# For: scripts/cluster/submit.sh, which submits it with its dependencies. Submitted again, it asks what has no answer yet.
# It asks Slurm for:
#SBATCH --job-name=udrl-synthesize
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
stage "$BIN/udrl-distill" synthesize --intents "$INTENTS" --shard "$NUMBER/$SHARDS" --out "$RUN/samples/$SHARD" \
  "${TASK_OPTIONS[@]}" $TEACHER $SYNTHESIZE --threads "$THREADS"
