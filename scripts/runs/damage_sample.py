#!/usr/bin/env python3
"""Answers of one teacher to be damaged: a record a subject, so many a task, without scores.

For: scripts/runs/damage.sh. Usage: damage_sample.py TAGGED_OR_DISTILLED OUT ANSWERS_A_TASK
Records are taken in the order of a hash of their id, so that the first so many are a fair sample, and more are the same
and others.
"""

import gzip
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

SOURCE, OUT, WANTED = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])


def records():
    for file in sorted(SOURCE.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def chosen():
    taken, subjects = Counter(), set()
    whole = (r for r in records() if r["finish"] == "stop" and r["subject"])
    for record in sorted(whole, key=lambda r: hashlib.sha256(r["id"].encode()).digest()):
        task, subject = record["task"], (record["task"], record["subject"])
        if taken[task] == WANTED or subject in subjects:
            continue
        taken[task] += 1
        subjects.add(subject)
        record["scores"] = {}
        yield record


OUT.mkdir(parents=True, exist_ok=True)
with open(OUT / "part-00000.jsonl", "w", encoding="utf-8") as out:
    for record in chosen():
        out.write(json.dumps(record, ensure_ascii=False) + "\n")
