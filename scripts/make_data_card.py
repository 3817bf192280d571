#!/usr/bin/env python3
"""Writes the data card of the committed sample: counts and twenty random records, around text that is kept here.

For: running after scripts/runs/distill_sample.sh has changed data/distilled. Not for: other data; needs no package.
usage: scripts/make_data_card.py > data/distilled/README.md
"""
import collections
import gzip
import json
import pathlib
import random

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data" / "distilled"

HEAD = """\
# A sample distilled by these tools
Answers with scores, as `udrl-distill score` wrote them: one folder a part, gzipped JSON Lines shards (fields: `docs/formats.md`), the manifest of their scores (`manifest.json`) and of their
synthesis (`synthesize.manifest.json`). This card is written by `scripts/make_data_card.py`.

- **Made by** `scripts/runs/distill_sample.sh` with `configs/sample/synthesize-PART.toml`; run it again to grow the sample: nothing that is here is asked or scored again.
- **Teachers**: Qwen2.5-Coder-0.5B-Instruct (Q4_K_M) and SmolLM2-135M-Instruct (Q4_1; warmer, so that returns spread), both Apache-2.0. Files and hashes: `scripts/fetch_models.sh --list`.
  For `qwen-broad`, `qwen-short` and `qwen-titles` the weights were widened to bf16 (`weights = "bf16"`).
- **Intents**: made from the lists in `data/intents/` (hand-written; nouns of `wordnet_subjects.tsv` from WordNet 3.0, whose licence is in `data/words/README.md`); those
  of all parts but the two `-first` are kept in `data/intents/sample/`.
- **Scores**: all-MiniLM-L6-v2 (Apache-2.0), f32.
- **Licence**: the selection and the intents are Apache-2.0 like the project; the answers are output of the teachers above.
"""

FAULTS = """\
## Known faults, seen by reading
The teachers are small. Answers wander off their subject, mix image and layout vocabulary, love "colorful", "vibrant" and neon, name brands and people now and then, and are at times ungrammatical. SmolLM2's are
often nonsense; that is what the low returns are for. Search suggestions mostly say the intent again, a word moved or added; of the headlines one in three is about something else; `fields` now and then takes the
format for the subject. Headlines and search suggestions are the most numerous, for they are the cheapest. Answers that broke a rule of validity (`include/udrl/task/validity.hpp`) are not here; they are counted in `synthesize.manifest.json`. Nothing was
filtered for taste or safety beyond those rules.
"""


def read(folder):
    for shard in sorted(folder.glob("part-*.jsonl.gz")):
        with gzip.open(shard, "rt") as lines:
            yield from map(json.loads, lines)


def row(name, records):
    asked = collections.Counter((r["intent_id"], r["task"]) for r in records)
    return (name, len(records), len({r["intent_id"] for r in records}), len({r["subject"] for r in records}),
            f"{sum(asked.values()) / len(asked):.1f}", f"{sum(r['words'] for r in records) / len(records):.1f}")


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(f"{c:,}" if isinstance(c, int) else str(c) for c in r) + " |" for r in rows])


def main():
    parts = {folder.name: list(read(folder)) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()}
    everything = [record for records in parts.values() for record in records]
    tasks = sorted({record["task"] for record in everything})
    header = ("answers", "intents", "subjects", "answers an intent and task", "words an answer")
    print(HEAD)
    print("## Counts")
    print(table(("part",) + header, [row(f"`{name}`", records) for name, records in parts.items()] + [row("together", everything)]))
    print()
    print(table(("task",) + header, [row(task, [r for r in everything if r["task"] == task]) for task in tasks]))
    print()
    print(FAULTS)
    print("## Twenty random records")
    chosen = random.Random(20).sample(everything, 20)
    print(table(("intent", "task", "answer", "teacher", "relevance", "masked"),
                [(r["intent"], r["task"], "`" + r["answer"].replace("|", "\\|") + "`", r["teacher"].split("-Instruct")[0],
                  f"{r['scores']['relevance']:.2f}", f"{r['scores']['relevance_masked']:.2f}") for r in chosen]))


main()
