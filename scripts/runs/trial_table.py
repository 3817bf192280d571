#!/usr/bin/env python3
"""The table of scripts/runs/trial.sh: means over valid answers, and what they are worth between floor and teacher; then
differences over the intents and tasks that both arms answered, with 95% intervals of a bootstrap over subjects.

Usage: trial_table.py RUN                       prints both (Markdown)
       trial_table.py --choose VALID N FOLDER   the teacher's sampled answers to the first N intents (0: all), one an
                                                intent and task (FOLDER/own), and the same answers under
                                                another subject's intent of the same task (FOLDER/another):
                                                the floor
"""
import glob
import json
import os
import random
import sys

SCORES = ["relevance", "relevance_masked", "pmi", "pmi_masked"]


def records(folder):
    for shard in sorted(glob.glob(os.path.join(folder, "part-*.jsonl"))):
        with open(shard, encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def write(folder, rows):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "part-00000.jsonl"), "w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def choose(valid, count, folder):
    everything = list(records(valid))
    intents = sorted({r["intent_id"] for r in everything})[: count or None]
    chosen = {}
    for r in sorted(everything, key=lambda r: r["id"]):
        if r["intent_id"] in intents:
            chosen.setdefault((r["intent_id"], r["task"]), r)
    own = [{k: v for k, v in r.items() if k not in ("scores", "words", "return", "commands", "split")} for r in chosen.values()]
    fields = ["intent_id", "intent", "group", "subject", "format", "style", "occasion"]
    another = []
    draw = random.Random(1)
    for r in own:
        others = [o for o in own if o["task"] == r["task"] and o.get("subject") != r.get("subject")]
        other = draw.choice(others)
        another.append({**r, **{k: other.get(k, "") for k in fields}})
    write(os.path.join(folder, "own"), own)
    write(os.path.join(folder, "another"), another)


def mean(values):
    return sum(values) / len(values) if values else float("nan")


def row_of(run, name):
    scored = list(records(os.path.join(run, "scored", name)))
    row = {s: mean([r["scores"][s] for r in scored]) for s in SCORES}
    row["repetition"] = mean([r["scores"]["repetition"] for r in scored])
    row["copying"] = mean([r["scores"]["copying"] for r in scored])
    bigrams, texts = set(), 0
    for r in sorted(scored, key=lambda r: r["id"])[:150]:
        words = r["answer"].lower().split()[:12]
        for pair in zip(words, words[1:]):
            bigrams.add(pair)
            texts += 1
    row["distinct-2"] = len(bigrams) / max(texts, 1)
    answers = os.path.join(run, "answers", name)
    if os.path.isdir(answers):
        asked = list(records(answers))
        row["valid"] = mean([r["finish"] == "stop" for r in asked])
        off = [abs(len(r["answer"].split()) - r["asked"]["words"]) for r in asked if r["finish"] == "stop" and r["asked"]["words"]]
        row["words off"] = mean(off)
    return row


def table(run):
    names = sorted(os.listdir(os.path.join(run, "scored")))
    rows = {name: row_of(run, name) for name in names}
    floor, teacher = rows["teacher-another"], rows["teacher-own"]
    head = ["arm, return asked", *SCORES, *(f"{s}, share" for s in SCORES), "valid", "words off", "copying", "repetition", "distinct-2"]
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for name, row in rows.items():
        cells = [name] + [f"{row[s]:.3f}" for s in SCORES]
        cells += [f"{(row[s] - floor[s]) / (teacher[s] - floor[s]):.2f}" for s in SCORES]
        cells += [f"{row[k]:.2f}" if k in row else "–" for k in ("valid", "words off", "copying", "repetition", "distinct-2")]
        print("| " + " | ".join(cells) + " |")


DIFFERENCES = [
    ("advantage-top", "advantage-lowest"), ("advantage-top", "sft-any"), ("advantage-top", "placebo-top"),
    ("advantage-top", "best-of-n-any"), ("best-of-n-any", "sft-any"), ("global-top", "global-lowest"),
    ("global-top", "sft-any"), ("masked-top", "masked-lowest"), ("masked-top", "sft-any"), ("placebo-top", "placebo-lowest"), ("advantage-top", "advantage-no-swaps-top"),
    ("sft-any", "sft-no-swaps-any"),
]


def interval(by_subject, draws=2000):
    """The mean of all differences, and its 2.5 and 97.5 per cent quantiles over resampled subjects."""
    clusters = list(by_subject.values())
    everything = [d for cluster in clusters for d in cluster]
    random_ = random.Random(1)
    means = []
    for _ in range(draws):
        chosen = [d for cluster in random_.choices(clusters, k=len(clusters)) for d in cluster]
        means.append(mean(chosen))
    means.sort()
    return mean(everything), means[draws // 40], means[-draws // 40]


def differences(run):
    available = set(os.listdir(os.path.join(run, "scored")))
    print("\n| first less second | pairs | " + " | ".join(SCORES) + " |")
    print("|" + "---|" * (len(SCORES) + 2))
    for first, second in DIFFERENCES:
        if not {first, second} <= available:
            continue
        a, b = ({(r["intent_id"], r["task"]): r for r in records(os.path.join(run, "scored", name))} for name in (first, second))
        cells, pairs = [], sorted(a.keys() & b.keys())
        for score in SCORES:
            by_subject = {}
            for key in pairs:
                by_subject.setdefault(a[key]["subject"], []).append(a[key]["scores"][score] - b[key]["scores"][score])
            cells.append("{:+.3f} ({:+.3f} to {:+.3f})".format(*interval(by_subject)))
        print(f"| {first} less {second} | {len(pairs)} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    if len(sys.argv) == 5 and sys.argv[1] == "--choose":
        choose(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    elif len(sys.argv) == 2:
        table(sys.argv[1])
        differences(sys.argv[1])
    else:
        sys.exit(__doc__)
