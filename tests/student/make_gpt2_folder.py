#!/usr/bin/env python3
"""Writes tests/student/goldens/gpt2_folder: a tiny random GPT-2 with a byte-level BPE, as `transformers` saves it.

Run with a Python that has torch, transformers and tokenizers; the folder is committed, so that the tests need none of them.
Not for: a model that knows anything.
"""
import pathlib

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

VOCABULARY = 320
TEXTS = [
    "A warm photo of a bakery at dusk, soft light",
    "Bright sailing club poster with bold letters",
    "Minimal drawing of the garden on plain paper, with a thin blue line around it and stars",
    "museum banner",
    "coffee flyer number 3",
]


def model():
    torch.manual_seed(11)
    shape = dict(vocab_size=VOCABULARY, n_positions=80, n_embd=16, n_layer=2, n_head=2, n_inner=48)
    made = GPT2LMHeadModel(GPT2Config(**shape))
    with torch.no_grad():
        for value in made.parameters():
            value.add_(torch.randn_like(value) * 0.1)  # biases and norms too, so that a mistake in them shows
    return made


def tokenizer():
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(TEXTS, vocab_size=VOCABULARY, min_frequency=1, special_tokens=["<|endoftext|>"], show_progress=False)
    return PreTrainedTokenizerFast(tokenizer_object=bpe._tokenizer, eos_token="<|endoftext|>", bos_token="<|endoftext|>")


def main():
    folder = pathlib.Path(__file__).parent / "goldens" / "gpt2_folder"
    model().save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    for file in sorted(folder.iterdir()):
        file.chmod(0o644)
        print(file, file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
