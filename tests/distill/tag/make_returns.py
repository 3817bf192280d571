#!/usr/bin/env python3
"""Makes tests/distill/tag/returns.json: scored records and what NumPy says about their returns, for tag_test.cpp.

Needs numpy:
    python tests/distill/tag/make_returns.py > tests/distill/tag/returns.json
"""
import json

import numpy

WEIGHTS = {"masked": 1.0, "relevance": 3.0}
PENALTY = 0.25
BINS = 5
random = numpy.random.default_rng(3)


def make_records():
    records = []
    for task in ("image", "template"):
        for intent in range(12):
            level = random.normal()
            for draw in range(int(random.integers(1, 8))):
                words = int(random.integers(5, 40))
                relevance = 0.6 + 0.1 * level + 0.05 * random.normal() + 0.004 * words
                records.append({
                    "intent": intent, "task": task, "draw": draw, "words": words,
                    "scores": {"relevance": round(relevance, 2), "masked": round(random.normal(0.3, 0.1), 2),
                               "copying": round(float(random.choice([0, 1 / 3, 0.5, 2 / 3, 1])), 6)}})
    return records


def z(values):
    return (values - values.mean()) / values.std()


def rank_bins(values):
    order = numpy.argsort(values, kind="stable")
    rank = numpy.empty(len(values))
    rank[order] = numpy.arange(1, len(values) + 1)
    return numpy.floor(BINS * (rank - 0.5) / len(values)).astype(int)


def fit(records):
    scores = {name: numpy.array([r["scores"][name] for r in records]) for name in (*WEIGHTS, "copying")}
    words = numpy.array([r["words"] for r in records], dtype=float)
    mean_z = sum(w * z(scores[name]) for name, w in WEIGHTS.items()) / sum(WEIGHTS.values())
    slope, intercept = numpy.polyfit(words, mean_z, 1)
    returns = mean_z - (slope * words + intercept) - PENALTY * z(scores["copying"])
    intents = numpy.array([r["intent"] for r in records])
    squares = freedom = 0
    advantage = numpy.zeros(len(records), dtype=int)
    for intent in set(intents):
        mine = returns[intents == intent]
        squares += ((mine - mine.mean()) ** 2).sum()
        freedom += len(mine) - 1
        advantage[intents == intent] = rank_bins(mine)
    for record, value, within, everywhere in zip(records, returns, advantage, rank_bins(returns)):
        record["expected"] = {"return": float(value), "advantage": int(within), "global": int(everywhere)}
    return {"moments": {name: [float(v.mean()), float(v.std())] for name, v in scores.items()},
            "slope": float(slope), "intercept": float(intercept),
            "quantiles": numpy.quantile(returns, numpy.arange(101) / 100).tolist(),
            "spread_within": float((squares / freedom) ** 0.5)}


everything = make_records()
fitted = {task: fit([r for r in everything if r["task"] == task]) for task in ("image", "template")}
lines = ",\n  ".join(json.dumps(r) for r in everything)
print('{"weights": %s, "copying_penalty": %s, "bins": %d,\n "fitted": %s,\n "records": [\n  %s]}'
      % (json.dumps(WEIGHTS), PENALTY, BINS, json.dumps(fitted), lines))
