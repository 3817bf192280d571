#!/usr/bin/env bash
# The paper's run from end to end (configs/paper): a large teacher answers millions of requests, the answers get scores and
# returns, a GPT-2 of 104M parameters learns them, is exported, and is compared with its teacher and others on subjects that it
# has never seen. First it forecasts time, memory, disk and money, from a short pilot on this machine. Stop it with Ctrl-C and
# start it again: it goes on.
#
# For: those who repeat the paper; and as a rehearsal with small models in every role, to see that all of it works.
# Not for: a first look (scripts/demo.sh); many machines (scripts/cluster).
#
# Usage: paper.sh [--teacher GGUF | --teacher-url URL --teacher-model NAME [--api-key-env VAR]] [OPTION]... [STAGE]...
#   --teacher GGUF        the teacher's file (default models/llama-3-8b-instruct.q4_k_m.gguf)
#   --teacher-url URL     an OpenAI-compatible endpoint instead; several of one model with commas
#   --teacher-model NAME  the model's name there
#   --api-key-env VAR     the variable that holds its key
#   --price-in X          price of a million prompt tokens, for the forecast and the limit
#   --price-out X         the same of answer tokens
#   --max-cost X          the most that the synthesis may cost, and that the evaluation may
#   --endpoint-rate N     answers a second that the endpoint gives, for the forecast
#   --teacher.NAME VALUE  any other option of udrl-distill synthesize for its teacher, such as --teacher.weights bf16
#   --run DIR             all that is made (default runs/paper)
#   --pairs N             answers to ask for (default 52000000); another number is another run
#   --intents FILE        your own requests instead of the lists of data/intents
#   --systems A,B         systems files to compare with, the teacher's first (default: the teacher, and those of
#                         configs/paper/eval.toml whose model is there: Qwen2 and 3, Mistral, Ministral; name those that are
#                         endpoints, such as configs/systems/qwen3-8b-vllm.toml)
#   --threads N           that compute (default 0: all cores)
#   --forecast            print the forecast, and end
#   --no-pilot            forecast from figures of docs/scale.md and docs/log.md alone
#   --figures FILE        figures of your own for it, which come first: JSON such as {"train.tokens_per_s": 1000}, by the names in
#                         scripts/runs/paper_forecast.py
#   --machines N          forecast for so many machines like this one, which share synthesize and score
#   --anyway              begin although the disk is too small
#   --rehearse            480 answers of Qwen2.5-Coder-0.5B, 50 steps of the true shape on them and data/distilled, a small
#                         evaluation: under an hour on 2 cores, in runs/rehearsal. What it prints is no result
#   --short               of a rehearsal: 36 answers of SmolLM2-135M, 20 steps of a tiny shape, in runs/rehearsal-short: minutes
#   STAGE                 intents, synthesize, score, tag, train, export, evaluate; default: all of them
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib/common.sh"
cd "$ROOT"

readonly ALL=(intents synthesize score tag train export evaluate)
readonly PMI_MODEL=models/smollm2-135m-instruct.q4_1.gguf  # as in configs/paper/eval.toml
BIN=${UDRL_BIN:-build/release/bin}
CONFIG=configs/paper
ARITHMETIC=(python3 scripts/runs/paper_forecast.py)
RUN= PAIRS= TEACHER= URL= MODEL= KEY= PRICE_IN= PRICE_OUT= MAX_COST= OWN_INTENTS= SYSTEMS= THREADS=0
SIZE=paper ONLY_FORECAST=false PILOT=true
STAGES=() TEACHER_OPTIONS=() FORECAST=()

parse_arguments() {
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --forecast) ONLY_FORECAST=true; shift; continue ;;
      --no-pilot) PILOT=false; shift; continue ;;
      --anyway) FORECAST+=("$1"); shift; continue ;;
      --rehearse) [[ "$SIZE" == short ]] || SIZE=rehearsal; shift; continue ;;
      --short) SIZE=short; shift; continue ;;
      --help | -h) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
      --*) [[ $# -gt 1 ]] || die "$1 needs a value, or is no option" "See scripts/runs/paper.sh --help." ;;
    esac
    case "$1" in
      --teacher) TEACHER=$2 ;;
      --teacher-url) URL=$2 ;;
      --teacher-model) MODEL=$2 ;;
      --api-key-env) KEY=$2 ;;
      --price-in) PRICE_IN=$2 FORECAST+=("$1" "$2") ;;
      --price-out) PRICE_OUT=$2 FORECAST+=("$1" "$2") ;;
      --max-cost) MAX_COST=$2 ;;
      --endpoint-rate | --machines | --figures) FORECAST+=("$1" "$2") ;;
      --teacher.*) TEACHER_OPTIONS+=("$1" "$2") ;;
      --run) RUN=$2 ;;
      --pairs) PAIRS=$2 ;;
      --intents) OWN_INTENTS=$2 ;;
      --systems) SYSTEMS=$2 ;;
      --threads) THREADS=$2 ;;
      *)
        [[ " ${ALL[*]} " == *" $1 "* ]] || die "unknown option or stage $1" "See scripts/runs/paper.sh --help."
        STAGES+=("$1")
        shift
        continue
        ;;
    esac
    shift 2
  done
  [[ ${#STAGES[@]} -gt 0 ]] || STAGES=("${ALL[@]}")
}

check_arguments() {
  [[ -z "$URL" || -n "$MODEL" ]] || die "--teacher-url needs the model's name there" "Add --teacher-model NAME."
  [[ -z "$URL" || -z "$TEACHER" ]] || die "two teachers: $TEACHER and $URL" "Give --teacher or --teacher-url."
  [[ -n "$URL" || -z "$MODEL$KEY$PRICE_IN$PRICE_OUT$MAX_COST" ]] || die "a name, a key and prices are an endpoint's" "Add --teacher-url URL."
  [[ -z "$MAX_COST" || (-n "$PRICE_IN" && -n "$PRICE_OUT") ]] || die "--max-cost needs prices" "Add --price-in and --price-out."
  [[ -z "$PAIRS" || "$PAIRS" =~ ^[1-9][0-9]*$ ]] || die "--pairs is '$PAIRS', expected a whole number such as 52000000"
}

chosen() { [[ " ${STAGES[*]} " == *" $1 "* ]]; }
has_gpu() { command -v nvidia-smi > /dev/null && nvidia-smi -L > /dev/null 2>&1; }

# --- sizes. Options of the command line stay.

the_paper() {
  : "${RUN:=runs/paper}" "${PAIRS:=52000000}" "${TEACHER:=models/llama-3-8b-instruct.q4_k_m.gguf}"
  TASKS=image,template,headline,search,fields DRAWS=6
  PILOT_INTENTS=4 PILOT_RECORDS=1000 PILOT_READ=60
  POOL=() SHAPE=() SCHEDULE=() EVALUATE=()
  mapfile -t BESIDE < <(sed -n 's/^systems = //p' "$CONFIG/eval.toml" | tr -d '[]" ' | tr , '\n' | tail -n +2)
  # A second opinion that set-up does not fetch.
  [[ -f models/nomic-embed-text-v1.5.f16.gguf ]] || EVALUATE=(--second-embedder.gguf '')
}

# So few records do not make a vocabulary of 23,600 pieces: those of the committed sample are tagged with them.
rehearsal() {
  : "${RUN:=runs/rehearsal}" "${PAIRS:=480}" "${TEACHER:=models/qwen2.5-coder-0.5b-instruct.q4_k_m.gguf}"
  TASKS=image,template,headline,search,fields DRAWS=6
  PILOT_INTENTS=4 PILOT_RECORDS=1000 PILOT_READ=60
  POOL=(qwen-first qwen-broad qwen-deep qwen-short qwen-titles smollm2-first smollm2-broad)
  SHAPE=(--batch.step-tokens 2048 --batch.micro-tokens 512)
  SCHEDULE=(--steps 50 --valid-every 50 --save-every 25 --valid-records 256 --sample-every 0)
  EVALUATE=(--intents 12 --gate-answers 20 --latency-requests 4 --clients 2 --resamples 1000 --second-embedder.gguf '')
  BESIDE=(configs/systems/smollm2-135m-instruct.toml)
  FORECAST+=(--pooled 101662 --steps 50 --step-tokens 2048 --eval-intents 12 --gate-answers 20)
}

short_rehearsal() {
  : "${RUN:=runs/rehearsal-short}" "${PAIRS:=36}" "${TEACHER:=models/smollm2-135m-instruct.q4_1.gguf}"
  TASKS=image,template DRAWS=3
  PILOT_INTENTS=1 PILOT_RECORDS=100 PILOT_READ=10
  POOL=(qwen-first smollm2-first)
  SHAPE=(--model.layers 2 --model.width 64 --model.heads 2 --model.context-length 192 --model.vocab 2048 --batch.step-tokens 1024
    --batch.micro-tokens 512)
  SCHEDULE=(--steps 20 --valid-every 20 --save-every 10 --valid-records 64 --sample-every 0)
  EVALUATE=(--intents 4 --gate-answers 10 --latency-requests 2 --clients 2 --resamples 100 --second-embedder.gguf '' --no-second-draw)
  BESIDE=()
  FORECAST+=(--pooled 15646 --steps 20 --step-tokens 1024 --eval-intents 4 --gate-answers 10 --no-second-draw)
}

choose_size() {
  local tasks
  case "$SIZE" in paper) the_paper ;; rehearsal) rehearsal ;; short) short_rehearsal ;; esac
  tasks=$(tr , '\n' <<< "$TASKS" | wc -l)
  INTENTS=$(((PAIRS + tasks * DRAWS - 1) / (tasks * DRAWS)))
  # The lists lose one in eight to near duplicates at 400 intents a subject (docs/scale.md).
  PER_SUBJECT=$((INTENTS * 6 / 5 / $(tail -q -n +2 data/intents/{subjects,wordnet_subjects}.tsv | wc -l) + 2))
}

# --- what must be there before anything begins

need_file() { [[ -f "$1" ]] || die "no $1" "${@:2}"; }

check_needs() {
  local tool
  for tool in udrl-distill udrl-train udrl-export udrl-eval; do
    [[ -x "$BIN/$tool" ]] || die "no $BIN/$tool" "Build first: cmake --preset release && cmake --build --preset release"
  done
  [[ -z "$OWN_INTENTS" ]] || need_file "$OWN_INTENTS" "--intents names a file with one request a line."
  local system
  while IFS= read -r system; do
    [[ -z "$system" ]] || need_file "$system" "--systems names files such as configs/systems/*.toml, a comma between them."
  done < <(tr , '\n' <<< "$SYSTEMS")
  if chosen score || chosen evaluate; then need_file models/all-minilm-l6-v2.f32.gguf "scripts/fetch_models.sh minilm"; fi
  if chosen evaluate; then need_file "$PMI_MODEL" "scripts/fetch_models.sh smollm2"; fi
  if ! chosen synthesize && ! chosen evaluate; then return; fi
  [[ -n "$URL" ]] || need_file "$TEACHER" "Name the teacher's file with --teacher, or an endpoint with --teacher-url and --teacher-model." \
    "The forecast without it: --forecast --no-pilot. All of it with small models: --rehearse"
  [[ -z "$KEY" || -n "${!KEY:-}" ]] || die "the variable $KEY, which is to hold the endpoint's key, is not set" "export $KEY=..."
}

# --- who answers

choose_teacher() {
  local option
  if [[ -z "$URL" ]]; then
    TEACHER_OPTIONS+=(--teacher.gguf "$TEACHER")
    FORECAST+=(--teacher "$TEACHER")
    return
  fi
  FORECAST+=(--endpoint)
  TEACHER_OPTIONS+=(--teacher.gguf '' --teacher.url "$URL" --teacher.http-model "$MODEL")
  for option in "api-key-env $KEY" "price-in $PRICE_IN" "price-out $PRICE_OUT" "max-cost $MAX_COST"; do
    [[ -z "${option#* }" ]] || TEACHER_OPTIONS+=("--teacher.${option% *}" "${option#* }")
  done
}

# The systems file of the teacher: one of configs/systems, or one made of what was given.
teacher_system() {
  local file="$RUN/systems/teacher.toml" title=${MODEL:-$(basename "$TEACHER" .gguf)} option
  [[ -n "$URL" ]] || ! grep -lF "gguf = \"$TEACHER\"" configs/systems/*.toml || return 0
  mkdir -p "$RUN/systems"
  {
    printf 'name = "%s"\ntitle = "%s"\nshort_title = "%s"\n' "$(tr -c 'a-z0-9.\n' - <<< "${title,,}")" "$title" "$title"
    printf 'decodings = ["greedy", "sampled"]\ntemperature = 0.8\ntop_p = 0.95\nrepeat_penalty = 1.1\n\n[model]\n'
    if [[ -z "$URL" ]]; then
      printf 'gguf = "%s"\n' "$TEACHER"
    else
      printf 'url = ["%s"]\nhttp_model = "%s"\n' "${URL//,/\", \"}" "$MODEL"
      [[ -z "$KEY" ]] || printf 'api_key_env = "%s"\n' "$KEY"
      for option in "price_in $PRICE_IN" "price_out $PRICE_OUT" "max_cost $MAX_COST"; do
        [[ -z "${option#* }" ]] || printf '%s = %s\n' "${option% *}" "${option#* }"
      done
    fi
  } > "$file"
  printf '%s\n' "$file"
}

# Those whose model is there, and who are not the teacher.
systems_beside() {
  local file gguf
  for file in "${BESIDE[@]}"; do
    gguf=$(sed -n 's/^gguf = "\(.*\)"/\1/p' "$file")
    if [[ -f "$gguf" && "$gguf" != "$TEACHER" ]]; then printf '%s\n' "$file"; fi
  done
}

# --- the pilot: once for a run. What has come to its end is not measured again.

# try NAME COMMAND...: its figures to $RUN/pilot/took.jsonl, what it prints to $RUN/pilot/NAME.log.
try() {
  local name=$1
  shift
  "${ARITHMETIC[@]}" measure "$RUN/pilot/took.jsonl" "$name" "$@" > "$RUN/pilot/$name.log" 2>&1 ||
    { tail -n 5 "$RUN/pilot/$name.log" >&2; die "the pilot of $name failed" "Forecast without it: --no-pilot"; }
}

pilot_of_teacher() {
  local pilot="$RUN/pilot"
  rm -rf "$pilot"/{intents,samples}
  try intents "$BIN/udrl-distill" intents --config "$CONFIG/intents.toml" --out "$pilot/intents" --per-subject 1 --limit "$PILOT_INTENTS"
  try synthesize "$BIN/udrl-distill" synthesize --config "$CONFIG/synthesize.toml" --intents "$pilot/intents" --out "$pilot/samples" \
    --tasks "$TASKS" --draws "$DRAWS" --threads "$THREADS" "${TEACHER_OPTIONS[@]}"
}

# sample N FOLDER: the first records of the committed sample, of all tasks.
sample() {
  mkdir "$2"
  gunzip -c data/distilled/qwen-broad/part-00000.jsonl.gz | awk -v most="$1" 'NR <= most' > "$2/part-00000.jsonl"
}

pilot_of_scores() {
  local pilot="$RUN/pilot"
  rm -rf "$pilot"/{records,scored}
  sample "$PILOT_RECORDS" "$pilot/records"
  try score "$BIN/udrl-distill" score --config "$CONFIG/score.toml" --input "$pilot/records" --out "$pilot/scored" --threads "$THREADS"
}

# As the evaluation reads: the model of PMI, on some answers of each task.
pilot_of_reading() {
  local pilot="$RUN/pilot"
  rm -rf "$pilot"/{texts,read}
  sample "$PILOT_READ" "$pilot/texts"
  try read "$BIN/udrl-distill" score --config "$CONFIG/score.toml" --scorers pmi,pmi_masked --tasks-folder data/tasks --input "$pilot/texts" \
    --out "$pilot/read" --pmi.gguf "$PMI_MODEL" --pmi.weights "$(reader_weights)" --threads "$THREADS"
}

# Some steps of the shape that is to be trained, on the committed sample.
pilot_of_training() {
  local pilot="$RUN/pilot" small=()
  has_gpu || [[ ${#SHAPE[@]} -gt 0 ]] || small=(--batch.step-tokens 4096 --batch.micro-tokens 512)
  rm -rf "$pilot"/{tagged,student}
  try tag "$BIN/udrl-distill" tag --config configs/five-tasks/tag.toml --out "$pilot/tagged" --threads "$THREADS"
  try train "$BIN/udrl-train" --config "$CONFIG/train.toml" --data "$pilot/tagged" --out "$pilot/student" --threads "$THREADS" \
    "${SHAPE[@]}" "${small[@]}" --steps 4 --valid-records 16 --sample-every 0
  rm -rf "$pilot/tagged" "$pilot"/student/*.{safetensors,gguf}
}

# The pilot of a stage, unless it was made with the same settings.
pilot() {
  local part=$1 settings
  settings="$SIZE $TASKS $DRAWS $THREADS ${TEACHER_OPTIONS[*]}"
  [[ "$(cat "$RUN/pilot/$part.done" 2> /dev/null)" != "$settings" ]] || return 0
  step "pilot of the forecast, once: $part"
  "pilot_of_$part"
  printf '%s' "$settings" > "$RUN/pilot/$part.done"
}

run_pilots() {
  mkdir -p "$RUN/pilot"
  if [[ -z "$URL" && -f "$TEACHER" ]] && { chosen synthesize || chosen evaluate; }; then pilot teacher; fi
  if chosen score; then pilot scores; fi
  if chosen train; then pilot training; fi
  if chosen evaluate; then pilot reading; fi
  FORECAST+=(--pilot "$RUN/pilot")
}

print_forecast() {
  local systems
  systems=$(($(systems_beside | wc -l) + 1))
  [[ -z "$SYSTEMS" ]] || systems=$(tr , '\n' <<< "$SYSTEMS" | wc -l)
  "${ARITHMETIC[@]}" forecast --run "$RUN" --pairs "$PAIRS" --tasks "$TASKS" --draws "$DRAWS" --stages "$(IFS=,; printf '%s' "${STAGES[*]}")" \
    --systems "$systems" "${FORECAST[@]}"
}

# --- the stages

# run_stage NAME COMMAND...
run_stage() {
  local name=$1 begin=$SECONDS status=0
  shift
  step "$name"
  "${ARITHMETIC[@]}" measure "$RUN/took.jsonl" "$name" "$@" || status=$?
  say "   $name: $((SECONDS - begin)) s"
  case "$status" in
    0) return ;;
    3) say "Stopped. The same command goes on from here." ;;
    *) say "$name failed. When its cause is gone, the same command goes on from here." >&2 ;;
  esac
  exit "$status"
}

intents() {
  local from=(--per-subject "$PER_SUBJECT") made
  [[ -z "$OWN_INTENTS" ]] || from=(--from "$OWN_INTENTS")
  run_stage intents "$BIN/udrl-distill" intents --config "$CONFIG/intents.toml" --out "$RUN/intents" --limit "$INTENTS" "${from[@]}" --threads "$THREADS"
  made=$(sed -n 's/^ *"intents": \([0-9]*\),*$/\1/p' "$RUN/intents/manifest.json" | head -n 1)
  [[ "${made:-0}" -ge "$INTENTS" ]] || say "note: there are ${made:-0} intents, $INTENTS were to be asked for: fewer answers than forecast"
}

synthesize() {
  run_stage synthesize "$BIN/udrl-distill" synthesize --config "$CONFIG/synthesize.toml" --intents "$RUN/intents" --out "$RUN/samples" \
    --tasks "$TASKS" --draws "$DRAWS" --threads "$THREADS" "${TEACHER_OPTIONS[@]}"
}

score() {
  run_stage score "$BIN/udrl-distill" score --config "$CONFIG/score.toml" --input "$RUN/samples" --out "$RUN/scored" --threads "$THREADS"
}

tag() {
  local pooled=("${POOL[@]/#/,data/distilled/}")
  run_stage tag "$BIN/udrl-distill" tag --config "$CONFIG/tag.toml" --input "$RUN/scored$(IFS=; printf '%s' "${pooled[*]}")" \
    --out "$RUN/tagged" --tasks "$TASKS" --threads "$THREADS"
}

train() {
  run_stage train "$BIN/udrl-train" --config "$CONFIG/train.toml" --data "$RUN/tagged" --out "$RUN/student" --threads "$THREADS" \
    "${SHAPE[@]}" "${SCHEDULE[@]}"
}

export_student() {
  run_stage export "$BIN/udrl-export" gguf --model "$RUN/student" --out "$RUN/student.q8_0.gguf" --name "udrl student" --threads "$THREADS"
}

evaluate() {
  local file
  [[ -n "$SYSTEMS" ]] || {
    SYSTEMS=$(teacher_system)
    for file in $(systems_beside); do SYSTEMS+=",$file"; done
  }
  run_stage evaluate "$BIN/udrl-eval" --config "$CONFIG/eval.toml" --student "$RUN/student" --tagged "$RUN/tagged" --out "$RUN/eval" \
    --systems "$SYSTEMS" --pmi.weights "$(reader_weights)" --threads "$THREADS" "${EVALUATE[@]}"
}

parse_arguments "$@"
check_arguments
choose_size
choose_teacher
trap ':' INT  # Ctrl-C ends the tool that runs, which saves; then this script
[[ "$ONLY_FORECAST" == true && "$PILOT" == false ]] || check_needs
[[ "$PILOT" == false ]] || run_pilots
[[ "$ONLY_FORECAST" == false ]] || FORECAST+=(--anyway)
[[ "$SIZE" == paper ]] || say "A rehearsal: small models in every role. What it prints is no result."
say ""
print_forecast || exit 1
[[ "$ONLY_FORECAST" == false ]] || exit 0
[[ -n "$OWN_INTENTS" || "$PER_SUBJECT" -le 1000 ]] ||
  die "the lists of data/intents do not make $INTENTS intents" "Ask for fewer --pairs, or give requests of your own with --intents."
mkdir -p "$RUN"
for stage in "${ALL[@]}"; do
  if ! chosen "$stage"; then continue; fi
  if [[ "$stage" == export ]]; then export_student; else "$stage"; fi
done
say ""
"${ARITHMETIC[@]}" took "$RUN"
if chosen evaluate; then say "" "  Report:  $RUN/eval/report.html"; fi
