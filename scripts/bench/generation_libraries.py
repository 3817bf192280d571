"""What udrl is measured beside by generation_peers.py, each in a process of its own: libraries that generate text.

Not for: udrl, or measuring (generation_contestants.py, generation_figures.py).
"""
import json
import math
import os
import sys
import time

WORDS, AT_ONCE = 20, 32
MOST_TOKENS = WORDS * 4 + 8  # as src/inference/student_model.cpp


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
