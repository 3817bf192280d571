#!/usr/bin/env python3
"""Makes tests/score/scorers/diversity.json: what NLTK and zlib say about fixed texts, for diversity_test.cpp.

Needs nltk (a throw-away environment is enough):
    python tests/score/scorers/make_diversity.py > tests/score/scorers/diversity.json
"""
import json
import random
import sys
import zlib

import nltk
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

draw = random.Random(4)
OPENINGS = ["a cosy shop window at dusk", "a bold poster of a running club", "two cups of tea", "a red fox"]
WORDS = "with soft light in blue and gold over the quiet harbour snow lanterns drawn by hand".split()


def text():
    return " ".join([draw.choice(OPENINGS)] + [draw.choice(WORDS) for _ in range(draw.randint(0, 12))])


def self_bleu(texts, cut):
    words = [t.split()[:cut] if cut else t.split() for t in texts]
    scores = [sentence_bleu(words[:i] + words[i + 1:], words[i], smoothing_function=SmoothingFunction().method1)
              for i in range(len(words))]
    return sum(scores) / len(scores)


def compression(texts):
    raw = "".join(t + "\n" for t in texts).encode()
    return len(raw) / len(zlib.compress(raw, 9))


texts = [text() for _ in range(40)] + ["fox", "unheard of"]
json.dump({"made_with": f"nltk {nltk.__version__}", "texts": texts, "self_bleu": self_bleu(texts, 0),
           "self_bleu_of_8_words": self_bleu(texts, 8), "compression_ratio": compression(texts)}, sys.stdout, indent=1)
print()
