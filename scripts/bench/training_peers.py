#!/usr/bin/env python3
"""One contestant of training.sh: trains for some seconds, and prints "RATE MEMORY": tokens that bear loss a second, and
peak resident megabytes. Every peer is GPT2LMHeadModel of the checkpoint's config.json with random weights, sdpa
attention and fused AdamW, and takes whole sequences of about --positions tokens a step.

Not for: making the data (training_data.py), or comparing (training.sh).

Usage: training_peers.py PEER --checkpoint FOLDER --data FILE.npz [--precision fp32|bf16] [--kernels default|medium]
         [--positions N] [--seconds N]
       training_peers.py udrl --checkpoint FOLDER [--seconds N] --command COMMAND...
  PEER is trainer, trainer-grouped, sft, sft-packed, loop or loop-compiled
"""
import argparse
import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time

# Not counted: steps for a quarter of the measured time, and one at least.
WARM_SHARE = 0.25
LEARNING_RATE, WEIGHT_DECAY, CLIP = 1e-3, 0.1, 1.0
MASKED = -100


class Meter:
    """Counts the targets of the steps after the warm-up."""

    def __init__(self, seconds):
        self.seconds, self.begin, self.start = seconds, time.perf_counter(), None
        self.targets, self.elapsed = 0, 0.0

    def add(self, targets):
        """A step is done. True where enough were."""
        now = time.perf_counter()
        if self.start is None:
            if now - self.begin >= WARM_SHARE * self.seconds:
                self.start = now
            return False
        self.targets += targets
        self.elapsed = now - self.start
        return self.elapsed >= self.seconds

    def rate(self):
        return self.targets / self.elapsed


class Sequences:
    """The data as a map-style data set, with the prompts' labels masked."""

    def __init__(self, file):
        import numpy

        arrays = numpy.load(file)
        self.ids, self.ends, self.first_targets = arrays["ids"], arrays["ends"], arrays["first_targets"]

    def __len__(self):
        return len(self.ends)

    def row(self, at):
        if at >= len(self):
            raise IndexError(at)
        return self.ids[self.ends[at - 1] if at else 0 : self.ends[at]], int(self.first_targets[at])

    def __getitem__(self, at):
        ids, first = self.row(at)
        ids = ids.tolist()
        return {"input_ids": ids, "labels": [MASKED] * first + ids[first:]}

    def per_batch(self, positions):
        return max(1, round(positions * len(self) / int(self.ends[-1])))


def new_model(checkpoint):
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(1)
    # No peer keeps keys and values that training has no use for.
    return GPT2LMHeadModel(GPT2Config.from_pretrained(checkpoint, use_cache=False)).train()


# The plain loop, in the manner of nanoGPT.


def padded_batch(sequences, rows):
    """Cropped to the longest. Causal attention needs no mask for what is padded on the right."""
    import torch

    found = [sequences.row(row) for row in rows]
    shape = len(found), max(len(ids) for ids, _ in found)
    inputs, labels = torch.zeros(shape, dtype=torch.long), torch.full(shape, MASKED, dtype=torch.long)
    for at, (ids, first) in enumerate(found):
        ids = torch.from_numpy(ids)
        inputs[at, : len(ids)] = ids
        labels[at, first : len(ids)] = ids[first:]
    return inputs, labels


def fused_adamw(model):
    import torch

    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": WEIGHT_DECAY},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=LEARNING_RATE, fused=True)


def loop(options, compiled):
    import numpy
    import torch

    sequences, model = Sequences(options.data), new_model(options.checkpoint)
    optimizer, random = fused_adamw(model), numpy.random.default_rng(1)
    rows = sequences.per_batch(options.positions)
    run = torch.compile(model, dynamic=True) if compiled else model
    autocast = torch.autocast("cpu", torch.bfloat16) if options.precision == "bf16" else contextlib.nullcontext()

    def step():
        inputs, labels = padded_batch(sequences, random.integers(len(sequences), size=rows))
        with autocast:
            loss = run(input_ids=inputs, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return int((labels != MASKED).sum())

    if compiled:
        begin = time.perf_counter()
        for _ in range(3):  # a second or third shape may be compiled anew
            step()
        print(f"torch.compile: the first 3 steps took {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    meter = Meter(options.seconds)
    while not meter.add(step()):
        pass
    return meter.rate()


# Hugging Face Trainer, and TRL's SFTTrainer, which is one.


def trainer_settings(options, rows):
    return dict(
        output_dir=options.checkpoint + "-peer", use_cpu=True, bf16=options.precision == "bf16",
        per_device_train_batch_size=rows, max_steps=10**6, optim="adamw_torch_fused", learning_rate=LEARNING_RATE,
        weight_decay=WEIGHT_DECAY, max_grad_norm=CLIP, lr_scheduler_type="constant", logging_strategy="no",
        save_strategy="no", report_to=[], disable_tqdm=True, dataloader_pin_memory=False,
    )


def open_tokenizer(options):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(options.checkpoint)
    tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def train_with(trainer, seconds):
    """Counts the labels that the model is given, and stops the trainer when the meter says so."""
    from transformers import PrinterCallback, TrainerCallback

    meter, given = Meter(seconds), []

    def note_labels(_, __, inputs):
        given.append(int((inputs["labels"] != MASKED).sum()))

    class StopInTime(TrainerCallback):
        def on_step_end(self, args, state, control, **kwargs):
            control.should_training_stop = meter.add(given.pop())

    trainer.model.register_forward_pre_hook(note_labels, with_kwargs=True)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(StopInTime())
    trainer.train()
    return meter.rate()


def grouped_in_any_order(batch, sequences):
    """The batches of group_by_length. Their own order, longest first in every fifty, would make a short run one of long
    sequences only."""
    import random

    from transformers.trainer_pt_utils import LengthGroupedSampler

    class Sampler(LengthGroupedSampler):
        def __iter__(self):
            indices = list(super().__iter__())
            batches = [indices[at : at + batch] for at in range(0, len(indices), batch)]
            random.Random(1).shuffle(batches)
            return iter(sum(batches, []))

    return Sampler(batch, sequences)


def trainer(options, grouped):
    from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments

    sequences = Sequences(options.data)
    rows = sequences.per_batch(options.positions)

    class GroupingTrainer(Trainer):
        def _get_train_sampler(self, train_dataset=None):
            return grouped_in_any_order(rows, sequences)

    return train_with(
        (GroupingTrainer if grouped else Trainer)(
            model=new_model(options.checkpoint),
            args=TrainingArguments(**trainer_settings(options, rows), group_by_length=grouped),
            train_dataset=sequences,
            data_collator=DataCollatorForSeq2Seq(open_tokenizer(options)),  # pads to the longest, labels with -100
        ),
        options.seconds,
    )


def sft(options, packed):
    """With packing, rows of as many positions as the model has, all in one row of the batch. TRL warns that sequences may
    see each other without flash attention; with this model they do not: transformers' masking_utils.py finds them by
    their positions."""
    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    sequences, model = Sequences(options.data), new_model(options.checkpoint)
    longest = model.config.n_positions
    rows = max(1, options.positions // longest) if packed else sequences.per_batch(options.positions)
    data = {"input_ids": [], "completion_mask": []}
    for ids, first in map(sequences.row, range(len(sequences))):
        data["input_ids"].append(ids)
        data["completion_mask"].append([0] * first + [1] * (len(ids) - first))
    settings = SFTConfig(**trainer_settings(options, rows), packing=packed, max_length=longest, completion_only_loss=True,
                         gradient_checkpointing=False)
    found = SFTTrainer(model=model, args=settings, train_dataset=Dataset.from_dict(data), processing_class=open_tokenizer(options))
    del data
    return train_with(found, options.seconds)


# udrl-train, from the lines that it writes.


def peak_megabytes_of(process):
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        return int(re.search(r"^VmHWM:\s*(\d+) kB", file.read(), re.M)[1]) / 1024


def udrl(options):
    """Rate and memory. The process is stopped after its time; it then saves its state, which no peer does, so its memory
    is read before."""
    metrics = os.path.join(options.checkpoint, "metrics.jsonl")
    with open(options.checkpoint + ".log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(options.command, stdout=log, stderr=log)
        while not os.path.exists(metrics):  # made when the loop begins
            if process.poll() is not None:
                sys.exit(f"udrl-train ended early: see {log.name}")
            time.sleep(0.05)
        time.sleep((1 + WARM_SHARE) * options.seconds)
        memory = peak_megabytes_of(process)
        process.send_signal(signal.SIGTERM)
        process.wait()
    with open(metrics, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    warm = [line for line in lines if line["seconds"] >= WARM_SHARE * options.seconds]
    if len(warm) < 2:
        sys.exit(f"udrl-train took {len(lines)} steps only: ask for more --seconds")
    first, last = warm[0], warm[-1]
    return (last["targets"] - first["targets"]) / (last["seconds"] - first["seconds"]), memory


PEERS = {
    "trainer": lambda options: trainer(options, grouped=False),
    "trainer-grouped": lambda options: trainer(options, grouped=True),
    "sft": lambda options: sft(options, packed=False),
    "sft-packed": lambda options: sft(options, packed=True),
    "loop": lambda options: loop(options, compiled=False),
    "loop-compiled": lambda options: loop(options, compiled=True),
}


def measure(options):
    if options.contestant == "udrl":
        return udrl(options)
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    if options.kernels == "medium":
        torch.set_float32_matmul_precision("medium")
    return PEERS[options.contestant](options), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("contestant", choices=["udrl", *PEERS])
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--data")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--kernels", choices=["default", "medium"], default="default")
    parser.add_argument("--positions", type=int, default=4096)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--command", nargs=argparse.REMAINDER)
    rate, megabytes = measure(parser.parse_args())
    print(f"{rate:.0f} {megabytes:.0f}")


if __name__ == "__main__":
    main()
