#!/usr/bin/env python3
"""The contestants of generation.sh, and their measurement. Each is a process that stays; in each round all take turns with
all prompts, one after the other, then with 32 at once.

Not for: the beginning of a process, memory, or draws.

Usage: generation_peers.py convert --student FOLDER --converted FOLDER
         CTranslate2's model of the student
       generation_peers.py measure --student FOLDER --converted FOLDER --generate PROGRAM --intents FILE --threads N
         --prompts N --rounds N
         prints a figure a line: name, value, unit, against what, goal, "at-most" where it is one; tabs between them
       generation_peers.py NAME --student FOLDER --converted FOLDER --threads N
         a peer (PEERS): reads requests as JSON lines, writes token ids and milliseconds
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time

WORDS, ABOUT, TASK, AT_ONCE = 20, 5, "image", 32
MOST_TOKENS = WORDS * 4 + 8  # as src/inference/student_model.cpp
SAME_AT_LEAST = 0.5  # of a peer's answers are udrl's
WARM_UP = 3
TRANSFORMERS_GOAL, CTRANSLATE2_GOAL, MANY_GOAL, LLAMA_GOAL = 10, 1.2, 1.0, 1.05


# Peers. `one` writes exactly `count` tokens, `many` to the end of each: token ids, after the texts were made too.


class Transformers:
    def __init__(self, options):
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

        torch.set_num_threads(options.threads)
        self.tokenizer = AutoTokenizer.from_pretrained(options.student, padding_side="left")
        self.tokenizer.pad_token = self.tokenizer.eos_token
        self.model = AutoModelForCausalLM.from_pretrained(options.student, dtype=torch.float32).eval()
        self.end = self.tokenizer.eos_token_id
        self.model.generation_config = GenerationConfig(do_sample=False, eos_token_id=self.end, pad_token_id=self.end)

    def generate(self, texts, **lengths):
        inputs = self.tokenizer(texts, return_tensors="pt", padding=len(texts) > 1)
        found = self.model.generate(**inputs, **lengths)[:, inputs["input_ids"].shape[1] :]
        self.tokenizer.batch_decode(found, skip_special_tokens=True)
        return found.tolist()

    def one(self, text, count):
        return self.generate([text], min_new_tokens=count, max_new_tokens=count)[0]

    def many(self, texts):
        rows = self.generate(texts, max_new_tokens=MOST_TOKENS)
        return [row[: row.index(self.end) + 1] if self.end in row else row for row in rows]


class CTranslate2:
    """With `workers` each has one thread, and a share of the texts."""

    def __init__(self, options, compute_type, workers=False):
        import ctranslate2
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_file(os.path.join(options.student, "tokenizer.json"))
        workers = options.threads if workers else 1
        self.batch = math.ceil(AT_ONCE / workers)
        self.generator = ctranslate2.Generator(options.converted, device="cpu", compute_type=compute_type,
                                               inter_threads=workers, intra_threads=options.threads // workers)

    def generate(self, texts, **lengths):
        prompts = [self.tokenizer.encode(text).tokens for text in texts]
        found = self.generator.generate_batch(prompts, max_batch_size=self.batch, include_prompt_in_result=False,
                                              return_end_token=True, **lengths)
        rows = [one.sequences_ids[0] for one in found]
        for row in rows:
            self.tokenizer.decode(row)
        return rows

    def one(self, text, count):
        return self.generate([text], min_length=count, max_length=count)[0]

    def many(self, texts):
        return self.generate(texts, max_length=MOST_TOKENS)


class Llama:
    """What a program of its own would do with llama.cpp: read the prompt, take the likeliest token, decode it. Its own clock
    runs inside llama.cpp only, so that Python around it does not count."""

    def __init__(self, options, file):
        import ctypes
        import llama_cpp.llama_cpp as api
        import numpy

        self.api, self.ctypes, self.numpy = api, ctypes, numpy
        self.quiet = api.llama_log_callback(lambda *_: None)
        api.llama_log_set(self.quiet, None)
        api.llama_backend_init()
        path = os.path.join(options.student, file).encode()
        self.model = api.llama_model_load_from_file(path, api.llama_model_default_params())
        self.vocabulary = api.llama_model_get_vocab(self.model)
        self.end, self.size = api.llama_vocab_eos(self.vocabulary), api.llama_vocab_n_tokens(self.vocabulary)
        self.alone, self.together = self.context(1, 256, options.threads), self.context(AT_ONCE, 4096, options.threads)
        self.room, self.text = (ctypes.c_int32 * 512)(), ctypes.create_string_buffer(4096)
        self.make_batch(2048)

    def call(self, function, *arguments):
        begin = time.perf_counter()
        found = function(*arguments)
        self.seconds += time.perf_counter() - begin
        return found

    def context(self, sequences, cells, threads):
        parameters = self.api.llama_context_default_params()
        parameters.n_seq_max, parameters.n_ctx, parameters.kv_unified = sequences, cells, True
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.no_perf = True
        return self.api.llama_init_from_model(self.model, parameters)

    def make_batch(self, size):
        """Arrays that llama_batch points to: (tokens, positions, number of sequences, sequences, whether logits)."""
        types = ("int32", "int32", "int32", "int32", "int8")
        self.rows = [self.numpy.zeros(size, dtype=kind) for kind in types]
        self.rows[2][:] = 1
        integers = self.ctypes.POINTER(self.ctypes.c_int32)
        self.pointers = [row.ctypes.data_as(integers) for row in self.rows[:4]]
        first = self.rows[3].ctypes.data
        self.sequences = (integers * size)(*(self.ctypes.cast(first + 4 * i, integers) for i in range(size)))
        self.wanted = self.rows[4].ctypes.data_as(self.ctypes.POINTER(self.ctypes.c_int8))

    def decode(self, context, *columns):
        """Of each row whose logits are wanted the likeliest token."""
        tokens, positions, count, _ = self.pointers
        size = len(columns[0])
        for row, values in zip((0, 1, 3, 4), columns):
            self.rows[row][:size] = values
        batch = self.api.llama_batch(size, tokens, None, positions, count, self.sequences, self.wanted)
        if self.call(self.api.llama_decode, context, batch) != 0:
            sys.exit("llama_decode failed")
        outputs = int(self.rows[4][:size].sum())
        address = self.ctypes.addressof(self.api.llama_get_logits(context).contents)
        logits = self.numpy.frombuffer((self.ctypes.c_float * (outputs * self.size)).from_address(address), dtype="float32")
        return logits.reshape(outputs, self.size).argmax(axis=1).tolist()

    def tokens(self, text):
        data = text.encode()
        count = self.call(self.api.llama_tokenize, self.vocabulary, data, len(data), self.room, len(self.room), True, True)
        return self.room[:count]

    def write(self, ids):
        row = (self.ctypes.c_int32 * len(ids))(*ids)
        self.call(self.api.llama_detokenize, self.vocabulary, row, len(ids), self.text, len(self.text), True, False)

    def read(self, context, prompts):
        """Begins anew; the first token of each answer."""
        self.api.llama_memory_clear(self.api.llama_get_memory(context), False)
        rows = [(token, at, sequence, at + 1 == len(prompt))
                for sequence, prompt in enumerate(prompts) for at, token in enumerate(prompt)]
        return self.decode(context, *zip(*rows))

    def one(self, text, count):
        prompt = self.tokens(text)
        ids = self.read(self.alone, [prompt])
        while len(ids) < count:
            ids += self.decode(self.alone, ids[-1:], [len(prompt) + len(ids) - 1], [0], [1])
        self.write(ids)
        return ids

    def many(self, texts):
        prompts = [self.tokens(text) for text in texts]
        rows = [[token] for token in self.read(self.together, prompts)]
        memory = self.api.llama_get_memory(self.together)
        running = list(range(len(rows)))
        while running := [i for i in running if rows[i][-1] != self.end and len(rows[i]) < MOST_TOKENS]:
            places = [len(prompts[i]) + len(rows[i]) - 1 for i in running]
            tokens = self.decode(self.together, [rows[i][-1] for i in running], places, running, [1] * len(running))
            for i, token in zip(running, tokens):
                rows[i].append(token)
                if token == self.end:
                    self.api.llama_memory_seq_rm(memory, i, -1, -1)
        for row in rows:
            self.write(row)
        return rows


PEERS = {
    "transformers f32": Transformers,
    "CTranslate2 f32": lambda options: CTranslate2(options, "float32"),
    "CTranslate2 int8": lambda options: CTranslate2(options, "int8"),
    "CTranslate2 f32, a worker a core": lambda options: CTranslate2(options, "float32", workers=True),
    "CTranslate2 int8, a worker a core": lambda options: CTranslate2(options, "int8", workers=True),
    "llama.cpp f16": lambda options: Llama(options, "student.gguf"),
    "llama.cpp q8_0": lambda options: Llama(options, "student.q8_0.gguf"),
}


def serve(options):
    answers, peer = os.fdopen(os.dup(1), "w"), PEERS[options.what](options)
    os.dup2(2, 1)  # whatever a library prints
    for line in sys.stdin:
        request = json.loads(line)
        peer.seconds, begin = 0, time.perf_counter()
        rows = [peer.one(request["texts"][0], request["count"])] if "count" in request else peer.many(request["texts"])
        seconds = peer.seconds or time.perf_counter() - begin
        print(json.dumps({"ms": seconds * 1000, "rows": rows}), file=answers, flush=True)


# Contestants, as they are measured: from the line that asks to the line that answers. `one` and `many` return token ids.


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
        super().__init__(name, [sys.executable, __file__, name, *settings])

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


# Measuring.


class Score:
    """A contestant's figures: milliseconds of each answer, or tokens a second, round by round."""

    def __init__(self):
        self.rounds, self.inside, self.same, self.of = [], [], 0, 0

    def add(self, prompts, rows):
        """The end itself is not compared: who must go on writes another token there."""
        self.of += len(rows)
        self.same += sum(row[: len(p["ids"]) - 1] == p["ids"][:-1] for p, row in zip(prompts, rows))


def p50s(rounds):
    return [statistics.median(one) for one in rounds]


def p50(rounds):
    return statistics.median(p50s(rounds))


def p95(rounds):
    values = sorted(value for one in rounds for value in one)
    return values[int(0.95 * len(values))]


def measure_one(contestants, prompts, rounds):
    scores = {one.name: Score() for one in contestants}
    for at in range(rounds):
        for one in contestants:
            time.sleep(0.3)  # threads of the last one may wait for work yet, spinning
            for prompt in prompts[: WARM_UP if at == 0 else 1]:
                one.one(prompt)
            score = scores[one.name]
            score.rounds.append([])
            score.inside.append([])
            for prompt in prompts:
                score.add([prompt], one.one(prompt))
                score.rounds[-1].append(one.ms)
                score.inside[-1].append(one.inside)
    return scores


def measure_many(contestants, prompts, rounds):
    """A figure a round: tokens a second."""
    scores = {one.name: Score() for one in contestants}
    for _ in range(rounds):
        for one in contestants:
            time.sleep(0.3)
            one.many(prompts[:AT_ONCE])
            tokens, total = 0, 0
            for begin in range(0, len(prompts), AT_ONCE):
                chosen = prompts[begin : begin + AT_ONCE]
                rows = one.many(chosen)
                scores[one.name].add(chosen, rows)
                tokens += sum(map(len, rows))
                total += one.ms
            scores[one.name].rounds.append([1000 * tokens / total])
    return scores


def check(scores):
    for name, score in scores.items():
        if score.same < SAME_AT_LEAST * score.of:
            sys.exit(f"{name} does other work: {score.same} of {score.of} answers are udrl's")


def report(name, value, unit, against, goal="null", most=""):
    print(name, f"{value:.3g}" if value < 100 else f"{value:.0f}", unit, against, goal, most, sep="\t", flush=True)


def same(score):
    return f"{score.same} of {score.of} answers as udrl's alone"


def ratio(name, above, below, what, goal, most=""):
    """Median of rounds."""
    found = [a / b for a, b in zip(p50s(above), p50s(below))]
    rounds = f"median of {len(found)} rounds, {min(found):.2f} to {max(found):.2f}"
    report(name, statistics.median(found), "ratio", f"{what}; {rounds}", goal, most)


def best(scores, start, of):
    """The name, among those that start so: `of` is min for milliseconds, max for rates."""
    return of((name for name in scores if name.startswith(start)), key=lambda name: p50(scores[name].rounds))


def report_all(one, many, prompts, threads):
    title = f"generation, {threads} thread{'s' if threads > 1 else ''}"
    lengths = [len(prompt["ids"]) for prompt in prompts]
    work = f"{len(prompts)} prompts, answers of {min(lengths)} to {max(lengths)} tokens"
    for name, score in one.items():
        report(f"{title}, an answer, {name}, p50", p50(score.rounds), "ms",
               f"{work}; {p50(score.inside):.3g} ms by its own clock; {same(score)}")
        report(f"{title}, an answer, {name}, p95", p95(score.rounds), "ms", work)
    ours, peer = one["udrl q8_0"].rounds, best(one, "CTranslate2", min)
    ratio(f"{title}, an answer, transformers beside udrl, p50", one["transformers f32"].rounds, ours,
          "f32, and udrl in q8_0", TRANSFORMERS_GOAL)
    ratio(f"{title}, an answer, the best of CTranslate2 beside udrl, p50", one[peer].rounds, ours,
          f"{peer}, and udrl in q8_0", CTRANSLATE2_GOAL)
    for weights in ("f16", "q8_0"):
        ours, raw = one[f"udrl {weights}"], one[f"llama.cpp {weights}"]
        ratio(f"{title}, an answer, udrl beside llama.cpp on the same file, {weights}, p50", ours.inside, raw.inside,
              "by their own clocks: llama.cpp's is in its calls alone", LLAMA_GOAL, "at-most")
    for name, score in many.items():
        report(f"{title}, {AT_ONCE} at once, {name}", p50(score.rounds), "tokens/s", same(score))
    ours, peer = best(many, "udrl", max), best(many, "CTranslate2", max)
    ratio(f"{title}, {AT_ONCE} at once, udrl beside the best of CTranslate2", many[ours].rounds, many[peer].rounds,
          f"{ours}, and {peer}", MANY_GOAL)


def measure(options):
    student = Student(options.student)
    f16, q8_0 = Udrl("udrl f16", options, student, "file", 1), Udrl("udrl q8_0", options, student, "q8_0", 1)
    prompts = prompts_of(options, student, f16, q8_0)
    alone = [Peer(name, options) for name in PEERS if "worker" not in name]
    workers = [Peer(name, options) for name in PEERS if "worker" in name and options.threads > 1]
    slots = [Udrl(f"udrl q8_0, {count} slots", options, student, "q8_0", count) for count in (8, AT_ONCE)]
    for contestant in (*alone, *workers, *slots):
        contestant.one(prompts[0])  # nobody is measured while another one is being loaded
    one = measure_one([f16, q8_0, *alone], prompts, options.rounds)
    check(one)
    many = measure_many([*slots, *alone, *workers], prompts, options.rounds)
    check(many)
    report_all(one, many, prompts, options.threads)
    for contestant in (f16, q8_0, *alone, *workers, *slots):
        contestant.process.stdin.close()
        contestant.process.wait()


def convert(options):
    from ctranslate2.converters import TransformersConverter

    TransformersConverter(options.student).convert(options.converted, force=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["convert", "measure", *PEERS])
    for name in ("student", "converted", "generate", "intents"):
        parser.add_argument(f"--{name}")
    for name in ("threads", "prompts", "rounds"):
        parser.add_argument(f"--{name}", type=int)
    options = parser.parse_args()
    {"convert": convert, "measure": measure}.get(options.what, serve)(options)


if __name__ == "__main__":
    main()
