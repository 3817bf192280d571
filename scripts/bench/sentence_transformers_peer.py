#!/usr/bin/env python3
"""sentence-transformers on the texts of scoring.sh: prints texts a second, the batch size that was best, and for each
NAME the largest distance between its cosines and those in NAME.jsonl.

Usage: sentence_transformers_peer.py MODEL THREADS BATCH,BATCH... NAME...
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


def read_rows(name):
    with open(f"{name}.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main(folder, threads, batches, *names):
    torch.set_num_threads(int(threads))
    runs = [read_rows(name) for name in names]
    texts = sorted({text for row in runs[0] for text in (row["intent"], row["answer"])})
    model = open_model(folder)
    model.encode(texts[:64])
    best = (0.0, 0)
    vectors = None
    for batch in map(int, batches.split(",")):
        start = time.perf_counter()
        encoded = model.encode(texts, batch_size=batch)
        best = max(best, (len(texts) / (time.perf_counter() - start), batch))
        vectors = encoded
    place = {text: i for i, text in enumerate(texts)}
    distance = lambda r: abs(float(vectors[place[r["intent"]]] @ vectors[place[r["answer"]]]) - r["cosine"])
    farthest = [max(map(distance, rows)) for rows in runs]
    print(f"{best[0]:.1f} {best[1]}", *(f"{one:.6f}" for one in farthest))


if __name__ == "__main__":
    main(*sys.argv[1:])
