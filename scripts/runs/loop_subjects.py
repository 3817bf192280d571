#!/usr/bin/env python3
"""Subjects for the loop (scripts/runs/loop.sh): nouns of data/words that share no word with what is held out.

For: loop.sh. Not for: the committed sample, whose subjects were chosen by reading.

usage: loop_subjects.py TAGGED OUT COUNT UNSEEN SEED
  TAGGED  folder of udrl-distill tag: no word of a subject of valid, test or test_groups is in a noun that is taken
  OUT     becomes OUT/lists with the tables that `udrl-distill intents --lists` reads: nouns.tsv of COUNT nouns, and
          unseen.tsv of UNSEEN others, which no round sees; and OUT/known, one intent of each training subject
"""
import gzip
import json
import pathlib
import random
import shutil
import sys

TAGGED, OUT = map(pathlib.Path, sys.argv[1:3])
COUNT, UNSEEN, SEED = map(int, sys.argv[3:6])
ROOT = pathlib.Path(__file__).resolve().parents[2]
HELD_OUT = ("valid", "test", "test_groups")
INTENT = ("intent_id", "intent", "group", "subject", "format", "style", "occasion")


def records(part):
    for file in sorted((TAGGED / part).glob("part-*")):
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def stem(word):
    """Singular and plural alike; more stems than needed only lose a noun."""
    return word.lower().rstrip("s")


def free_nouns():
    held_out = {record.get("subject", "") for part in HELD_OUT for record in records(part)}
    words = {stem(word) for subject in held_out for word in subject.split()}
    nouns = (ROOT / "data/words/nouns.txt").read_text(encoding="utf-8").split("\n")
    nouns = [noun for noun in nouns if noun and not any(stem(word) in words for word in noun.split())]
    random.Random(SEED).shuffle(nouns)
    if len(nouns) < COUNT + UNSEEN:
        sys.exit(f"loop_subjects.py: {COUNT} + {UNSEEN} nouns wanted, {len(nouns)} share no word with what is held out")
    return nouns


def write_lists(nouns):
    lists = OUT / "lists"
    lists.mkdir(parents=True, exist_ok=True)
    for name in ("formats", "occasions", "styles", "phrasings"):
        shutil.copy(ROOT / f"data/intents/{name}.tsv", lists)
    for name, some in (("nouns", nouns[:COUNT]), ("unseen", nouns[COUNT:COUNT + UNSEEN])):
        rows = [f"a noun\t{noun}\n" for noun in some]
        (lists / f"{name}.tsv").write_text("group\tsubject\n" + "".join(rows), encoding="utf-8")


def write_known():
    first = {}
    for record in records("train"):
        first.setdefault(record.get("subject", ""), record)
    folder = OUT / "known"
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / "unfinished"  # its last name says that all lists are whole
    with open(unfinished, "w", encoding="utf-8") as out:
        for record in first.values():
            intent = {name: record[name] for name in INTENT if record.get(name)}
            out.write(json.dumps(intent, ensure_ascii=False) + "\n")
    unfinished.rename(folder / "part-00000.jsonl")
    return len(first)


write_lists(free_nouns())
print(f"{COUNT} nouns, {UNSEEN} more that no round sees, {write_known()} known subjects")
