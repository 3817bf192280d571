#!/usr/bin/env python3
"""What training_loss.sh needs beside udrl-train: Trainer with AdamW for so many seconds, and the held-out loss of a model.

Not for: rates (training_peers.py).

Usage: training_loss.py trainer --checkpoint FOLDER --data TRAIN.npz --valid VALID.npz --lr RATE [--seed N] [--seconds N]
         [--precision fp32|bf16] [--kernels default|medium] [--positions N] [--passes N]
         prints "LOSS STEPS": a new model of the checkpoint's shape, its learning rate warmed up over a twentieth of the
         time and linearly down to nothing at its end; the time starts with the first step, and evaluating is not in it
       training_loss.py evaluate --checkpoint FOLDER --valid VALID.npz
         prints the LOSS of its model.safetensors, in float32: nats a target token
       training_loss.py reached --checkpoint FOLDER --loss LOSS
         prints the seconds after which metrics.jsonl has a validation loss no higher, or null
       training_loss.py rate --checkpoint FOLDER
         prints the steps a second of metrics.jsonl, the first quarter left out
"""
import argparse
import os
import time

from training_peers import (MASKED, Sequences, add_common_options, new_model, open_tokenizer, padded_batch, read_steps,
                            trainer_settings, use_all_cores)

WARM_UP = 0.05
ROWS = 64  # of an evaluation's batch


def held_out_loss(model, file):
    import torch

    model, sequences = model.float().eval(), Sequences(file)
    loss, targets = 0.0, 0
    for begin in range(0, len(sequences), ROWS):
        inputs, labels = padded_batch(sequences, range(begin, min(begin + ROWS, len(sequences))))
        count = int((labels != MASKED).sum())
        with torch.no_grad():
            loss += model(input_ids=inputs, labels=labels).loss.item() * count
        targets += count
    return loss / targets


class Clock:
    """Share of the time that has passed; what the learning rate follows and when to stop."""

    def __init__(self, seconds):
        self.seconds, self.begin = seconds, None

    def share(self):
        return 0.0 if self.begin is None else (time.perf_counter() - self.begin) / self.seconds

    def rate(self, _):
        share = self.share()
        return min(share / WARM_UP, max(0.0, (1 - share) / (1 - WARM_UP)))


def train(options):
    import torch
    from transformers import DataCollatorForSeq2Seq, PrinterCallback, Trainer, TrainerCallback, TrainingArguments

    sequences, model, clock = Sequences(options.data), new_model(options.checkpoint, options.seed), Clock(options.seconds)

    class TimedTrainer(Trainer):
        def create_scheduler(self, num_training_steps, optimizer=None):
            self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer or self.optimizer, clock.rate)
            return self.lr_scheduler

    class StopInTime(TrainerCallback):
        def on_step_begin(self, args, state, control, **kwargs):
            clock.begin = clock.begin or time.perf_counter()

        def on_step_end(self, args, state, control, **kwargs):
            control.should_training_stop = clock.share() >= 1

    settings = trainer_settings(options, sequences.per_pass(options), options.passes)
    settings.update(learning_rate=options.lr, seed=options.seed)
    trainer = TimedTrainer(model=model, args=TrainingArguments(**settings), train_dataset=sequences,
                           data_collator=DataCollatorForSeq2Seq(open_tokenizer(options)))
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(StopInTime())
    trainer.train()
    print(f"{held_out_loss(model, options.valid):.4f} {trainer.state.global_step}")


def evaluate(options):
    from transformers import GPT2LMHeadModel

    print(f"{held_out_loss(GPT2LMHeadModel.from_pretrained(options.checkpoint), options.valid):.4f}")


def metrics_of(options):
    return read_steps(os.path.join(options.checkpoint, "metrics.jsonl"))


def reached(options):
    low = [step["seconds"] for step in metrics_of(options) if step.get("valid_loss", options.loss + 1) <= options.loss]
    print(f"{low[0]:.1f}" if low else "null")


def rate(options):
    steps = metrics_of(options)
    steps = steps[len(steps) // 4 :]
    print((len(steps) - 1) / (steps[-1]["seconds"] - steps[0]["seconds"]))


COMMANDS = {"trainer": train, "evaluate": evaluate, "reached": reached, "rate": rate}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=COMMANDS)
    add_common_options(parser)
    parser.add_argument("--valid")
    parser.add_argument("--lr", type=float)
    parser.add_argument("--loss", type=float)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.command in ("trainer", "evaluate"):
        use_all_cores(options)
    COMMANDS[options.command](options)


if __name__ == "__main__":
    main()
