#!/usr/bin/env python3
"""sentence-transformers on the texts of scoring.sh: prints texts a second, the batch size that was best, and the largest
distance between its cosines and those in COSINES.jsonl.

Usage: sentence_transformers_peer.py MODEL COSINES.jsonl THREADS BATCH...
"""
import json
import sys
import time

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Normalize, Pooling, Transformer


def open_model(folder):
    words = Transformer(folder, max_seq_length=256)
    return SentenceTransformer(modules=[words, Pooling(words.get_word_embedding_dimension(), "mean"), Normalize()], device="cpu")


def main(folder, cosines, threads, *batches):
    torch.set_num_threads(int(threads))
    with open(cosines, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = sorted({text for row in rows for text in (row["intent"], row["prompt"])})
    model = open_model(folder)
    model.encode(texts[:64])
    best = (0.0, 0)
    vectors = None
    for batch in map(int, batches):
        start = time.perf_counter()
        encoded = model.encode(texts, batch_size=batch)
        best = max(best, (len(texts) / (time.perf_counter() - start), batch))
        vectors = encoded
    place = {text: i for i, text in enumerate(texts)}
    farthest = max(abs(float(vectors[place[r["intent"]]] @ vectors[place[r["prompt"]]]) - r["cosine"]) for r in rows)
    print(f"{best[0]:.1f} {best[1]} {farthest:.6f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
