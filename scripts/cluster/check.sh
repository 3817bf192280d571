#!/usr/bin/env bash
# Cluster: is each shard of the synthesis there, once and complete, and are all of one run? It says which are not, and what to do.
# For: scripts/cluster/submit.sh, and by hand: it takes seconds, for millions of answers a minute.
# It asks Slurm for:
#SBATCH --job-name=udrl-check
#SBATCH --time=01:00:00
#SBATCH --cpus-per-task=1
#SBATCH --mem=8G
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail
cd "${SLURM_SUBMIT_DIR:-$(dirname "${BASH_SOURCE[0]}")/../..}"  # Slurm runs a copy that lies elsewhere
source scripts/cluster/job.sh

stage "$PYTHON" scripts/cluster/check_shards.py synthesize "$(all_shards "$RUN/samples")"
