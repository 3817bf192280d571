#!/usr/bin/env python3
"""Writes tests/train/goldens/gpt2_tiny.safetensors: what Hugging Face's GPT2LMHeadModel computes for a tiny random model.

Logits, the loss over target tokens, the gradient of every parameter, and the losses of ten AdamW steps. Run with a Python
that has torch, transformers and safetensors; the file is committed, so that the tests need none of them.
"""
import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

CONFIG = dict(vocab_size=67, n_positions=16, n_embd=32, n_layer=2, n_head=2)
# Token ids, and from where on they are learned; the second is shorter, so it is padded.
SEQUENCES = [([1, 5, 9, 33, 60, 7, 8, 21, 44, 2], 5), ([1, 12, 66, 3, 17, 2], 3), ([1, 40, 41, 6, 42, 43, 13, 2], 4)]
ADAMW = dict(lr=3e-3, betas=(0.9, 0.95), eps=1e-8)
WEIGHT_DECAY, CLIP, STEPS = 0.1, 1.0, 10


def batch():
    width = max(len(ids) for ids, _ in SEQUENCES)
    ids = torch.full((len(SEQUENCES), width), 2)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, -100)
    for row, (tokens, first) in enumerate(SEQUENCES):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        mask[row, : len(tokens)] = 1
        labels[row, first : len(tokens)] = torch.tensor(tokens[first:])
    return ids, mask, labels


def mean_loss(model, ids, mask, labels):
    logits = model(input_ids=ids, attention_mask=mask).logits
    loss = torch.nn.functional.cross_entropy(logits[:, :-1].reshape(-1, logits.size(-1)), labels[:, 1:].reshape(-1))
    return loss, logits


def optimizer_of(model):
    named = list(model.named_parameters())
    decayed = [p for _, p in named if p.dim() >= 2]
    plain = [p for _, p in named if p.dim() < 2]
    return torch.optim.AdamW([{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}], **ADAMW)


def main():
    torch.manual_seed(7)
    model = GPT2LMHeadModel(GPT2Config(**CONFIG, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, attn_implementation="eager"))
    with torch.no_grad():
        for name, value in model.named_parameters():
            value.add_(torch.randn_like(value) * 0.08)  # biases and norms too, so that a mistake in them shows
    ids, mask, labels = batch()
    out = {f"weights.{name}": value.detach().clone() for name, value in model.named_parameters()}
    loss, logits = mean_loss(model, ids, mask, labels)
    loss.backward()
    out |= {f"grad.{name}": value.grad.clone() for name, value in model.named_parameters()}
    out["logits"] = torch.cat([logits[row, : len(tokens)].detach() for row, (tokens, _) in enumerate(SEQUENCES)])
    out["loss"] = loss.detach().reshape(1)
    optimizer, losses = optimizer_of(model), []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss, _ = mean_loss(model, ids, mask, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        losses.append(loss.item())
    out["adamw_losses"] = torch.tensor(losses)
    sequences = {"ids": [ids for ids, _ in SEQUENCES], "first_target": [first for _, first in SEQUENCES]}
    file = pathlib.Path(__file__).parent / "goldens" / "gpt2_tiny.safetensors"
    save_file({name: value.contiguous() for name, value in out.items()}, file,
              metadata={"config": json.dumps(CONFIG), "sequences": json.dumps(sequences), "torch": torch.__version__})
    print(file, file.stat().st_size, "bytes; loss", out["loss"].item(), "then", losses)


if __name__ == "__main__":
    main()
