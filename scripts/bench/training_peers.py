#!/usr/bin/env python3
"""One contestant of training.sh: trains for some seconds, and prints "RATE MEMORY": tokens that bear loss a second, and
peak resident megabytes. Every peer is GPT2LMHeadModel of the checkpoint's config.json with random weights, sdpa
attention and fused AdamW, and takes whole sequences of about --positions tokens a step, in --passes forward passes.

Not for: making the data (training_data.py), or comparing (training.sh).

Usage: training_peers.py PEER --checkpoint FOLDER --data FILE.npz [--precision fp32|bf16] [--kernels default|medium]
         [--positions N] [--passes N] [--seconds N] [--device cpu|cuda]
       training_peers.py udrl --checkpoint FOLDER [--seconds N] --command COMMAND...
       training_peers.py passes ...as a PEER...
  PEER    trainer, trainer-grouped, sft, sft-packed, loop, loop-compiled, loop-grouped or loop-compiled-grouped; on
          cuda the loops only, and MEMORY is the GPU's
  udrl    prints its MFU too
  passes  prints the number of passes with which the plain loop is the quickest; of several, the most
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
LEAST_STEPS = 2
PASSES = 1, 2, 4, 8
AS_QUICK = 0.95  # of the quickest: within what two runs differ by
LEARNING_RATE, WEIGHT_DECAY, CLIP = 1e-3, 0.1, 1.0
MASKED = -100


class Meter:
    """Counts the targets of the steps after the warm-up."""

    def __init__(self, seconds):
        self.seconds, self.begin, self.start = seconds, time.perf_counter(), None
        self.targets, self.elapsed, self.steps = 0, 0.0, 0

    def add(self, targets):
        """A step is done. True where enough were."""
        now = time.perf_counter()
        if self.start is None:
            if now - self.begin >= WARM_SHARE * self.seconds:
                self.start = now
            return False
        self.targets += targets
        self.steps += 1
        self.elapsed = now - self.start
        return self.elapsed >= self.seconds and self.steps >= LEAST_STEPS

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

    def per_pass(self, options):
        return max(1, round(options.positions * len(self) / int(self.ends[-1]) / options.passes))


def new_model(checkpoint, seed=1):
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(seed)
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


class Loop:
    def __init__(self, options, compiled=False, grouped=False):
        import numpy
        import torch

        self.sequences, self.model = Sequences(options.data), new_model(options.checkpoint).to(options.device)
        self.optimizer, self.random = fused_adamw(self.model), numpy.random.default_rng(1)
        self.run = torch.compile(self.model, dynamic=True) if compiled else self.model
        self.bf16, self.device = options.precision == "bf16", options.device
        self.by_length = numpy.argsort(numpy.diff(self.sequences.ends, prepend=0), kind="stable") if grouped else None

    def choose(self, passes, rows):
        """Rows of each pass: any, or neighbours by length."""
        if self.by_length is None:
            return self.random.integers(len(self.sequences), size=(passes, rows))
        starts = self.random.integers(len(self.sequences) - rows + 1, size=passes)
        return [self.by_length[start : start + rows] for start in starts]

    def step(self, passes, rows):
        """`passes` batches of `rows` sequences each. Returns the number of targets."""
        import torch

        batches = [padded_batch(self.sequences, chosen) for chosen in self.choose(passes, rows)]
        targets = [int((labels != MASKED).sum()) for _, labels in batches]
        total = 0
        for (inputs, labels), count in zip(batches, targets):
            inputs, labels = inputs.to(self.device), labels.to(self.device)
            with torch.autocast(self.device, torch.bfloat16) if self.bf16 else contextlib.nullcontext():
                loss = self.run(input_ids=inputs, labels=labels).loss * (count / sum(targets))
            loss.backward()
            total += loss.detach()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        total.item()  # as every loop that logs: waits for a GPU
        return sum(targets)


def loop(options, compiled, grouped=False):
    run = Loop(options, compiled, grouped)
    step = lambda: run.step(options.passes, run.sequences.per_pass(options))
    if compiled:
        begin = time.perf_counter()
        for _ in range(3):  # a second or third shape may be compiled anew
            step()
        print(f"torch.compile: the first 3 steps took {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    meter = Meter(options.seconds)
    while not meter.add(step()):
        pass
    return meter.rate()


def best_passes(options):
    """Each number of passes for an eighth of the time, and a step at least; the first is not counted."""
    run, rates = Loop(options), {}
    for passes in PASSES:
        options.passes = passes
        rows = run.sequences.per_pass(options)
        run.step(passes, rows)
        targets, steps, begin = 0, 0, time.perf_counter()
        while steps == 0 or time.perf_counter() - begin < options.seconds / 8:
            targets += run.step(passes, rows)
            steps += 1
        rates[passes] = targets / (time.perf_counter() - begin)
    said = ", ".join(f"{rate:.0f} targets/s in {passes}" for passes, rate in rates.items())
    print(f"passes: {said}", file=sys.stderr)
    quick = [passes for passes, rate in rates.items() if rate >= AS_QUICK * max(rates.values())]
    return max(quick)


# Hugging Face Trainer, and TRL's SFTTrainer, which is one.


def trainer_settings(options, rows, passes):
    return dict(
        output_dir=options.checkpoint + "-peer", use_cpu=True, bf16=options.precision == "bf16",
        per_device_train_batch_size=rows, gradient_accumulation_steps=passes, max_steps=10**6, optim="adamw_torch_fused", learning_rate=LEARNING_RATE,
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
            control.should_training_stop = meter.add(sum(given))
            given.clear()

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
    rows = sequences.per_pass(options)

    class GroupingTrainer(Trainer):
        def _get_train_sampler(self, train_dataset=None):
            return grouped_in_any_order(rows * options.passes, sequences)

    return train_with(
        (GroupingTrainer if grouped else Trainer)(
            model=new_model(options.checkpoint),
            args=TrainingArguments(**trainer_settings(options, rows, options.passes), group_by_length=grouped),
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
    rows, passes = sequences.per_pass(options), options.passes
    if packed:
        passes = min(passes, max(1, options.positions // longest))
        rows = max(1, options.positions // longest // passes)
    data = {"input_ids": [], "completion_mask": []}
    for ids, first in map(sequences.row, range(len(sequences))):
        data["input_ids"].append(ids)
        data["completion_mask"].append([0] * first + [1] * (len(ids) - first))
    settings = SFTConfig(**trainer_settings(options, rows, passes), packing=packed, max_length=longest, completion_only_loss=True,
                         gradient_checkpointing=False)
    found = SFTTrainer(model=model, args=settings, train_dataset=Dataset.from_dict(data), processing_class=open_tokenizer(options))
    del data
    return train_with(found, options.seconds)


# udrl-train, from the lines that it writes.


def peak_megabytes_of(process):
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
        return int(re.search(r"^VmHWM:\s*(\d+) kB", file.read(), re.M)[1]) / 1024


def read_steps(file):
    """Whole lines: the last may be in the making."""
    with open(file, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.endswith("\n")]


def enough_of(steps, seconds):
    """Those after the warm-up, as the Meter would take them; none while there are too few. The first is the start."""
    warm = [step for step in steps if step["seconds"] >= WARM_SHARE * seconds]
    done = len(warm) > LEAST_STEPS and warm[-1]["seconds"] - warm[0]["seconds"] >= seconds
    return warm if done else []


def udrl(options):
    """Rate, memory and MFU. The process is stopped after its time; it then saves its state, which no peer
    does, so its memory is read before."""
    metrics = os.path.join(options.checkpoint, "metrics.jsonl")
    with open(options.checkpoint + ".log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(options.command, stdout=log, stderr=log)
        steps = []
        while not steps:
            if process.poll() is not None:
                sys.exit(f"udrl-train ended early: see {log.name}")
            time.sleep(0.5)
            steps = enough_of(read_steps(metrics), options.seconds) if os.path.exists(metrics) else []
        memory = peak_megabytes_of(process)
        process.send_signal(signal.SIGTERM)
        process.wait()
    elapsed = steps[-1]["seconds"] - steps[0]["seconds"]
    mfu = sum(now["mfu"] * (now["seconds"] - before["seconds"]) for before, now in zip(steps, steps[1:]))
    return (steps[-1]["targets"] - steps[0]["targets"]) / elapsed, memory, mfu / elapsed


PEERS = {
    "trainer": lambda options: trainer(options, grouped=False),
    "trainer-grouped": lambda options: trainer(options, grouped=True),
    "sft": lambda options: sft(options, packed=False),
    "sft-packed": lambda options: sft(options, packed=True),
    "loop": lambda options: loop(options, compiled=False),
    "loop-compiled": lambda options: loop(options, compiled=True),
    "loop-grouped": lambda options: loop(options, compiled=False, grouped=True),
    "loop-compiled-grouped": lambda options: loop(options, compiled=True, grouped=True),
}


def peak_megabytes(device):
    """Of the process, or what it held of the GPU."""
    if device == "cpu":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    import torch

    return torch.cuda.max_memory_reserved() / 2**20


def use_all_cores(options):
    import torch

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    if options.kernels == "medium":
        torch.set_float32_matmul_precision("medium")


def add_common_options(parser):
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--data")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--kernels", choices=["default", "medium"], default="default")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--positions", type=int, default=4096)
    parser.add_argument("--passes", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("contestant", choices=["udrl", "passes", *PEERS])
    add_common_options(parser)
    parser.add_argument("--command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if options.contestant == "udrl":
        rate, megabytes, share = udrl(options)
        print(f"{rate:.0f} {megabytes:.0f} {share:.3f}")
        return
    use_all_cores(options)
    if options.contestant == "passes":
        print(best_passes(options))
        return
    rate = PEERS[options.contestant](options)
    print(f"{rate:.0f} {peak_megabytes(options.device):.0f}")


if __name__ == "__main__":
    main()
