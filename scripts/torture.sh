#!/usr/bin/env bash
# Every stage × every disturbance: kills, signals, a disk or a power supply that fails. After each the same command is run
# again to its end, which must be that of an undisturbed run: the same bytes, or where answers come in any order each once,
# those that were there kept, and at an endpoint none asked again that was on the disk. Tiny data, tiny models.
#
# For: a figure of docs/reliability.md, and finding what is not in it. A short form of it: tests/tools/torture_test.sh.
# Which change or moment is disturbed is drawn from the seed, the stage, the kind and the round, so that one round can be
# had again alone.
#
# Stages: intents score tag ideas doctor synthesize http answer generate train critic judged export folder page evaluate
#         (judged: a student that goes on with its critic)
# Kinds:  kill   kill -9 at a change (write, rename, flush, cut, removal); half of the bytes of a write are written
#         time   kill -9 at any moment
#         gap    kill -9 between a rename and the flush after it
#         int term hup   the signal, at a change
#         stop   SIGSTOP at a change, and on after a moment
#         two    SIGSTOP at a change; meanwhile a second process is refused and touches nothing; then on
#         full   the disk is full from a change on
#         eio    a change fails with EIO
#         lost   a rename is lost, and the process killed
#         power  the power fails: what was not flushed is lost, of a file system with a journal
#         posix  the same where each name is safe only when its own folder was flushed
#         twice  kill -9 at a change, and again at a change while it goes on
#
# Usage: torture.sh [--times N] [--stages A,B] [--kinds A,B] [--seed N] [--round N] [--json FILE] [--keep DIR]
#   --times N       rounds of each stage and kind (default 3)
#   --stages A,B    of those above (default: all whose models are there)
#   --kinds A,B     of those above (default: all)
#   --seed N        of what is drawn (default 1)
#   --round N       this round alone
#   --json FILE     the table as JSON lines, too
#   --keep DIR      where folders that differ are kept (default: a new one in /tmp)
#   BIN, TORTURE_FAULT, STUB   the folder of the tools, the preloaded library and the endpoint, where they are elsewhere
# Exit 0: all equal; 1: some differ; 77: the library is not built.
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"
BUILD="$ROOT/build/release"
TORTURE_FAULT="${TORTURE_FAULT:-$BUILD/tests/tools/udrl_torture_fault.so}"
STUB="${STUB:-$BUILD/tests/tools/udrl-endpoint-stub}"
ALL_STAGES=intents,score,tag,ideas,doctor,synthesize,http,answer,generate,train,critic,judged,export,folder,page,evaluate
ALL_KINDS=kill,time,gap,int,term,hup,stop,two,full,eio,lost,power,posix,twice
TIMES=3 STAGES=$ALL_STAGES KINDS=$ALL_KINDS SEED=1 ROUND= JSON= KEEP=
while [[ $# -gt 0 ]]; do
  case "$1" in
    --times) TIMES="${2:?--times needs a number}"; shift 2 ;;
    --stages) STAGES="${2:?--stages needs names}"; shift 2 ;;
    --kinds) KINDS="${2:?--kinds needs names}"; shift 2 ;;
    --seed) SEED="${2:?--seed needs a number}"; shift 2 ;;
    --round) ROUND="${2:?--round needs a number}"; shift 2 ;;
    --json) JSON="${2:?--json needs a file}"; shift 2 ;;
    --keep) KEEP="${2:?--keep needs a folder}"; shift 2 ;;
    --help | -h) show_help "${BASH_SOURCE[0]}"; exit 0 ;;
    *) die "unknown option $1" "See scripts/torture.sh --help." ;;
  esac
done
for name in ${STAGES//,/ }; do [[ ",$ALL_STAGES," == *",$name,"* ]] || die "unknown stage $name" "One of $ALL_STAGES."; done
for name in ${KINDS//,/ }; do [[ ",$ALL_KINDS," == *",$name,"* ]] || die "unknown kind $name" "One of $ALL_KINDS."; done
[[ "$TIMES$SEED${ROUND:-1}" =~ ^[0-9]+$ ]] || die "--times, --seed and --round need whole numbers"
[[ -f "$TORTURE_FAULT" ]] || { echo "no $TORTURE_FAULT: build with the tests" >&2; exit 77; }
[[ -z "$JSON" ]] || { : > "$JSON" && JSON="$(realpath "$JSON")"; } || die "cannot write $JSON"
[[ -z "$KEEP" ]] || { mkdir -p "$KEEP" && KEEP="$(realpath "$KEEP")"; } || die "cannot make $KEEP"
source "$ROOT/tests/tools/lib.sh" "$ROOT" "${BIN:-$BUILD/bin}" "$TORTURE_FAULT"
set +m
export LC_ALL=C OMP_NUM_THREADS=1
ENDPOINT=
trap '[[ -z "$ENDPOINT" ]] || kill "$ENDPOINT" 2> /dev/null; clean_up' EXIT

# ---- Stages. Each is one command on the folder of its cell, $1, in which its inputs stand that tools write beside
# (prepare_STAGE); state_STAGE prints what must be equal at the end. ${EXEC:-} makes the tool the process that is waited for.

one="--threads 1"
# shellcheck disable=SC2086
{
  intents() { ${EXEC:-} "$DISTILL" intents --out "$1/out" --limit 300 $one; }
  score() { ${EXEC:-} "$DISTILL" score --input "$SCORED" --out "$1/out" --scorers copying,repetition --block 16 $one; }
  tag() {
    ${EXEC:-} "$DISTILL" tag --input "$SCORED" --out "$1/out" --bins 3 --valid-fraction 0.2 --test-fraction 0.2 --support.at-least 1 \
      --support.reach 8 --support.top-at-least 1 $one
  }
  ideas() {
    ${EXEC:-} "$DISTILL" ideas --data "$TMP/tagged" --out "$1/out" --nouns "$TMP/nouns.txt" --most-words 300 --at-least 1 \
      --embedder.gguf "$MINILM" $one
  }
  doctor() { ${EXEC:-} "$DISTILL" doctor --input "$SCORED" --out "$1/out" --resamples 100 $one; }
  synthesize() {
    ${EXEC:-} "$DISTILL" synthesize --intents "$TMP/intents" --limit 9 --tasks image,template --out "$1/out" --draws 2 --temperatures 0.7,1 \
      --teacher.gguf "$TINY" --teacher.slots 4 $one
  }
  http() {
    ${EXEC:-} "$DISTILL" synthesize --intents "$TMP/intents" --limit 30 --tasks image --out "$1/out" --draws 3 --teacher.url "$URL" \
      --teacher.http-model stub --teacher.slots $SLOTS --teacher.price-in 3 --teacher.price-out 15 $one
  }
  answer() {
    ${EXEC:-} "$DISTILL" answer --student "$1/student" --intents "$TMP/tagged/valid" --out "$1/out" --returns top,any --draws 6 --slots 8 $one
  }
  generate() {
    ${EXEC:-} "$GENERATE" --model "$1/student" --task image --input "$TMP/lines.txt" -n 2 --exact --out "$1/out" $one
  }
  train_cell() { train "$1/out" "$TMP/tagged" --keep-last 2 --sample-every 4 $one; }
  critic() { ${EXEC:-} "$DISTILL" critic --data "$TMP/own/tagged" --student "$1/out" $one; }
  judged() {
    ${EXEC:-} "$TRAIN" --data "$TMP/tagged" --init "$TMP/author" --critic.data "$TMP/own/tagged" --critic.weight 0.5 --out "$1/out" --steps 12 \
      --valid-every 6 --save-every 4 --valid-records 16 --batch.step-tokens 512 --batch.micro-tokens 512 --keep-last 2 --sample-every 4 $one
  }
  export_cell() { ${EXEC:-} "$EXPORT" gguf --model "$1/student" --out "$1/out/student.gguf" $one; }
  folder() { ${EXEC:-} "$EXPORT" folder --model "$1/student" --out "$1/out/folder" $one; }
  page() { ${EXEC:-} "$EXPORT" page --model "$1/student" --runtime "$TMP/runtime" --name student --out "$1/out/page.html" $one; }
  evaluate() {
    ${EXEC:-} "$EVAL" --student "$1/student" --tagged "$1/tagged" --systems "$TMP/tiny.toml" --out "$1/out" --intents 6 --latency-requests 1 \
      --clients 2 --resamples 100 --gate-answers 10 --slots 8 --embedder.gguf "$MINILM" $one
  }
}
command_of() { case "$1" in train | export) echo "$1_cell" ;; *) echo "$1" ;; esac; }

# prepare STAGE CELL
prepare() {
  mkdir -p "$2/out"
  case "$1" in
    answer | generate | export | folder | page | evaluate) cp -r "$TMP/student" "$2/student" ;;
    critic) cp -r "$TMP/student/." "$2/out" ;;  # what it writes is beside the student
  esac
  [[ "$1" != evaluate ]] || cp -r "$TMP/tagged" "$2/tagged"
}

records() { find "$1/out" -name 'part-*.jsonl' -exec cat {} + 2> /dev/null; }
without_times() { sed -E 's/"(ms|seconds|tokens_per_s|mfu)":[^,}]*//g'; }
hashes() { (cd "$1" && find . -type f ! -name '.*.tmp-*' "${@:2}" -exec sha256sum {} + | sort -k2); }

# state STAGE CELL: what must be equal; no path of this cell is in it.
state() {
  local out="$2/out"
  case "$1" in
    intents | score | tag | ideas | doctor) comparable "$out" ;;
    critic | export | folder | page) hashes "$out" ;;
    # report.html, metrics.jsonl and the manifest hold times
    train | judged) hashes "$out" ! -name report.html ! -name metrics.jsonl ! -name manifest.json; without_times < "$out/metrics.jsonl" ;;
    generate | http) records "$2" | without_times | sort ;;
    # what is computed beside an answer may change its end
    synthesize | answer) records "$2" | grep -o '"id":"[0-9a-f]*"' | sort ;;
    evaluate) (cd "$out" && find outputs -name 'part-*.jsonl' -exec grep -o '"case":"[0-9a-f]*"' {} + | sort; find . -type f ! -name '.*.tmp-*' | sort) ;;
  esac | sed "s|$2|CELL|g"
}

# kept CELL: the whole lines of records that are there.
kept() {
  local file
  find "$1/out" -name 'part-*.jsonl' 2> /dev/null | while read -r file; do head -n "$(wc -l < "$file")" "$file"; done | sort
}

# ---- Inputs, made once

need_inputs() {
  local stage
  holds "intents" "$DISTILL" intents --out "$TMP/intents" --limit 300 $one
  mkdir "$TMP/for-tag" && holds "tag" tag "$TMP/for-tag" && mv "$TMP/for-tag/out" "$TMP/tagged"
  seq 1 12 | sed 's/^/red shoes /' > "$TMP/lines.txt"
  head -n 200 "$SOURCE/data/words/nouns.txt" > "$TMP/nouns.txt"
  mkdir "$TMP/runtime"
  for name in wllama.js wllama.wasm LICENCE; do echo "of $name" > "$TMP/runtime/$name"; done
  [[ ! ",$STAGES," =~ ,(answer|generate|critic|judged|export|folder|page|evaluate), ]] || holds "train" train "$TMP/student" "$TMP/tagged" $one
  need_judged
  need_teacher
  for stage in evaluate ideas; do [[ -f "$MINILM" ]] || leave_out "$stage" "no ${MINILM#"$SOURCE"/}"; done
  need_endpoint
  ((failures == 0)) || die "the inputs cannot be made"
}

leave_out() {
  [[ ",$STAGES," != *",$1,"* ]] || printf 'left out: %s: %s\n' "$1" "$2"
  STAGES="$(printf '%s' ",$STAGES," | sed "s/,$1,/,/; s/^,//; s/,\$//")"
}

# Converted weights come to stand beside the student that answers: a copy, so that the stages convert their own.
need_judged() {
  [[ ",$STAGES," =~ ,(critic|judged), ]] || return
  cp -r "$TMP/student" "$TMP/author"
  holds "own answers" own_answers "$TMP/author" "$TMP/tagged" "$TMP/own"
  holds "critic" "$DISTILL" critic --data "$TMP/own/tagged" --student "$TMP/author" $one
}

# A tiny random model where its tools are there, else the small teacher.
need_teacher() {
  TINY="$TEACHER"
  [[ ",$STAGES," =~ ,(synthesize|evaluate), ]] || return
  mkdir "$TMP/models"
  if "$SOURCE/.deps/venv/bin/python" "$SOURCE/tests/lm/chat_models.py" write "$TMP/models" > "$TMP/output" 2>&1; then
    TINY="$TMP/models/llama-3.2.gguf"
  elif [[ ! -f "$TEACHER" ]]; then
    leave_out synthesize "no ${TEACHER#"$SOURCE"/}"
    leave_out evaluate "no ${TEACHER#"$SOURCE"/}"
  fi
  printf 'name = "tiny"\ntitle = "Tiny"\nshort_title = "Tiny"\ndecodings = ["greedy", "sampled"]\n[model]\ngguf = "%s"\n' "$TINY" > "$TMP/tiny.toml"
}

SLOTS=4 URL= LOG=
need_endpoint() {
  [[ ",$STAGES," == *,http,* ]] || return
  [[ -x "$STUB" ]] || { leave_out http "no ${STUB#"$SOURCE"/}"; return; }
  LOG="$TMP/endpoint.log"
  "$STUB" --delay-ms 3 --log "$LOG" > "$TMP/port" 2> /dev/null &
  ENDPOINT=$!
  comes_up "$ENDPOINT" test -s "$TMP/port"
  URL="http://127.0.0.1:$(< "$TMP/port")/v1"
}

# ---- Disturbances

# draw KEY MOST: 1 to MOST, of this cell (seed, stage, kind, round).
draw() {
  local hash
  hash="$(printf '%s/%s/%s/%s/%s' "$SEED" "$stage" "$kind" "$round" "$1" | sha256sum)"
  echo $((0x${hash:0:12} % $2 + 1))
}

# under ACTION[:N] CELL COMMAND...: with the library preloaded.
under() {
  local action="$1" cell="$2"
  shift 2
  LD_PRELOAD="$TORTURE_FAULT" UDRL_TORTURE="$action" UDRL_TORTURE_UNDER="$cell" UDRL_TORTURE_NOTE="$cell.note" UDRL_TORTURE_SEED="$(draw seed 1000000)" \
    "$@"
}

# at ACTION:N: the command of this cell with that fault; status in $got.
at() {
  rm -f "$cell.note"
  run under "$1" "$cell" "$command" "$cell"
  note="$(head -n 1 "$cell.note" 2> /dev/null | sed -E "s|$cell/||g; s/ [0-9]+$//")"
  met=$([[ -n "$note" ]] && echo 1 || echo 0)
}

# halted_at N: begun, and halted at its Nth change; its process in $halted. False where it ended before.
halted_at() {
  rm -f "$cell.note"
  (EXEC=exec under "stop:$1" "$cell" "$command" "$cell") > "$TMP/output" 2>&1 < /dev/null &
  first=$!
  until halted="$(awk '$1 == "stop" { print $NF }' "$cell.note" 2> /dev/null)"; [[ -n "$halted" ]]; do
    kill -0 "$first" 2> /dev/null || break
    sleep 0.02
  done
  note="$(head -n 1 "$cell.note" 2> /dev/null | sed -E "s|$cell/||g; s/ [0-9]+$//")"
  met=$([[ -n "$halted" ]] && echo 1 || echo 0)
  [[ "$met" == 1 ]] || return 1
  until grep -qs '^State:.[Tt]' "/proc/$halted/status"; do sleep 0.01; done
}

end_of_first() {
  [[ -z "${halted:-}" ]] || kill -CONT "$halted"
  wait "$first"
  got=$?
  output="$(< "$TMP/output")"
}

# disturb_cell: as $kind says; leaves $note (what was disturbed), $met (1 if it was), $got; a reason in $why where it is wrong already.
disturb_cell() {
  local moment
  why="" note="" met=0 halted=""
  case "$kind" in
    kill | int | term | hup | full | eio) at "$kind:$(draw change "$most")" ;;
    power | posix) at "$kind:$(draw change $((most + 1)))" ;;  # one beyond the last: at the end
    gap | lost) at "$kind:$(draw rename "$most_renames")" ;;
    twice)
      at "kill:$(draw change "$most")"
      local before="$note"
      at "kill:$(draw again "$most")"
      note="$before, then ${note:-to the end}"
      met=1
      [[ "$got" == 137 || "$got" == 0 ]] || why="status $got"
      return ;;
    time)
      moment="$(awk -v n="$(draw moment 1000000)" -v s="$seconds" 'BEGIN { printf "%.3f", n / 1e6 * s }')"
      EXEC=exec "$command" "$cell" > "$TMP/output" 2>&1 < /dev/null &
      sleep "$moment"
      kill -9 $! 2> /dev/null && met=1
      { wait $!; } 2> /dev/null
      got=$?
      note="after $moment s" ;;
    stop)
      halted_at "$(draw change "$most")" && sleep 0.1
      end_of_first ;;
    two)
      if halted_at "$(draw change "$most")"; then second_process; fi
      end_of_first ;;
  esac
  case "$kind:$got" in
    kill:137 | kill:0 | gap:137 | gap:0 | lost:137 | lost:0 | power:137 | power:0 | posix:137 | posix:0 | time:137 | time:0) ;;
    int:3 | term:3 | hup:3 | int:0 | term:0 | hup:0 | stop:0 | two:0 | full:0 | full:1 | eio:1 | eio:0) ;;
    *) why="${why:+$why; }status $got" ;;
  esac
  # EIO that is not told; drafts that stay are none.
  [[ "$kind:$got" != eio:0 ]] || [[ ! "$note" =~ \ (write|pwrite|rename|cut|sendfile|fsync)\  ]] ||
    why="EIO was not told: $note"
  [[ "$kind:$got" != full:0 || ! "$note" =~ \ (write|pwrite|sendfile)\  ]] || why="a full disk was not told: $note"
}

# A second process on the folder: refused, and it touches nothing, where the first one holds it: not yet while weights are
# converted beside a student, and an exported file has no folder of its own; there both may write. An exported folder that
# is whole by then is found, and left as it is.
second_process() {
  local before status wanted=2
  [[ "$stage" != folder || ! -e "$cell/out/folder" ]] || wanted=0
  before="$(fingerprint "$cell/out")"
  "$command" "$cell" > "$TMP/second" 2>&1 < /dev/null
  status=$?
  if [[ "$stage" == export || "$stage" == page || "$note" != *" out"* ]]; then
    [[ "$status" == 0 || "$status" == 2 ]] || why="the second process: status $status"
    return
  fi
  [[ "$status" == "$wanted" ]] || why="the second process: status $status, $(tail -n 1 "$TMP/second")"
  [[ "$(fingerprint "$cell/out")" == "$before" ]] || why="${why:+$why; }the second process touched something"
}

# asked_again MARK: of what is on the disk as it went on (in $cell.kept), how much was asked after line MARK of the endpoint's log.
asked_again() {
  comm -12 <(grep -o 'plate [0-9a-f]\{16\}' "$cell.kept" | cut -c 7- | sort -u) \
    <(tail -n "+$(($1 + 1))" "$LOG" | sed -n 's/^asked //p' | sort -u) | wc -l
}
log_lines() { sleep 0.15; wc -l < "$LOG"; }  # it is written every 100 ms

# ---- One cell

cell_is_equal() {
  local begin=0 mark=0 twice
  [[ "$stage" != http ]] || begin=$(log_lines)
  prepare "$stage" "$cell"
  disturb_cell
  [[ -z "$why" ]] || cp "$TMP/output" "$cell.output"
  kept "$cell" > "$cell.kept"
  [[ "$stage" != http ]] || mark=$(log_lines)
  run "$command" "$cell"
  if [[ "$got" -ne 0 ]]; then
    why="${why:+$why; }it does not go on: status $got, $(tail -n 2 <<< "$output" | tr '\n' ' ')"
  elif ! diff "$TMP/state-$stage" <(state "$stage" "$cell") > "$cell.diff"; then
    why="${why:+$why; }another end ($(grep -c '^[<>]' "$cell.diff") lines)"
  fi
  [[ -z "$(comm -23 "$cell.kept" <(kept "$cell"))" ]] || [[ ! "$stage" =~ ^(synthesize|http|answer|generate|evaluate)$ ]] ||
    why="${why:+$why; }records that were there have gone"
  if [[ "$stage" == http && -z "$why" ]]; then
    [[ "$(log_lines)" -ge "$mark" && "$(asked_again "$mark")" == 0 ]] || why="what was on the disk was asked again"
    twice=$(tail -n "+$((begin + 1))" "$LOG" | sed -n 's/^answered \([^ ]*\).*/\1/p' | sort | uniq -c | awk '{ sum += $1 - 1 } END { print sum + 0 }')
    # what was in flight is lost; after a loss of power also what was not flushed
    [[ "$kind" == power || "$kind" == posix || "$twice" -le $((SLOTS * 2)) ]] || why="$twice answers were asked for again"
  fi
  [[ -z "$why" ]]
}

keep_cell() {
  [[ -n "$KEEP" ]] || KEEP="$(mktemp -d /tmp/udrl-torture-XXXXXX)"
  mkdir -p "$KEEP/$stage-$kind-$round"
  cp -r "$cell" "$cell".* "$KEEP/$stage-$kind-$round/" 2> /dev/null
}

# ---- All of them

# undisturbed STAGE: twice, so that it is known to have one end; how many changes it makes, and for how long.
undisturbed() {
  local begin cell kind=none round=0 command
  seconds=  # of the quicker one: moments are drawn from it
  command="$(command_of "$1")"
  for cell in "$TMP/whole-$1" "$TMP/again-$1"; do
    prepare "$1" "$cell"
    begin="$EPOCHREALTIME"
    run under count "$cell" "$command" "$cell"
    [[ "$got" -eq 0 ]] || { cat "$TMP/output"; die "$1, undisturbed: status $got"; }
    seconds="$(awk -v a="$begin" -v b="$EPOCHREALTIME" -v s="${seconds:-1e9}" 'BEGIN { print b - a < s ? b - a : s }')"
    read -r _ most _ most_renames _ < <(awk '$2 > 0' "$cell.note" | sort -nk2 | tail -n 1)
  done
  state "$1" "$TMP/whole-$1" > "$TMP/state-$1"
  [[ -s "$TMP/state-$1" ]] || die "$1, undisturbed: nothing came of it"
  diff "$TMP/state-$1" <(state "$1" "$TMP/again-$1") || die "$1 ends otherwise without a disturbance"
  rm -rf "$TMP/again-$1"
  printf '%s: %d changes, %d renames, %.1f s undisturbed\n' "$1" "$most" "$most_renames" "$seconds"
}

declare -A disturbed equal
need_inputs
hup_is_ignored=$(((0x$(awk '/^SigIgn/ { print $2 }' /proc/self/status) & 1) == 1))
differing=()
for stage in ${STAGES//,/ }; do
  undisturbed "$stage"
  command="$(command_of "$stage")"
  for kind in ${KINDS//,/ }; do
    key="$stage,$kind" disturbed[$stage,$kind]=0 equal[$stage,$kind]=0
    [[ "$kind" != hup || "$hup_is_ignored" == 0 ]] || continue  # under nohup it is to be ignored
    cell_begin=$SECONDS drawn=
    for round in ${ROUND:-$(seq 1 "$TIMES")}; do
      cell="$TMP/cell-$stage-$kind-$round"
      if cell_is_equal; then
        [[ "$met" == 0 ]] || equal[$key]=$((equal[$key] + 1))
      else
        met=1
        differing+=("--seed $SEED --stages $stage --kinds $kind --round $round: $note: $why")
        printf 'DIFFERS: %s\n' "${differing[-1]}"
        keep_cell
      fi
      disturbed[$key]=$((disturbed[$key] + met))
      drawn+="${drawn:+, }${note:-none}"
      rm -rf "$cell" "$cell".*
    done
    printf '%-10s %-6s %3d disturbed, %3d equal, %d s: %.160s\n' "$stage" "$kind" "${disturbed[$key]}" "${equal[$key]}" \
      $((SECONDS - cell_begin)) "$drawn"
    [[ -z "$JSON" ]] || printf '{"stage":"%s","kind":"%s","rounds":%d,"disturbed":%d,"equal":%d,"seed":%d}\n' "$stage" "$kind" \
      "$([[ -n "$ROUND" ]] && echo 1 || echo "$TIMES")" "${disturbed[$key]}" "${equal[$key]}" "$SEED" >> "$JSON"
  done
done

echo
printf 'equal/disturbed of %s rounds each, seed %s\n%-10s' "$([[ -n "$ROUND" ]] && echo 1 || echo "$TIMES")" "$SEED" stage
for kind in ${KINDS//,/ }; do printf ' %7s' "$kind"; done
echo
sum_disturbed=0 sum_equal=0
for stage in ${STAGES//,/ }; do
  printf '%-10s' "$stage"
  for kind in ${KINDS//,/ }; do
    printf ' %7s' "${equal[$stage,$kind]}/${disturbed[$stage,$kind]}"
    sum_disturbed=$((sum_disturbed + disturbed[$stage,$kind])) sum_equal=$((sum_equal + equal[$stage,$kind]))
  done
  echo
done
printf '%d disturbed, %d equal\n' "$sum_disturbed" "$sum_equal"
((${#differing[@]} > 0)) || exit 0
printf '\n%d differ, kept in %s. Again, one alone: scripts/torture.sh …\n' "${#differing[@]}" "$KEEP"
printf '  %s\n' "${differing[@]}"
exit 1
