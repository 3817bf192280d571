#!/usr/bin/env bash
# Cluster: compares the student with its teacher on subjects that it has never seen: RUN/eval/report.html.
# For: scripts/cluster/submit.sh. Submitted again, it asks and scores what was not yet.
# It asks Slurm for:
#SBATCH --job-name=udrl-evaluate
#SBATCH --time=24:00:00
#SBATCH --cpus-per-task=16
#SBATCH --mem=32G
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail
cd "${SLURM_SUBMIT_DIR:-$(dirname "${BASH_SOURCE[0]}")/../..}"  # Slurm runs a copy that lies elsewhere
source scripts/cluster/job.sh

# shellcheck disable=SC2086
stage "$BIN/udrl-eval" --student "$RUN/student" --tagged "$RUN/tagged" --systems "$SYSTEMS" --out "$RUN/eval" $SCORERS $EVALUATE \
  --threads "$THREADS"
