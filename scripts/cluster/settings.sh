# Settings of the jobs in scripts/cluster: where things are, who the teacher is, what is asked, how large. Edit them here, or
# set the variables that begin with UDRL_ before scripts/cluster/submit.sh; Slurm hands them on to the jobs, unless told
# otherwise (--export).
# Sourced by them all. Not for: time, memory and processors, which stand as #SBATCH lines in each script.
# shellcheck shell=bash disable=SC2034

# Paths, from the checkout's root or absolute: on a disk that all nodes see. Build on a node of the kind that the jobs run on.
BIN=${UDRL_BIN:-build/release/bin}
RUN=${UDRL_RUN:-runs/cluster}  # all that is made: samples, scored, tagged, student, eval, logs
INTENTS=${UDRL_INTENTS:-$RUN/intents}  # of udrl-distill intents, which takes seconds: before anything is submitted

# How many jobs share the synthesis, and how many of them may run at once (fewer spare an endpoint). Another number of shards
# is another run: what was made is not taken over.
SHARDS=${UDRL_SHARDS:-16}
AT_ONCE=${UDRL_AT_ONCE:-$SHARDS}

# What the tools are told. Words are separated by spaces, so no value may hold one.
TASKS=${UDRL_TASKS-image,template}  # of data/tasks; empty: all of them
# The teacher, as a file or as an endpoint (the variable that holds its key goes along); and the same as a system to compare with.
TEACHER=${UDRL_TEACHER-"--teacher.gguf models/llama-3-8b-instruct.q4_k_m.gguf"}
# TEACHER="--teacher.url https://host/v1 --teacher.http-model NAME --teacher.api-key-env MY_KEY"
SYSTEMS=${UDRL_SYSTEMS:-configs/systems/llama-3-8b-instruct.toml}
SYNTHESIZE=${UDRL_SYNTHESIZE-"--draws 6"}
# Models that score, for score and evaluate alike; what score measures; what makes the return.
SCORERS=${UDRL_SCORERS-"--embedder.gguf models/all-minilm-l6-v2.f32.gguf --pmi.gguf models/smollm2-135m-instruct.q4_1.gguf"}
SCORE=${UDRL_SCORE-"--scorers relevance,relevance_masked,pmi,copying,repetition"}
TAG=${UDRL_TAG-"--bins 5"}
# A step needs at least as many forward passes (step-tokens / micro-tokens) as train.sh has processes.
TRAIN=${UDRL_TRAIN-"--epochs 4 --batch.step-tokens 65536 --batch.micro-tokens 4096"}
EVALUATE=${UDRL_EVALUATE-"--intents 500"}
LANES=${UDRL_LANES:-0}  # the most processes that the training may ever have; 0: as many as it begins with
NETWORK=${UDRL_NETWORK:-}  # the interface by which training processes on several nodes talk, such as ib0; empty: that of the host's name

# What a stage asks of Slurm beside its #SBATCH lines, which these overrule: an account, a partition, a GPU.
declare -A SLURM_OPTIONS=(
  [all]=${UDRL_SLURM_ALL:-}                # --account=NAME --partition=NAME
  [synthesize]=${UDRL_SLURM_SYNTHESIZE:-}  # --gres=gpu:1
  [check]=${UDRL_SLURM_CHECK:-}
  [score]=${UDRL_SLURM_SCORE:-}
  [tag]=${UDRL_SLURM_TAG:-}
  [train]=${UDRL_SLURM_TRAIN:-}  # a GPU trains alone: --nodes=1 --ntasks-per-node=1 --gres=gpu:1
  [evaluate]=${UDRL_SLURM_EVALUATE:-}
)

# Runs in each job before the tool.
prepare_node() {
  : # module load cuda
}
