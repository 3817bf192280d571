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
    for file in sorted(SOURCE.glob("*.jsonl*")):
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as lines:
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


sample = [json.dumps(record, ensure_ascii=False) for record in chosen()]
if not sample:
    sys.exit(f"error: no whole answer in {SOURCE}\n  Name a folder of shards (*.jsonl or *.jsonl.gz) with --from.")
OUT.mkdir(parents=True, exist_ok=True)
draft = OUT / ".part-00000.jsonl"
draft.write_text("\n".join(sample) + "\n", encoding="utf-8")
draft.rename(OUT / "part-00000.jsonl")
