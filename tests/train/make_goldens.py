#!/usr/bin/env python3
"""Writes tests/train/goldens/gpt2_tiny.safetensors: what Hugging Face's GPT2LMHeadModel computes for a tiny random model.

Logits, the loss over target tokens, the gradient of every parameter, the losses of ten AdamW steps and the weights after
them, and the weights after three steps of Muon. Run with a Python that has torch, transformers and safetensors; the file is
committed, so that the tests need none of them.
"""
import copy
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
MUON_LR, MOMENTUM, MUON_STEPS = 0.02, 0.95, 3


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


class Muon:
    """After Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024), in float32, one matrix of
    [outputs, inputs] at a time. transformers' Conv1D holds [inputs, outputs], c_attn three matrices side by side."""

    def __init__(self, named):
        self.named, self.momentum = named, {name: torch.zeros_like(value) for name, value in named}

    @staticmethod
    def orthogonal(g):
        x = g / (g.norm() + 1e-7)
        x = x.T if g.shape[0] > g.shape[1] else x
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
        return x.T if g.shape[0] > g.shape[1] else x

    @torch.no_grad()
    def step(self):
        for name, value in self.named:
            buffer = self.momentum[name]
            buffer.mul_(MOMENTUM).add_(value.grad, alpha=1 - MOMENTUM)
            direction = value.grad * (1 - MOMENTUM) + buffer * MOMENTUM  # Nesterov's
            parts = 3 if "c_attn" in name else 1
            value.mul_(1 - MUON_LR * WEIGHT_DECAY)
            for matrix, part in zip(value.chunk(parts, 1), direction.chunk(parts, 1)):
                outputs, inputs = part.shape[1], part.shape[0]
                matrix.sub_(MUON_LR * max(1, outputs / inputs) ** 0.5 * self.orthogonal(part.T).T)


def train(model, optimizers, steps):
    """Returns the losses."""
    ids, mask, labels = batch()
    losses = []
    for _ in range(steps):
        model.zero_grad()
        loss, _ = mean_loss(model, ids, mask, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        for optimizer in optimizers:
            optimizer.step()
        losses.append(loss.item())
    return losses


def is_block_matrix(name, value):
    return value.dim() == 2 and ".h." in name


def weights_of(model, prefix):
    return {prefix + name: value.detach().clone() for name, value in model.named_parameters()}


def optimizer_of(named):
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
    fresh = copy.deepcopy(model)
    out = weights_of(model, "weights.")
    loss, logits = mean_loss(model, ids, mask, labels)
    loss.backward()
    out |= {f"grad.{name}": value.grad.clone() for name, value in model.named_parameters()}
    out["logits"] = torch.cat([logits[row, : len(tokens)].detach() for row, (tokens, _) in enumerate(SEQUENCES)])
    out["loss"] = loss.detach().reshape(1)
    losses = train(model, [optimizer_of(list(model.named_parameters()))], STEPS)
    out["adamw_losses"] = torch.tensor(losses)
    out |= weights_of(model, "adamw.")
    named = list(fresh.named_parameters())
    matrices, rest = [n for n in named if is_block_matrix(*n)], [n for n in named if not is_block_matrix(*n)]
    train(fresh, [Muon(matrices), optimizer_of(rest)], MUON_STEPS)
    out |= weights_of(fresh, "muon.")
    sequences = {"ids": [ids for ids, _ in SEQUENCES], "first_target": [first for _, first in SEQUENCES]}
    file = pathlib.Path(__file__).parent / "goldens" / "gpt2_tiny.safetensors"
    save_file({name: value.contiguous() for name, value in out.items()}, file,
              metadata={"config": json.dumps(CONFIG), "sequences": json.dumps(sequences), "torch": torch.__version__})
    print(file, file.stat().st_size, "bytes; loss", out["loss"].item(), "then", losses)


if __name__ == "__main__":
    main()
