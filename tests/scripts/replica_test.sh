#!/usr/bin/env bash
# scripts/runs/replica.sh and trial.sh on stubs of the tools: which arm trains on what and with which options, what is asked of
# the evaluation, that a failed arm is named and gone on with, and what becomes of the results.
#
# Not for: what the tools do. Usage: replica_test.sh SOURCE_DIR BIN_DIR
source "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"
command -v python3 > /dev/null || skip "no python3"
readonly WORK="$TMP/work" CALLS="$TMP/calls"
mkdir -p "$WORK/bin"
for folder in configs data scripts; do ln -s "$SOURCE/$folder" "$WORK/$folder"; done

# Notes its call. A file fail-NAME makes the call whose --out ends so fail once. An evaluation leaves made-up results.
cat > "$WORK/bin/udrl-distill" << 'EOS'
#!/usr/bin/env bash
echo "$(basename "$0") $*" >> "$CALLS"
while [[ $# -gt 0 ]]; do
  case "$1" in --out) out=$2 ;; --certify) certify=yes ;; esac
  shift
done
fault="$FAULTS/fail-$(basename "$out")"
[[ ! -e "$fault" ]] || { rm "$fault"; exit 1; }
mkdir -p "$out"
[[ "$(basename "$0")" == udrl-eval && -z "${certify:-}" ]] || exit 0
echo "| system |" > "$out/results.md"
cp "$FAULTS/results.json" "$out"
cp "$FAULTS/measured.jsonl" "$out"
EOS
chmod +x "$WORK/bin/udrl-distill"
for tool in train eval; do ln -s udrl-distill "$WORK/bin/udrl-$tool"; done
export CALLS FAULTS="$TMP" UDRL_BIN=bin PYTHONDONTWRITEBYTECODE=1

cat > "$TMP/results.json" << 'EOS'
{"primary": {"row": "student-top", "reference": "teacher-greedy", "scorer": "pmi", "verdict": "FAIL", "withheld_because": [],
   "caveats": ["a | note"], "parts": [{"name": "fluency", "scorer": "reader", "margin": 0.95, "verdict": "FAIL",
   "value": {"value": 0.5, "low": 0.4, "high": 0.6, "lower_95": null}}]},
 "systems": {"sft-any": {"sampling": {}, "diversity": {"distinct_2": 0.5}}, "nearest": {"diversity": {"distinct_2": 0.7}}},
 "scorers": {"pmi": {"primary_less": {
   "sft-any": {"masked": {"value": 0.1, "low": 0.05, "high": 0.2}, "raw": {"value": null}},
   "nearest": {"masked": {"value": 9, "low": 9, "high": 9}, "raw": {"value": 9, "low": 9, "high": 9}}}}},
 "lineage": {"command_line": "udrl-eval", "version": "udrl 0", "processor": "a processor", "test_openings": 2,
   "students_tested": 1, "sha256": {"model student": "aa"}}}
EOS
printf '%s\n' '{"row": "student-top", "task": "image", "intent": "a | b", "answer": "two\nlines"}' \
  '{"row": "teacher-greedy", "task": "image", "intent": "a | b", "answer": "one"}' > "$TMP/measured.jsonl"

replica() { (cd "$WORK" && scripts/runs/replica.sh "$@"); }
# called WORDS TEXT...: the only call that has WORDS has each text.
called() {
  local call text
  call="$(grep -F -- "$1" "$CALLS")"
  [[ "$(wc -l <<< "$call")" -eq 1 ]] || { echo "$call"; return 1; }
  for text in "${@:2}"; do [[ "$call" == *"$text"* ]] || { echo "$call"; return 1; }; done
}
lacks() { ! grep -F -- "$1" "$CALLS" | grep -qF -- "$2"; }

# --- what is refused before anything runs
expect "help" 0 "--rehearse" -- replica --help
expect "an option that there is not" 1 "no stage, option or arm --spilt" -- replica --spilt test
expect "an arm that there is not" 1 "no stage, option or arm evalute" -- replica evalute
expect "in the trial too" 1 "no stage, option or arm sfd" -- bash -c "cd '$WORK' && scripts/runs/trial.sh sfd"
holds "nothing was called" test ! -e "$CALLS"

# --- all of it
expect "every stage" 0 "results.md" -- replica --run run --jobs 0
holds "three seeds" called "--out run/students/seed-3" "--seed 3" "--data run/tagged/advantage" "--ideas run/ideas" "--steps 3300"
holds "each seed has a critic of its own" called "--data run/critics/seed-2/tagged --student run/students/seed-2" "udrl-distill critic"
holds "and goes on with it" called "--out run/critics/seed-2/student" "udrl-train" "--init run/students/seed-2" \
  "--critic.data run/critics/seed-2/tagged" "--data run/tagged/advantage" "--ideas run/ideas" "--steps 300"
holds "which is then fitted again" called "--data run/critics/seed-2/tagged --student run/critics/seed-2/student" "udrl-distill critic"
holds "of its own answers" called "--out run/critics/seed-2/answers" "answer" "--student run/students/seed-2" "--intents run/tagged/advantage/train"
holds "SFT is told no return" called "--out run/arms/sft " "--data run/tagged/advantage" "--sequence.any-return 1"
holds "reward-weighted SFT neither" called "--out run/arms/reward-weighted" "--sequence.any-return 1 --sequence.reward-weight 2"
holds "the placebo is, of data of its own" called "--out run/arms/placebo" "--data run/tagged/placebo"
holds "and made so" called "--out run/tagged/placebo" "--shuffle-returns"
holds "without swaps" called "--out run/arms/advantage-no-swaps" "--sequence.entity-swap 0"
holds "who is told no words has no table" lacks "--out run/arms/untold" "--ideas"
holds "the claim is over three seeds" called "--out run/eval-valid" "--split valid" "--student run/critics/seed-1/student" \
  "--student-seeds run/critics/seed-2/student,run/critics/seed-3/student"
holds "the test set stays closed" lacks "udrl-eval" "--split test"
holds "an arm of SFT is asked for any return" grep -q 'returns = \["any"\]' "$WORK/run/systems/sft.toml"
holds "the placebo for top, with variety, and lowest" grep -q 'returns = \["top+rarity=4", "lowest"\]' "$WORK/run/systems/placebo.toml"

# --- what becomes of the results
holds "the verdict" grep -q '^\*\*One answer: FAIL\*\*' "$WORK/run/results.md"
holds "a part without a bound" grep -qF '| fluency | reader | 0.50 (0.40 to 0.60) | – | 0.95 | FAIL |' "$WORK/run/results.md"
holds "an arm" grep -qF '| `sft-any` | 0.100 (0.050 to 0.200) | – | – | 0.50 |' "$WORK/run/results.md"
holds "no control" bash -c "! grep -qF 'nearest' '$WORK/run/results.md'"
holds "answers on one line each" grep -qF '| a \| b | two lines | one |' "$WORK/run/results.md"

# --- one that fails is named, and gone on with
rm -rf "$WORK/run" "$CALLS"
touch "$TMP/fail-seed-2"
expect "a failed seed" 1 "seed-2 did not come to its end" "run/logs/seed-2.log" -- replica --run run students arms sft
holds "and no arm is begun" lacks "--out run" "arms"
expect "goes on" 0 -- replica --run run students arms sft
holds "rehearsed where it is asked to" bash -c "cd '$WORK' && scripts/runs/replica.sh --run elsewhere --rehearse tag && test -d elsewhere/tagged"
finish
