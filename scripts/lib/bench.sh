# Sourced by benchmarks: the machine in words, what is to be measured, and figures as JSON lines. Not for: measuring.
# shellcheck shell=bash

processor() { sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1; }
processor_flags() { grep -m 1 '^flags' /proc/cpuinfo | tr ' ' '\n' | grep -E '^(avx2|avx512f|avx512_vnni|avx512_bf16|amx_bf16)$' | paste -sd ' '; }
# shellcheck disable=SC2034
MACHINE="$(processor), $(nproc) cores, $(processor_flags)"

# wanted NAME: whether the script's --only names it
wanted() { [[ ",$ONLY," == *",$1,"* ]]; }

# ratio A B: A / B
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# figure NAME VALUE UNIT AGAINST GOAL [at-most]: one line of JSON. Met if the value is not below the goal, or with at-most
# not above it; a goal of "null" is none. A value of "null", nothing came of it, is not met.
figure() {
  awk -v name="$1" -v value="$2" -v unit="$3" -v against="$4" -v goal="$5" -v at_most="${6:-}" 'BEGIN {
    good = value != "null" && (at_most == "" ? value + 0 >= goal + 0 : value + 0 <= goal + 0)
    met = goal == "null" ? "null" : (good ? "true" : "false")
    printf "{\"figure\": \"%s\", \"value\": %s, \"unit\": \"%s\", \"against\": \"%s\", \"goal\": %s, \"met\": %s}\n",
      name, value, unit, against, goal, met }'
}
