#!/usr/bin/env python3
"""The damage table of one scorer as Markdown: what is left of fidelity / elaboration, by task and kind of damage.

For: scripts/runs/damage.sh. Usage: damage_table.py NAME DOCTOR_JSON
"–": the teacher is not above a content-free answer there, so nothing can be left.
"""

import json
import sys
from pathlib import Path

NAME, DOCTOR = sys.argv[1], json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
HALVES = ("fidelity", "elaboration")


def left(estimate):
    value = estimate["value"]
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def both(estimates):
    return " / ".join(left(estimates[half]) for half in HALVES)


def counting(task):
    valid = [half for half in HALVES if not task["why_not"][half]]
    return "both" if len(valid) == 2 else valid[0] if valid else "–"


print("| scorer, task | 25% of own words | 50% | 75% | 100% | another subject | counts |\n" + "|---" * 7 + "|")
for damage in DOCTOR["figures"]["damage"]:
    for task in damage["tasks"]:
        words = " | ".join(map(both, task["words"]))
        print(f"| {NAME}, {task['task']} | {words} | {both(task['subject'])} | {counting(task)} |")
