#!/usr/bin/env python3
"""The sequences that udrl-train learns from, for its peers: token ids and where the answer begins, one NumPy file.

Not for: sequences with swaps, segments, a countdown or auxiliary returns. Prints what an epoch holds in udrl-train's
own words, so that training.sh can see that it is the same.

Usage: training_data.py CHECKPOINT SPLIT OUT.npz
  CHECKPOINT  a folder of udrl-train: its tokenizer is taken, and the number of positions
  SPLIT       train/ or valid/ of a tagged folder
"""
import glob
import json
import os
import re
import sys

import numpy
from tokenizers import Tokenizer

MAX_WORDS = 80


def read_slots(split):
    with open(os.path.join(split, os.pardir, "commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    if commands["countdown"] or commands["auxiliary_returns"]:
        sys.exit("training_data.py: a countdown and auxiliary returns are not for this benchmark")
    return {task["name"]: slot for slot, task in enumerate(commands["tasks"])}


def read_records(split):
    for name in sorted(glob.glob(os.path.join(split, "*.jsonl"))):
        with open(name, encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def as_written(answer):
    """As in src/command/spelling.cpp: a small first letter, and in JSON a space before each value that is a text."""
    if answer[0] in "{[":
        return re.sub(r'"((?:[^"\\]|\\.)*)"( *:)?', lambda m: m[0] if m[2] or m[1][:1] in ("", " ") else '" ' + m[0][1:], answer)
    return answer[0].lower() + answer[1:] if re.match("[A-Z][a-z ]", answer) else answer


def prompt_and_answer(record, slots):
    answer = as_written(record["answer"])
    words = len(record["answer"].encode().split())  # ASCII white space only
    asked = words if words <= MAX_WORDS else "any"
    commands = f"⟨task:{slots[record['task']]}⟩⟨words:{asked}⟩⟨return:{record['commands']['return']}⟩⟨gen⟩"
    return f" {record['intent']}{commands}", f" {answer}"


def ids_of(tokenizer, texts, with_bos):
    return [found.ids for found in tokenizer.encode_batch_fast(texts, add_special_tokens=with_bos)]


def main(checkpoint, split, out):
    with open(os.path.join(checkpoint, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    # What AutoTokenizer opens too, without the import of transformers.
    tokenizer = Tokenizer.from_file(os.path.join(checkpoint, "tokenizer.json"))
    slots = read_slots(split)
    prompts, answers = zip(*(prompt_and_answer(record, slots) for record in read_records(split)))
    prompts, answers = ids_of(tokenizer, prompts, True), ids_of(tokenizer, answers, False)
    rows = [(len(p), p + a + [config["eos_token_id"]]) for p, a in zip(prompts, answers)]
    rows = [row for row in rows if len(row[1]) <= config["n_positions"]]
    first_targets = numpy.array([first for first, _ in rows], dtype=numpy.int32)
    ends = numpy.cumsum([len(ids) for _, ids in rows])
    ids = numpy.concatenate([ids for _, ids in rows]).astype(numpy.int32)
    numpy.savez(out, ids=ids, ends=ends, first_targets=first_targets)
    print(f"{len(rows):,} sequences, {ends[-1]:,} tokens an epoch ({ends[-1] - first_targets.sum():,} learned")


if __name__ == "__main__":
    main(*sys.argv[1:])
