"""The contestants of generation_peers.py as they are measured: processes that are asked and answer, and what they are asked.

Not for: what a peer does (generation_libraries.py), or figures (generation_figures.py).
"""
import json
import os
import subprocess
import sys
import time

from generation_libraries import WORDS

ABOUT, TASK = 5, "image"
PEERS_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "generation_peers.py")

# From the line that asks to the line that answers. `one` and `many` return token ids.


class Process:
    """`ms`: of its last answers, and `inside`, as it says itself."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def ask(self, requests):
        """A line each, and a line for each."""
        begin = time.perf_counter()
        self.process.stdin.write("".join(json.dumps(request) + "\n" for request in requests))
        self.process.stdin.flush()
        lines = [self.process.stdout.readline() for _ in requests]
        self.ms = (time.perf_counter() - begin) * 1000
        if not lines[-1]:
            sys.exit(f"{self.name} ended early")
        answers = [json.loads(line) for line in lines]
        self.inside = sum(answer["ms"] for answer in answers)
        return answers


class Peer(Process):
    def __init__(self, name, options):
        settings = [f"--{key}={getattr(options, key)}" for key in ("student", "converted", "threads")]
        super().__init__(name, [sys.executable, PEERS_PROGRAM, name, *settings])

    def one(self, prompt):
        return self.ask([{"texts": [prompt["text"]], "count": len(prompt["ids"])}])[0]["rows"]

    def many(self, prompts):
        return self.ask([{"texts": [prompt["text"] for prompt in prompts]}])[0]["rows"]


class Udrl(Process):
    def __init__(self, name, options, student, weights, slots):
        self.student = student
        command = [options.generate, "--model", options.student, "--task", TASK, "--words", str(WORDS), "--nearest",
                   "--temperature", "0", "--repeat-penalty", "1", "--input", "-", "--json", "--quiet",
                   "--weights", weights, "--slots", str(slots), "--threads", str(options.threads)]
        super().__init__(name, command)

    def one(self, prompt):
        return self.many([prompt])

    def many(self, prompts):
        answers = self.ask([{"intent": prompt["intent"]} for prompt in prompts])
        return [self.student.ids_of(answer["text"]) for answer in answers]


class Student:
    """Its tokens, and how it is asked."""

    def __init__(self, folder):
        from tokenizers import Tokenizer

        commands = self.setting(folder, "commands.json")
        if commands["countdown"] or commands["auxiliary_returns"]:
            sys.exit("a student with a countdown or auxiliary returns is not for this benchmark")
        self.slot = [task["name"] for task in commands["tasks"]].index(TASK)
        self.end = self.setting(folder, "config.json")["eos_token_id"]
        self.tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))

    @staticmethod
    def setting(folder, name):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return json.load(file)

    def text_of(self, answer):
        """What udrl-generate gave it to read."""
        piece = lambda key: "any" if answer[key] is None else answer[key]
        return f" {answer['intent']}⟨task:{self.slot}⟩⟨words:{piece('words_asked')}⟩⟨return:{piece('return')}⟩⟨gen⟩"

    def ids_of(self, answer):
        """As it wrote them: udrl shows a capital. The end included."""
        return self.tokenizer.encode(f" {answer[:1].lower()}{answer[1:]}", add_special_tokens=False).ids + [self.end]


def prompts_of(options, student, first, second):
    """Those that both answer alike, with about so many words."""
    with open(options.intents, encoding="utf-8") as lines:
        asks = [{"intent": json.loads(line)["intent"]} for line in lines]
    usual = lambda answer: answer["finish"] == "stop" and abs(answer["words"] - WORDS) <= ABOUT
    answers = [a for a, b in zip(first.ask(asks), second.ask(asks)) if a["text"] == b["text"] and usual(a)]
    if len(answers) < options.prompts:
        sys.exit(f"only {len(answers)} of {len(asks)} answers are the same in f16 and q8_0 and have about {WORDS} words")
    return [{"intent": one["intent"], "text": student.text_of(one), "ids": student.ids_of(one["text"])}
            for one in answers[: options.prompts]]
